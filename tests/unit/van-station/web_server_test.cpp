// Goal: the server answers its own pages, pushes events at once, and nobody costs it more than its
// limits. Real sockets on loopback, short limits, an application of a few lines.

#include "van-station/web/server.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "tests/support/web_client.h"

namespace {

using namespace spot;
using namespace spot::station::web;
using namespace std::chrono_literals;
using tests::WebClient;
using Steady = std::chrono::steady_clock;

const Tokens kTokens{"mediator-token", "citizen-token"};

class Echo final : public Application {
public:
    Plan plan(const Request& head) override {
        if (head.path == "/api/events") return {200, "", 0, Channel::mediator};
        if (head.path == "/api/citizen/events") return {200, "", 0, Channel::citizen};
        if (head.path == "/api/none") return {404, "not_found", 0, {}};
        return {200, "", 1000, {}};
    }
    void handle(Request request, Reply reply) override {
        ++handled;
        if (request.path == "/api/large") {
            Answer answer;
            answer.body.assign(20'000'000, 'x');
            return reply(std::move(answer));
        }
        if (request.path == "/api/never") {
            kept.push_back(std::move(reply));
            return;
        }
        Answer answer;
        answer.body = request.body.empty() ? request.path : request.body;
        reply(std::move(answer));
    }
    std::vector<Event> first_events(Channel) override { return {{"state", "state", "0"}}; }
    void tick() override {}
    void end() override { ++ended; }
    bool is_idle() override { return idle; }

    int handled = 0, ended = 0;
    bool idle = true;
    std::vector<Reply> kept;
};

struct Running {
    explicit Running(ServerLimits limits = {}, std::optional<std::uint32_t> user = {}) {
        ServerOptions options;
        options.tokens = kTokens;
        options.limits = limits;
        options.user = user.value_or(static_cast<std::uint32_t>(::geteuid()));
        auto made = Server::listen(std::move(options));
        REQUIRE(made);
        server.emplace(std::move(*made));
        thread = std::thread([this] { server->run(echo); });
    }
    ~Running() { stop(); }
    void stop() {
        if (!thread.joinable()) return;
        server->stop();
        thread.join();
    }
    std::uint16_t port() const { return server->port(); }
    std::string host() const { return "Host: 127.0.0.1:" + std::to_string(port()) + "\r\n"; }
    std::string get(std::string_view path, std::string_view token = "mediator-token") const {
        return "GET " + std::string(path) + " HTTP/1.1\r\n" + host() + "Authorization: Bearer " +
               std::string(token) + "\r\n\r\n";
    }
    std::string post_head(std::string_view more) const {
        return "POST /api/x HTTP/1.1\r\n" + host() +
               "Origin: http://127.0.0.1:" + std::to_string(port()) +
               "\r\nAuthorization: Bearer mediator-token\r\n" + std::string(more) + "\r\n";
    }
    std::string post(std::string_view body) const {
        return post_head("Content-Length: " + std::to_string(body.size()) + "\r\n") +
               std::string(body);
    }
    unsigned status_of(const std::string& request) const {
        WebClient client(port());
        return client.ask(request).status;
    }
    // In the server's thread; waits until it is done.
    void in_its_thread(std::function<void()> work) {
        std::mutex mutex;
        std::condition_variable changed;
        bool done = false;
        server->post([&] {
            work();
            const std::lock_guard lock(mutex);
            done = true;
            changed.notify_one();
        });
        std::unique_lock lock(mutex);
        REQUIRE(changed.wait_for(lock, 10s, [&] { return done; }));
    }
    void push(Channel channel, const Event& event) {
        in_its_thread([&] { server->push(channel, event); });
    }

    Echo echo;
    std::optional<Server> server;
    std::thread thread;
};

ServerLimits short_limits() {
    ServerLimits limits;
    limits.first_header = limits.idle = limits.body = limits.answer = limits.event = limits.linger =
        150ms;
    return limits;
}

TEST_CASE("requests on one connection, one after the other") {
    Running station;
    WebClient client(station.port());
    CHECK(client.ask(station.get("/api/one")).body == "/api/one");
    CHECK(client.ask(station.post("two")).body == "two");
    client.write(station.get("/api/three") + station.get("/api/four"));
    CHECK(client.read_answer().body == "/api/three");
    CHECK(client.read_answer().body == "/api/four");
    client.write(station.post_head("Transfer-Encoding: chunked\r\n"));
    for (const char byte : std::string("3\r\nfiv\r\n1\r\ne\r\n0\r\n\r\n")) client.write({&byte, 1});
    CHECK(client.read_answer().body == "five");
}

TEST_CASE("an answer says what browsers may do with it, and opens nothing to others") {
    Running station;
    WebClient client(station.port());
    const auto good = client.ask(station.get("/api/one"));
    const auto bad = client.ask(station.get("/api/one", "guess"));
    CHECK(bad.status == 401);
    for (const auto& answer : {good, bad}) {
        for (const char* line :
             {"Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff\r\n",
              "Referrer-Policy: no-referrer\r\n", "Cross-Origin-Opener-Policy: same-origin\r\n",
              "Cross-Origin-Resource-Policy: same-origin\r\n", "Permissions-Policy: camera=(self)",
              "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
              "img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; "
              "frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n"}) {
            CAPTURE(line);
            CHECK(answer.head.find(line) != std::string::npos);
        }
        CHECK(answer.head.find("Access-Control") == std::string::npos);
        CHECK(answer.head.find("Set-Cookie") == std::string::npos);
    }
    CHECK(bad.body.find("mediator-token") == std::string::npos);
}

TEST_CASE("what the gate refuses reaches nobody") {
    Running station;
    const std::string own = station.host();
    const std::string token = "Authorization: Bearer mediator-token\r\n";
    CHECK(station.status_of("GET /api/x HTTP/1.1\r\nHost: evil.example\r\n" + token + "\r\n") ==
          421);
    CHECK(station.status_of("GET /api/x HTTP/1.1\r\n" + token + "\r\n") == 421);
    CHECK(station.status_of("GET /api/x HTTP/1.1\r\n" + own + "Host: evil.example\r\n" + token +
                            "\r\n") == 400);
    CHECK(station.status_of("GET /api/x HTTP/1.1\r\n" + own + token + token + "\r\n") == 400);
    CHECK(station.status_of("GET /api/x HTTP/1.1\r\n" + own + token +
                            "Sec-Fetch-Site: same-origin\r\nsec-fetch-site: cross-site\r\n\r\n") ==
          400);
    CHECK(station.status_of("OPTIONS /api/x HTTP/1.1\r\n" + own + "\r\n") == 405);
    CHECK(station.status_of("PUT /api/x HTTP/1.1\r\n" + own + token + "\r\n") == 405);
    CHECK(station.status_of("POST /api/x HTTP/1.1\r\n" + own + token +
                            "Content-Length: 1\r\n\r\nx") == 403);
    CHECK(station.status_of(station.get("/api/none")) == 404);
    CHECK(station.echo.handled == 0);
}

TEST_CASE("another user's process is not heard, token or not") {
    Running station({}, static_cast<std::uint32_t>(::geteuid()) + 1);
    WebClient client(station.port());
    client.write(station.get("/api/one"));
    CHECK(client.read_all().empty());
}

TEST_CASE("headers and bodies over their limits") {
    Running station;
    CHECK(station.status_of(station.post(std::string(1000, 'x'))) == 200);
    CHECK(station.echo.handled == 1);
    CHECK(station.status_of(station.post(std::string(1001, 'x'))) == 413);
    CHECK(station.status_of(station.post_head("Content-Length: 99999999999\r\n")) == 413);
    CHECK(station.status_of(station.post_head("Transfer-Encoding: chunked\r\n") + "3e9\r\n" +
                            std::string(1001, 'x') + "\r\n0\r\n\r\n") == 413);
    CHECK(station.status_of("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x')) == 431);
    CHECK(station.echo.handled == 1);
}

TEST_CASE("bodies of all connections together") {
    ServerLimits limits;
    limits.bodies_bytes = 1500;
    Running station(limits);
    WebClient slow(station.port());
    slow.write(station.post_head("Content-Length: 1000\r\nExpect: 100-continue\r\n"));
    CHECK(slow.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    WebClient second(station.port());
    const auto busy = second.ask(station.post(std::string(600, 'x')));
    CHECK(busy.status == 503);
    CHECK(busy.head.find("Retry-After: 1\r\n") != std::string::npos);
    slow.write(std::string(1000, 'x'));
    CHECK(slow.read_answer().status == 200);
    CHECK(station.status_of(station.post(std::string(600, 'x'))) == 200);
}

TEST_CASE("rubbish is refused and the server lives on") {
    Running station(short_limits());
    for (const std::string& rubbish :
         {std::string("\x16\x03\x01 what\r\n\r\n"), std::string("POST\r\n\r\n"),
          std::string("GET / HTTP/9.9\r\n\r\n"), std::string(100, '\0'),
          std::string("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")}) {
        WebClient client(station.port());
        CHECK(client.ask(rubbish).status == 400);
    }
    CHECK(station.status_of(station.get("/api/one")) == 200);
}

TEST_CASE("who is slow is cut") {
    const auto start = Steady::now();
    Running station(short_limits());
    WebClient client(station.port());
    SUBCASE("before a request") {}
    SUBCASE("between requests") {
        CHECK(client.ask(station.get("/api/one")).status == 200);
    }
    SUBCASE("in a header, a byte now and then") {
        client.write("GET / HTTP/1.1\r\nX: ");
        while (!client.closes_within(20) && Steady::now() < start + 40s) client.write("x");
    }
    SUBCASE("in a body, a byte now and then") {
        client.write(station.post_head("Content-Length: 1000\r\n"));
        while (!client.closes_within(20) && Steady::now() < start + 40s) client.write("x");
        CHECK(station.echo.handled == 0);
    }
    CHECK(client.read_all().empty());
    CHECK(Steady::now() - start < 20s);
}

TEST_CASE("who does not take an answer, or its events, is cut") {
    Running station(short_limits());
    WebClient client(station.port());
    SUBCASE("an answer") {
        client.write(station.get("/api/large"));
        CHECK(station.status_of(station.get("/api/one")) == 200);
        std::this_thread::sleep_for(500ms);  // not reading is the point
        CHECK(client.read_all().size() < 20'000'000);
    }
    SUBCASE("events") {
        client.write(station.get("/api/events"));
        client.read_until("data: 0\n\n");
        const std::string data(1'000'000, 'x');
        for (int i = 0; i < 20; ++i)
            station.push(Channel::mediator, {"k" + std::to_string(i), "changed", data});
        std::this_thread::sleep_for(500ms);
        CHECK(client.read_all().size() < 20 * data.size());
    }
}

TEST_CASE("connections over the limit: who has shown no token makes room") {
    ServerLimits limits;
    limits.connections = 3;
    Running station(limits);
    WebClient mediator(station.port());
    CHECK(mediator.ask(station.get("/api/one")).status == 200);
    WebClient first(station.port()), second(station.port());
    CHECK(second.ask(station.get("/", "")).status == 200);  // both were accepted
    WebClient third(station.port());
    CHECK(third.ask(station.get("/api/one")).status == 200);
    CHECK(first.closes_within(20000));
    CHECK(mediator.ask(station.get("/api/one")).status == 200);
}

TEST_CASE("a connection has an end") {
    ServerLimits limits;
    limits.requests_per_connection = 3;
    Running station(limits);
    WebClient client(station.port());
    CHECK(client.ask(station.get("/api/one")).status == 200);
    CHECK(client.ask(station.get("/api/one")).status == 200);
    const auto last = client.ask(station.get("/api/one"));
    CHECK(last.head.find("Connection: close\r\n") != std::string::npos);
    CHECK(client.closes_within(20000));
}

TEST_CASE("events come at once, each to its channel") {
    Running station;
    WebClient mediator(station.port()), citizen(station.port());
    mediator.write(station.get("/api/events"));
    citizen.write(station.get("/api/citizen/events", "citizen-token"));
    const std::string head = mediator.read_until("\r\n\r\n");
    CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
    CHECK(head.find("Cache-Control: no-store\r\n") != std::string::npos);
    CHECK(mediator.read_until("\n\n") == "event: state\ndata: 0\n\n");
    citizen.read_until("data: 0\n\n");
    for (int i = 1; i <= 50; ++i) {
        const auto start = Steady::now();
        station.push(Channel::citizen, {"citizen", "citizen", std::to_string(i)});
        CHECK(citizen.read_until("\n\n") == "event: citizen\ndata: " + std::to_string(i) + "\n\n");
        CHECK(Steady::now() - start < 20s);  // at once, not at some look of a timer
    }
    station.push(Channel::mediator, {"x", "changed", "{}"});
    CHECK(mediator.read_until("\n\n") == "event: changed\ndata: {}\n\n");
}

TEST_CASE("of what a stream has not taken only the newest of a kind stays, within a limit") {
    ServerLimits limits;
    limits.events_waiting = 3;
    Running station(limits);
    WebClient client(station.port());
    client.write(station.get("/api/events"));
    client.read_until("data: 0\n\n");
    station.in_its_thread([&] {  // nothing is written in between
        for (int i = 1; i <= 9; ++i)
            station.server->push(Channel::mediator, {"state", "state", std::to_string(i)});
        station.server->push(Channel::mediator, {"other", "changed", "{}"});
    });
    CHECK(client.read_until("{}\n\n") == "event: state\ndata: 9\n\nevent: changed\ndata: {}\n\n");
    station.in_its_thread([&] {
        for (int i = 0; i < 4; ++i)
            station.server->push(Channel::mediator, {std::to_string(i), "changed", "1"});
    });
    CHECK(client.read_all().find("data: 1") == std::string::npos);  // it ends; the page asks anew
}

TEST_CASE("a silent stream is kept alive, and one that is left is forgotten") {
    ServerLimits limits;
    limits.heartbeat = 50ms;
    limits.streams = 2;
    Running station(limits);
    WebClient client(station.port());
    client.write(station.get("/api/events"));
    client.read_until("data: 0\n\n");
    CHECK(client.read_until("\n\n") == ":\n\n");
    for (int i = 0; i < 50; ++i) {  // reloads: each leaves its stream
        WebClient page(station.port());
        page.write(station.get("/api/events"));
        CHECK(page.read_until("data: 0\n\n").ends_with("data: 0\n\n"));
    }
    CHECK(station.status_of(station.get("/api/one")) == 200);
}

TEST_CASE("streams over the limit end the oldest") {
    ServerLimits limits;
    limits.streams = 2;
    Running station(limits);
    WebClient one(station.port()), two(station.port()), three(station.port());
    for (WebClient* client : {&one, &two, &three}) {
        client->write(station.get("/api/events"));
        client->read_until("data: 0\n\n");
    }
    CHECK(one.read_all().empty());
    station.push(Channel::mediator, {"x", "changed", "{}"});
    CHECK(two.read_until("\n\n") == "event: changed\ndata: {}\n\n");
    CHECK(three.read_until("\n\n") == "event: changed\ndata: {}\n\n");
}

TEST_CASE("an answer that never comes holds nobody up, nor does one that comes too late") {
    ServerLimits limits;
    limits.work = 150ms;
    Running station(limits);
    WebClient client(station.port());
    client.write(station.get("/api/never"));
    CHECK(station.status_of(station.get("/api/one")) == 200);
    CHECK(client.read_all().empty());
    station.in_its_thread([&] {
        REQUIRE(station.echo.kept.size() == 1);
        station.echo.kept[0](Answer{});
    });
    CHECK(station.status_of(station.get("/api/one")) == 200);
}

TEST_CASE("stopping cuts what is under way") {
    Running station;
    WebClient waiting(station.port()), listening(station.port()), half(station.port());
    waiting.write(station.get("/api/never"));
    listening.write(station.get("/api/events"));
    listening.read_until("data: 0\n\n");
    half.write("GET /api");
    station.stop();
    CHECK(waiting.read_all().empty());
    CHECK(half.read_all().empty());
}

TEST_CASE("stopping waits for what the application has under way, but not for ever") {
    ServerLimits patient;
    patient.ending = 1h;
    Running station(patient);
    WebClient waiting(station.port());
    waiting.write(station.get("/api/never"));
    station.in_its_thread([&] { station.echo.idle = false; });
    station.server->stop();
    CHECK(waiting.read_all().empty());  // cut at once
    station.in_its_thread([&] {
        CHECK(station.echo.ended == 1);
        station.echo.idle = true;
    });
    station.thread.join();

    ServerLimits hasty;
    hasty.ending = 1ms;
    Running stuck(hasty);
    stuck.in_its_thread([&] { stuck.echo.idle = false; });
    stuck.stop();
    CHECK(stuck.echo.ended == 1);
}

TEST_CASE("loopback only") {
    for (const char* address : {"0.0.0.0", "::", "192.168.1.1", "127.0.0.2", "localhost", ""}) {
        CAPTURE(address);
        ServerOptions options;
        options.address = address;
        const auto made = Server::listen(std::move(options));
        REQUIRE(!made);
        CHECK(made.error().code == core::Code::invalid);
    }
    Running station;
    ServerOptions options;
    options.port = station.port();
    const auto taken = Server::listen(std::move(options));
    REQUIRE(!taken);
    CHECK(taken.error().code == core::Code::io);
}

}  // namespace
