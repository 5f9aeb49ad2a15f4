#pragma once

#include <cstddef>
#include <cstdint>

#include "fieldkit/deployment/draw.h"
#include "fieldkit/link.h"

namespace spot::fieldkit {

// Microseconds of a clock that only moves forward; virtual in tests.
using Micros = std::int64_t;

// What TCP sends at a time on a path with an MTU of 1,460 bytes and timestamps.
constexpr std::size_t kSegment = 1408;

// One direction of a link, shared by all connections: says when a segment that is offered now
// leaves and arrives. Pure: time and chance come in.
//
// Segments leave one after another at the link's rate and arrive half a round trip later, in
// order. A lost one stalls the direction until TCP's retransmission timer ends (Linux: round trip
// + 200 ms, doubled for each further loss of the same segment), then it is sent again: the
// pessimistic case of a window of few segments, where there is nothing to trigger a fast
// retransmission. A link with a small bandwidth-delay product is in that case nearly always.
class Shaper {
public:
    // `name` tells directions with the same seed apart.
    Shaper(const LinkConditions& conditions, const char* name);

    // From when on the next segment may be offered.
    Micros free_at() const { return free_at_; }
    // REQUIRES 0 < size ≤ segment_max(), now ≥ free_at(). Returns when it has arrived.
    Micros send(std::size_t size, Micros now);
    // The link was cut: what was under way is gone, and it is free again at `now`.
    void reset(Micros now);

    std::size_t segment_max() const;  // larger where there is no rate: then only delay counts
    std::uint64_t segments() const { return segments_; }
    std::uint64_t lost() const { return lost_; }

private:
    Micros time_of(std::size_t size) const;

    LinkConditions conditions_;
    Draw draw_;
    Micros free_at_ = 0;
    Micros last_arrival_ = 0;
    std::uint64_t segments_ = 0, lost_ = 0;
};

// When the link is cut: up for `cut_every_ms`, down for `cut_for_ms`, and again, from `start`.
class CutPlan {
public:
    explicit CutPlan(const LinkConditions& conditions) : conditions_(conditions) {}
    void start(Micros now) {
        if (start_ < 0) start_ = now;
    }
    bool is_cut(Micros now) const;
    Micros next_change(Micros now) const;  // INT64_MAX: none

private:
    LinkConditions conditions_;
    Micros start_ = -1;
};

}  // namespace spot::fieldkit
