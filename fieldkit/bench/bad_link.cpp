#include "fieldkit/bench.h"
#include "fieldkit/bench/strict.h"
#include "fieldkit/link.h"
#include "fieldkit/table.h"

namespace spot::fieldkit {
namespace {

using core::Result;

constexpr std::uint64_t kSeeds = 3;  // of losses; the median counts
constexpr double kSecondsMax = 13, kSecondsMaxCut = 20;
constexpr double kResentMax = 1.1;

LinkConditions bad_link(std::uint64_t seed) {
    LinkConditions out;
    out.rate_kbit = 64;
    out.rtt_ms = 600;
    out.loss_ppm = 20'000;
    out.seed = seed;
    return out;
}

LinkConditions cut_link(std::uint64_t seed, std::int64_t every_ms) {
    LinkConditions out = bad_link(seed);
    out.cut_every_ms = every_ms;
    out.cut_for_ms = 5'000;
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

    Result<Crossing> one(const LinkConditions& conditions) {
        const std::string station = "van-" + std::to_string(++stations_);
        const auto recorded = add_recorded(box_, station, plan_.subject());
        if (!recorded) return tl::make_unexpected(recorded.error());
        auto link = LinkProxy::start("127.0.0.1:0", box_.hub_address(), conditions);
        if (!link) return tl::make_unexpected(std::move(link).error());
        const auto synced = sync_all(box_, station, (*link)->address());
        if (!synced) return tl::make_unexpected(synced.error());
        return Crossing{synced->ending.seconds, static_cast<double>(synced->sent_bytes)};
    }

    // The median of several, each part of it for itself.
    template <class Conditions>
    Result<Crossing> several(const Conditions& conditions_of) {
        std::vector<double> seconds, sent;
        const std::uint64_t seeds = plan_.is_quick ? 1 : kSeeds;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            const auto crossing = one(conditions_of(seed));
            if (!crossing) return tl::make_unexpected(crossing.error());
            seconds.push_back(crossing->seconds);
            sent.push_back(crossing->sent);
        }
        return Crossing{median(seconds), median(sent)};
    }

private:
    const BenchPlan& plan_;
    Box& box_;
    int stations_ = 0;
};

Figures figures_of(const std::string& key, const std::string& name, const Crossing& crossing,
                   const Crossing& uncut, std::optional<double> seconds_max) {
    std::optional<Target> in_time;
    if (seconds_max) in_time = Target{Target::Of::measured, *seconds_max};
    return {{key + ".seconds", "64 kbit/s, 600 ms, 2 % lost" + name, Unit::seconds,
             crossing.seconds, floor_seconds(bad_link(1), uncut.sent), in_time},
            {key + ".sent", "bytes up on it, floor without a link", Unit::bytes, crossing.sent,
             uncut.sent, Target{Target::Of::ratio, kResentMax}}};
}

}  // namespace

Result<Figures> measure_bad_link(const BenchPlan& plan) {
    auto box = Box::make();
    if (!box) return tl::make_unexpected(std::move(box).error());
    Crossings crossings(plan, *box);
    plan.say("The first reconcile, without a bad link");
    const auto uncut = crossings.one({});
    if (!uncut) return tl::make_unexpected(uncut.error());

    struct Case {
        const char *key, *name, *doing;
        std::int64_t cut_every_ms;
        std::optional<double> seconds_max;
    };
    // A deployment that is through before the first cut is not troubled by it; so there is a
    // harder case, of which nothing is asked.
    const Case cases[] = {
        {"link", "", "The first reconcile over a bad link", 0, kSecondsMax},
        {"link.cut20", ", cut 5 s after each 20 s", "The same, with cuts", 20'000, kSecondsMaxCut},
        {"link.cut5", ", cut 5 s after each 5 s", "The same, with more cuts", 5'000, {}},
    };
    Figures out;
    for (const Case& each : cases) {
        plan.say(each.doing);
        const auto crossing = crossings.several([&](std::uint64_t seed) {
            return each.cut_every_ms == 0 ? bad_link(seed) : cut_link(seed, each.cut_every_ms);
        });
        if (!crossing) return tl::make_unexpected(crossing.error());
        for (Figure& figure :
             figures_of(each.key, each.name, *crossing, *uncut, each.seconds_max))
            out.push_back(std::move(figure));
    }
    return out;
}

}  // namespace spot::fieldkit
