#pragma once

// A version after the shipped one: a service more, a form with one field gone and one new that is
// required, another fee, and a service that is not offered any more.

#include <string>

#include <nlohmann/json.hpp>

#include "core/catalogue_versions.h"
#include "core/intent.h"
#include "core/ledger.h"

namespace spot::support {

inline constexpr char kChangedService[] = "IRN-001";  // asks for "observacoes" no more
inline constexpr char kNewField[] = "codigo_balcao";  // but for this
inline constexpr char kGoneField[] = "observacoes";
inline constexpr char kNewService[] = "IRN-900";
inline constexpr char kWithdrawnService[] = "IRN-002";
inline constexpr std::int64_t kNewFee = 2150;

inline nlohmann::json next_catalogue(const std::string& version = "2027-01") {
    using Value = nlohmann::json;
    Value all = Value::parse(core::shipped_catalogue());
    all["version"] = version;
    all["fields"][kNewField] = {{"type", "text"},
                                {"label", {{"pt", "Código do balcão"}, {"en", "Desk code"}}},
                                {"hint", {{"pt", "Quatro algarismos"}}},
                                {"max_length", 4},
                                {"pattern", "^[0-9]{4}$"},
                                {"personal", false}};
    Value& services = all["services"];
    for (std::size_t i = 0; i < services.size(); ++i)
        if (services[i]["code"] == kWithdrawnService) services.erase(i);
    for (Value& service : services) {
        if (service["code"] != kChangedService) continue;
        Value fields = Value::array({{{"name", kNewField}, {"required", true}}});
        for (const Value& use : service["fields"])
            if (use["name"] != kGoneField) fields.push_back(use);
        service["fields"] = fields;
        service["fee_cents"] = kNewFee;
    }
    Value fresh = services.at(0);
    fresh["code"] = kNewService;
    fresh["name"] = {{"pt", "Certidão de teste por satélite"}};
    fresh["fields"] = Value::array({{{"name", kNewField}, {"required", true}}});
    services.push_back(std::move(fresh));
    return all;
}

// Writes a version into the hub's log, as spot-hub publishes it; `publication` may be changed
// first. False: it was not taken.
template <class Change>
bool publish_into(core::Ledger& hub, const std::string& before, const nlohmann::json& after,
                  core::Instant in_force, Change change) {
    const std::string version = after["version"];
    const auto parts = core::catalogue_difference(before, after.dump());
    const auto text = core::catalogue_with(before, version, parts);
    if (!text) return false;
    const std::string at = core::utc_text(in_force);
    for (const auto& part : parts)
        if (!hub.journal().append(core::Kind::catalogue_set, "", "",
                                  {{"at", at},
                                   {"version", version},
                                   {"group", part.group},
                                   {"key", part.key},
                                   {"definition", part.definition}}))
            return false;
    nlohmann::json intent{{"at", at},
                          {"version", version},
                          {"base", core::catalogue_version_of(before)},
                          {"parts", parts.size()},
                          {"in_force", at},
                          {"hash", core::to_hex(core::catalogue_hash(*text))}};
    change(intent);
    return hub.catalogues().add({version, in_force, core::catalogue_hash(*text)}, *text) &&
           hub.journal().append(core::Kind::catalogue_publish, "", "", intent);
}
inline bool publish_into(core::Ledger& hub, const nlohmann::json& after, core::Instant in_force) {
    return publish_into(hub, core::shipped_catalogue(), after, in_force, [](nlohmann::json&) {});
}

}  // namespace spot::support
