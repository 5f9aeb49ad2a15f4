// Goal: whatever a hub answers, or doesn't, the carrier comes back in bounded time with the right
// code and true counts. The hub here is a bare TLS socket that misbehaves.

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>

#include "sync/http/carrier.h"
#include "tests/support/tls_ends.h"

namespace {

using namespace spot;
using namespace std::chrono_literals;
using core::Code;
using test::HostileHub;
using test::TlsEnd;
using Steady = std::chrono::steady_clock;

const test::TestCertificate& certificate() {
    static const test::TestCertificate made;
    return made;
}

std::unique_ptr<sync::HttpCarrier> carrier(const std::string& url) {
    sync::HttpOptions options{url, certificate().pin, {}};
    options.limits.connect = 200ms;
    options.limits.stall = 150ms;
    options.limits.grace = 300ms;
    options.limits.reply_bytes = 100'000;
    auto made = sync::HttpCarrier::make(options);
    REQUIRE(made);
    return std::move(*made);
}

core::Result<sync::Reply> carry(sync::HttpCarrier& over, std::string_view request) {
    return over.exchange(test::body_of(request), {});
}

struct Attempt {
    core::Result<sync::Reply> result;
    bool reached;
    std::uint64_t wasted;
};
// One exchange of `size` bytes with such a hub; has to be over soon.
Attempt attempt(std::function<void(TlsEnd&)> behave, std::size_t size = 5,
                HostileHub::Speaks speaks = HostileHub::Speaks::tls13) {
    const HostileHub hub(certificate(), std::move(behave), speaks);
    const auto over = carrier(hub.url());
    const auto start = Steady::now();
    auto result = carry(*over, std::string(size, 'x'));
    CHECK(Steady::now() - start < 10s);  // whoever has no limit waits for 12
    return {std::move(result), over->reached(), over->wasted_bytes()};
}

std::function<void(TlsEnd&)> answering(std::string answer) {
    return [answer = std::move(answer)](TlsEnd& end) {
        end.read_until("\r\n\r\nxxxxx");
        end.write(answer);
        end.read_some();
    };
}

TEST_CASE("a request is a line and two headers, and is counted to the byte") {
    std::string seen;
    const HostileHub hub(certificate(), [&](TlsEnd& end) {
        seen = end.read_until("hello");
        end.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes");
        end.read_some();
    });
    const auto over = carrier(hub.url() + "/");
    const auto reply = carry(*over, "hello");
    REQUIRE(reply);
    CHECK(core::text(reply->body) == "yes");
    const std::string host = "127.0.0.1:" + std::to_string(hub.port());
    CHECK(seen == "POST /x HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 5\r\n\r\nhello");
    CHECK(reply->sent_bytes == seen.size());
    CHECK(reply->received_bytes == 41);
    CHECK(over->reached());
    CHECK(over->wasted_bytes() == 0);
}

TEST_CASE("a long request is counted to the byte, and progress ends at its size") {
    constexpr std::size_t kSize = 700'000;
    std::size_t seen = 0;
    const HostileHub hub(certificate(), [&](TlsEnd& end) {
        while (seen < kSize) {
            const std::size_t size = end.read_some().size();
            if (size == 0) return;
            seen += size;
        }
        end.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        end.read_some();
    });
    const auto over = carrier(hub.url());
    const std::string request(kSize, 'x');
    std::uint64_t last = 0, steps = 0;
    const auto progress = [&](std::uint64_t sent, std::uint64_t of) {
        CHECK(sent > last);
        CHECK(of == kSize);
        last = sent;
        ++steps;
    };
    const auto reply = over->exchange(test::body_of(request), progress);
    REQUIRE(reply);
    CHECK(last == kSize);
    CHECK(steps > 2);
    CHECK(reply->sent_bytes == seen);
}

TEST_CASE("a body that is made on the way goes in chunks, whole and counted to the byte") {
    constexpr std::size_t kPieces = 40, kPieceSize = 5'000;
    std::string seen;
    const HostileHub hub(certificate(), [&](TlsEnd& end) {
        seen = end.read_until("\r\n0\r\n\r\n");
        end.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        end.read_some();
    });
    const auto over = carrier(hub.url());
    std::size_t made = 0;
    sync::Body body(
        core::Bytes(kPieceSize, 'a'),
        [&]() -> core::Result<core::Bytes> {
            if (++made == kPieces) return core::Bytes{};
            return core::Bytes(kPieceSize, static_cast<std::uint8_t>('a' + made % 26));
        },
        [] { return std::uint64_t{kPieces * kPieceSize}; });
    const auto reply = over->exchange(std::move(body), {});
    REQUIRE(reply);
    CHECK(seen.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(reply->sent_bytes == seen.size());
    CHECK(made == kPieces);
    std::size_t letters = 0;
    const std::string_view text = std::string_view(seen).substr(seen.find("\r\n\r\n") + 4);
    for (std::size_t i = 0; i < kPieces; ++i) {
        const char letter = static_cast<char>('a' + i % 26);
        letters += text.find(std::string(kPieceSize / 2, letter)) != std::string_view::npos;
    }
    CHECK(letters == kPieces);
}

TEST_CASE("what fails in the making of a body ends the exchange with that error") {
    const HostileHub hub(certificate(), [&](TlsEnd& end) { end.read_until("never"); });
    const auto over = carrier(hub.url());
    sync::Body body(
        core::Bytes(100, 'a'),
        []() -> core::Result<core::Bytes> { return core::fail(Code::io, "the disk is gone"); },
        [] { return std::uint64_t{1000}; });
    const auto reply = over->exchange(std::move(body), {});
    REQUIRE(!reply);
    CHECK(reply.error().code == Code::io);
    CHECK(over->wasted_bytes() > 100);
}

TEST_CASE("an empty request is a body of no bytes") {
    const HostileHub hub(certificate(), [&](TlsEnd& end) {
        CHECK(end.read_until("\r\n\r\n").ends_with("Content-Length: 0\r\n\r\n"));
        end.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    CHECK(carry(*carrier(hub.url()), ""));
}

TEST_CASE("the connection is kept, and made anew when the hub has closed it") {
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    const HostileHub hub(certificate(), [&](TlsEnd& end) {
        for (int i = 0; i < 2; ++i) {
            end.read_until("\r\n\r\nhello");
            end.write(answer);
        }
    });
    const auto over = carrier(hub.url());
    for (const bool anew : {true, false}) {
        const auto reply = carry(*over, "hello");
        REQUIRE(reply);
        CHECK(reply->connected == anew);
    }
    CHECK(hub.accepted() == 1);
    const auto third = carry(*over, "hello");
    REQUIRE(third);
    CHECK(third->connected);
    CHECK(core::text(third->body) == "ok");
    CHECK(hub.accepted() == 2);
}

TEST_CASE("another key than the pinned one is refused before a byte is sent") {
    const test::TestCertificate other;
    std::string seen;
    {
        const HostileHub hub(other, [&](TlsEnd& end) { seen = end.read_some(); });
        const auto over = carrier(hub.url());
        const auto reply = carry(*over, "secret");
        REQUIRE(!reply);
        CHECK(reply.error().code == Code::refused);
        CHECK(!over->reached());
        CHECK(over->wasted_bytes() == 0);
    }
    CHECK(seen.empty());  // the hub's thread has ended
}

TEST_CASE("what a status means") {
    struct Row {
        const char* status;
        Code code;
    };
    for (const Row& row : {Row{"403 Forbidden", Code::refused}, Row{"400 Bad", Code::offline},
                           Row{"500 Oops", Code::offline}, Row{"503 Busy", Code::offline},
                           Row{"204 None", Code::offline}, Row{"404 Not", Code::offline}}) {
        CAPTURE(row.status);
        const Attempt tried = attempt(
            answering("HTTP/1.1 " + std::string(row.status) + "\r\nContent-Length: 0\r\n\r\n"));
        REQUIRE(!tried.result);
        CHECK(tried.result.error().code == row.code);
        CHECK(tried.result.error().message.find(std::string(row.status, 3)) != std::string::npos);
        CHECK(tried.reached);
        CHECK(tried.wasted > 5);
    }
}

TEST_CASE("no redirect is followed and no proxy from the environment asked") {
    std::string elsewhere;
    const HostileHub other(certificate(), [&](TlsEnd& end) { elsewhere = end.read_some(); });
    const Attempt moved = attempt(answering("HTTP/1.1 307 Moved\r\nLocation: " + other.url() +
                                            "/x\r\nContent-Length: 0\r\n\r\n"));
    CHECK(moved.result.error().code == Code::offline);
    CHECK(other.accepted() == 0);

    setenv("https_proxy", "http://127.0.0.1:1", 1);
    const Attempt direct = attempt(answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    unsetenv("https_proxy");
    CHECK(direct.result);
}

TEST_CASE("rubbish, silence and broken connections are offline in bounded time") {
    const auto silent = [](TlsEnd& end) { end.other_side_closes_within(12000); };
    const auto check = [](const Attempt& tried, bool reached) {
        REQUIRE(!tried.result);
        CHECK(tried.result.error().code == Code::offline);
        CHECK(tried.reached == reached);
        CHECK((tried.wasted > 0) == reached);
    };
    SUBCASE("not HTTP") {
        check(attempt(answering("SSH-2.0-OpenSSH_9.2\r\n")), true);
    }
    SUBCASE("no version") {
        check(attempt(answering("<html>hello</html>")), true);
    }
    SUBCASE("no answer") {
        check(attempt(silent), true);
    }
    SUBCASE("closed at once") {
        check(attempt([](TlsEnd&) {}), true);
    }
    SUBCASE("closed in the answer") {
        check(attempt(answering("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nshort")), true);
    }
    SUBCASE("half an answer") {
        check(attempt([&](TlsEnd& end) {
                  end.write("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nshort");
                  silent(end);
              }),
              true);
    }
    SUBCASE("closed in the request") {
        check(attempt([](TlsEnd& end) { end.read_some(); }, 3'000'000), true);
    }
    SUBCASE("does not read") {
        check(attempt(silent, 30'000'000), true);
    }
    SUBCASE("never greets") {
        check(attempt(silent, 5, HostileHub::Speaks::nothing), false);
    }
    SUBCASE("old TLS") {
        check(attempt(silent, 5, HostileHub::Speaks::tls12), false);
    }
    SUBCASE("a byte now and then") {
        check(attempt([](TlsEnd& end) {
                  end.write("HTTP/1.1 200 OK\r\nX: ");
                  for (int i = 0; i < 3000; ++i)
                      if (end.other_side_closes_within(20) || !end.write("y")) return;
              }),
              true);
    }
}

TEST_CASE("an answer over its limits is left, however fast it comes") {
    const auto endless = [](std::string start, std::string again) {
        return [start = std::move(start), again = std::move(again)](TlsEnd& end) {
            end.read_some();
            end.write(start);
            while (!end.other_side_closes_within(0) && end.write(again)) {
            }
        };
    };
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct Row {
        const char* name;
        std::string start, again;
    };
    const std::string kilobyte(1000, 'y');
    for (const Row& row :
         {Row{"headers", "HTTP/1.1 200 OK\r\n", "X: " + kilobyte + "\r\n"},
          Row{"one header", "HTTP/1.1 200 OK\r\nX: ", kilobyte},
          Row{"a first line", "HTTP/1.1 200 ", kilobyte},
          Row{"interim answers", "", "HTTP/1.1 100 Continue\r\n\r\n"},
          Row{"a body", "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n", kilobyte},
          Row{"a body without end", "HTTP/1.1 200 OK\r\n\r\n", kilobyte},
          Row{"chunks", chunked, "3e8\r\n" + kilobyte + "\r\n"},
          Row{"a chunk's frills", chunked + "1;", kilobyte}}) {
        CAPTURE(row.name);
        const Attempt tried = attempt(endless(row.start, row.again));
        REQUIRE(!tried.result);
        CHECK(tried.result.error().code == Code::offline);
    }
}

TEST_CASE("nobody there is offline, and nothing counts as sent") {
    std::uint16_t port = 0;
    {
        port = HostileHub(certificate(), [](TlsEnd&) {}).port();
    }
    const auto over = carrier("https://127.0.0.1:" + std::to_string(port));
    const auto reply = carry(*over, "hello");
    REQUIRE(!reply);
    CHECK(reply.error().code == Code::offline);
    CHECK(!over->reached());
    CHECK(over->wasted_bytes() == 0);
}

TEST_CASE("an exchange that is given up ends, and so does every later one") {
    std::promise<void> asked;
    const HostileHub hub(certificate(), [&](TlsEnd& end) {
        end.read_until("hello");
        asked.set_value();
        end.read_some();  // no answer, until the other side goes
    });
    sync::HttpOptions options{hub.url(), certificate().pin, {}};
    options.limits.stall = options.limits.grace = 1h;
    const auto over = sync::HttpCarrier::make(options);
    REQUIRE(over);
    std::thread other([&] {
        asked.get_future().wait();
        (*over)->give_up();
    });
    for (int round = 0; round < 2; ++round) {
        const auto reply = carry(**over, "hello");
        REQUIRE(!reply);
        CHECK(reply.error().code == Code::offline);
        CHECK((*over)->reached() == (round == 0));
    }
    other.join();
}

TEST_CASE("addresses and pins that are none are invalid") {
    const std::string pin = certificate().pin;
    const auto code = [](std::string url, std::string given) {
        const auto made = sync::HttpCarrier::make({std::move(url), std::move(given), {}});
        return made ? Code::io : made.error().code;
    };
    for (const char* url : {"", "http://hub:1", "https://", "https://u:p@hub", "https://hub/?q",
                            "https://hub/#f", "file:///etc/passwd", "https://a b"})
        CHECK_MESSAGE(code(url, pin) == Code::invalid, url);
    for (const std::string& bad :
         {std::string(), std::string("sha256//"), pin.substr(0, 51), pin + ";" + pin,
          "SHA256//" + pin.substr(8), std::string("/etc/ssl/certs/hub.pem")})
        CHECK_MESSAGE(code("https://hub:8443", bad) == Code::invalid, bad);
    CHECK(sync::HttpCarrier::make({"https://[::1]:8443/base", pin, {}}));
}

}  // namespace
