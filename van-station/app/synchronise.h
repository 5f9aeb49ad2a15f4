#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/program.h"
#include "core/random.h"
#include "sync/exchange.h"
#include "sync/transport.h"
#include "van-station/app/station.h"

namespace spot::station {

// While a link that was up breaks, tries go on as long as the last progress (an answer by which
// the hub has more of our log) is not further back than this.
constexpr core::Instant kPatienceMs = 45'000;
constexpr int kBackOffFirstMs = 500;
constexpr int kBackOffMaxMs = 4'000;
// A hub that was never reached, answers rubbish or stays silent is tried this often in all.
constexpr int kHopelessTriesMax = 2;
// Nothing moved for so long before a try failed: that was no cut, nobody is there.
constexpr core::Instant kSilenceMs = 10'000;
constexpr int kTriesMax = 5'000;  // of files that a link swallows, each brings 8 KiB or more
// An attempt larger than this is not repeated blindly: the hub is asked first what it has of it.
// Below, asking costs as much as sending again.
constexpr std::size_t kProbeAboveBytes = 2048;
// A link may swallow what it was handed and then break: in buffers on the way, of which no end
// knows. Beyond this in one cut, what goes at once is made so small that little is lost with it: a
// share of what comes through between two cuts.
constexpr std::uint64_t kSwallowedBytesMax = 24 * 1024;
constexpr std::uint64_t kShareAtOnce = 24;
constexpr std::uint64_t kFileBytesAtOnceMin = 8 * 1024;
// Further apart than this, the two clocks are worth a warning.
constexpr std::int64_t kClockWarnMs = 5 * 60 * 1000;

struct SyncReport {
    std::string state;   // of the hub's answer, or "offline", or "refused": it denies us
    std::string reason;  // for people; empty: all is well
    std::uint64_t sent_entries = 0;
    std::uint64_t received_entries = 0;
    std::uint64_t sent_bytes = 0;  // failed attempts included
    std::uint64_t received_bytes = 0;
    std::uint64_t round_trips = 0;
    std::uint64_t durable_seq = 0;
    std::uint64_t backed_up_seq = 0;
    std::vector<core::Quarantined> quarantined;  // of ours, at the hub
    // Of the hub's, here, and of ours, where they could not be applied to their record.
    std::vector<core::Quarantined> quarantined_here;
    std::uint64_t conflicts = 0;
    std::uint64_t stranded_entries = 0;  // see below
    std::uint64_t sent_files = 0;        // that the hub has whole now, and was not known to have
    std::uint64_t waiting_files = 0;     // that it is not known to have
    std::uint64_t refused_files = 0;     // that it will not have
    bool hub_forgot = false;  // the hub lacks entries of its own that we hold (it was restored)
    std::int64_t clock_ahead_ms = 0;  // of this station, against the hub
    core::Instant took_ms = 0;

    core::Exit exit() const;
};

struct SyncRim {
    core::Clock& clock;
    core::Random& random;
    std::function<void(int ms)> wait;
    sync::Carrier::Progress progress;  // may be empty
    // Called between two transactions of many, so that others get at the store; may be empty.
    std::function<void()> yield = {};
    // Asked between two steps: the program is to end, so no other try is begun; may be empty.
    std::function<bool()> stopped = {};
};

// Brings station and hub up to date with each other: normally one round trip, and further ones for
// files, which go when every record has gone. What was delivered
// before a failure stays delivered. An error is one of this side's disk; whatever the link or the
// hub did is in the report. One at a time a station: see lock_sync().
core::Result<SyncReport> synchronise(Station& station, sync::Carrier& carrier, const SyncRim& rim);

// Entries of this station's earlier epochs that the hub does not have and that could not be written
// again in a later one: a copy of this store parted from it below what the hub has in its backup.
// They stay here, are exported here, and need a person.
core::Result<std::uint64_t> stranded_entries(Station& station);

// What the last answer said, for `status`: the JSON kept in setting::kLastContact.
std::string contact_text(const sync::Outcome& outcome, core::Instant now);

// `busy`: another process of this station is synchronising, and has not ended in time.
core::Result<core::FileLock> lock_sync(const Station& station);

}  // namespace spot::station
