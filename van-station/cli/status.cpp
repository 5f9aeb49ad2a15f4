#include <cstdio>
#include <nlohmann/json.hpp>

#include "van-station/app/synchronise.h"
#include "van-station/cli/verbs.h"

namespace spot::station {
namespace {

using core::Result;
using nlohmann::json;

Result<json> status_of(Station& station) {
    SPOT_ASSIGN(const auto log, station.log());
    auto& ledger = station.ledger;
    SPOT_ASSIGN(const auto counts, ledger.records().count());
    SPOT_ASSIGN(const auto stranded, stranded_entries(station));
    const auto tip = ledger.replica().tip(log).seq;
    const auto durable = ledger.replica().acknowledged(log).seq;
    SPOT_ASSIGN(const auto files, ledger.files().counts(log.device));
    const auto contact = ledger.values().setting(setting::kLastContact);
    json last = contact ? json::parse(*contact, nullptr, false) : json();
    if (!last.is_object()) last = nullptr;
    return json{{"station", station.identity.station},
                {"team", station.identity.team},
                {"device", sync::device_text(station.identity.device)},
                {"epoch", log.epoch},
                {"hub", station.identity.url},
                {"records", counts.records},
                {"entries", tip},
                {"durable_seq", durable},
                {"backed_up_seq", ledger.replica().backed_up(log).seq},
                {"waiting_entries", tip - durable},
                {"stranded_entries", stranded},
                {"waiting_files", files.awaited},
                {"refused_files", files.given_up},
                {"conflicts", counts.conflicts},
                {"quarantined_here", counts.quarantined},
                {"unexecuted", counts.unexecuted},
                {"last_contact", std::move(last)}};
}

// What does not mend by the next contact with the hub.
bool needs_person(const json& status) {
    const json& last = status["last_contact"];
    const bool told =
        !last.is_null() && (!last["quarantined"].empty() || last.value("state", "") == "revoked");
    return told || status["quarantined_here"] != 0 || status["conflicts"] != 0 ||
           status["stranded_entries"] != 0 || status["refused_files"] != 0;
}

void print_status(const json& status) {
    std::printf("Station %s\n", status["station"].get<std::string>().c_str());
    for (const auto& [record, count] : status["records"].items())
        std::printf("  %-12s %llu\n", record.c_str(),
                    static_cast<unsigned long long>(count.get<std::uint64_t>()));
    std::printf("%llu entries, of which %llu wait for the hub.\n",
                static_cast<unsigned long long>(status["entries"].get<std::uint64_t>()),
                static_cast<unsigned long long>(status["waiting_entries"].get<std::uint64_t>()));
    if (const auto stranded = status["stranded_entries"].get<std::uint64_t>(); stranded > 0)
        std::printf("%llu entries of an earlier epoch stand here only.\n",
                    static_cast<unsigned long long>(stranded));
    const auto number = [&](const char* of) {
        return static_cast<unsigned long long>(status[of].get<std::uint64_t>());
    };
    if (number("waiting_files") > 0)
        std::printf("%llu files wait for the hub.\n", number("waiting_files"));
    if (number("refused_files") > 0)
        std::printf("%llu files stay here only: the hub does not take them.\n",
                    number("refused_files"));
    if (number("quarantined_here") > 0)
        std::printf("%llu entries stand in quarantine here: they wait for a person.\n",
                    number("quarantined_here"));
    const json& last = status["last_contact"];
    if (last.is_null()) {
        std::printf("The hub was not reached yet.\n");
    } else {
        std::printf("Last contact %s: %s; %zu entries in quarantine there.\n",
                    last.value("at", "").c_str(), last.value("state", "").c_str(),
                    last["quarantined"].size());
    }
    std::printf("%llu records with a conflict.\n",
                static_cast<unsigned long long>(status["conflicts"].get<std::uint64_t>()));
}

Result<core::Exit> run_status(const core::Arguments& arguments) {
    core::SystemRandom random;
    SPOT_ASSIGN(auto station, open_station(arguments, random));
    SPOT_ASSIGN(const auto status, status_of(station));
    if (arguments.json())
        core::print_line(status.dump());
    else
        print_status(status);
    return needs_person(status) ? core::Exit::attention : core::Exit::done;
}

}  // namespace

const core::Verb kStatus{
    "status", "tells what is here, what waits and what needs a person", {}, run_status};

}  // namespace spot::station
