// The station's own use case runs here, in this process: what `spot-station record` does with a
// line, without the start of a program.

#include <array>
#include <chrono>

#include "core/platform/system.h"
#include "fieldkit/bench.h"
#include "fieldkit/bench/bare_store.h"
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
constexpr char kStation[] = "van-11";

using Work = std::function<Result<>()>;

Result<double> seconds_of(const Work& work) {
    const auto began = std::chrono::steady_clock::now();
    SPOT_TRY(work());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

struct Times {
    std::vector<double> ours, bare;
};

// Event by event in turn, and each first every other time, so that both meet the same disk.
Result<Times> measure_in_turn(const std::vector<std::string>& events, station::Recorder& recorder,
                              BareStore& bare) {
    Times times;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (interrupted()) return core::fail(core::Code::io, "interrupted");
        const Work ours = [&]() -> Result<> {
            const auto taken = recorder.record(events[i]);
            if (!taken) return tl::make_unexpected(taken.error());
            return {};
        };
        const Work floor = [&] { return bare.insert({&events[i], 1}); };
        const bool is_even = i % 2 == 0;
        const auto first = seconds_of(is_even ? ours : floor);
        if (!first) return tl::make_unexpected(first.error());
        const auto second = seconds_of(is_even ? floor : ours);
        if (!second) return tl::make_unexpected(second.error());
        if (i < kWarmUp) continue;
        times.ours.push_back(is_even ? *first : *second);
        times.bare.push_back(is_even ? *second : *first);
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
    auto events = read_lines(plan.subject(), plan.is_quick ? kQuickEvents : SIZE_MAX);
    if (!events) return tl::make_unexpected(events.error());
    auto box = Box::make();
    if (!box) return tl::make_unexpected(std::move(box).error());
    SPOT_TRY(box->add_station(kStation));
    core::SystemRandom random;
    auto station = station::open_station(box->station_data(kStation), box->passphrase(), random);
    if (!station) return tl::make_unexpected(std::move(station).error());
    core::SystemClock clock;
    station::Recorder recorder(*station, clock);
    auto bare = BareStore::open(box->folder() / "bare.db");
    if (!bare) return tl::make_unexpected(std::move(bare).error());

    const auto times = measure_in_turn(*events, recorder, *bare);
    if (!times) return tl::make_unexpected(times.error());
    return Figures{{"record.median", "record one event on disk, median", Unit::seconds,
                    median(times->ours), median(times->bare), Target{Target::Of::ratio, 2.0}},
                   {"record.mean",
                    "record one event on disk, mean",
                    Unit::seconds,
                    mean(times->ours),
                    mean(times->bare),
                    {}}};
}

}  // namespace spot::fieldkit
