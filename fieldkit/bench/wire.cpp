#include "fieldkit/bench/wire.h"

#include <nlohmann/json.hpp>

#include "core/catalogue.h"
#include "fieldkit/bench/strict.h"
#include "fieldkit/events.h"

namespace spot::fieldkit {
namespace {

using core::Code;
using core::fail;
using core::Result;

constexpr double kIdleBytesMax = 500;
constexpr double kRequestBytesMax = 600;
constexpr double kOfZstdMax = 0.70;

// A session that the station does not have, and the first request in it.
struct OneRequest {
    std::string session, request;
};

Result<OneRequest> make_one_request(const std::string& station) {
    DeploymentPlan plan;
    plan.station = station;
    plan.days = 1;
    plan.seed = "one request more";
    SPOT_ASSIGN(const auto events, make_deployment(plan, core::Catalogue::shipped()));
    OneRequest out;
    nlohmann::ordered_json session;
    for (const auto& event : events) {
        if (event["kind"] == "session.open") session = event;
        if (event["kind"] != "request.queue" || session.is_null() ||
            event["session"] != session["session"])
            continue;
        return OneRequest{session.dump(), event.dump()};
    }
    return fail(Code::not_found, "a day without any request");
}

Result<Figures> measure_deployment(const BenchPlan& plan, Box& box, const std::string& station,
                                   const std::filesystem::path& events, const std::string& key,
                                   const std::string& whose) {
    plan.say("Bytes of the first reconcile: " + whose);
    SPOT_ASSIGN(const auto text, read_events(events));
    SPOT_ASSIGN(const auto packed, zstd_size(text));
    SPOT_TRY(add_recorded(box, station, events));
    SPOT_ASSIGN(const auto synced, sync_all(box, station, box.hub_address()));
    const auto sent = static_cast<double>(synced.sent_bytes);
    return Figures{{key + ".up", "bytes up, " + whose + ", floor zstd -19", Unit::bytes, sent,
                    static_cast<double>(packed), Target{Target::Of::ratio, kOfZstdMax}},
                   {key + ".up_of_json",
                    "the same, beside its JSON",
                    Unit::bytes,
                    sent,
                    static_cast<double>(text.size()),
                    {}},
                   {key + ".down",
                    "bytes down, " + whose,
                    Unit::bytes,
                    static_cast<double>(synced.received_bytes),
                    {},
                    {}}};
}

void append(Figures& to, Figures from) {
    for (Figure& figure : from) to.push_back(std::move(figure));
}

}  // namespace

Result<Figures> measure_small_exchanges(Box& box, const std::string& station,
                                        const std::string& key, const std::string& where) {
    SPOT_ASSIGN(const auto idle, sync_all(box, station, box.hub_address()));
    SPOT_ASSIGN(const auto one, make_one_request(station));
    SPOT_ASSIGN(const auto floor, zstd_size(one.request));
    const auto events = box.folder() / "one.jsonl";
    std::uint64_t sent = 0;
    for (const std::string& line : {one.session, one.request}) {
        SPOT_TRY(write_lines(events, {&line, 1}));
        SPOT_TRY(record_all(box, station, events));
        SPOT_ASSIGN(const auto synced, sync_all(box, station, box.hub_address()));
        sent = synced.sent_bytes;  // in the end that of the request alone
    }
    const auto bytes = [](std::uint64_t count) { return static_cast<double>(count); };
    const Target idle_target{Target::Of::measured, kIdleBytesMax};
    return Figures{
        {key + ".idle_up",
         "nothing new, up" + where,
         Unit::bytes,
         bytes(idle.sent_bytes),
         {},
         idle_target},
        {key + ".idle_down",
         "nothing new, down" + where,
         Unit::bytes,
         bytes(idle.received_bytes),
         {},
         idle_target},
        {key + ".request_up", "one new request, up" + where + ", floor zstd -19", Unit::bytes,
         bytes(sent), bytes(floor), Target{Target::Of::measured, kRequestBytesMax}}};
}

Result<Figures> measure_bytes(const BenchPlan& plan) {
    SPOT_ASSIGN(auto box, Box::make());
    auto out = measure_deployment(plan, box, kBenchStation, plan.own, "bytes", "own deployment");
    if (!out) return out;
    if (!plan.other.empty()) {
        auto other =
            measure_deployment(plan, box, "van-12", plan.other, "bytes.file", "that of --events");
        if (!other) return other;
        append(*out, std::move(*other));
    }
    plan.say("Bytes of an exchange with nothing new, and with one request");
    auto small = measure_small_exchanges(box, kBenchStation, "bytes", "");
    if (!small) return small;
    append(*out, std::move(*small));
    return out;
}

}  // namespace spot::fieldkit
