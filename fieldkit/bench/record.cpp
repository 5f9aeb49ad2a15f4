// The station's own use case runs here, in this process: what `spot-station record` does with a
// line, without the start of a program.

#include <algorithm>
#include <chrono>
#include <span>

#include "core/after_flush.h"
#include "core/platform/system.h"
#include "fieldkit/bench.h"
#include "fieldkit/bench/bare_store.h"
#include "fieldkit/bench/strict.h"
#include "fieldkit/box.h"
#include "fieldkit/events.h"
#include "fieldkit/table.h"
#include "van-station/app/record.h"
#include "van-station/app/station.h"

namespace spot::fieldkit {
namespace {

using core::Result;

constexpr std::size_t kQuickEvents = 600;
constexpr std::size_t kWarmUp = 50;  // caches, and the first pages of both files
constexpr std::size_t kRow = 100;    // events one after the other, before the bare store's turn

struct Times {
    std::vector<double> ours, bare;
};

// Turn by turn, and each first every other time, so that both meet the same disk.
Result<> take_turns(bool ours_first, const Work& ours, const Work& bare, Times& times) {
    if (interrupted()) return core::fail(core::Code::io, "interrupted");
    const auto first = seconds_of(ours_first ? ours : bare);
    if (!first) return tl::make_unexpected(first.error());
    SPOT_ASSIGN(const auto second, seconds_of(ours_first ? bare : ours));
    times.ours.push_back(ours_first ? *first : second);
    times.bare.push_back(ours_first ? second : *first);
    return {};
}

using Events = std::span<const std::string>;

// Each waits for the disk before the next begins, as a mediator's clicks do.
Result<Times> measure_alone(Events events, station::Recorder& recorder, BareStore& bare) {
    Times times;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const Work ours = [&]() -> Result<> {
            SPOT_TRY(recorder.record(events[i]));
            return {};
        };
        SPOT_TRY(take_turns(
            i % 2 == 0, ours,
            [&] {
                return bare.insert({&events[i], 1});
            },
            times));
        if (i < kWarmUp) times = {};
    }
    return times;
}

// As `record` takes a file: the disk works on some events while the next are made; a row ends
// when its last event is on disk. Of a row, the time of one event.
Result<Times> measure_rows(Events events, station::Recorder& recorder, core::AfterFlush& on_disk,
                           BareStore& bare) {
    Times times;
    for (std::size_t row = 0; row * kRow < events.size(); ++row) {
        const Events rest = events.subspan(row * kRow);
        const Events given = rest.first(std::min(kRow, rest.size()));
        const Work ours = [&]() -> Result<> {
            for (const std::string& event : given) {
                SPOT_TRY(recorder.record(event));
                SPOT_TRY(on_disk.run([] {}));
            }
            return on_disk.finish();
        };
        const Work floor = [&]() -> Result<> {
            for (const std::string& event : given) SPOT_TRY(bare.insert({&event, 1}));
            return {};
        };
        SPOT_TRY(take_turns(row % 2 == 0, ours, floor, times));
        times.ours.back() /= static_cast<double>(given.size());
        times.bare.back() /= static_cast<double>(given.size());
    }
    return times;
}

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

}  // namespace

Result<Figures> measure_record(const BenchPlan& plan) {
    plan.say("Recording event by event, beside bare SQLite");
    SPOT_ASSIGN(const auto events,
                read_lines(plan.subject(), plan.is_quick ? kQuickEvents : SIZE_MAX));
    SPOT_ASSIGN(auto box, Box::make());
    SPOT_TRY(box.add_station(kBenchStation));
    core::SystemRandom random;
    SPOT_ASSIGN(auto station,
                station::open_station(box.station_data(kBenchStation), box.passphrase(), random));
    core::SystemClock clock;
    station::Recorder recorder(station, clock);
    SPOT_ASSIGN(auto bare, BareStore::open(box.folder() / "bare.db"));

    const Events all(events);
    SPOT_ASSIGN(const auto alone, measure_alone(all.first(all.size() / 2), recorder, bare));
    SPOT_ASSIGN(auto flush, station.ledger.defer_flush());
    core::AfterFlush on_disk(std::move(flush));
    SPOT_ASSIGN(const auto rows,
                measure_rows(all.subspan(all.size() / 2), recorder, on_disk, bare));
    const Target at_most{Target::Of::ratio, 2.0};
    return Figures{
        {"record.row.median", "record events on disk in a row, each, median", Unit::seconds,
         median(rows.ours), median(rows.bare), at_most},
        {"record.row.mean", "  mean", Unit::seconds, mean(rows.ours), mean(rows.bare), at_most},
        {"record.alone.median",
         "record one event on disk alone, median",
         Unit::seconds,
         median(alone.ours),
         median(alone.bare),
         {}},
        {"record.alone.mean", "  mean", Unit::seconds, mean(alone.ours), mean(alone.bare), {}}};
}

}  // namespace spot::fieldkit
