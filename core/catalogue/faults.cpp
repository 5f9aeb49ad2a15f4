// What is wrong with a catalogue that somebody wants to publish: told all at once, by name.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

#include <re2/re2.h>
#include <nlohmann/json.hpp>

#include "core/catalogue/rows.h"
#include "core/catalogue_texts.h"
#include "core/catalogue_versions.h"
#include "core/intent.h"
#include "core/utf8.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kVersionMax = 20, kNameMax = 40;  // as the intents have them
constexpr std::size_t kTextMax = 1000, kListMax = 100, kAgenciesMax = 200, kOccasionsMax = 200;
constexpr std::size_t kShownMax = 60;  // of a name that a sentence quotes
constexpr std::int64_t kDaysMax = 3650;
constexpr std::array kTypes{"text",  "longtext", "date",         "number",        "money", "choice",
                            "yesno", "nif",      "niss",         "iban",          "phone", "email",
                            "plate", "parish",   "municipality", "postal_address"};
constexpr std::array kChecks{"nif", "niss", "iban"};
constexpr std::array kSensitive{"health", "origin", "social", "financial"};

template <std::size_t N>
bool one_of(const std::array<const char*, N>& all, const std::string& text) {
    return std::find(all.begin(), all.end(), text) != all.end();
}

bool is_name(std::string_view text, std::size_t most, bool small) {
    const auto ok = [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
               (small ? c == '_' : (c >= 'A' && c <= 'Z') || c == '.' || c == '-');
    };
    return !text.empty() && text.size() <= most && text[0] != '.' && text[0] != '-' &&
           (!small || (text[0] >= 'a' && text[0] <= 'z')) &&
           std::all_of(text.begin(), text.end(), ok);
}

class Inspector {
public:
    std::vector<std::string> inspect(const Json& all);

private:
    void say(const std::string& place, const std::string& what) {
        if (faults_.size() < kCatalogueFaultsMax) faults_.push_back(place + ": " + what);
    }
    const Json* member(const std::string& place, const Json& object, const char* name,
                       Json::value_t type);
    std::string text(const std::string& place, const Json& object, const char* name);
    bool whole(const std::string& place, const Json& object, const char* name, std::int64_t least,
               std::int64_t most, bool needed);
    void flag(const std::string& place, const Json& object, const char* name);
    void texts(const std::string& place, const Json& object, const char* name);
    void in_languages(const std::string& place, const Json& texts);
    void no_others(const std::string& place, const Json& object,
                   std::initializer_list<std::string_view> known);
    void within_an_entry(const std::string& place, const Json& definition);
    std::string named(const char* what, const Json& one, const char* key, std::size_t at,
                      std::set<std::string>& all);

    void agencies(const Json& list);
    void occasions(const Json& list);
    void field(const std::string& name, const Json& one);
    void rule_of(const std::string& place, const Json& one);
    void choices(const std::string& place, const Json& one, const std::string& type);
    void services(const Json& list);
    void service(const std::string& place, const Json& one);
    void form(const std::string& place, const Json& uses);
    void words(const std::string& place, const Json& one, const char* name,
               const std::set<std::string>* known);

    std::vector<std::string> faults_;
    std::set<std::string> agencies_, occasions_, fields_, services_;
};

const Json* Inspector::member(const std::string& place, const Json& object, const char* name,
                              Json::value_t type) {
    const auto at = object.find(name);
    if (at == object.end()) {
        say(place, std::string(name) + " is missing");
        return nullptr;
    }
    if (at->type() == type) return &*at;
    say(place, std::string(name) + " is not of the right type");
    return nullptr;
}

std::string Inspector::text(const std::string& place, const Json& object, const char* name) {
    const Json* const at = member(place, object, name, Json::value_t::string);
    if (!at) return {};
    const auto length = text_length(at->get_ref<const std::string&>());
    if (length && *length > 0 && *length <= kTextMax) return at->get<std::string>();
    say(place, std::string(name) + " is empty, too long, or holds a control character");
    return {};
}

bool Inspector::whole(const std::string& place, const Json& object, const char* name,
                      std::int64_t least, std::int64_t most, bool needed) {
    const auto at = object.find(name);
    if (at == object.end() && !needed) return false;
    const bool counts = at != object.end() && at->is_number_integer();
    if (counts && at->get<std::int64_t>() >= least && at->get<std::int64_t>() <= most) return true;
    say(place, std::string(name) + " has to be a whole number from " + std::to_string(least) +
                   " to " + std::to_string(most));
    return false;
}

void Inspector::flag(const std::string& place, const Json& object, const char* name) {
    const auto at = object.find(name);
    if (at != object.end() && !at->is_boolean())
        say(place, std::string(name) + " has to be true or false");
}

void Inspector::texts(const std::string& place, const Json& object, const char* name) {
    if (const Json* const at = member(place, object, name, Json::value_t::object))
        in_languages(place + ", " + name, *at);
}

void Inspector::in_languages(const std::string& place, const Json& texts) {
    if (!texts.is_object()) return say(place, "is not of the right type");
    no_others(place, texts, {"pt", "en", "fr", "uk"});
    if (!texts.contains("pt")) say(place, "has no Portuguese text");
    for (const char* language : {"pt", "en", "fr", "uk"})
        if (texts.contains(language)) (void)text(place, texts, language);
}

void Inspector::no_others(const std::string& place, const Json& object,
                          std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : object.items())
        if (std::find(known.begin(), known.end(), name) == known.end())
            say(place, "there is no member " + name.substr(0, kShownMax));
}

void Inspector::within_an_entry(const std::string& place, const Json& definition) {
    const auto length = text_length(canonical(definition));
    if (!length || *length > kDefinitionLengthMax)
        say(place, "is longer than " + std::to_string(kDefinitionLengthMax) + " characters");
}

// The place's name; its code or id stands once.
std::string Inspector::named(const char* what, const Json& one, const char* key, std::size_t at,
                             std::set<std::string>& all) {
    const std::string number = std::string(what) + " " + std::to_string(at + 1);
    if (!one.is_object()) {
        say(number, "is not of the right type");
        return {};
    }
    const std::string name = text(number, one, key);
    if (name.empty()) return {};
    const std::string place = std::string(what) + " " + name.substr(0, kShownMax);
    const bool of_occasion = std::string_view(key) == "id";
    if (!is_name(name, of_occasion ? kNameMax : kCodeCharsMax, false))
        say(place, std::string("its ") + key +
                       " has letters, digits, points and hyphens only, and at most " +
                       std::to_string(of_occasion ? kNameMax : kCodeCharsMax));
    if (!all.insert(name).second) say(place, "stands twice");
    within_an_entry(place, one);
    return place;
}

void Inspector::agencies(const Json& list) {
    if (list.size() > kAgenciesMax) say("agencies", "there are more than 200");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string place = named("agency", list[i], "code", i, agencies_);
        if (place.empty()) continue;
        no_others(place, list[i], {"code", "name", "short"});
        texts(place, list[i], "name");
        (void)text(place, list[i], "short");
    }
}

void Inspector::occasions(const Json& list) {
    if (list.size() > kOccasionsMax) say("occasions", "there are more than 200");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string place = named("occasion", list[i], "id", i, occasions_);
        if (place.empty()) continue;
        no_others(place, list[i], {"id", "name"});
        texts(place, list[i], "name");
    }
}

void Inspector::choices(const std::string& place, const Json& one, const std::string& type) {
    if (!one.contains("choices")) {
        if (type == "choice") say(place, "choices is missing");
        return;
    }
    const Json* const list = member(place, one, "choices", Json::value_t::array);
    if (!list) return;
    if (list->empty() || list->size() > kChoicesMax) say(place, "has 1 to 1000 choices");
    std::set<std::string> values;
    for (const Json& choice : *list) {
        if (!choice.is_object()) return say(place, "a choice is not of the right type");
        no_others(place + ", a choice", choice, {"value", "label"});
        const std::string value = text(place + ", a choice", choice, "value");
        if (!value.empty() && !values.insert(value).second) say(place, "a choice stands twice");
        texts(place + ", a choice", choice, "label");
    }
}

// What a value has to be.
void Inspector::rule_of(const std::string& place, const Json& one) {
    const std::string type = text(place, one, "type");
    if (!type.empty() && !one_of(kTypes, type)) say(place, "type is none there is");
    (void)whole(place, one, "max_length", 1, kFieldLengthMax, true);
    if (one.contains("pattern")) {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(kPatternMemory);
        const std::string pattern = text(place, one, "pattern");
        if (!pattern.empty() && !RE2(pattern, options).ok()) say(place, "pattern does not read");
        if (!pattern.empty() && (pattern.front() != '^' || pattern.back() != '$'))
            say(place, "pattern has to begin with ^ and to end with $");
    }
    if (one.contains("check") && !one_of(kChecks, text(place, one, "check")))
        say(place, "check is none there is");
    if (const auto at = one.find("sensitive"); at != one.end() && !at->is_null())
        if (!one_of(kSensitive, text(place, one, "sensitive")))
            say(place, "sensitive is none there is");
    for (const char* name : {"min", "max"})
        if (one.contains(name) && !one.at(name).is_number())
            say(place, std::string(name) + " has to be a number");
    if (one.contains("min") && one.contains("max") && one.at("max") < one.at("min"))
        say(place, "max is less than min");
    choices(place, one, type);
}

void Inspector::field(const std::string& name, const Json& one) {
    const std::string place = "field " + name.substr(0, kShownMax);
    if (!is_name(name, kNameMax, true))
        say(place, "its name has small letters, digits and _ only, and at most 40");
    if (!one.is_object()) return say(place, "is not of the right type");
    fields_.insert(name);
    no_others(place, one,
              {"type", "label", "hint", "max_length", "pattern", "check", "choices", "open",
               "personal", "sensitive", "unit", "min", "max"});
    if (one.contains("unit")) (void)text(place, one, "unit");
    texts(place, one, "label");
    texts(place, one, "hint");
    flag(place, one, "open");
    flag(place, one, "personal");
    rule_of(place, one);
    within_an_entry(place, one);
}

void Inspector::form(const std::string& place, const Json& uses) {
    if (uses.size() > kFieldsOfServiceMax) say(place, "has more than 60 fields");
    std::set<std::string> names;
    for (const Json& use : uses) {
        if (!use.is_object()) return say(place, "a field is not of the right type");
        const std::string name = text(place + ", a field", use, "name");
        if (name.empty()) continue;
        const std::string here = place + ", field " + name.substr(0, kShownMax);
        no_others(here, use, {"name", "required"});
        (void)member(here, use, "required", Json::value_t::boolean);
        if (!fields_.contains(name)) say(here, "is not among the fields");
        if (!names.insert(name).second) say(here, "stands twice");
    }
}

// A list of texts, of those known if there are such.
void Inspector::words(const std::string& place, const Json& one, const char* name,
                      const std::set<std::string>* known) {
    const Json* const list = member(place, one, name, Json::value_t::array);
    if (!list) return;
    if (list->size() > kListMax) say(place, std::string(name) + " has more than 100");
    for (const Json& word : *list)
        if (!word.is_string() || word.get_ref<const std::string&>().size() > kTextMax)
            say(place, std::string(name) + " has one that is no text, or too long");
        else if (known && !known->contains(word.get<std::string>()))
            say(place, std::string(name) + ": " + word.get<std::string>().substr(0, kShownMax) +
                           " is not known");
}

void Inspector::service(const std::string& place, const Json& one) {
    no_others(place, one,
              {"code", "agency", "name", "summary", "keywords", "occasions", "fields", "fee_cents",
               "typical_days", "needs", "channel", "withdrawn"});
    if (one.contains("channel") && !one.at("channel").is_object())
        say(place, "channel is not of the right type");
    const std::string agency = text(place, one, "agency");
    if (!agency.empty() && !agencies_.contains(agency)) say(place, "its agency is not known");
    texts(place, one, "name");
    texts(place, one, "summary");
    words(place, one, "keywords", nullptr);
    words(place, one, "occasions", &occasions_);
    if (const Json* const needs = member(place, one, "needs", Json::value_t::array)) {
        if (needs->size() > kFieldsOfServiceMax) say(place, "needs has more than 60");
        for (const Json& need : *needs) in_languages(place + ", needs", need);
    }
    (void)whole(place, one, "fee_cents", 0, kFeeCentsMax, true);
    (void)whole(place, one, "typical_days", 0, kDaysMax, false);
    flag(place, one, "withdrawn");
    if (const Json* const uses = member(place, one, "fields", Json::value_t::array))
        form(place, *uses);
}

void Inspector::services(const Json& list) {
    if (list.empty() || list.size() > kServicesMax) say("services", "there have to be 1 to 5000");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string place = named("service", list[i], "code", i, services_);
        if (!place.empty()) service(place, list[i]);
    }
}

std::vector<std::string> Inspector::inspect(const Json& all) {
    const std::string top = "the catalogue";
    no_others(top, all, {"version", "agencies", "occasions", "fields", "services"});
    const std::string version = text(top, all, "version");
    if (!version.empty() && !is_name(version, kVersionMax, false))
        say(top, "its version has letters, digits, points and hyphens only, and at most 20");
    if (const Json* const list = member(top, all, "agencies", Json::value_t::array))
        agencies(*list);
    if (const Json* const list = member(top, all, "occasions", Json::value_t::array))
        occasions(*list);
    if (const Json* const named_fields = member(top, all, "fields", Json::value_t::object)) {
        if (named_fields->size() > kFieldsMax) say("fields", "there are more than 500");
        for (const auto& [name, one] : named_fields->items()) field(name, one);
    }
    if (const Json* const list = member(top, all, "services", Json::value_t::array))
        services(*list);
    return std::move(faults_);
}

}  // namespace

std::vector<std::string> catalogue_faults(std::string_view json) {
    if (json.size() > kCatalogueBytesMax) return {"the catalogue: is longer than 4 MiB"};
    const Json all = Json::parse(json, nullptr, false);
    if (!all.is_object()) return {"the catalogue: is no JSON object in UTF-8"};
    auto faults = Inspector().inspect(all);
    // What this looks at and what reads it must not drift apart.
    if (faults.empty() && (!Catalogue::parse(json) || !CatalogueTexts::parse(json)))
        faults.push_back("the catalogue: can't be read");
    return faults;
}

}  // namespace spot::core
