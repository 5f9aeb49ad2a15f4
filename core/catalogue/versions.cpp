#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "core/catalogue_versions.h"
#include "core/intent.h"

extern "C" const char spot_catalogue_start[], spot_catalogue_end[];

namespace spot::core {
namespace {

using Json = nlohmann::json;

struct Group {
    const char* name;
    const char* key;  // the member that names one of a list; null: it is an object
};
constexpr Group kGroups[] = {
    {"agencies", "code"}, {"occasions", "id"}, {"fields", nullptr}, {"services", "code"}};

const Group* group_of(std::string_view name) {
    const auto at = std::find_if(std::begin(kGroups), std::end(kGroups),
                                 [&](const Group& one) { return one.name == name; });
    return at == std::end(kGroups) ? nullptr : at;
}

std::string key_in(const Group& group, const Json& definition) {
    return definition.is_object() ? definition.value(group.key, "") : "";
}

// The places of a list's things by their keys.
std::map<std::string, std::size_t> places_of(const Group& group, const Json& list) {
    std::map<std::string, std::size_t> out;
    for (std::size_t i = 0; i < list.size(); ++i) out.emplace(key_in(group, list[i]), i);
    return out;
}

void add_fields(const Json& before, const Json& after, std::vector<CataloguePart>& out) {
    for (const auto& [name, definition] : after.items())
        if (const auto old = before.find(name); old == before.end() || *old != definition)
            out.push_back({"fields", name, canonical(definition)});
}

void add_list(const Group& group, const Json& before, const Json& after,
              std::vector<CataloguePart>& out) {
    const auto old_places = places_of(group, before), places = places_of(group, after);
    for (const Json& definition : after) {
        const std::string key = key_in(group, definition);
        const auto old = old_places.find(key);
        if (old == old_places.end() || before[old->second] != definition)
            out.push_back({group.name, key, canonical(definition)});
    }
    if (std::string_view(group.name) != "services") return;
    for (const Json& definition : before) {
        const std::string key = key_in(group, definition);
        if (places.contains(key) || definition.value("withdrawn", false)) continue;
        Json withdrawn = definition;
        withdrawn["withdrawn"] = true;
        out.push_back({group.name, key, canonical(withdrawn)});
    }
}

}  // namespace

const std::string& shipped_catalogue() {
    static const std::string text =
        canonical(Json::parse(std::string_view(spot_catalogue_start, spot_catalogue_end)));
    return text;
}

Hash catalogue_hash(std::string_view text) {
    return hash({view("spot catalogue 1"), view(text)});
}

std::string catalogue_version_of(std::string_view json) {
    const Json all = Json::parse(json, nullptr, false);
    return all.is_object() ? all.value("version", "") : "";
}

std::vector<CataloguePart> catalogue_difference(std::string_view before, std::string_view after) {
    const Json old = Json::parse(before, nullptr, false), now = Json::parse(after, nullptr, false);
    SPOT_CHECK(old.is_object() && now.is_object());
    std::vector<CataloguePart> out;
    for (const Group& group : kGroups) {
        if (group.key)
            add_list(group, old.at(group.name), now.at(group.name), out);
        else
            add_fields(old.at(group.name), now.at(group.name), out);
    }
    return out;
}

Result<std::string> catalogue_with(std::string_view before, std::string_view version,
                                   const std::vector<CataloguePart>& parts) {
    const auto corrupt = [] { return fail(Code::corrupt, "a catalogue's parts do not read"); };
    Json all = Json::parse(before, nullptr, false);
    if (!all.is_object()) return corrupt();
    all["version"] = std::string(version);
    std::map<std::string_view, std::map<std::string, std::size_t>> places;
    for (const Group& group : kGroups) {
        if (!all.contains(group.name)) return corrupt();
        if (group.key) places[group.name] = places_of(group, all[group.name]);
    }
    for (const CataloguePart& part : parts) {
        const Group* const group = group_of(part.group);
        Json definition = Json::parse(part.definition, nullptr, false);
        if (!group || !definition.is_object()) return corrupt();
        Json& into = all[group->name];
        if (!group->key) {
            into[part.key] = std::move(definition);
            continue;
        }
        if (key_in(*group, definition) != part.key) return corrupt();
        const auto [at, fresh] = places[group->name].emplace(part.key, into.size());
        if (fresh)
            into.push_back(std::move(definition));
        else
            into[at->second] = std::move(definition);
    }
    return canonical(all);
}

}  // namespace spot::core
