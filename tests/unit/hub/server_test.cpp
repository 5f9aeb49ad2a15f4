// Goal: a conversation hears every byte of its body and one of its three ends, and no client,
// however slow or rude, costs more than its limits. Real sockets on loopback, short limits.

#include "hub/server/server.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>

#include "hub/server/certificate.h"
#include "tests/support/loopback_hub.h"
#include "tests/support/tls_ends.h"

namespace {

using namespace spot;
using namespace std::chrono_literals;
using core::Bytes;
using core::Code;
using test::Counter;
using test::loopback_certificate;
using test::Running;
using test::TlsClient;
using Steady = std::chrono::steady_clock;

hub::ServerLimits short_limits() {
    hub::ServerLimits limits;
    limits.handshake = limits.idle = limits.window = limits.linger = 150ms;
    return limits;
}

std::string post(std::size_t size, std::string_view body) {
    return "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
           std::string(body);
}
constexpr std::string_view kBadRequest =
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

TEST_CASE("five megabytes come back as they went") {
    Running hub;
    const auto over = hub.carrier();
    Bytes body(5'000'000);
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<std::uint8_t>(i * i >> 7);
    for (int round = 1; round <= 2; ++round) {  // the second over the same connection
        const auto reply = over->exchange(sync::Body(body), {});
        REQUIRE(reply);
        CHECK(reply->body == body);
        CHECK(hub.log.finished == round);
    }
    CHECK(hub.log.received == 2 * body.size());
    CHECK(hub.log.largest <= 16 * 1024);
    CHECK(hub.log.cut == 0);
}

TEST_CASE("an answer is a line and one header") {
    Running hub;
    TlsClient client(hub.port());
    client->write(post(5, "hello"));
    CHECK(client->read_until("hello") == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    // And all of a short exchange: 69 bytes of headers up with an address like this, 38 down.
    const auto reply = hub.carrier()->exchange(test::body_of("hello"), {});
    REQUIRE(reply);
    CHECK(reply->sent_bytes <= 69 + 5);
    CHECK(reply->received_bytes == 38 + 5);
}

TEST_CASE("requests on one connection, also before the answer to the first") {
    Running hub;
    TlsClient client(hub.port());
    client->write(post(3, "one") + post(3, "two") + "GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: ";
    CHECK(client->read_until("ok") ==
          head + "3\r\n\r\none" + head + "3\r\n\r\ntwo" + head + "2\r\n\r\nok");
}

TEST_CASE("a body in chunks, a byte at a time") {
    Running hub;
    TlsClient client(hub.port());
    const std::string request =
        "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2;frill=1\r\nde\r\n0\r\n\r\n";
    for (const char byte : request) client->write({&byte, 1});
    CHECK(client->read_until("abcde").ends_with("\r\n\r\nabcde"));
}

TEST_CASE("what is not there is 404, and the connection ends") {
    Running hub;
    for (const std::string request :
         {"GET /x", "POST /y", "GET /", "DELETE /health", "GET /health?", "GET /healthy"}) {
        CAPTURE(request);
        TlsClient client(hub.port());
        client->write(request + " HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK(client->read_all() ==
              "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    CHECK(hub.log.opened == 0);
}

TEST_CASE("an error of the conversation becomes a status, and nothing follows it") {
    struct Row {
        Code code;
        const char* status;
        Code at_station;
    };
    for (const Row& row :
         {Row{Code::refused, "403", Code::refused}, Row{Code::corrupt, "400", Code::offline},
          Row{Code::invalid, "400", Code::offline}, Row{Code::busy, "503", Code::offline},
          Row{Code::io, "500", Code::offline}}) {
        CAPTURE(row.status);
        for (const bool early : {true, false}) {
            Running hub;
            (early ? hub.log.receive_fails : hub.log.finish_fails) = row.code;
            // Refused at its first bytes, a long body is still on its way: the answer gets through.
            const Bytes body(early ? 1'000'000 : 10);
            const auto reply = hub.carrier()->exchange(sync::Body(body), {});
            REQUIRE(!reply);
            CHECK(reply.error().code == row.at_station);
            CHECK(reply.error().message.find(row.status) != std::string::npos);
            hub.stop();
            CHECK(hub.log.finished == (early ? 0 : 1));
            CHECK(hub.log.cut == 0);
            CHECK(hub.log.gone.value() == 1);
        }
    }
}

TEST_CASE("a connection that breaks in the body cuts the conversation") {
    Running hub;
    {
        TlsClient client(hub.port());
        client->write(post(1000, "the beginning"));
    }
    CHECK(hub.log.gone.reaches(1));
    CHECK(hub.log.cut == 1);
    CHECK(hub.log.finished == 0);
    CHECK(hub.log.received == 13);
}

TEST_CASE("stopping the server: who is being answered gets the answer, nobody else does") {
    hub::ServerLimits limits;
    limits.ending = 1h;
    Running hub(limits);
    TlsClient idle(hub.port()), busy(hub.port());
    busy->write(post(8, "half"));
    idle->write("GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
    idle->read_until("ok");
    REQUIRE(hub.log.heard.reaches(1));
    hub.tell_to_stop();
    CHECK(idle->read_all().empty());
    busy->write("half");
    CHECK(busy->read_all() == "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalfhalf");
    hub.stop();
    CHECK(hub.log.finished == 1);
    CHECK(hub.log.cut == 0);
}

TEST_CASE("a server that was told to stop waits for nobody longer than its limit") {
    hub::ServerLimits limits;
    limits.ending = 1ms;
    Running hub(limits);
    TlsClient idle(hub.port()), busy(hub.port());
    busy->write(post(100, "half"));
    idle->write("GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
    idle->read_until("ok");
    hub.stop();
    CHECK(hub.log.cut + hub.log.finished == hub.log.opened);
    CHECK(hub.log.finished == 0);
}

TEST_CASE("a server stopped before it runs returns at once") {
    auto made = hub::Server::listen(
        {"127.0.0.1", 0, loopback_certificate().certificate, loopback_certificate().key, {}},
        [] { return nullptr; });
    REQUIRE(made);
    made->stop();
    made->run();
}

TEST_CASE("bodies and headers over their limits") {
    hub::ServerLimits limits;
    limits.body_bytes = 1000;
    Running hub(limits);
    const auto answer_to = [&](const std::string& request) {
        TlsClient client(hub.port());
        client->write(request);
        return client->read_until("\r\n\r\n").substr(0, 12);
    };
    CHECK(answer_to(post(1000, std::string(1000, 'x'))) == "HTTP/1.1 200");
    CHECK(hub.log.opened == 1);
    CHECK(answer_to(post(1001, "")) == "HTTP/1.1 413");
    CHECK(hub.log.opened == 1);
    const std::string chunked = "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    CHECK(answer_to(chunked + "3e9\r\n" + std::string(1001, 'x')) == "HTTP/1.1 413");
    CHECK(hub.log.cut == 1);
    CHECK(answer_to(chunked + "1;" + std::string(70'000, 'x')).empty());
    CHECK(hub.log.cut == 2);
    CHECK(answer_to("GET /health HTTP/1.1\r\nX: " + std::string(9000, 'x')) == "HTTP/1.1 431");
    CHECK(answer_to("GET /health HTTP/1.1\r\nX: " + std::string(7000, 'x') + "\r\n\r\n") ==
          "HTTP/1.1 200");
}

TEST_CASE("rubbish is refused and the server lives on") {
    Running hub(short_limits());
    for (const std::string& rubbish :
         {std::string("\x16\x03\x01 what\r\n\r\n"), std::string("POST\r\n\r\n"),
          std::string("POST /x HTTP/9.9\r\n\r\n"),
          std::string("POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), std::string(100, '\0')}) {
        TlsClient client(hub.port());
        client->write(rubbish);
        CHECK(client->read_all() == kBadRequest);
    }
    CHECK(hub.log.opened == 0);
    CHECK(hub.carrier()->exchange(test::body_of("hello"), {}));
}

TEST_CASE("who is slow is cut") {
    const auto start = Steady::now();
    SUBCASE("in the handshake") {
        Running hub(short_limits());
        test::TlsEnd end(test::connect_loopback(hub.port()), nullptr, false);
        CHECK(end.other_side_closes_within(20000));
    }
    SUBCASE("before a request") {
        Running hub(short_limits());
        TlsClient client(hub.port());
        CHECK(client->read_all().empty());
    }
    SUBCASE("in a header, a byte now and then") {
        Running hub(short_limits());
        TlsClient client(hub.port());
        client->write("GET /health HTTP/1.1\r\nX: ");
        while (!client->other_side_closes_within(20) && Steady::now() < start + 40s)
            client->write("x");
    }
    SUBCASE("in a body, a byte now and then") {
        Running hub(short_limits());
        TlsClient client(hub.port());
        client->write(post(1000, ""));
        while (!client->other_side_closes_within(20) && Steady::now() < start + 40s)
            client->write("x");
        CHECK(hub.log.gone.reaches(1));
        CHECK(hub.log.cut == 1);
    }
    SUBCASE("in all") {
        hub::ServerLimits limits;
        limits.request = 150ms;
        Running hub(limits);
        TlsClient client(hub.port());
        client->write(post(1'000'000, ""));
        const std::string block(1000, 'x');
        while (!client->other_side_closes_within(20) && Steady::now() < start + 40s)
            client->write(block);
        CHECK(hub.log.gone.reaches(1));
        CHECK(hub.log.cut == 1);
    }
    SUBCASE("in taking its answer") {
        Running hub(short_limits());
        TlsClient client(hub.port());
        client->write(post(20'000'000, ""));
        const std::string block(100'000, 'x');
        for (int i = 0; i < 200; ++i) REQUIRE(client->write(block));
        CHECK(hub.log.gone.reaches(1));  // the answer is made; nobody reads it
        CHECK(hub.carrier()->exchange(test::body_of("others are served"), {}));
        std::size_t got = 0;
        CHECK(client->other_side_closes_within(20000));
        for (std::string more; !(more = client->read_some()).empty();) got += more.size();
        CHECK(got < 20'000'000);
    }
    CHECK(Steady::now() - start < 20s);
}

TEST_CASE("who keeps up with the rate is not cut") {
    hub::ServerLimits limits = short_limits();
    limits.window = 100ms;
    limits.bytes_per_second_min = 1000;
    Running hub(limits);
    TlsClient client(hub.port());
    client->write(post(30 * 200, ""));
    const std::string block(200, 'x');
    for (int i = 0; i < 30; ++i) {  // 10,000 bytes a second, for six windows
        CHECK(!client->other_side_closes_within(20));
        client->write(block);
    }
    CHECK(client->read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_CASE("connections over the limit are closed at once, and room is made again") {
    hub::ServerLimits limits;
    SUBCASE("in all") {
        limits.connections = 2;
    }
    SUBCASE("from one address") {
        limits.connections_per_address = 2;
    }
    Running hub(limits);
    std::optional<TlsClient> first(std::in_place, hub.port());
    TlsClient second(hub.port());
    CHECK((*first)->ready());
    CHECK(second->ready());
    CHECK(!TlsClient(hub.port())->ready());
    first.reset();
    bool room = false;
    for (int i = 0; i < 1000 && !room; ++i) room = TlsClient(hub.port())->ready();
    CHECK(room);
}

TEST_CASE("requests are served while the program's own work has no end") {
    Counter steps;
    Running hub({}, [&] {
        steps.add();
        return true;
    });
    CHECK(steps.reaches(100));
    CHECK(hub.carrier()->exchange(test::body_of("hello"), {}));
}

TEST_CASE("the program's own work is called at the start and after each conversation") {
    Counter steps;
    Running hub({}, [&] {
        steps.add();
        return false;
    });
    CHECK(steps.reaches(1));
    for (int conversations = 1; conversations <= 3; ++conversations) {
        CHECK(steps.value() == conversations);
        CHECK(hub.carrier()->exchange(test::body_of("hello"), {}));
        CHECK(steps.reaches(conversations + 1));
    }
    { TlsClient(hub.port())->write(post(1000, "broken off")); }
    CHECK(steps.reaches(5));
    CHECK(steps.value() == 5);
}

TEST_CASE("a server needs an address, a free port and a matching key") {
    const auto code = [](hub::ServerOptions options) {
        const auto made = hub::Server::listen(std::move(options), [] { return nullptr; });
        return made ? Code::limit : made.error().code;
    };
    const auto& mine = loopback_certificate();
    const test::TestCertificate other;
    CHECK(code({"127.0.0.1", 0, mine.certificate, mine.key, {}}) == Code::limit);
    CHECK(code({"localhost", 0, mine.certificate, mine.key, {}}) == Code::invalid);
    CHECK(code({"127.0.0.1", 0, mine.certificate, other.key, {}}) == Code::corrupt);
    CHECK(code({"127.0.0.1", 0, mine.folder / "none", mine.key, {}}) == Code::corrupt);
    Running hub;
    CHECK(code({"127.0.0.1", hub.port(), mine.certificate, mine.key, {}}) == Code::io);
}

TEST_CASE("a certificate is made once, its key for the owner only") {
    const test::TestCertificate made;
    struct stat status {};
    REQUIRE(stat(made.key.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(made.pin.size() == 8 + 44);
    CHECK(made.pin != loopback_certificate().pin);
    const auto again = hub::make_certificate(made.certificate, made.key, 0);
    REQUIRE(!again);
    CHECK(again.error().code == Code::conflict);
    CHECK(hub::pin_of(made.certificate) == made.pin);
    CHECK(hub::pin_of(made.folder / "none").error().code == Code::not_found);
    std::ofstream(made.folder / "rubbish") << "-----BEGIN CERTIFICATE-----\nrubbish\n";
    CHECK(hub::pin_of(made.folder / "rubbish").error().code == Code::corrupt);
    std::filesystem::remove(made.certificate);  // as after a broken-off attempt
    CHECK(hub::make_certificate(made.certificate, made.key, 1'700'000'000'000));
    CHECK(hub::pin_of(made.certificate) != made.pin);
}

}  // namespace
