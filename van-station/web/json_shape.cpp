#include "van-station/web/json_shape.h"

#include <nlohmann/json.hpp>

// g++ 12 takes the library's string replacement for an overlap (its bug 105651).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wrestrict"
#endif
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "core/error.h"

namespace spot::station::web {
namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

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

struct JsonShape::Inside {
    valijson::Schema schema;
};

JsonShape::JsonShape(const Json& document, const Json& schema)
    : inside_(std::make_unique<Inside>()) {
    const Json whole = resolved(document, schema);
    // OpenAPI 3.1 has the words of 2020-12; the file uses those that draft 7 has, too.
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(Adapter(whole), inside_->schema);
}

JsonShape::JsonShape(JsonShape&&) noexcept = default;
JsonShape::~JsonShape() = default;

std::string JsonShape::fault(const Json& value) const {
    valijson::Validator validator;
    valijson::ValidationResults results;
    const Adapter adapter(value);
    if (validator.validate(inside_->schema, adapter, &results)) return {};
    std::string out;
    for (valijson::ValidationResults::Error error; results.popError(error);) {
        std::string place;
        for (const std::string& step : error.context) place += step;
        out += place + ": " + error.description + "\n";
    }
    return out.empty() ? "not of this shape" : out;
}

}  // namespace spot::station::web
