#include <cstdio>

#include <nlohmann/json.hpp>

#include "fieldkit/cli/verbs.h"
#include "fieldkit/deployment.h"

namespace spot::fieldkit {
namespace {

core::Result<DeploymentPlan> plan_of(const core::Arguments& arguments) {
    if (arguments.has("hub-edits") && arguments.has("late-edits"))
        return core::fail(core::Code::invalid, "--hub-edits or --late-edits, one at a time");
    DeploymentPlan plan;
    plan.station = arguments.value("station");
    plan.start = arguments.value("start");
    plan.seed = arguments.value("seed");
    const auto days = whole_number(arguments, "days", 1, kDaysMax);
    if (!days) return tl::make_unexpected(days.error());
    SPOT_ASSIGN(const auto sessions,
                whole_number(arguments, "sessions-per-day", 1, kSessionsPerDayMax));
    SPOT_ASSIGN(const auto surge, whole_number(arguments, "surge", 0, kDaysMax));
    SPOT_ASSIGN(const auto care_home, share_ppm(arguments, "care-home"));
    SPOT_ASSIGN(const auto edited, share_ppm(arguments, "edit-rate"));
    plan.days = static_cast<int>(*days);
    plan.sessions_per_day = static_cast<int>(sessions);
    plan.surge_day = static_cast<int>(surge);
    plan.care_home_permille = static_cast<int>(care_home / 1000);
    plan.edited_permille = static_cast<int>(edited / 1000);
    return plan;
}

core::Result<core::Exit> run_deployment(const core::Arguments& arguments) {
    const auto plan = plan_of(arguments);
    if (!plan) return wrong_usage(kDeploymentVerb, plan.error());
    const auto& catalogue = core::Catalogue::shipped();
    const auto events = arguments.has("hub-edits") ? make_edits_apart(*plan, catalogue, Side::hub)
                        : arguments.has("late-edits")
                            ? make_edits_apart(*plan, catalogue, Side::station)
                            : make_deployment(*plan, catalogue);
    if (!events) return wrong_usage(kDeploymentVerb, events.error());
    for (const auto& event : *events) {
        const std::string line = event.dump();
        if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size() ||
            std::fputc('\n', stdout) == EOF)
            return core::fail(core::Code::io, "the events could not all be written");
    }
    if (std::fflush(stdout) != 0)
        return core::fail(core::Code::io, "the events could not all be written");
    return core::Exit::done;
}

}  // namespace

const core::Verb kDeploymentVerb{
    "deployment",
    "prints the events of a plausible deployment of one station, as JSON Lines; all people are "
    "invented",
    {{"station", "NAME", "the station that records them", false, "van-11"},
     {"days", "N", "working days", false, "10"},
     {"sessions-per-day", "N", "citizens' visits a day", false, "60"},
     {"start", "DAY", "the first day or, on a weekend, the one after", false, "2018-08-13"},
     {"seed", "TEXT", "the same seed and options print the same bytes", false, "1"},
     {"care-home", "SHARE", "of the days, spent at a care home", false, "0.15"},
     {"surge", "DAY", "the day, from 1, with three times the visits; 0: none", false, "0"},
     {"hub-edits", nullptr, "instead, what the hub changes after it, while apart"},
     {"late-edits", nullptr, "instead, what the station changes in the same time"},
     {"edit-rate", "SHARE", "of the requests, changed apart by each side", false, "0.05"}},
    run_deployment,
    core::Needs::nothing};

}  // namespace spot::fieldkit
