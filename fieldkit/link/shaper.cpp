#include "fieldkit/link/shaper.h"

#include <algorithm>
#include <limits>
#include <string>

#include "core/error.h"

namespace spot::fieldkit {
namespace {

constexpr Micros kMilli = 1000;
constexpr Micros kRtoOverRtt = 200 * kMilli;  // Linux's TCP_RTO_MIN, on top of the smoothed RTT
constexpr Micros kRtoMax = 120'000 * kMilli;  // RFC 6298 allows a cap of 60 s or more
constexpr std::size_t kUnshapedSegment = 64 * 1024;
// Whoever offers segments wakes up a little late; a busy link does not idle for that.
constexpr Micros kLateness = 3 * kMilli;

}  // namespace

Shaper::Shaper(const LinkConditions& conditions, const char* name)
    : conditions_(conditions), draw_("link/" + std::to_string(conditions.seed) + "/" + name) {}

std::size_t Shaper::segment_max() const {
    return conditions_.rate_kbit == 0 && conditions_.loss_ppm == 0 ? kUnshapedSegment : kSegment;
}

Micros Shaper::time_of(std::size_t size) const {
    if (conditions_.rate_kbit == 0) return 0;
    return static_cast<Micros>(size) * 8 * kMilli / conditions_.rate_kbit;
}

Micros Shaper::send(std::size_t size, Micros now) {
    SPOT_CHECK(size > 0 && size <= segment_max() && now >= free_at_);
    const Micros rtt = conditions_.rtt_ms * kMilli;
    const bool was_busy = conditions_.rate_kbit > 0 && now - free_at_ <= kLateness;
    Micros start = was_busy ? free_at_ : now;
    ++segments_;
    for (Micros rto = rtt + kRtoOverRtt; draw_.below(1'000'000) < conditions_.loss_ppm;
         rto = std::min(2 * rto, kRtoMax)) {
        ++lost_;
        start += rto;
    }
    free_at_ = start + time_of(size);
    last_arrival_ = std::max(last_arrival_, free_at_ + rtt / 2);
    return last_arrival_;
}

void Shaper::reset(Micros now) {
    free_at_ = now;
    last_arrival_ = now;
}

bool CutPlan::is_cut(Micros now) const {
    if (start_ < 0 || conditions_.cut_every_ms == 0) return false;
    const Micros up = conditions_.cut_every_ms * kMilli;
    return (now - start_) % (up + conditions_.cut_for_ms * kMilli) >= up;
}

Micros CutPlan::next_change(Micros now) const {
    if (start_ < 0 || conditions_.cut_every_ms == 0) return std::numeric_limits<Micros>::max();
    const Micros up = conditions_.cut_every_ms * kMilli;
    const Micros period = up + conditions_.cut_for_ms * kMilli;
    const Micros within = (now - start_) % period;
    return now - within + (within < up ? up : period);
}

}  // namespace spot::fieldkit
