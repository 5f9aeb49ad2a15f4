#include "core/store/projection.h"

#include <nlohmann/json.hpp>

#include "core/intent.h"

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

// What a put or text operation leaves in a document that had nothing there.
void put(Json& out, const Operation& operation) {
    Json* at = &out;
    std::string_view path = operation.path;
    for (auto dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
        at = &(*at)[std::string(path.substr(0, dot))];
        path.remove_prefix(dot + 1);
    }
    std::visit([&](const auto& value) { (*at)[std::string(path)] = value; }, operation.value);
}

}  // namespace

Result<Projection> project_document(std::string_view record, const RecordId& id, Party here,
                                    std::string_view document_json) {
    Json parsed = Json::parse(document_json, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("record") || !parsed["record"].is_object())
        return fail(Code::corrupt, "a document does not materialise");
    Json& out = parsed["record"];
    complete(out, record, id, here);
    Projection done;
    if (const auto conflicts = parsed.find("conflicts");
        conflicts != parsed.end() && !conflicts->empty()) {
        out["conflicts"] = std::move(*conflicts);
        done.conflicts = true;
    }
    done.json = canonical(out);
    return done;
}

Projection project_first(Kind kind, const RecordId& id, Party here, const Json& intent) {
    Json out = Json::object();
    for (const Operation& operation : operations_of(kind, intent)) put(out, operation);
    complete(out, record_of(kind), id, here);
    return {canonical(out), false};
}

Projection project_fact(Kind kind, const RecordId& id, const Json& intent) {
    Json out = intent;
    out["record"] = record_of(kind);
    out["id"] = id.text();
    if (kind == Kind::receipt_print) out["state"] = "reserved";
    return {canonical(out), false};
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
