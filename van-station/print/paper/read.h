#pragma once

// Reading JSON that may lack anything: what is missing or of another type is empty.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "van-station/print/paper/format.h"

namespace spot::print {

inline const nlohmann::json& member(const nlohmann::json& from, const char* name) {
    static const nlohmann::json kNothing;
    if (!from.is_object()) return kNothing;
    const auto at = from.find(name);
    return at == from.end() ? kNothing : *at;
}

inline std::string text_in(const nlohmann::json& from, const char* name) {
    const auto& value = member(from, name);
    return value.is_string() ? clean(value.get_ref<const std::string&>(), kTextBytesMax) : "";
}

// Not negative: counts and amounts.
inline std::uint64_t number_in(const nlohmann::json& from, const char* name) {
    const auto& value = member(from, name);
    if (!value.is_number_integer()) return 0;
    return value.is_number_unsigned() || value.get<std::int64_t>() >= 0 ? value.get<std::uint64_t>()
                                                                        : 0;
}

inline bool truth_in(const nlohmann::json& from, const char* name) {
    const auto& value = member(from, name);
    return value.is_boolean() && value.get<bool>();
}

// Who it is about. A session forgets its citizen when it closes; its requests don't.
inline const nlohmann::json& citizen_of(const nlohmann::json& session) {
    const auto& here = member(session, "citizen");
    if (!text_in(here, "name").empty()) return here;
    for (const auto& request : member(session, "requests"))
        if (!text_in(member(request, "citizen"), "name").empty()) return member(request, "citizen");
    return here;
}

// A service's name in the paper's language, which need not be that of the pages the JSON was made
// for. What the catalogue lacks is named as given.
inline const core::CatalogueTexts& texts_of(const Issuer& issuer) {
    return issuer.texts ? *issuer.texts : core::CatalogueTexts::shipped();
}
inline std::string service_name(const Issuer& issuer, Language language, const std::string& code,
                                const std::string& given) {
    const auto* service = texts_of(issuer).service(code);
    return service ? service->name.of(language) : given;
}

}  // namespace spot::print
