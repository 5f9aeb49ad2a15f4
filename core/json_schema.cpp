#include "core/json_schema.h"

#include <stdexcept>

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

namespace spot::core {
namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

// The library throws where a value can't be looked at, in words that could quote it.
bool validate(const valijson::Schema& schema, const Json& value,
              valijson::ValidationResults* results) {
    try {
        return valijson::Validator().validate(schema, Adapter(value), results);
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace

struct JsonSchema::Inside {
    valijson::Schema schema;
};

JsonSchema::JsonSchema(const Json& schema) {
    auto inside = std::make_unique<Inside>();
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(Adapter(schema), inside->schema);
    inside_ = std::move(inside);
}

JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

bool JsonSchema::is_met_by(const Json& value) const {
    return validate(inside_->schema, value, nullptr);
}

std::vector<JsonSchema::Fault> JsonSchema::faults(const Json& value) const {
    std::vector<Fault> out;
    valijson::ValidationResults results;
    if (validate(inside_->schema, value, &results)) return out;
    for (valijson::ValidationResults::Error error; results.popError(error);)
        out.push_back({error.context, error.description});
    if (out.empty()) out.push_back({{"<root>"}, "is not of this schema"});
    return out;
}

}  // namespace spot::core
