// The schemas themselves: that they leave nothing open.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/log.h"

using Json = nlohmann::json;

#define SCHEMA(name) extern "C" const char spot_intent_##name##_start[], spot_intent_##name##_end[]
SCHEMA(common);
SCHEMA(session_open);
SCHEMA(request_queue);
SCHEMA(request_edit);
SCHEMA(receipt_print);
SCHEMA(complaint_log);
SCHEMA(assessment_self);
SCHEMA(feedback_training);
SCHEMA(session_close);
SCHEMA(hub_edit);
SCHEMA(request_withdraw);
SCHEMA(receipt_settle);
SCHEMA(catalogue_set);
SCHEMA(catalogue_publish);
SCHEMA(station_key);

namespace {

#define PARSED(name) Json::parse(spot_intent_##name##_start, spot_intent_##name##_end)

const Json& common() {
    static const Json json = PARSED(common);
    return json;
}

const Json& target(const Json& schema) {
    if (!schema.contains("$ref")) return schema;
    const std::string ref = schema["$ref"];
    return common().at(Json::json_pointer(ref.substr(ref.find('#') + 1)));
}

void check_bounds(const std::string& place, const Json& written) {
    CAPTURE(place);
    const Json& schema = target(written);
    const std::string type = schema.value("type", "none");
    if (type == "object") {
        CHECK(schema.at("additionalProperties") == false);
        CHECK((schema.contains("properties") || schema.contains("maxProperties")));
        for (const char* const table : {"properties", "patternProperties"})
            if (schema.contains(table))
                for (const auto& [name, body] : schema[table].items())
                    check_bounds(place + "." + name, body);
    } else if (type == "array") {
        CHECK(schema.contains("maxItems"));
        check_bounds(place + "[]", schema.at("items"));
    } else if (type == "string") {
        CHECK((schema.contains("maxLength") || schema.contains("enum")));
    } else if (type == "integer") {
        CHECK(schema.contains("minimum"));
        CHECK(schema.contains("maximum"));
    } else {
        CHECK(type == "boolean");
    }
}

bool has_array(const Json& written) {
    const Json& schema = target(written);
    if (schema.value("type", "") == "array") return true;
    for (const char* const table : {"properties", "patternProperties"})
        if (schema.contains(table))
            for (const Json& body : schema[table])
                if (has_array(body)) return true;
    return false;
}

struct Named {
    const char* name;
    Json schema;
    bool makes_document;
};

std::vector<Named> all() {
    return {{"session.open", PARSED(session_open), true},
            {"request.queue", PARSED(request_queue), true},
            {"request.edit", PARSED(request_edit), true},
            {"receipt.print", PARSED(receipt_print), false},
            {"complaint.log", PARSED(complaint_log), false},
            {"assessment.self", PARSED(assessment_self), false},
            {"feedback.training", PARSED(feedback_training), false},
            {"session.close", PARSED(session_close), true},
            {"hub.edit", PARSED(hub_edit), true},
            {"request.withdraw", PARSED(request_withdraw), true},
            {"receipt.settle", PARSED(receipt_settle), false},
            {"catalogue.set", PARSED(catalogue_set), false},
            {"catalogue.publish", PARSED(catalogue_publish), false},
            {"station.key", PARSED(station_key), false}};
}

}  // namespace

TEST_CASE("each kind has a schema; each text, number and list in it a bound") {
    const auto schemas = all();
    CHECK(schemas.size() == spot::core::kKindMax);
    for (const Named& one : schemas) {
        CHECK(spot::core::parse_kind(one.name));
        CHECK(one.schema.at("$schema") == "http://json-schema.org/draft-07/schema#");
        check_bounds(one.name, one.schema);
    }
}

TEST_CASE("who may write it stands next to every field") {
    for (const Named& one : all()) {
        CAPTURE(one.name);
        CHECK(one.schema.contains("x-written-by"));
        for (const auto& [name, body] : one.schema.at("properties").items()) {
            CAPTURE(name);
            CHECK((name == "set" || body.contains("x-written-by")));
        }
    }
    const Json& set = common().at("definitions").at("set");
    for (const char* const table : {"properties", "patternProperties"})
        for (const Json& body : set.at(table)) CHECK(body.contains("x-written-by"));
}

TEST_CASE("a document's intents hold no list") {
    for (const Named& one : all()) {
        CAPTURE(one.name);
        CHECK((!one.makes_document || !has_array(one.schema)));
    }
}
