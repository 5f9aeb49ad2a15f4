#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "sync/http/carrier.h"
#include "van-station/app/synchronise.h"
#include "van-station/cli/verbs.h"

namespace spot::station {
namespace {

using core::Exit;
using core::Result;
using nlohmann::json;

json quarantined_json(const SyncReport& report) {
    json out = json::array();
    for (const auto& one : report.quarantined)
        out.push_back({{"seq", one.seq}, {"code", one.code}});
    for (const auto& one : report.quarantined_here)
        out.push_back({{"seq", one.seq}, {"code", one.code}, {"from", "hub"}});
    return out;
}

std::string report_json(const SyncReport& report) {
    json out{{"state", report.state},
             {"sent_entries", report.sent_entries},
             {"received_entries", report.received_entries},
             {"sent_bytes", report.sent_bytes},
             {"received_bytes", report.received_bytes},
             {"round_trips", report.round_trips},
             {"durable_seq", report.durable_seq},
             {"backed_up_seq", report.backed_up_seq},
             {"quarantined", quarantined_json(report)},
             {"conflicts", report.conflicts},
             {"stranded_entries", report.stranded_entries},
             {"sent_files", report.sent_files},
             {"waiting_files", report.waiting_files},
             {"refused_files", report.refused_files},
             {"hub_forgot", report.hub_forgot},
             {"clock_ahead_ms", report.clock_ahead_ms},
             {"seconds", static_cast<double>(report.took_ms) / 1000}};
    if (!report.reason.empty()) out["reason"] = report.reason;
    return out.dump();
}

void print_report(const SyncReport& report) {
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    if (report.reason.empty())
        std::printf("In step with the hub.\n");
    else
        std::printf("%s\n", report.reason.c_str());
    std::printf(
        "%llu entries sent, %llu received; %llu bytes up, %llu down, %llu round trips, "
        "%.1f s.\nThe hub has our entries up to %llu on disk.\n",
        number(report.sent_entries), number(report.received_entries), number(report.sent_bytes),
        number(report.received_bytes), number(report.round_trips),
        static_cast<double>(report.took_ms) / 1000, number(report.durable_seq));
    if (report.sent_files + report.waiting_files > 0)
        std::printf("%llu files came to the hub, %llu wait for the next time.\n",
                    number(report.sent_files), number(report.waiting_files));
    if (report.refused_files > 0)
        std::printf("%llu files stay here only: the hub does not take them.\n",
                    number(report.refused_files));
    for (const auto& one : report.quarantined)
        std::printf("Entry %llu stands in quarantine at the hub: %s\n", number(one.seq),
                    one.code.c_str());
    for (const auto& one : report.quarantined_here)
        std::printf("The hub's entry %llu stands in quarantine here: %s\n", number(one.seq),
                    one.code.c_str());
    if (report.stranded_entries > 0)
        std::printf(
            "%llu entries of an earlier epoch stand here only: the hub holds others under "
            "their numbers.\n",
            number(report.stranded_entries));
    if (report.conflicts > 0)
        std::printf("%llu records hold two values for one field; see export.\n",
                    number(report.conflicts));
}

void warn_of_clock(const SyncReport& report) {
    const std::int64_t ahead = report.clock_ahead_ms;
    if (ahead > -kClockWarnMs && ahead < kClockWarnMs) return;
    std::fprintf(stderr, "This computer's clock is %lld minutes %s the hub's. Please set it.\n",
                 static_cast<long long>((ahead < 0 ? -ahead : ahead) / 60'000),
                 ahead < 0 ? "behind" : "ahead of");
}

Result<Exit> run_sync(const core::Arguments& arguments) {
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(auto station, open_station(arguments, random));
    const std::string url = arguments.has("hub") ? arguments.value("hub") : station.identity.url;
    SPOT_ASSIGN(auto carrier, sync::HttpCarrier::make({url, station.identity.tls_pin, {}}));
    SPOT_TRY(lock_sync(station));

    Result<SyncReport> report = core::fail(core::Code::io, "");
    {
        core::Progress progress(clock);
        const SyncRim rim{
            clock, random,
            [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); },
            [&](std::uint64_t sent, std::uint64_t total) {
                progress.show([&] {
                    return std::to_string(sent / 1000) + " of " + std::to_string(total / 1000) +
                           " kB sent";
                });
            }};
        report = synchronise(station, *carrier, rim);
    }
    if (!report) return tl::make_unexpected(report.error());
    if (arguments.json())
        core::print_line(report_json(*report));
    else
        print_report(*report);
    warn_of_clock(*report);
    return report->exit();
}

}  // namespace

const core::Verb kSync{"sync",
                       "brings station and hub up to date with each other",
                       {{"hub", "URL", "another address of the same hub"}},
                       run_sync};

}  // namespace spot::station
