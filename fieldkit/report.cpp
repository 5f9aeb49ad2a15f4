#include "fieldkit/report.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "fieldkit/table.h"

namespace spot::fieldkit {
namespace {

using nlohmann::json;

constexpr std::size_t kRefusedShown = 5;
constexpr std::array kKinds{
    std::pair{"session", "sessions"},       std::pair{"request", "requests"},
    std::pair{"receipt", "receipts"},       std::pair{"complaint", "complaints"},
    std::pair{"assessment", "assessments"}, std::pair{"feedback", "training feedback"},
};

std::uint64_t count_of(const std::map<std::string, std::uint64_t>& counts, const char* name) {
    const auto at = counts.find(name);
    return at == counts.end() ? 0 : at->second;
}

std::string share_of(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "–";
    return fixed(static_cast<double>(part) / static_cast<double>(whole), 2);
}

std::string link_words(const LinkConditions& link) {
    std::string out = link.rate_kbit > 0 ? std::to_string(link.rate_kbit) + " kbit/s" : "any rate";
    out += ", " + std::to_string(link.rtt_ms) + " ms there and back, ";
    out += fixed(link.loss_ppm / 10'000.0, link.loss_ppm % 10'000 == 0 ? 0 : 2) + " % lost";
    if (link.cut_every_ms > 0)
        out += ", cut for " + std::to_string(link.cut_for_ms / 1000) + " s every " +
               std::to_string(link.cut_every_ms / 1000) + " s";
    return out;
}

std::string outcome_words(const RunReport& report) {
    const Synced& synced = report.synced;
    if (synced.state == "ok") return "in step with the hub";
    return synced.reason.empty() ? synced.state : synced.state + ": " + synced.reason;
}

std::string receipt_words(const Arrived& arrived) {
    if (arrived.receipts == 0) return "none";
    return "numbers " + std::string(arrived.receipts_gapless ? "without a gap" : "WITH A GAP") +
           ", " + grouped(arrived.receipts) + " in all";
}

std::string kinds_table(const RunReport& report) {
    std::vector<std::vector<std::string>> rows{{"", "recorded", "at the hub"}};
    for (const auto& [record, words] : kKinds)
        rows.push_back({std::string("  ") + words,
                        grouped(count_of(report.recorded.records, record)),
                        grouped(count_of(report.at_hub.records, record))});
    return table({Align::left, Align::right, Align::right}, rows);
}

std::string refused_lines(const Recorded& recorded) {
    if (recorded.refused.empty()) return {};
    std::string out = "\nRefused at the station, the rest was recorded:\n";
    for (std::size_t i = 0; i < std::min(recorded.refused.size(), kRefusedShown); ++i)
        out += "  " + recorded.refused[i] + "\n";
    if (recorded.refused.size() > kRefusedShown)
        out += "  and " + grouped(recorded.refused.size() - kRefusedShown) + " more\n";
    return out;
}

}  // namespace

bool reconciled(const RunReport& report) {
    return report.synced.state == "ok" && report.synced.quarantined == 0 &&
           report.synced.durable_seq == report.recorded.last_seq && report.both_same &&
           report.at_hub.receipts_gapless && report.recorded.records == report.at_hub.records;
}

std::string report_text(const RunReport& report) {
    const Recorded& recorded = report.recorded;
    const Synced& synced = report.synced;
    const std::string recorded_words = counted(recorded.events, "event", "events") + " in " +
                                       seconds_text(recorded.ending.seconds) +
                                       ", each told when it was on disk";
    const std::string sent = bytes_text(synced.sent_bytes) + ": " +
                             share_of(synced.sent_bytes, report.zstd_bytes) + " of zstd -19, " +
                             share_of(synced.sent_bytes, report.json_bytes) + " of the JSON";
    const std::string conflicts =
        report.at_hub.conflicts == 0
            ? "none"
            : counted(report.at_hub.conflicts, "record holds", "records hold") +
                  " two values for one field";
    std::string out =
        "Station " + report.station + ", offline in the field, then back in reach\n\n";
    out += table({Align::left, Align::left},
                 {{"Recorded offline", recorded_words},
                  {"Its size", bytes_text(report.json_bytes) + " of JSON, " +
                                   bytes_text(report.zstd_bytes) + " by zstd -19"},
                  {"The link", link_words(report.link)},
                  {"Outcome", outcome_words(report)},
                  {"Sent", sent},
                  {"Received", bytes_text(synced.received_bytes)},
                  {"Time", seconds_text(synced.ending.seconds) + " in " +
                               counted(synced.round_trips, "round trip", "round trips")}});
    out += "\n" + kinds_table(report) + "\n";
    out +=
        table({Align::left, Align::left},
              {{"Receipts", receipt_words(report.at_hub)},
               {"Conflicts", conflicts},
               {"In quarantine", synced.quarantined == 0 ? "nothing" : grouped(synced.quarantined)},
               {"Both sides show the same", report.both_same ? "yes, byte for byte" : "NO"}});
    out += refused_lines(recorded);
    out += reconciled(report) ? "\nEverything recorded is at the hub.\n"
                              : "\nNOT everything recorded is at the hub.\n";
    return out;
}

json report_json(const RunReport& report) {
    const Recorded& recorded = report.recorded;
    const Synced& synced = report.synced;
    return {
        {"station", report.station},
        {"reconciled", reconciled(report)},
        {"json_bytes", report.json_bytes},
        {"zstd_bytes", report.zstd_bytes},
        {"recorded",
         {{"events", recorded.events},
          {"records", recorded.records},
          {"refused", recorded.refused},
          {"seconds", recorded.ending.seconds}}},
        {"sync",
         {{"state", synced.state},
          {"sent_entries", synced.sent_entries},
          {"sent_bytes", synced.sent_bytes},
          {"received_bytes", synced.received_bytes},
          {"round_trips", synced.round_trips},
          {"durable_seq", synced.durable_seq},
          {"quarantined", synced.quarantined},
          {"seconds", synced.ending.seconds}}},
        {"link", json::parse(report.crossed.json(), nullptr, false)},
        {"arrived", {{"records", report.at_hub.records}, {"conflicts", report.at_hub.conflicts}}},
        {"receipts_gapless", report.at_hub.receipts_gapless},
        {"both_same", report.both_same}};
}

}  // namespace spot::fieldkit
