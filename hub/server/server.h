#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/error.h"

namespace spot::hub {

// Bounds on what any client may cost. Tests give smaller ones.
struct ServerLimits {
    std::size_t header_bytes = 8 * 1024;  // ours take 70; a browser's up to 2 kB
    std::uint64_t body_bytes = std::uint64_t{32} * 1024 * 1024;  // 50,000 entries take 2 MB
    std::size_t connections = 4096;  // about 17 kB each when idle, reckoned 50 kB at worst
    std::size_t connections_per_address = 256;  // many stations behind one operator's NAT
    // TLS needs two round trips; at 600 ms each with lost packets they come through in this time.
    std::chrono::milliseconds handshake{15'000};
    // From an answer, or the handshake, to the last byte of the next request's header.
    std::chrono::milliseconds idle{30'000};
    // A window with fewer bytes, in either direction, than this rate gives: too slow, cut. What
    // came stays; the station resumes. 2 % of the worst link we plan for (64 kbit/s).
    std::uint64_t bytes_per_second_min = 200;
    std::chrono::milliseconds window{30'000};
    std::chrono::milliseconds request{30 * 60'000};  // in all, whatever the rate
    // After a refusal we read on for a while: closing at once would reset the connection and
    // could destroy the answer before the client has read it.
    std::chrono::milliseconds linger{10'000};
    std::size_t linger_bytes = 1024 * 1024;
    // From the word to end: so long for what is being answered. What came of the rest stays.
    std::chrono::milliseconds ending{10'000};
};

struct ServerOptions {
    std::string address = "127.0.0.1";  // to listen on, as a number
    std::uint16_t port = 0;             // 0: any free one, see Server::port()
    std::filesystem::path certificate;  // PEM, with its chain
    std::filesystem::path key;          // PEM
    ServerLimits limits;
};

// What is done with the body of one POST /x. All calls come from the thread in Server::run().
class Conversation {
public:
    virtual ~Conversation() = default;
    // A piece of the body, at most 16 KiB, valid during the call. After an error, nothing follows.
    // `refused` is answered by HTTP 403, `corrupt` and `invalid` by 400, `busy` by 503, else 500.
    virtual core::Result<> receive(core::View piece) = 0;
    // The body's end: the answer's body. Nothing follows.
    virtual core::Result<core::Bytes> finish() = 0;
    // The connection broke, or a limit was passed, before the end. Nothing follows.
    virtual void cut() = 0;
};

// HTTP/1.1 over TLS 1.3. Routes: POST /x, a conversation; GET /health, "ok"; all else is 404.
// One thread serves every connection, so handlers need no locks and have to be brief.
// Ignores SIGPIPE for the whole process.
class Server {
public:
    using Open = std::function<std::unique_ptr<Conversation>()>;  // null: busy, HTTP 503
    // A step of the program's own work. Called in run()'s thread at its start and after each
    // conversation, again and again while it answers true, with the network in between.
    using IdleWork = std::function<bool()>;

    // Bound and listening when it returns. `io`: address or port not to be had; `corrupt`: the
    // certificate or the key cannot be used.
    static core::Result<Server> listen(ServerOptions options, Open open, IdleWork idle_work = {});
    Server(Server&&) noexcept;
    Server& operator=(Server&&) noexcept;
    ~Server();

    std::uint16_t port() const;
    // Serves until stop(), SIGINT or SIGTERM. Then takes nothing new, finishes what it has begun,
    // but for no longer than `ending`, and returns.
    void run();
    // From any thread, also before run(), which then returns at once. For good.
    void stop();

private:
    struct Inside;
    explicit Server(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::hub
