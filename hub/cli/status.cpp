#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "hub/cli/verbs.h"
#include "hub/registry.h"
#include "sync/slip.h"

namespace spot::hub {
namespace {

using core::Result;
using nlohmann::json;

// Of a log. There may be as many as it has entries.
constexpr std::size_t kListedQuarantineMax = 1000;

Result<json> log_json(core::Ledger& ledger, const core::LogId& log) {
    SPOT_ASSIGN(const auto in_quarantine, ledger.quarantine().count(log));
    json quarantined = json::array();
    for (const auto& one : ledger.quarantine().list(log, kListedQuarantineMax))
        quarantined.push_back({{"seq", one.seq}, {"code", one.code}});
    return json{{"epoch", log.epoch},
                {"seq", ledger.replica().tip(log).seq},
                {"by", (log.device & core::kHubBit) != 0 ? "hub" : "station"},
                {"in_quarantine", in_quarantine},
                {"quarantined", std::move(quarantined)}};
}

Result<json> stations_json(Hub& hub) {
    json out = json::array();
    const auto logs = hub.ledger.replica().logs();
    SPOT_ASSIGN(const auto all, Registry(hub.ledger).list());
    for (const auto& listed : all) {
        json own = json::array();
        for (const core::LogId& log : logs) {
            if ((log.device & ~core::kHubBit) != listed.station.device) continue;
            SPOT_ASSIGN(auto one, log_json(hub.ledger, log));
            own.push_back(std::move(one));
        }
        SPOT_ASSIGN(const auto files, hub.ledger.files().counts(listed.station.device));
        out.push_back(
            {{"station", listed.station.name},
             {"team", listed.team},
             {"device", sync::device_text(listed.station.device)},
             {"enrolled", listed.station.enrolled},
             {"revoked", listed.station.revoked},
             {"last_contact",
              listed.last_contact == 0 ? json() : json(core::utc_text(listed.last_contact))},
             {"backlog", listed.backlog},
             {"awaited_files", files.awaited},
             {"given_up_files", files.given_up},
             {"logs", std::move(own)}});
    }
    return out;
}

// What is published; `in_force`: of the one that counts now.
Result<json> catalogue_json(core::Ledger& ledger, core::Instant now) {
    SPOT_ASSIGN(const auto all, ledger.catalogues().published());
    json published = json::array();
    for (const auto& one : all)
        published.push_back({{"version", one.version}, {"in_force", core::utc_text(one.in_force)}});
    return json{{"in_force", ledger.catalogues().in_force_at(now).version()},
                {"published", std::move(published)}};
}

// Conflicts, entries in quarantine, and files that never came.
bool needs_person(const json& status) {
    const auto& stations = status["stations"];
    return status["conflicts"] != 0 || status["quarantined"] != 0 ||
           std::any_of(stations.begin(), stations.end(),
                       [](const json& station) { return station["given_up_files"] != 0; });
}

void print_status(const json& status) {
    const auto number = [](const json& value) { return value.get<unsigned long long>(); };
    std::printf("Hub %s, %s\n", status["name"].get<std::string>().c_str(),
                status["url"].get<std::string>().c_str());
    for (const auto& [record, count] : status["records"].items())
        std::printf("  %-12s %llu\n", record.c_str(), number(count));
    std::printf("%llu records with a conflict, %llu entries in quarantine.\n",
                number(status["conflicts"]), number(status["quarantined"]));
    std::printf("Catalogue %s is in force.\n",
                status["catalogue"]["in_force"].get<std::string>().c_str());
    for (const json& one : status["catalogue"]["published"])
        std::printf("  %s, from %s\n", one["version"].get<std::string>().c_str(),
                    one["in_force"].get<std::string>().c_str());
    for (const json& station : status["stations"]) {
        std::printf("%s %s: %s", station["device"].get<std::string>().c_str(),
                    station["station"].get<std::string>().c_str(),
                    station["revoked"].get<bool>()    ? "revoked, "
                    : station["enrolled"].get<bool>() ? ""
                                                      : "not enrolled yet, ");
        if (station["last_contact"].is_null())
            std::printf("never heard of");
        else
            std::printf("last heard of %s", station["last_contact"].get<std::string>().c_str());
        for (const json& log : station["logs"]) {
            std::printf("; %s's log %llu: %llu entries", log["by"].get<std::string>().c_str(),
                        number(log["epoch"]), number(log["seq"]));
            if (number(log["in_quarantine"]) > 0)
                std::printf(", %llu in quarantine", number(log["in_quarantine"]));
        }
        if (number(station["awaited_files"]) > 0)
            std::printf("; %llu files are to come", number(station["awaited_files"]));
        if (number(station["given_up_files"]) > 0)
            std::printf("; %llu files never came", number(station["given_up_files"]));
        std::printf("\n");
    }
}

Result<core::Exit> run_status(const core::Arguments& arguments) {
    core::SystemRandom random;
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    SPOT_TRY(hub.catch_up());
    SPOT_ASSIGN(const auto counts, hub.ledger.records().count());
    core::SystemClock clock;
    SPOT_ASSIGN(const auto catalogue, catalogue_json(hub.ledger, clock.now()));
    SPOT_ASSIGN(const auto stations, stations_json(hub));
    const json status{{"name", hub.identity.name},
                      {"url", hub.identity.url},
                      {"records", counts.records},
                      {"conflicts", counts.conflicts},
                      {"quarantined", counts.quarantined},
                      {"unexecuted", counts.unexecuted},
                      {"stations", stations},
                      {"catalogue", catalogue}};
    if (arguments.json())
        core::print_line(status.dump());
    else
        print_status(status);
    return needs_person(status) ? core::Exit::attention : core::Exit::done;
}

}  // namespace

const core::Verb kStatus{
    "status", "tells of the stations and of what needs a person", {}, run_status};

}  // namespace spot::hub
