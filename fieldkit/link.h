#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/error.h"

namespace spot::fieldkit {

// What is bad about a link. The same in both directions, each of which has the rate to itself.
struct LinkConditions {
    std::int64_t rate_kbit = 0;     // 0: no limit
    std::int64_t rtt_ms = 0;        // a round trip
    std::uint32_t loss_ppm = 0;     // of a million segments; at most kLossMax
    std::int64_t cut_every_ms = 0;  // up for so long, from the first connection on; 0: no cuts
    std::int64_t cut_for_ms = 0;
    std::uint64_t seed = 1;
    // When so many bytes have been handed over this way all connections are reset, once; 0: never.
    std::uint64_t close_after_up = 0, close_after_down = 0;
};
constexpr std::uint32_t kLossMax = 900'000;

struct LinkCounters {
    std::uint64_t bytes_up = 0, bytes_down = 0;  // put on the link; up: from who connected
    std::uint64_t connections = 0;
    std::uint64_t refused = 0;  // came while the link was cut
    std::uint64_t cuts = 0;     // that closed at least one connection
    std::uint64_t segments = 0, lost_segments = 0;
    std::string json() const;
};

// A TCP proxy that is a bad link, on a thread of its own. Its functions may be called from any.
//
// Each connection costs a round trip before its first byte gets through, as a handshake does. The
// proxy reads no faster than the link sends and keeps the sockets' buffers small, so that a sender
// feels the link. A cut resets connections, and what was under way is lost; while it lasts, who
// connects is reset at once.
class LinkProxy {
public:
    // `listen` "127.0.0.1:0" takes any free port. `to` need not answer yet.
    static core::Result<std::unique_ptr<LinkProxy>> start(const std::string& listen,
                                                          const std::string& to,
                                                          const LinkConditions& conditions);
    ~LinkProxy();  // stop()
    LinkProxy(const LinkProxy&) = delete;
    LinkProxy& operator=(const LinkProxy&) = delete;

    const std::string& address() const;  // where it listens, "127.0.0.1:40123"
    LinkCounters counters() const;       // stay readable after stop()
    void cut();                          // until heal(); beside the planned cuts
    void heal();
    void stop();  // closes all connections

private:
    struct Running;
    explicit LinkProxy(std::unique_ptr<Running> running);
    std::unique_ptr<Running> running_;
};

}  // namespace spot::fieldkit
