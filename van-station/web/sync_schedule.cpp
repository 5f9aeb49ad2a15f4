#include "van-station/web/sync_schedule.h"

#include <algorithm>

namespace spot::station::web {

using core::Instant;

SyncSchedule::SyncSchedule(core::Random& random, Instant now)
    : random_(random), next_(now + kFirstMs), wait_(kFirstMs) {}

Instant SyncSchedule::with_chance(Instant wait) {
    std::uint8_t chance[2] = {};
    random_.fill(chance);
    const Instant share = wait / kChanceShare;
    return wait - share + share * (chance[0] << 8 | chance[1]) / 0xFFFF;
}

void SyncSchedule::changed(Instant now) {
    if (first_change_ == 0) first_change_ = now;
    last_change_ = now;
}

void SyncSchedule::asked() {
    asked_ = true;
}

bool SyncSchedule::due(Instant now) const {
    if (running_) return false;
    if (asked_ || now >= next_ || now < next_ - wait_) return true;
    if (first_change_ == 0 || retry_ > 0) return false;
    return now - last_change_ >= kQuietMs || now - first_change_ >= kQuietMaxMs ||
           now < last_change_;
}

void SyncSchedule::began() {
    running_ = true;
    asked_ = false;
    first_change_ = last_change_ = 0;
}

void SyncSchedule::ended(Instant now, bool heard) {
    running_ = false;
    retry_ = heard ? 0 : retry_ == 0 ? kRetryMs : std::min(2 * retry_, kEveryMs);
    wait_ = with_chance(heard ? kEveryMs : retry_);
    next_ = now + wait_;
}

}  // namespace spot::station::web
