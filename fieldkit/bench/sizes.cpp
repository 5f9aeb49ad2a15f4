#include <chrono>

#include "core/platform/system.h"
#include "fieldkit/bench.h"
#include "fieldkit/bench/bare_store.h"
#include "fieldkit/bench/many_records.h"
#include "fieldkit/bench/strict.h"
#include "fieldkit/table.h"
#include "hub/hub.h"
#include "van-station/app/station.h"

namespace spot::fieldkit {
namespace {

using core::Result;

constexpr std::uint64_t kFew = 10'000, kMany = 300'000;
constexpr double kExportedMin = 50'000;  // a second
// How much dearer a record may be among thirty times as many.
constexpr double kDearerMax = 1.25;
constexpr char kStation[] = "van-11";
constexpr int kTimes = 3;

// Records a second, at one size. In this process, so that no start of a program is counted.
struct Rates {
    double exported = 0, checked = 0;
    double read = 0;  // by bare SQLite, of the same lines
};

// Work on a store that was just opened, as by a verb: a small one would lie in memory after the
// first time, a large one never does. What opening takes is not counted.
template <class Open, class Use>
Result<double> median_seconds_of(const Open& open, const Use& use) {
    std::vector<double> seconds;
    for (int i = 0; i <= kTimes; ++i) {  // the first run warms the disk's cache
        SPOT_ASSIGN(auto opened, open());
        SPOT_ASSIGN(const double taken, seconds_of([&] { return use(opened); }));
        if (i > 0) seconds.push_back(taken);
    }
    return median(std::move(seconds));
}

Result<Rates> rates_of(const BenchPlan& plan, std::uint64_t records) {
    SPOT_ASSIGN(auto box, Box::make());
    const auto events = box.folder() / "events.jsonl";
    plan.say(grouped(records) + " records to export and to check");
    SPOT_TRY(write_records(events, kStation, records));
    SPOT_TRY(add_recorded(box, kStation, events));
    SPOT_TRY(sync_all(box, kStation, box.hub_address()));

    core::SystemRandom random;
    const auto open_hub = [&] {
        return hub::open_hub(box.folder() / "hub", box.passphrase(), random);
    };
    std::vector<std::string> lines;
    {
        SPOT_ASSIGN(auto hub, open_hub());
        SPOT_TRY(hub.catch_up());
        SPOT_TRY(hub.ledger.records().export_lines(
            {}, [&](std::string_view line) { lines.emplace_back(line); }));
    }
    const double count = static_cast<double>(lines.size());
    SPOT_ASSIGN(const double exported, median_seconds_of(open_hub, [](hub::Hub& hub) {
                    return hub.ledger.records().export_lines({}, [](std::string_view) {});
                }));

    SPOT_ASSIGN(auto bare, BareStore::open(box.folder() / "bare.db"));
    SPOT_TRY(bare.insert(lines));
    lines = {};
    const auto the_bare = [&]() -> Result<BareStore*> { return &bare; };  // a floor may be warm
    SPOT_ASSIGN(const double read, median_seconds_of(the_bare, [](BareStore* store) -> Result<> {
                    SPOT_TRY(store->read());
                    return {};
                }));

    const auto open_station = [&] {
        return station::open_station(box.station_data(kStation), box.passphrase(), random);
    };
    SPOT_ASSIGN(const double checked,
                median_seconds_of(open_station, [](station::Station& station) -> Result<> {
                    SPOT_ASSIGN(const auto faults, station.ledger.audit().check());
                    if (faults.empty()) return {};
                    return core::fail(core::Code::corrupt, faults.front());
                }));
    return Rates{count / exported, count / checked, count / read};
}

}  // namespace

Result<Figures> measure_sizes(const BenchPlan& plan) {
    SPOT_ASSIGN(const Rates few, rates_of(plan, kFew));
    SPOT_ASSIGN(const Rates many, rates_of(plan, kMany));
    const Target flat{Target::Of::ratio, kDearerMax};
    return Figures{
        {"sizes.export.few", "hub export, 10,000 records, floor bare SQLite", Unit::per_second,
         few.exported, few.read, Target{Target::Of::measured, kExportedMin}},
        {"sizes.export.many", "hub export, 300,000 records, floor bare SQLite", Unit::per_second,
         many.exported, many.read, Target{Target::Of::measured, kExportedMin}},
        {"sizes.export.growth", "hub export, 300,000 records, floor 10,000", Unit::per_second,
         many.exported, few.exported, flat},
        {"sizes.check.few",
         "station check, 10,000 records, floor bare SQLite",
         Unit::per_second,
         few.checked,
         few.read,
         {}},
        {"sizes.check.many", "station check, 300,000 records, floor 10,000", Unit::per_second,
         many.checked, few.checked, flat}};
}

}  // namespace spot::fieldkit
