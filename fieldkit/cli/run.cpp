#include <cstdio>

#include <nlohmann/json.hpp>

#include "fieldkit/cli/verbs.h"
#include "fieldkit/events.h"
#include "fieldkit/report.h"
#include "fieldkit/steps.h"

namespace spot::fieldkit {
namespace {

using core::Exit;
using core::Result;

constexpr std::int64_t kRttMax = 60'000;
constexpr std::int64_t kRateMax = 10'000'000;

struct Wanted {
    DeploymentPlan plan;
    LinkConditions link;
    std::string events;  // a file; empty: made by the plan
};

Result<Wanted> wanted_of(const core::Arguments& arguments) {
    Wanted out;
    out.events = arguments.value("events");
    out.plan.seed = arguments.value("seed");
    const auto days = whole_number(arguments, "days", 1, kDaysMax);
    if (!days) return tl::make_unexpected(days.error());
    SPOT_ASSIGN(const auto rate, whole_number(arguments, "rate-kbit", 0, kRateMax));
    SPOT_ASSIGN(const auto rtt, whole_number(arguments, "rtt-ms", 0, kRttMax));
    SPOT_ASSIGN(const auto loss, share_ppm(arguments, "loss"));
    if (loss > kLossMax)
        return core::fail(core::Code::invalid, "--loss: at most 0.9, else nothing gets through");
    out.plan.days = static_cast<int>(*days);
    out.link.rate_kbit = rate;
    out.link.rtt_ms = rtt;
    out.link.loss_ppm = loss;
    return out;
}

Result<> weigh(RunReport& report, const std::filesystem::path& events) {
    SPOT_ASSIGN(const auto text, read_events(events));
    SPOT_ASSIGN(const auto packed, zstd_size(text));
    report.json_bytes = text.size();
    report.zstd_bytes = packed;
    return {};
}

Result<> reconcile(RunReport& report, Box& box) {
    SPOT_ASSIGN(auto link, LinkProxy::start("127.0.0.1:0", box.hub_address(), report.link));
    auto synced = box.sync(report.station, link->address());
    if (!synced) return tl::make_unexpected(std::move(synced).error());
    report.synced = std::move(*synced);
    link->stop();
    report.crossed = link->counters();
    return {};
}

Result<> compare(RunReport& report, Box& box) {
    const auto here = box.folder() / "station.jsonl", there = box.folder() / "hub.jsonl";
    SPOT_TRY(box.export_station(report.station, here));
    SPOT_TRY(box.export_hub(there));
    SPOT_ASSIGN(const auto same, same_bytes(here, there));
    report.both_same = same;
    auto at_station = read_export(here);
    if (!at_station) return tl::make_unexpected(std::move(at_station).error());
    auto at_hub = read_export(there);
    if (!at_hub) return tl::make_unexpected(std::move(at_hub).error());
    report.at_station = std::move(*at_station);
    report.at_hub = std::move(*at_hub);
    return {};
}

Result<RunReport> show(const Wanted& wanted, Box& box, Steps& steps) {
    RunReport report;
    report.station = wanted.plan.station;
    report.link = wanted.link;
    std::filesystem::path events = wanted.events;
    if (wanted.events.empty()) {
        steps.say("Making up a deployment");
        events = box.folder() / "events.jsonl";
        SPOT_TRY(write_deployment(wanted.plan, events));
    }
    SPOT_TRY(weigh(report, events));
    SPOT_TRY(box.add_station(report.station));
    steps.say("Recording with no link");
    auto recorded = box.record(report.station, events);
    if (!recorded) return tl::make_unexpected(std::move(recorded).error());
    report.recorded = std::move(*recorded);
    steps.say("Reconciling over a bad link");
    SPOT_TRY(reconcile(report, box));
    steps.say("Comparing both sides");
    SPOT_TRY(compare(report, box));
    return report;
}

Exit exit_of(const RunReport& report) {
    if (!reconciled(report)) return Exit::failed;
    return report.recorded.refused.empty() ? Exit::done : Exit::attention;
}

Result<> keep_serving(Box& box, const std::string& station) {
    SPOT_ASSIGN(const auto pages, box.serve_pages(station));
    std::printf(
        "\nThe station's pages, until Ctrl-C, which also removes both stores:\n\n"
        "  mediator  %s\n  citizen   %s\n\n"
        "The hub answers at https://%s; its console is not part of this version.\n",
        pages.mediator.c_str(), pages.citizen.c_str(), box.hub_address().c_str());
    std::fflush(stdout);
    wait_for_interrupt();
    std::printf("\n");
    return {};
}

Result<Exit> run_show(const core::Arguments& arguments) {
    const auto wanted = wanted_of(arguments);
    if (!wanted) return wrong_usage(kRunVerb, wanted.error());
    hold_interrupts();
    Steps steps;
    steps.say("Making a hub");
    SPOT_ASSIGN(auto box, Box::make());
    const auto report = show(*wanted, box, steps);
    steps.over();
    if (!report && report.error().code == core::Code::invalid)
        return wrong_usage(kRunVerb, report.error());
    if (!report) return tl::make_unexpected(report.error());
    if (arguments.json())
        core::print_line(report_json(*report).dump());
    else
        std::fputs(report_text(*report).c_str(), stdout);
    std::fflush(stdout);
    if (!arguments.has("once") && !arguments.json()) SPOT_TRY(keep_serving(box, report->station));
    return exit_of(*report);
}

}  // namespace

const core::Verb kRunVerb{
    "run",
    "shows the main job: a deployment recorded offline, then reconciled to a hub over a bad link",
    {{"once", nullptr, "end after the report (so does --json); exit 0: everything reconciled"},
     {"events", "FILE", "the deployment, as JSON Lines; else one is made up"},
     {"days", "N", "working days of the one made up", false, "10"},
     {"seed", "TEXT", "the same seed makes up the same", false, "1"},
     {"rate-kbit", "N", "the link: thousand bits a second, each way; 0: no limit", false, "64"},
     {"rtt-ms", "N", "a round trip, in milliseconds", false, "600"},
     {"loss", "SHARE", "of segments", false, "0.02"}},
    run_show,
    core::Needs::nothing};

}  // namespace spot::fieldkit
