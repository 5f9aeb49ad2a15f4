#include "fieldkit/bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include <nlohmann/json.hpp>

#include "fieldkit/cli/verbs.h"
#include "fieldkit/events.h"
#include "fieldkit/process.h"
#include "fieldkit/steps.h"
#include "fieldkit/throw_away.h"

namespace spot::fieldkit {
namespace {

using core::Exit;
using core::Result;

struct Part {
    const char* name;
    Result<Figures> (*measure)(const BenchPlan&);
    bool is_long;
};
constexpr Part kParts[] = {{"record", measure_record, false}, {"bytes", measure_bytes, false},
                           {"link", measure_bad_link, false}, {"hub", measure_hub, false},
                           {"large", measure_large, true},    {"sizes", measure_sizes, true}};

constexpr double kShareMin = 0.9;

bool is_part(const std::string& name) {
    for (const Part& part : kParts)
        if (name == part.name) return true;
    return false;
}

// How much of a processor one thread gets that wants all of it. A machine that is busy with other
// work makes times worse than they need be, and ratios of times, too.
double processor_share() {
    using std::chrono::steady_clock;
    const auto until = steady_clock::now() + std::chrono::milliseconds(300);
    const auto began = steady_clock::now();
    const std::clock_t used = std::clock();
    while (steady_clock::now() < until) continue;
    const double seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
    return static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC / seconds;
}

Result<Figures> measure_all(const BenchPlan& plan, const std::string& only) {
    Figures out;
    for (const Part& part : kParts) {
        if (only.empty() ? part.is_long && plan.is_quick : only != part.name) continue;
        auto figures = part.measure(plan);
        if (!figures) return figures;
        for (Figure& figure : *figures) out.push_back(std::move(figure));
    }
    return out;
}

Result<Exit> run_bench(const core::Arguments& arguments) {
    const std::string only = arguments.value("part");
    if (!only.empty() && !is_part(only))
        return wrong_usage(
            kBenchVerb, {core::Code::invalid, "--part: record, bytes, link, hub, large or sizes"});
    hold_interrupts();
    Steps steps;
    BenchPlan plan;
    plan.is_quick = arguments.has("quick");
    plan.other = arguments.value("events");
    plan.say = [&](const std::string& step) { steps.say(step); };
    SPOT_ASSIGN(auto folder, ThrowAwayFolder::make());
    plan.own = folder.path() / "own.jsonl";
    SPOT_TRY(write_deployment({}, plan.own));
    double share = processor_share();
    const auto figures = measure_all(plan, only);
    steps.over();
    if (!figures) return tl::make_unexpected(figures.error());
    share = std::min(share, processor_share());
    if (arguments.json()) {
        core::print_line(
            nlohmann::json{{"figures", figures_json(*figures)}, {"processor_share", share}}.dump());
        return Exit::done;
    }
    std::fputs(figures_text(*figures).c_str(), stdout);
    std::printf(
        "\nratio: how many times as dear, or as slow, as the floor, which was measured in "
        "the same run.\n");
    if (share < kShareMin)
        std::printf(
            "The machine was busy with other work: one thread got %.0f %% of a processor. "
            "Don't rely on times.\n",
            share * 100);
    return Exit::done;
}

}  // namespace

const core::Verb kBenchVerb{
    "bench",
    "measures what the project promises, each figure beside a floor from the same run",
    {{"quick", nullptr, "about a minute: fewer repetitions, and not the 100,000 records"},
     {"events", "FILE", "the deployment that is recorded and reconciled; else fieldkit's own"},
     {"part", "NAME", "only record, bytes, link, hub, large or sizes"}},
    run_bench,
    core::Needs::nothing};

}  // namespace spot::fieldkit
