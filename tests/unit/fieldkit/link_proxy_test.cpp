#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "fieldkit/link.h"
#include "fieldkit/link/sockets.h"

// Real sockets on the loopback, with delays of milliseconds: what the model can't show.

using namespace spot::fieldkit;
using namespace std::chrono;

namespace {

int port_of(const std::string& address) {
    return std::stoi(address.substr(address.rfind(':') + 1));
}

int blocking_socket() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{10, 0};  // a test that would hang fails instead
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return fd;
}

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

Descriptor connected_to(const LinkProxy& link) {
    Descriptor fd(blocking_socket());
    const auto address = loopback(port_of(link.address()));
    REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

// Sends all, says it is done, and reads what comes until the end; counts what a fault left.
struct Outcome {
    std::string got;
    bool is_whole = false;
};
Outcome ask(const Descriptor& fd, const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
        const auto n = ::send(fd.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) break;
        sent += static_cast<std::size_t>(n);
    }
    // A reset is told once: what send() was told, recv() takes for an end.
    const bool is_sent = sent == text.size() && ::shutdown(fd.get(), SHUT_WR) == 0;
    Outcome outcome;
    char buffer[16 * 1024];
    for (;;) {
        const auto n = ::recv(fd.get(), buffer, sizeof buffer, 0);
        if (n <= 0) {
            outcome.is_whole = is_sent && n == 0;
            return outcome;
        }
        outcome.got.append(buffer, static_cast<std::size_t>(n));
    }
}

// Serves one connection after another: reads to its end, then answers with all it read.
class Echo {
public:
    Echo() : listener_(blocking_socket()) {
        auto address = loopback(0);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(listener_.get(), generic, size) == 0);
        REQUIRE(::listen(listener_.get(), 8) == 0);
        REQUIRE(::getsockname(listener_.get(), generic, &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~Echo() {
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
    }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    std::size_t received() const { return received_; }

private:
    void serve() {
        for (;;) {
            const Descriptor peer(::accept(listener_.get(), nullptr, nullptr));
            if (!peer) return;
            std::string all;
            char buffer[16 * 1024];
            for (ssize_t n; (n = ::recv(peer.get(), buffer, sizeof buffer, 0)) > 0;) {
                all.append(buffer, static_cast<std::size_t>(n));
                received_ += static_cast<std::size_t>(n);
            }
            for (std::size_t sent = 0; sent < all.size();) {
                const auto n =
                    ::send(peer.get(), all.data() + sent, all.size() - sent, MSG_NOSIGNAL);
                if (n <= 0) break;
                sent += static_cast<std::size_t>(n);
            }
        }
    }
    Descriptor listener_;
    int port_ = 0;
    std::atomic<std::size_t> received_ = 0;
    std::thread thread_;
};

std::unique_ptr<LinkProxy> link_to(const Echo& echo, const LinkConditions& conditions) {
    auto link = LinkProxy::start("127.0.0.1:0", echo.address(), conditions);
    REQUIRE(link.has_value());
    return std::move(*link);
}

std::string varied_text(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761U >> 13);
    return text;
}

}  // namespace

TEST_CASE("a perfect link carries every byte both ways") {
    Echo echo;
    const auto link = link_to(echo, {});
    const std::string text = varied_text(3'000'000);
    const auto outcome = ask(connected_to(*link), text);
    CHECK(outcome.is_whole);
    CHECK(outcome.got == text);
    link->stop();
    const auto counters = link->counters();
    CHECK(counters.bytes_up == text.size());
    CHECK(counters.bytes_down == text.size());
    CHECK(counters.connections == 1);
    CHECK(counters.cuts == 0);
}

TEST_CASE("rate, delay and the handshake take their time") {
    Echo echo;
    LinkConditions conditions;
    conditions.rate_kbit = 1000;
    conditions.rtt_ms = 60;
    const auto link = link_to(echo, conditions);
    const std::string text = varied_text(25'000);  // 200 ms each way
    const auto begin = steady_clock::now();
    const auto outcome = ask(connected_to(*link), text);
    const auto took = duration_cast<milliseconds>(steady_clock::now() - begin).count();
    CHECK(outcome.got == text);
    CHECK(took >= 60 + 200 + 30 + 200 + 30);
    CHECK(took < 1500);  // a busy machine may be late, not that late
}

TEST_CASE("losses delay and lose nothing") {
    Echo echo;
    LinkConditions conditions;
    conditions.rate_kbit = 20'000;
    conditions.loss_ppm = 100'000;
    conditions.seed = 3;
    const auto link = link_to(echo, conditions);
    const std::string text = varied_text(20'000);
    CHECK(ask(connected_to(*link), text).got == text);
    link->stop();
    CHECK(link->counters().lost_segments > 0);
}

TEST_CASE("a connection is closed at the very byte, once") {
    for (const std::uint64_t at : {1, 1408, 5000}) {
        CAPTURE(at);
        Echo echo;
        LinkConditions conditions;
        conditions.close_after_up = at;
        const auto link = link_to(echo, conditions);
        const std::string text = varied_text(20'000);
        CHECK_FALSE(ask(connected_to(*link), text).is_whole);
        const auto again =
            ask(connected_to(*link), text);  // the echo has read the first to its end
        CHECK(again.got == text);
        CHECK(echo.received() == at + text.size());
    }
}

TEST_CASE("an answer can be lost after all was received") {
    Echo echo;
    LinkConditions conditions;
    conditions.close_after_down = 1;
    const auto link = link_to(echo, conditions);
    const auto outcome = ask(connected_to(*link), varied_text(100));
    CHECK_FALSE(outcome.is_whole);
    CHECK(outcome.got.size() <= 1);
    CHECK(echo.received() == 100);
}

TEST_CASE("a cut resets what is open and who comes, until it heals") {
    Echo echo;
    const auto link = link_to(echo, {});
    const auto waiting = connected_to(*link);
    REQUIRE(::send(waiting.get(), "a", 1, 0) == 1);
    while (echo.received() == 0) std::this_thread::yield();
    link->cut();
    char byte;
    CHECK(::recv(waiting.get(), &byte, 1, 0) < 0);
    CHECK_FALSE(ask(connected_to(*link), "b").is_whole);
    link->heal();
    CHECK(ask(connected_to(*link), "c").got == "c");
    link->stop();
    CHECK(link->counters().cuts == 1);
    CHECK(link->counters().refused == 1);
    CHECK(link->counters().connections == 2);
}

TEST_CASE("who can't be reached beyond the link is a reset") {
    std::string nobody;
    {
        const Echo gone;
        nobody = gone.address();
    }
    auto link = LinkProxy::start("127.0.0.1:0", nobody, {});
    REQUIRE(link.has_value());
    CHECK_FALSE(ask(connected_to(**link), "x").is_whole);
}

TEST_CASE("addresses and conditions that make no sense are refused") {
    const auto code = [](const char* listen, const char* to, LinkConditions conditions = {}) {
        const auto link = LinkProxy::start(listen, to, conditions);
        return link ? -1 : static_cast<int>(link.error().code);
    };
    const int invalid = static_cast<int>(spot::core::Code::invalid);
    CHECK(code("127.0.0.1", "127.0.0.1:1") == invalid);
    CHECK(code("127.0.0.1:0", "127.0.0.1:") == invalid);
    CHECK(code("127.0.0.1:0", "127.0.0.1:port") == invalid);
    LinkConditions all_lost;
    all_lost.loss_ppm = 1'000'000;
    CHECK(code("127.0.0.1:0", "127.0.0.1:1", all_lost) == invalid);
    LinkConditions never_up;
    never_up.cut_for_ms = 10;
    CHECK(code("127.0.0.1:0", "127.0.0.1:1", never_up) == invalid);
}

TEST_CASE("the counters are JSON with fixed names") {
    LinkCounters counters;
    counters.bytes_up = 7;
    const auto json = nlohmann::json::parse(counters.json());
    CHECK(json["bytes_up"] == 7);
    CHECK(json.size() == 7);
}
