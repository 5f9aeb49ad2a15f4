#include "fieldkit/bench.h"
#include "fieldkit/bench/many_records.h"
#include "fieldkit/bench/strict.h"
#include "fieldkit/bench/wire.h"

namespace spot::fieldkit {
namespace {

using core::Result;

constexpr std::uint64_t kRecords = 100'000, kRecordsOfOne = 10'000;
constexpr double kStationMax = 80e6, kHubMax = 150e6;
constexpr char kLarge[] = "van-11", kSmall[] = "van-12";

Figure memory_of(const char* key, const char* name, std::uint64_t peak, double max) {
    return {std::string("memory.") + key,
            std::string("memory with 100,000 records, ") + name,
            Unit::bytes,
            static_cast<double>(peak),
            {},
            Target{Target::Of::measured, max}};
}

// One station with all the records, on whom and on the hub memory is measured.
Result<Figures> measure_memory(const BenchPlan& plan, Box& box) {
    const auto events = box.folder() / "large.jsonl";
    plan.say("Making up 100,000 records");
    SPOT_TRY(write_records(events, kLarge, kRecords));
    plan.say("Recording 100,000 records");
    SPOT_ASSIGN(const auto recorded, add_recorded(box, kLarge, events));
    plan.say("Reconciling 100,000 records");
    SPOT_ASSIGN(const auto synced, sync_all(box, kLarge, box.hub_address()));
    plan.say("Exporting 100,000 records");
    SPOT_ASSIGN(const auto here, box.export_station(kLarge, box.folder() / "station.jsonl"));
    SPOT_ASSIGN(const auto there, box.export_hub(box.folder() / "hub.jsonl"));
    return Figures{memory_of("record", "station record", recorded.ending.memory_peak, kStationMax),
                   memory_of("sync", "station sync", synced.ending.memory_peak, kStationMax),
                   memory_of("export", "station export", here.memory_peak, kStationMax),
                   memory_of("serve", "hub serve", box.hub().memory_peak(), kHubMax),
                   memory_of("hub_export", "hub export", there.memory_peak, kHubMax)};
}

}  // namespace

Result<Figures> measure_large(const BenchPlan& plan) {
    SPOT_ASSIGN(auto box, Box::make());
    auto out = measure_memory(plan, box);
    if (!out) return out;

    plan.say("A station with 10,000 records beside them");
    const auto events = box.folder() / "small.jsonl";
    SPOT_TRY(write_records(events, kSmall, kRecordsOfOne));
    SPOT_TRY(add_recorded(box, kSmall, events));
    SPOT_TRY(sync_all(box, kSmall, box.hub_address()));
    auto small = measure_small_exchanges(box, kSmall, "large", ", 100,000 records");
    if (!small) return small;
    for (Figure& figure : *small) out->push_back(std::move(figure));
    return out;
}

}  // namespace spot::fieldkit
