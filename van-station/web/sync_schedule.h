#pragma once

#include "core/clock.h"
#include "core/random.h"

namespace spot::station::web {

// When the station synchronises by itself. Pure: told what happens, asked whether it is time.
class SyncSchedule {
public:
    static constexpr core::Instant kFirstMs = 3'000;        // after the start
    static constexpr core::Instant kEveryMs = 10 * 60'000;  // with nothing new on either side
    // After a change: when it has been quiet for so long, so that a request goes whole …
    static constexpr core::Instant kQuietMs = 4'000;
    static constexpr core::Instant kQuietMaxMs =
        30'000;  // … but no later than this after the first
    // No hub was reached: so long, then twice as long, up to kEveryMs. Changes don't hasten that:
    // a van is without a link for days, and each try costs the battery.
    static constexpr core::Instant kRetryMs = 30'000;
    // A quarter of each wait is by chance, so that vans don't come all at once.
    static constexpr core::Instant kChanceShare = 4;

    // `random` outlives the schedule.
    SyncSchedule(core::Random& random, core::Instant now);

    void changed(core::Instant now);  // something was recorded here
    void asked();                     // a person wants it now
    bool due(core::Instant now) const;
    void began();
    void ended(core::Instant now, bool heard);  // did the hub take what we had?

private:
    core::Instant with_chance(core::Instant wait);

    core::Random& random_;
    core::Instant next_;
    core::Instant wait_;              // until next_: bounds it when the clock is set back
    core::Instant first_change_ = 0;  // since the last exchange began; 0: none
    core::Instant last_change_ = 0;
    core::Instant retry_ = 0;  // the wait after the last failure; 0: the last one succeeded
    bool asked_ = false;
    bool running_ = false;
};

}  // namespace spot::station::web
