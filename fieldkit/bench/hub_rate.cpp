#include <algorithm>
#include <chrono>

#include "core/platform/system.h"
#include "core/platform/worker_threads.h"
#include "fieldkit/bench.h"
#include "fieldkit/bench/bare_store.h"
#include "fieldkit/bench/strict.h"
#include "fieldkit/events.h"
#include "hub/hub.h"
#include "hub/registry.h"
#include "sync/exchange.h"
#include "van-station/app/station.h"

namespace spot::fieldkit {
namespace {

using core::Result;

constexpr std::size_t kEvents = 10'000;
constexpr std::size_t kBatch = 400;        // about as many as a frame of 8 KiB holds
constexpr std::size_t kPiece = 16 * 1024;  // as the server hands them over
constexpr double kCommittedMin = 10'000, kShownMin = 4'000;

double seconds_since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

Result<std::vector<std::string>> make_events(const std::filesystem::path& file) {
    DeploymentPlan plan;
    plan.days = 60;
    plan.seed = "hub";
    SPOT_TRY(write_deployment(plan, file));
    auto lines = read_lines(file, kEvents);
    if (!lines) return lines;
    if (lines->size() < kEvents)
        return core::fail(core::Code::limit, "the deployment made up has too few events");
    SPOT_TRY(write_lines(file, *lines));
    return lines;
}

// Events a second that bare SQLite takes in batches.
Result<double> bare_rate(const std::filesystem::path& file, const std::vector<std::string>& lines) {
    SPOT_ASSIGN(auto bare, BareStore::open(file));
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t at = 0; at < lines.size(); at += kBatch)
        SPOT_TRY(bare.insert(std::span(lines).subspan(at, std::min(kBatch, lines.size() - at))));
    return static_cast<double>(lines.size()) / seconds_since(began);
}

// The hub's share of an exchange, in this process: from the first byte of the station's bundle to
// the signed answer, with all of its frames on disk. Works on copies of both stores.
Result<double> committed_seconds(const Box& box) {
    const auto hub_data = box.folder() / "hub copy", station_data = box.folder() / "station copy";
    std::error_code error;
    std::filesystem::copy(box.folder() / "hub", hub_data, error);
    if (!error) std::filesystem::copy(box.station_data(kBenchStation), station_data, error);
    if (error) return core::fail(core::Code::io, "the stores can't be copied: " + error.message());
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(auto station, station::open_station(station_data, box.passphrase(), random));
    SPOT_ASSIGN(const auto keys, station.keys());
    SPOT_ASSIGN(auto hub, hub::open_hub(hub_data, box.passphrase(), random));

    sync::StationExchange up(station.ledger, keys, random);
    SPOT_ASSIGN(auto request, up.request(clock.now(), sync::StationExchange::What::everything));
    SPOT_ASSIGN(const auto bundle, sync::whole(std::move(request)));
    hub::Registry registry(hub.ledger);
    core::WorkerThreads workers;
    sync::CodecShare codecs(workers);
    sync::HubExchange down(hub.ledger, registry, hub.keys, random, codecs);
    const auto began = std::chrono::steady_clock::now();
    const core::View body(bundle);
    for (std::size_t at = 0; at < body.size(); at += kPiece)
        SPOT_TRY(down.receive(body.subspan(at, std::min(kPiece, body.size() - at)), clock.now()));
    SPOT_ASSIGN(const auto answer, down.finish(clock.now()));
    const double seconds = seconds_since(began);
    SPOT_ASSIGN(const auto outcome, up.answer(answer, clock.now()));
    if (outcome.durable.seq != kEvents)
        return core::fail(core::Code::io, "the hub did not take all events at once");
    return seconds;
}

}  // namespace

Result<Figures> measure_hub(const BenchPlan& plan) {
    SPOT_ASSIGN(auto box, Box::make());
    plan.say("Recording 10,000 events for the hub");
    const auto file = box.folder() / "events.jsonl";
    SPOT_ASSIGN(const auto lines, make_events(file));
    SPOT_TRY(add_recorded(box, kBenchStation, file));
    SPOT_ASSIGN(const auto floor, bare_rate(box.folder() / "bare.db", lines));

    plan.say("10,000 events committed, acknowledged, executed and shown");
    SPOT_ASSIGN(const auto committed, committed_seconds(box));
    SPOT_ASSIGN(const auto synced, sync_all(box, kBenchStation, box.hub_address()));
    // From the acknowledgement on; the hub that is being served executes meanwhile, too.
    const auto began = std::chrono::steady_clock::now();
    SPOT_TRY(box.export_hub(box.folder() / "hub.jsonl"));
    const double shown_seconds = seconds_since(began);
    const auto rate = [](double seconds) { return static_cast<double>(kEvents) / seconds; };
    return Figures{{"hub.committed", "events committed, acknowledged by the hub", Unit::per_second,
                    rate(committed), floor, Target{Target::Of::measured, kCommittedMin}},
                   {"hub.synced",
                    "the same, with the station's and the carrier's work",
                    Unit::per_second,
                    rate(synced.seconds),
                    floor,
                    {}},
                   {"hub.shown", "events executed and exported at the hub", Unit::per_second,
                    rate(shown_seconds), floor, Target{Target::Of::measured, kShownMin}}};
}

}  // namespace spot::fieldkit
