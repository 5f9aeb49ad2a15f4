#include "core/ledger/projection.h"

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/members.h"
#include "core/store/keys.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

constexpr char kHeld[] = "held";          // the hub has it
constexpr char kRecorded[] = "recorded";  // only this station is known to have it

void complete(Json& out, std::string_view record, const RecordId& id, Party here) {
    out["record"] = record;
    out["id"] = id.text();
    // A state that the hub has set stands in the document and wins.
    if (record == "request" && !(out.contains("route") && out["route"].contains("state")))
        out["route"]["state"] = here == Party::hub ? kHeld : kRecorded;
}

// Of text that needs no escape.
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    out += text;
    out += '"';
    return out;
}

int route_of(const Json& record) {
    const auto route = record.find("route");
    if (route == record.end() || !route->is_object()) return 0;
    const auto state = route->find("state");
    if (state == route->end() || !state->is_string()) return 0;
    return route_place(state->get_ref<const std::string&>());
}

// What a put or text operation leaves in a document whose changes follow on each other. False: a
// value stands where a map has to be, or the other way round.
bool put(Json& out, const Operation& operation) {
    Json* at = &out;
    std::string_view path = operation.path;
    for (auto dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
        at = &(*at)[std::string(path.substr(0, dot))];
        if (!at->is_object() && !at->is_null()) return false;
        path.remove_prefix(dot + 1);
    }
    Json& place = (*at)[std::string(path)];
    if (place.is_object()) return false;
    std::visit([&](const auto& value) { place = value; }, operation.value);
    return true;
}

}  // namespace

Result<Projection> project_document(std::string_view record, const RecordId& id, Party here,
                                    std::string_view document_json) {
    Json parsed = Json::parse(document_json, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("record") || !parsed["record"].is_object())
        return fail(Code::corrupt, "a document does not materialise");
    Json& out = parsed["record"];
    Projection done;
    done.route = route_of(out);  // before a state of ours stands there
    complete(out, record, id, here);
    if (const auto conflicts = parsed.find("conflicts");
        conflicts != parsed.end() && !conflicts->empty()) {
        out["conflicts"] = std::move(*conflicts);
        done.conflicts = true;
    }
    done.json = canonical(out);
    return done;
}

Result<Projection> project_sequence(const RecordId& id, Party here, std::span<const Step> steps) {
    Json out = Json::object();
    for (const Step& step : steps) {
        const Json intent = Json::parse(step.intent, nullptr, false);
        if (!intent.is_object()) return fail(Code::corrupt, "an entry's intent does not read");
        for (const Operation& operation : operations_of(step.kind, intent))
            if (!put(out, operation))
                return fail(Code::corrupt, "a change does not fit its record");
    }
    const int route = route_of(out);
    complete(out, record_of(steps.front().kind), id, here);
    return Projection{canonical(out), false, route};
}

Result<std::string> project_made(Kind kind, const RecordId& id, Party here, std::string_view intent,
                                 std::string_view settled) {
    auto members = Members::of(intent);
    if (!members) return fail(Code::corrupt, "an entry's intent does not read");
    const bool opens = kind == Kind::session_open, queues = kind == Kind::request_queue;
    if ((opens || queues) && !members->is_plain()) {
        const Step made{kind, std::string(intent)};
        SPOT_ASSIGN(auto projection, project_sequence(id, here, {&made, 1}));
        return std::move(projection.json);
    }
    const std::string identity = in_quotes(id.text()), record = in_quotes(record_of(kind));
    const std::string route =
        "{\"state\":" + in_quotes(here == Party::hub ? kHeld : kRecorded) + "}";
    if (opens) members->rename("at", "opened_at");
    if (queues) {
        members->rename("at", "queued_at");
        members->set("route", route);
    }
    const std::string state = in_quotes(settled.empty() ? std::string_view("reserved") : settled);
    if (kind == Kind::receipt_print) members->set("state", state);
    members->set("id", identity);
    members->set("record", record);
    return members->text();
}

std::string shown(std::string_view record, std::string_view json, const Reader& reader) {
    const bool routed = record == "request" && reader.held;
    if (!routed && reader.reference.empty()) return std::string(json);
    Json out = Json::parse(json, nullptr, false);
    if (routed && out["route"]["state"] == kRecorded) out["route"]["state"] = kHeld;
    if (!reader.reference.empty()) out["ref"] = reader.reference;
    return canonical(out);
}

}  // namespace spot::core
