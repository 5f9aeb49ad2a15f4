// Who, where, and what is asked for.

#include <algorithm>
#include <iterator>
#include <utility>

#include "sync/codec/inside.h"
#include "sync/codec/model.h"
#include "sync/codec/shapes.h"

namespace spot::sync {

using core::Entry;

void EntryCodec::Inside::place_value(Entry& entry, Json& value) {
    if (values.flag(kPlaceSame, !reading() && value == place)) {
        if (reading()) value = place;
        return;
    }
    static constexpr Member kMembers[] = {{"parish", As::text, kParish},
                                          {"municipality", As::text, kMunicipality},
                                          {"nuts", As::text, kNuts},
                                          {"name", As::text, kPlaceName}};
    fixed(kMembers, entry, value);
    place = value;
}

void EntryCodec::Inside::citizen(Entry& entry, Json& value) {
    if (visit && visit->citizen &&
        values.flag(kCitizenSame, !reading() && value == *visit->citizen)) {
        if (reading()) value = *visit->citizen;
        return;
    }
    static constexpr Member kMembers[] = {{"name", As::text, kName},
                                          {"nif", As::text, kNif},
                                          {"birth_date", As::text, kBirth},
                                          {"phone", As::text, kPhone},
                                          {"address", As::text, kAddress}};
    fixed(kMembers, entry, value);
    if (visit) visit->citizen = value;
}

void EntryCodec::Inside::service_code(Json& value) {
    unsigned at = 255;
    if (!reading()) {
        const auto known = words.service_at.find(value.get_ref<const std::string&>());
        if (known != words.service_at.end()) at = known->second;
    }
    at = values.symbol(kService, at,
                       visit && !visit->services.empty() ? mix_text(visit->services.back()) : 0);
    if (at >= words.services.size())
        json.text(kServiceText, value);
    else if (reading())
        value = words.services[at].code;
    service = value.get<std::string>();
}

void EntryCodec::Inside::form(Json& value) {
    if (reading()) value = Json::object();
    std::size_t coded = 0;
    std::uint64_t hint = 0;
    const auto known = words.service_at.find(service);
    const std::vector<unsigned> none;
    const auto& fields =
        known == words.service_at.end() ? none : words.services[known->second].fields;
    for (const unsigned field : fields) {
        const std::string& name = words.fields[field];
        const auto at = value.find(name);
        const bool there = values.flag(kPresent, at != value.end(), field);
        if (!there) continue;
        ++coded;
        Json one = reading() ? Json() : *at;
        json.text(kFormField + field, one, hint);
        if (reading()) value[name] = std::move(one);
        if (json.failed()) return;
    }
    std::size_t more = static_cast<std::size_t>(values.number(kMore, value.size() - coded, 1));
    if (more > kMembersMax) json.fail();
    auto next = value.begin();
    for (std::size_t i = 0; i < more && !json.failed(); ++i) {
        std::string name;
        Json one;
        if (!reading()) {
            while (std::any_of(fields.begin(), fields.end(),
                               [&](unsigned field) { return words.fields[field] == next.key(); }))
                ++next;
            name = next.key();
            one = *next++;
        }
        name = values.text(kMoreKey, name, 1);
        const auto field = words.field_at.find(name);
        json.text(field == words.field_at.end() ? kGenericText : kFormField + field->second, one);
        if (reading()) value[name] = std::move(one);
    }
    // More than that is written as no form.
    if (value.size() > kMembersMax) json.fail();
}

void EntryCodec::Inside::set(Json& value) {
    enum PathKind : unsigned { form_field, citizen_member, other };
    static constexpr struct {
        const char* key;
        unsigned field;
    } kCitizen[] = {{"name", kName},
                    {"nif", kNif},
                    {"birth_date", kBirth},
                    {"phone", kPhone},
                    {"address", kAddress}};
    std::size_t size = static_cast<std::size_t>(values.number(kSetCount, value.size()));
    if (size > kMembersMax) json.fail();
    if (reading()) value = Json::object();
    auto next = value.begin();
    for (std::size_t i = 0; i < size && !json.failed(); ++i) {
        std::string path;
        Json one;
        unsigned kind = other;
        unsigned at = 0;
        if (!reading()) {
            path = next.key();
            one = *next++;
            if (path.starts_with("fields.") && words.field_at.contains(path.substr(7))) {
                kind = form_field;
                at = words.field_at.at(path.substr(7));
            }
            for (unsigned c = 0; c < std::size(kCitizen); ++c)
                if (path == std::string("citizen.") + kCitizen[c].key)
                    kind = citizen_member, at = c;
        }
        kind = values.symbol(kPathKind, kind);
        if (kind == other) {
            path = values.text(kPathText, path);
            json.text(path == "status" ? kStatus : path == "note" ? kNote : kGenericText, one);
        } else {
            at = values.symbol(kPathField, at, kind);
            if (at >= (kind == form_field ? words.fields.size() : std::size(kCitizen))) {
                json.fail();
                return;
            }
            path = kind == form_field ? "fields." + words.fields[at]
                                      : std::string("citizen.") + kCitizen[at].key;
            json.text(kind == form_field ? kFormField + at : kCitizen[at].field, one);
        }
        if (reading()) value[path] = std::move(one);
    }
}

}  // namespace spot::sync
