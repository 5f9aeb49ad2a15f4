#include "core/rules/form.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/json_schema.h"
#include "core/rules/shape.h"

#define SPOT_SCHEMA(name) \
    extern "C" const char spot_intent_##name##_start[], spot_intent_##name##_end[]
SPOT_SCHEMA(common);
SPOT_SCHEMA(session_open);
SPOT_SCHEMA(request_queue);
SPOT_SCHEMA(request_edit);
SPOT_SCHEMA(receipt_print);
SPOT_SCHEMA(complaint_log);
SPOT_SCHEMA(assessment_self);
SPOT_SCHEMA(feedback_training);
SPOT_SCHEMA(session_close);
SPOT_SCHEMA(hub_edit);
SPOT_SCHEMA(request_withdraw);
SPOT_SCHEMA(receipt_settle);
SPOT_SCHEMA(catalogue_set);
SPOT_SCHEMA(catalogue_publish);
SPOT_SCHEMA(station_key);
#undef SPOT_SCHEMA

namespace spot::core {
namespace {

using Json = nlohmann::json;

#define SPOT_TEXT(name)             \
    std::string_view(               \
        spot_intent_##name##_start, \
        static_cast<std::size_t>(spot_intent_##name##_end - spot_intent_##name##_start))

// Puts what "$ref" names in its place. Words beside it stay: they add to it.
Json resolved(const Json& schema, const Json& common) {
    if (schema.is_array()) {
        Json out = Json::array();
        for (const Json& item : schema) out.push_back(resolved(item, common));
        return out;
    }
    if (!schema.is_object()) return schema;
    Json out = Json::object();
    if (schema.contains("$ref")) {
        const std::string ref = schema["$ref"].get<std::string>();
        out = resolved(common.at(Json::json_pointer(ref.substr(ref.find('#') + 1))), common);
    }
    for (const auto& [word, value] : schema.items())
        if (word != "$ref") out[word] = resolved(value, common);
    return out;
}

// The schema with the words that Shape sees to taken out, as the library is to have it.
Json plain(const Json& schema) {
    if (!schema.is_object()) return schema;
    Json out = schema;
    out.erase("pattern");
    if (out.contains("properties"))
        for (auto& body : out["properties"]) body = plain(body);
    if (out.contains("items")) out["items"] = plain(out["items"]);
    if (out.contains("patternProperties")) {
        out["additionalProperties"] = plain(*out["patternProperties"].begin());
        out.erase("patternProperties");
    }
    return out;
}

struct Form {
    explicit Form(const Json& schema) : shape(schema, 0), structure(plain(schema)) {}
    Shape shape;
    JsonSchema structure;
};

using Forms = std::array<std::unique_ptr<const Form>, kKindMax>;

Forms read_forms() {
    const std::array<std::string_view, kKindMax> texts{
        // in the order of Kind
        SPOT_TEXT(session_open),      SPOT_TEXT(request_queue),  SPOT_TEXT(request_edit),
        SPOT_TEXT(receipt_print),     SPOT_TEXT(complaint_log),  SPOT_TEXT(assessment_self),
        SPOT_TEXT(feedback_training), SPOT_TEXT(session_close),  SPOT_TEXT(hub_edit),
        SPOT_TEXT(request_withdraw),  SPOT_TEXT(receipt_settle), SPOT_TEXT(catalogue_set),
        SPOT_TEXT(catalogue_publish), SPOT_TEXT(station_key)};
    const Json common = Json::parse(SPOT_TEXT(common));
    Forms forms;
    for (std::size_t i = 0; i < forms.size(); ++i)
        forms[i] = std::make_unique<const Form>(resolved(Json::parse(texts[i]), common));
    return forms;
}
#undef SPOT_TEXT

const Form& form_of(Kind kind) {
    static const Forms forms = read_forms();
    return *forms[static_cast<std::size_t>(kind) - 1];
}

// The library's words in ours: what it says holds no value, but reads like a manual.
// `place` grows by the member where that is what lacks.
std::string rule_in_words(const std::string& said, std::string& place) {
    const auto says = [&](const char* words) { return said.find(words) != std::string::npos; };
    std::string number;
    if (const auto at = said.find_first_of("-0123456789"); at != std::string::npos)
        number = said.substr(at, said.find_first_not_of("-0123456789", at) - at);
    if (says("Missing required property")) {
        const auto from = said.find('\'') + 1;
        if (!place.empty()) place += '.';
        place += said.substr(from, said.rfind('\'') - from);
        return "missing";
    }
    if (says("by 'type'")) return "not of the right type";
    if (says("enum")) return "none of the values there are";
    if (says("number greater")) return "less than " + number;
    if (says("number less")) return "more than " + number;
    if (says("no fewer than") && number == "1") return "may not be empty";
    if (says("characters") && says("no fewer")) return "shorter than " + number + " characters";
    if (says("characters")) return "longer than " + number + " characters";
    if (says("no fewer")) return "fewer than " + number;
    if (says("no more")) return "more than " + number;
    return "does not have the form that its schema gives it";
}

// Checks once more, for the first and innermost thing that is wrong.
Failure explain(const Form& form, const Json& intent) {
    const JsonSchema::Fault first = form.structure.faults(intent).at(0);
    std::string place;  // from "<root>", "[citizen]", "[nif]"
    for (std::size_t i = 1; i < first.place.size(); ++i) {
        const std::string& step = first.place[i];
        if (!place.empty()) place += '.';
        place += step.substr(1, step.size() - 2);
    }
    if (place.starts_with("set.")) place.erase(0, 4);
    const std::string rule = rule_in_words(first.rule, place);
    return fail(Code::invalid, (place.empty() ? "the event" : place) + ": " + rule);
}

}  // namespace

Result<> check_form(Party author, Kind kind, const Json& intent) {
    const Form& form = form_of(kind);
    SPOT_TRY(form.shape.check(author, intent, {}));
    return form.structure.is_met_by(intent) ? Result<>() : explain(form, intent);
}

}  // namespace spot::core
