#include "van-station/web/json_shape.h"

#include <nlohmann/json.hpp>

#include "core/error.h"

namespace spot::station::web {
namespace {

using Json = nlohmann::json;

constexpr int kDepthMax = 20;  // of components in components: the file has no circles

// Puts what "$ref" names in its place.
Json resolved(const Json& document, const Json& schema, int depth = 0) {
    SPOT_CHECK(depth < kDepthMax * 4);
    if (schema.is_array()) {
        Json out = Json::array();
        for (const Json& item : schema) out.push_back(resolved(document, item, depth + 1));
        return out;
    }
    if (!schema.is_object()) return schema;
    if (const auto ref = schema.find("$ref"); ref != schema.end()) {
        const Json::json_pointer place(ref->get<std::string>().substr(1));
        SPOT_CHECK(document.contains(place));
        return resolved(document, document.at(place), depth + 1);
    }
    Json out = Json::object();
    for (const auto& [word, value] : schema.items())
        out[word] = resolved(document, value, depth + 1);
    return out;
}

}  // namespace

// OpenAPI 3.1 has the words of 2020-12; the file uses those that draft 7 has, too.
JsonShape::JsonShape(const Json& document, const Json& schema)
    : schema_(resolved(document, schema)) {}

std::string JsonShape::fault(const Json& value) const {
    if (schema_.is_met_by(value)) return {};
    std::string out;
    for (const auto& [place, rule] : schema_.faults(value)) {
        for (const std::string& step : place) out += step;
        out += ": " + rule + "\n";
    }
    return out;
}

}  // namespace spot::station::web
