#include "fieldkit/bench.h"
#include "fieldkit/bench/strict.h"
#include "fieldkit/events.h"
#include "fieldkit/link.h"
#include "fieldkit/table.h"

namespace spot::fieldkit {
namespace {

using core::Result;

constexpr std::uint64_t kSeeds = 3;  // of losses; the median counts
constexpr double kResentMax = 1.1;

LinkConditions bad_link(std::uint64_t seed, std::int64_t cut_every_ms) {
    LinkConditions out;
    out.rate_kbit = 64;
    out.rtt_ms = 600;
    out.loss_ppm = 20'000;
    out.seed = seed;
    out.cut_every_ms = cut_every_ms;
    out.cut_for_ms = cut_every_ms > 0 ? 5'000 : 0;
    return out;
}

// What the same bytes take on that link where nothing is lost: their sending, and two round trips,
// for the connection and for the exchange.
double floor_seconds(const LinkConditions& link, double bytes) {
    return bytes * 8 / (static_cast<double>(link.rate_kbit) * 1000) +
           2 * static_cast<double>(link.rtt_ms) / 1000;
}

struct Crossing {
    double seconds = 0;  // of the whole program
    double sent = 0;
};

class Crossings {
public:
    Crossings(const BenchPlan& plan, Box& box) : plan_(plan), box_(box) {}

    Result<Crossing> one(const std::filesystem::path& events, const LinkConditions& conditions) {
        const std::string station = "van-" + std::to_string(++stations_);
        SPOT_TRY(add_recorded(box_, station, events));
        SPOT_ASSIGN(auto link, LinkProxy::start("127.0.0.1:0", box_.hub_address(), conditions));
        SPOT_ASSIGN(const auto synced, sync_all(box_, station, link->address()));
        return Crossing{synced.ending.seconds, static_cast<double>(synced.sent_bytes)};
    }

    // The median of several, each part of it for itself.
    Result<Crossing> several(const std::filesystem::path& events, std::int64_t cut_every_ms) {
        std::vector<double> seconds, sent;
        const std::uint64_t seeds = plan_.is_quick ? 1 : kSeeds;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            SPOT_ASSIGN(const auto crossing, one(events, bad_link(seed, cut_every_ms)));
            seconds.push_back(crossing.seconds);
            sent.push_back(crossing.sent);
        }
        return Crossing{median(seconds), median(sent)};
    }

private:
    const BenchPlan& plan_;
    Box& box_;
    int stations_ = 0;
};

// One line of the comparison; `seconds_max` 0: nothing is asked of its time.
struct Case {
    const char *key, *name, *doing;
    std::int64_t cut_every_ms;
    double seconds_max;
};

Result<Figures> measure_case(Crossings& crossings, const std::filesystem::path& events,
                             const Crossing& uncut, const Case& each) {
    SPOT_ASSIGN(const auto crossing, crossings.several(events, each.cut_every_ms));
    std::optional<Target> in_time;
    if (each.seconds_max > 0) in_time = Target{Target::Of::measured, each.seconds_max};
    const std::string key = each.key;
    return Figures{{key + ".seconds", each.name, Unit::seconds, crossing.seconds,
                    floor_seconds(bad_link(1, 0), uncut.sent), in_time},
                   {key + ".sent", "  bytes up, floor: on a good link", Unit::bytes, crossing.sent,
                    uncut.sent, Target{Target::Of::ratio, kResentMax}}};
}

}  // namespace

Result<Figures> measure_bad_link(const BenchPlan& plan) {
    SPOT_ASSIGN(auto box, Box::make());
    Crossings crossings(plan, box);
    Figures out;
    const auto measure = [&](const std::filesystem::path& events,
                             std::initializer_list<Case> cases) -> Result<> {
        plan.say("The first reconcile on a good link");
        SPOT_ASSIGN(const auto uncut, crossings.one(events, {}));
        for (const Case& each : cases) {
            plan.say(each.doing);
            SPOT_ASSIGN(auto figures, measure_case(crossings, events, uncut, each));
            for (Figure& figure : figures) out.push_back(std::move(figure));
        }
        return {};
    };
    SPOT_TRY(measure(plan.subject(),
                     {{"link", "64 kbit/s, 600 ms, 2 % lost", "The same on a bad link", 0, 13},
                      {"link.cut", "the same, cut for 5 s after every 20 s", "The same with cuts",
                       20'000, 20}}));
    if (plan.is_quick) return out;
    // What is through before the first cut is not troubled by any; so there is a larger one.
    DeploymentPlan larger;
    larger.days = 40;
    const auto events = box.folder() / "larger.jsonl";
    SPOT_TRY(write_deployment(larger, events));
    SPOT_TRY(measure(events, {{"link.larger", "forty days, with these cuts", "Forty days with cuts",
                               20'000, 0}}));
    return out;
}

}  // namespace spot::fieldkit
