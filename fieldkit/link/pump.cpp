#include "fieldkit/link/pump.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace spot::fieldkit {
namespace {

constexpr std::size_t kConnectionsMax = 256;
constexpr std::size_t kSpareBytes = 64 * 1024;              // beside what a full link holds
constexpr std::size_t kUnshapedUnderWay = 8 * 1024 * 1024;  // with a delay but no rate

std::size_t most_under_way(const LinkConditions& conditions) {
    if (conditions.rate_kbit == 0) return kUnshapedUnderWay;
    return kSpareBytes + static_cast<std::size_t>(conditions.rate_kbit * conditions.rtt_ms / 8);
}

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Pump::Pump(const LinkConditions& conditions, Descriptor listener, const SocketAddress& target,
           Micros now)
    : up_{Shaper(conditions, "up"), 0, 0, conditions.close_after_up},
      down_{Shaper(conditions, "down"), 0, 0, conditions.close_after_down},
      cuts_(conditions),
      rtt_(conditions.rtt_ms * 1000),
      under_way_max_(most_under_way(conditions)),
      listener_(std::move(listener)),
      target_(target) {
    up_.shaper.reset(now);
    down_.shaper.reset(now);
}

void Pump::step(Micros now, bool is_cut_by_hand) {
    enter_or_leave_cut(now, is_cut_by_hand);
    for (auto& connection : connections_) {
        if (connection.connecting && is_ready(connection.server_at)) {
            connection.connecting = false;
            if (!is_connected(connection.server)) reset(connection.server);
        }
        if (!connection.server) continue;
        if (is_ready(connection.client_at)) read_some(up_, connection.up, connection.client, now);
        if (!connection.connecting && is_ready(connection.server_at))
            read_some(down_, connection.down, connection.server, now);
    }
    // Who was served first is served last the next time.
    if (connections_.size() > 1)
        connections_.splice(connections_.end(), connections_, connections_.begin());

    for (auto it = connections_.begin(); it != connections_.end();) {
        const bool is_alive = it->server &&
                              (it->connecting || write_due(up_, it->up, it->server, now)) &&
                              write_due(down_, it->down, it->client, now);
        if (!is_alive) {
            reset(it->client);
            if (it->server) reset(it->server);
        }
        const bool is_over = !is_alive || (it->up.wrote_all && it->down.wrote_all);
        it = is_over ? connections_.erase(it) : std::next(it);
    }
    if (closing_) {
        closing_ = false;
        reset_all();
    }
    accept_all(now);
}

void Pump::enter_or_leave_cut(Micros now, bool is_cut_by_hand) {
    const bool is_cut = is_cut_by_hand || cuts_.is_cut(now);
    if (is_cut && !is_cut_ && !connections_.empty()) {
        ++counters_.cuts;
        reset_all();
    }
    if (!is_cut && is_cut_) {
        up_.shaper.reset(now);
        down_.shaper.reset(now);
    }
    is_cut_ = is_cut;
}

void Pump::reset_all() {
    for (auto& connection : connections_) {
        reset(connection.client);
        if (connection.server) reset(connection.server);
    }
    connections_.clear();
}

void Pump::accept_all(Micros now) {
    while (connections_.size() < kConnectionsMax) {
        Descriptor client = accept_from(listener_);
        if (!client) return;
        if (is_cut_) {
            ++counters_.refused;
            reset(client);
            continue;
        }
        cuts_.start(now);
        ++counters_.connections;
        Connection& connection = connections_.emplace_back();
        connection.client = std::move(client);
        connection.server = connect_to(target_);
        connection.up.opens_at = now + rtt_;
        connection.down.opens_at = now + rtt_ / 2;
    }
}

bool Pump::wants_to_read(const Lane& lane, const Way& way) const {
    return !way.read_all && way.bytes_under_way + lane.shaper.segment_max() <= under_way_max_;
}

void Pump::read_some(Lane& lane, Way& way, const Descriptor& from, Micros now) {
    if (!wants_to_read(lane, way) || now < way.opens_at || now < lane.shaper.free_at()) return;
    std::string bytes(lane.shaper.segment_max(), '\0');
    const ssize_t got = ::recv(from.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && would_block()) return;
    if (got <= 0) {
        way.read_all = true;
        const Micros last = way.under_way.empty() ? now : way.under_way.back().arrival;
        way.under_way.push_back({got == 0 ? Parcel::Kind::end : Parcel::Kind::fault,
                                 std::max(last, now + rtt_ / 2),
                                 {}});
        return;
    }
    bytes.resize(static_cast<std::size_t>(got));
    lane.put += bytes.size();
    way.bytes_under_way += bytes.size();
    const Micros arrival = lane.shaper.send(bytes.size(), now);
    way.under_way.push_back({Parcel::Kind::bytes, arrival, std::move(bytes)});
}

// Writes what has arrived; false: the connection is over, by a fault on either side.
bool Pump::write_due(Lane& lane, Way& way, const Descriptor& to, Micros now) {
    way.blocked = false;
    while (!way.under_way.empty() && way.under_way.front().arrival <= now && !way.blocked) {
        Parcel& parcel = way.under_way.front();
        if (parcel.kind == Parcel::Kind::fault) return false;
        if (parcel.kind == Parcel::Kind::end) {
            (void)::shutdown(to.get(), SHUT_WR);
            way.wrote_all = true;
        } else if (!hand_over(lane, way, parcel, to)) {
            return false;
        }
        if (parcel.written == parcel.bytes.size()) way.under_way.pop_front();
        if (closing_) return true;
    }
    return true;
}

bool Pump::hand_over(Lane& lane, Way& way, Parcel& parcel, const Descriptor& to) {
    std::size_t size = parcel.bytes.size() - parcel.written;
    if (lane.close_after > lane.handed_over)
        size = std::min<std::uint64_t>(size, lane.close_after - lane.handed_over);
    const ssize_t sent = ::send(to.get(), parcel.bytes.data() + parcel.written, size, MSG_NOSIGNAL);
    if (sent < 0) {
        way.blocked = would_block();
        return way.blocked;
    }
    const auto taken = static_cast<std::size_t>(sent);
    parcel.written += taken;
    way.bytes_under_way -= taken;
    lane.handed_over += taken;
    if (taken > 0 && lane.handed_over == lane.close_after) closing_ = true;
    return true;
}

bool Pump::is_ready(std::size_t at) const {
    return at < polled_.size() && polled_[at].revents != 0;
}

void Pump::wait(const Descriptor& wake, Micros now) {
    polled_.clear();
    polled_.push_back({wake.get(), POLLIN, 0});
    wake_at_ = cuts_.next_change(now);
    if (connections_.size() < kConnectionsMax) polled_.push_back({listener_.get(), POLLIN, 0});
    for (auto& connection : connections_) want(connection, now);

    const bool is_timed = wake_at_ != std::numeric_limits<Micros>::max();
    const Micros left = is_timed ? std::max<Micros>(0, wake_at_ - now) : 0;
    timespec timeout{};
    timeout.tv_sec = left / 1'000'000;
    timeout.tv_nsec = left % 1'000'000 * 1000;
    // Interrupted or failed, nothing is marked as ready, and the next step finds nothing to do.
    (void)::ppoll(polled_.data(), polled_.size(), is_timed ? &timeout : nullptr, nullptr);
}

// What `incoming` (read here) and `outgoing` (written here) want of one socket. Where that is
// nothing the socket is left out: poll() would report a hang-up again and again.
short Pump::events_of(const Lane& in, const Way& incoming, const Way& outgoing, Micros now) {
    short events = 0;
    if (wants_to_read(in, incoming)) {
        const Micros from = std::max(incoming.opens_at, in.shaper.free_at());
        if (from <= now)
            events |= POLLIN;
        else
            wake_by(from);
    }
    if (outgoing.blocked)
        events |= POLLOUT;
    else if (!outgoing.under_way.empty())
        wake_by(outgoing.under_way.front().arrival);
    return events;
}

void Pump::want(Connection& connection, Micros now) {
    const auto add = [&](const Descriptor& socket, short events) {
        if (events == 0) return kNotPolled;
        polled_.push_back({socket.get(), events, 0});
        return polled_.size() - 1;
    };
    connection.client_at =
        add(connection.client, events_of(up_, connection.up, connection.down, now));
    connection.server_at =
        add(connection.server, connection.connecting
                                   ? short{POLLOUT}
                                   : events_of(down_, connection.down, connection.up, now));
    if (!connection.server) wake_by(now);  // it failed at once
}

LinkCounters Pump::counters() const {
    LinkCounters all = counters_;
    all.bytes_up = up_.put;
    all.bytes_down = down_.put;
    all.segments = up_.shaper.segments() + down_.shaper.segments();
    all.lost_segments = up_.shaper.lost() + down_.shaper.lost();
    return all;
}

}  // namespace spot::fieldkit
