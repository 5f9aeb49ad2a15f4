#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "van-station/web/gate.h"
#include "van-station/web/http.h"

namespace spot::station::web {

// Bounds on what anybody on this machine may cost. Tests give smaller ones.
struct ServerLimits {
    std::size_t header_bytes = 8 * 1024;  // a browser's take up to 2 kB
    // Request bodies in memory, of all connections together; each one's own limit is its Plan's.
    std::size_t bodies_bytes = 16 * 1024 * 1024;
    // At the limit the connection that has been here longest without a token makes room.
    std::size_t connections = 64;
    std::size_t requests_per_connection = 1000;
    std::size_t streams = 16;         // of events; at the limit the oldest one ends
    std::size_t events_waiting = 64;  // in one stream; one that is further behind ends
    std::chrono::milliseconds first_header{5'000};
    std::chrono::milliseconds idle{30'000};    // from an answer to the next request's header
    std::chrono::milliseconds body{30'000};    // all of it
    std::chrono::milliseconds work{180'000};   // until there is an answer (a printer may be slow)
    std::chrono::milliseconds answer{30'000};  // until the browser has taken it
    std::chrono::milliseconds event{10'000};   // until a stream has taken what waits for it
    std::chrono::milliseconds heartbeat{
        15'000};  // a comment in a stream that is silent for so long
    // After a refusal we read on for a while: closing at once would reset the connection and
    // could destroy the answer before the client has read it.
    std::chrono::milliseconds linger{1'000};
    std::size_t linger_bytes = 256 * 1024;
    // From the word to end: so long for what the application has under way, such as paper.
    std::chrono::milliseconds ending{10'000};
};

struct ServerOptions {
    std::string address = "127.0.0.1";  // or "::1", nothing else
    std::uint16_t port = 0;             // 0: any free one
    Tokens tokens;
    std::uint32_t user = 0;  // only this user's processes are heard, where the kernel tells
    ServerLimits limits;
};

// What is served. All calls come from the thread in Server::run().
class Application {
public:
    virtual ~Application() = default;

    // Of a request that has passed the gate, before its body is read.
    struct Plan {
        unsigned status = 200;  // else the refusal's: there is no such address
        const char* code = "";
        std::size_t body_bytes_max = 0;
        std::optional<Channel> stream;  // an answer without end: events
    };
    virtual Plan plan(const Request& head) = 0;

    // Answers by calling `reply` once, now or later, in this thread; a call too late is no harm.
    using Reply = std::function<void(Answer)>;
    virtual void handle(Request request, Reply reply) = 0;

    // What a new stream starts with.
    virtual std::vector<Event> first_events(Channel channel) = 0;

    // About once a second.
    virtual void tick() = 0;

    // The server was told to end: nothing new is begun, and what can be broken off is. Once; no
    // request and no tick() follows.
    virtual void end() = 0;
    // Nothing of its own is under way any more.
    virtual bool is_idle() = 0;
};

// HTTP/1.1 on loopback. Lets nobody but this launch's pages speak: see Gate. One thread serves
// every connection, so handlers need no locks and have to be brief.
class Server {
public:
    // Bound and listening when it returns. `invalid`: the address is not loopback's. `io`: the port
    // is not to be had.
    static core::Result<Server> listen(ServerOptions options);
    Server(Server&&) noexcept;
    Server& operator=(Server&&) noexcept;
    ~Server();

    std::uint16_t port() const;
    std::string url() const;  // "http://127.0.0.1:40123"
    // Serves until stop(), SIGINT, SIGTERM or SIGHUP. Then cuts every connection, lets the
    // application finish, but for no longer than `ending`, and returns.
    void run(Application& application);
    // From any thread, also before run(), which then returns at once. For good.
    void stop();
    // From any thread: has `work` done in run()'s thread.
    void post(std::function<void()> work);
    // In run()'s thread: hands an event to every stream of the channel, at once where it can.
    void push(Channel channel, const Event& event);

private:
    struct Inside;
    explicit Server(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::station::web
