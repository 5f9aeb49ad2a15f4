#include "fieldkit/report.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace spot::fieldkit;

namespace {

RunReport good() {
    RunReport report;
    report.station = "van-11";
    report.link.rate_kbit = 64;
    report.link.rtt_ms = 600;
    report.link.loss_ppm = 20'000;
    report.json_bytes = 982'000;
    report.zstd_bytes = 111'000;
    report.recorded.events = 2'481;
    report.recorded.last_seq = 2'481;
    report.recorded.records = {{"session", 600}, {"request", 801}, {"receipt", 512}};
    report.recorded.ending.seconds = 1.5;
    report.synced.state = "ok";
    report.synced.sent_bytes = 51'200;
    report.synced.received_bytes = 345;
    report.synced.round_trips = 1;
    report.synced.durable_seq = 2'481;
    report.synced.ending.seconds = 8.9;
    report.at_hub.records = report.at_station.records = report.recorded.records;
    report.at_hub.receipts = report.at_station.receipts = 512;
    report.both_same = true;
    return report;
}

bool says(const RunReport& report, const char* words) {
    return report_text(report).find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("reconciled means all of it: each fault alone is enough to deny it") {
    CHECK(reconciled(good()));
    const std::pair<const char*, void (*)(RunReport&)> faults[] = {
        {"exchange", [](RunReport& r) { r.synced.state = "offline"; }},
        {"quarantine", [](RunReport& r) { r.synced.quarantined = 1; }},
        {"not on disk", [](RunReport& r) { r.synced.durable_seq = 2'480; }},
        {"differ", [](RunReport& r) { r.both_same = false; }},
        {"receipts", [](RunReport& r) { r.at_hub.receipts_gapless = false; }},
        {"lacks one", [](RunReport& r) { r.at_hub.records["request"] = 800; }},
    };
    for (const auto& [name, spoil] : faults) {
        CAPTURE(name);
        RunReport report = good();
        spoil(report);
        CHECK_FALSE(reconciled(report));
        CHECK(says(report, "NOT everything"));
        CHECK(report_json(report)["reconciled"] == false);
    }
}

TEST_CASE("the report is in plain words") {
    const RunReport report = good();
    for (const char* words :
         {"2,481 events in 1.50 s", "982.0 kB of JSON, 111.0 kB by zstd -19",
          "64 kbit/s, 600 ms there and back, 2 % lost",
          "51.2 kB: 0.46 of zstd -19, 0.05 of the JSON", "8.90 s in 1 round trip",
          "yes, byte for byte", "numbers without a gap, 512 in all",
          "Everything recorded is at the hub."})
        CHECK_MESSAGE(says(report, words), words);
}

TEST_CASE("what was recorded stands beside what arrived, by kind") {
    RunReport report = good();
    report.at_hub.records["request"] = 799;
    CHECK(says(report, "  requests                801         799\n"));
    CHECK(says(report, "  complaints                0           0\n"));
}

TEST_CASE("faults are told by name") {
    RunReport report = good();
    report.synced.state = "offline";
    report.synced.reason = "the hub was not reached";
    report.at_hub.receipts_gapless = false;
    report.at_hub.conflicts = 1;
    report.both_same = false;
    for (int line = 1; line <= 7; ++line)
        report.recorded.refused.push_back("line " + std::to_string(line) + ": not JSON");
    for (const char* words : {"offline: the hub was not reached", "WITH A GAP",
                              "1 record holds two values", "line 5: not JSON", "and 2 more"})
        CHECK_MESSAGE(says(report, words), words);
    CHECK_FALSE(says(report, "line 6"));
}

TEST_CASE("no deployment, no shares of it") {
    RunReport report = good();
    report.json_bytes = report.zstd_bytes = 0;
    CHECK(says(report, "– of zstd -19"));
}
