#pragma once

#include <poll.h>

#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <vector>

#include "fieldkit/link.h"
#include "fieldkit/link/shaper.h"
#include "fieldkit/link/sockets.h"

namespace spot::fieldkit {

// Moves bytes between sockets as the shaper says. One thread's; knows the clock only as `now`.
class Pump {
public:
    Pump(const LinkConditions& conditions, Descriptor listener, const SocketAddress& target,
         Micros now);

    // Waits until there is something to do, or `wake` is readable.
    void wait(const Descriptor& wake, Micros now);
    // Does what is due at `now` on the sockets that wait() found ready.
    void step(Micros now, bool is_cut_by_hand);
    void reset_all();
    LinkCounters counters() const;

private:
    static constexpr std::size_t kNotPolled = SIZE_MAX;
    struct Parcel {
        enum class Kind { bytes, end, fault } kind;
        Micros arrival;
        std::string bytes;
        std::size_t written = 0;
    };
    // One direction of one connection.
    struct Way {
        std::deque<Parcel> under_way;
        std::size_t bytes_under_way = 0;
        Micros opens_at = 0;
        bool read_all = false;   // an end or a fault was read
        bool wrote_all = false;  // and handed over
        bool blocked = false;    // the far socket takes no more at the moment
    };
    struct Connection {
        Descriptor client, server;
        bool connecting = true;
        Way up, down;
        std::size_t client_at = kNotPolled, server_at = kNotPolled;  // in polled_
    };
    // One direction of the link.
    struct Lane {
        Shaper shaper;
        std::uint64_t put = 0, handed_over = 0, close_after;
    };

    void enter_or_leave_cut(Micros now, bool is_cut_by_hand);
    void accept_all(Micros now);
    void read_some(Lane& lane, Way& way, const Descriptor& from, Micros now);
    bool write_due(Lane& lane, Way& way, const Descriptor& to, Micros now);
    bool hand_over(Lane& lane, Way& way, Parcel& parcel, const Descriptor& to);
    bool wants_to_read(const Lane& lane, const Way& way) const;
    void want(Connection& connection, Micros now);
    short events_of(const Lane& in, const Way& incoming, const Way& outgoing, Micros now);
    bool is_ready(std::size_t at) const;
    void wake_by(Micros at) { wake_at_ = at < wake_at_ ? at : wake_at_; }

    Lane up_, down_;
    CutPlan cuts_;
    Micros rtt_;
    std::size_t under_way_max_;
    Descriptor listener_;
    SocketAddress target_;
    std::list<Connection> connections_;
    std::vector<pollfd> polled_;
    Micros wake_at_ = 0;
    bool is_cut_ = false;
    bool closing_ = false;  // close_after was reached
    LinkCounters counters_;
};

}  // namespace spot::fieldkit
