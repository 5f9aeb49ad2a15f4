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
    const auto events = make_deployment(plan, core::Catalogue::shipped());
    if (!events) return tl::make_unexpected(events.error());
    OneRequest out;
    nlohmann::ordered_json session;
    for (const auto& event : *events) {
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
    const auto text = read_events(events);
    if (!text) return tl::make_unexpected(text.error());
    const auto packed = zstd_size(*text);
    if (!packed) return tl::make_unexpected(packed.error());
    const auto recorded = add_recorded(box, station, events);
    if (!recorded) return tl::make_unexpected(recorded.error());
    const auto synced = sync_all(box, station, box.hub_address());
    if (!synced) return tl::make_unexpected(synced.error());
    const auto sent = static_cast<double>(synced->sent_bytes);
    return Figures{
        {key + ".up", "bytes up, " + whose + ", floor zstd -19", Unit::bytes, sent,
         static_cast<double>(*packed), Target{Target::Of::ratio, kOfZstdMax}},
        {key + ".up_of_json", "the same, beside its JSON", Unit::bytes, sent,
         static_cast<double>(text->size()), {}},
        {key + ".down", "bytes down, " + whose, Unit::bytes,
         static_cast<double>(synced->received_bytes), {}, {}}};
}

void append(Figures& to, Figures from) {
    for (Figure& figure : from) to.push_back(std::move(figure));
}

}  // namespace

Result<Figures> measure_small_exchanges(Box& box, const std::string& station,
                                        const std::string& key, const std::string& where) {
    const auto idle = sync_all(box, station, box.hub_address());
    if (!idle) return tl::make_unexpected(idle.error());
    const auto one = make_one_request(station);
    if (!one) return tl::make_unexpected(one.error());
    const auto floor = zstd_size(one->request);
    if (!floor) return tl::make_unexpected(floor.error());
    const auto events = box.folder() / "one.jsonl";
    std::uint64_t sent = 0;
    for (const std::string& line : {one->session, one->request}) {
        SPOT_TRY(write_lines(events, {&line, 1}));
        const auto recorded = record_all(box, station, events);
        if (!recorded) return tl::make_unexpected(recorded.error());
        const auto synced = sync_all(box, station, box.hub_address());
        if (!synced) return tl::make_unexpected(synced.error());
        sent = synced->sent_bytes;  // in the end that of the request alone
    }
    const auto bytes = [](std::uint64_t count) { return static_cast<double>(count); };
    const Target idle_target{Target::Of::measured, kIdleBytesMax};
    return Figures{{key + ".idle_up", "nothing new, up" + where, Unit::bytes,
                    bytes(idle->sent_bytes), {}, idle_target},
                   {key + ".idle_down", "nothing new, down" + where, Unit::bytes,
                    bytes(idle->received_bytes), {}, idle_target},
                   {key + ".request_up", "one new request, up" + where + ", floor zstd -19",
                    Unit::bytes, bytes(sent), bytes(*floor),
                    Target{Target::Of::measured, kRequestBytesMax}}};
}

Result<Figures> measure_bytes(const BenchPlan& plan) {
    auto box = Box::make();
    if (!box) return tl::make_unexpected(std::move(box).error());
    auto out = measure_deployment(plan, *box, "van-11", plan.own, "bytes", "own deployment");
    if (!out) return out;
    if (!plan.other.empty()) {
        auto other =
            measure_deployment(plan, *box, "van-12", plan.other, "bytes.file", "that of --events");
        if (!other) return other;
        append(*out, std::move(*other));
    }
    plan.say("Bytes of an exchange with nothing new, and with one request");
    auto small = measure_small_exchanges(*box, "van-11", "bytes", "");
    if (!small) return small;
    append(*out, std::move(*small));
    return out;
}

}  // namespace spot::fieldkit
