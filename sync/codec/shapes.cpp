#include "sync/codec/shapes.h"

#include <algorithm>
#include <initializer_list>

#include "core/id.h"
#include "sync/codec/moment_codec.h"

namespace spot::sync {
namespace {

using core::RecordId;
using Json = nlohmann::json;

bool has_exactly(const Json& value, std::initializer_list<const char*> keys) {
    if (!value.is_object() || value.size() != keys.size()) return false;
    return std::all_of(keys.begin(), keys.end(),
                       [&](const char* key) { return value.contains(key); });
}

bool all_text(const Json& object) {
    return object.is_object() && object.size() <= kMembersMax &&
           std::all_of(object.begin(), object.end(),
                       [](const Json& value) { return value.is_string(); });
}

bool is_hex(const Json& value) {
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    return text.size() <= kHexDigitsMax && text.find_first_not_of(kHexDigits) == std::string::npos;
}

}  // namespace

// Integers that both JSON readers print alike: nlohmann's unsigned and signed are equal in text.
bool is_count(const Json& value) {
    return value.is_number_integer() &&
           (value.is_number_unsigned() || value.get<std::int64_t>() >= 0);
}

bool conforms(As as, const Json& value) {
    switch (as) {
        case As::text:
            return value.is_string();
        case As::hex:
            return is_hex(value);
        case As::flag:
            return value.is_boolean();
        case As::number:
        case As::minutes:
        case As::receipt_number:
        case As::total:
            return is_count(value);
        case As::series:
            return value.is_string();
        case As::time:
            return value.is_string() && MomentParts::parse(value.get_ref<const std::string&>());
        case As::session:
        case As::request:
            return value.is_string() && RecordId::parse(value.get_ref<const std::string&>());
        case As::service:
            return value.is_string();
        case As::place:
        case As::notice:
        case As::citizen:
            return value.is_object();
        case As::form:
        case As::set:
            return all_text(value);
        case As::scores:
            return value.is_object() && value.size() <= kMembersMax &&
                   std::all_of(value.begin(), value.end(), is_count);
        case As::vat:
            return has_exactly(value, {"rate", "cents"}) && is_count(value["rate"]) &&
                   is_count(value["cents"]);
        case As::lines:
            return value.is_array() && value.size() <= kMembersMax &&
                   std::all_of(value.begin(), value.end(), [](const Json& line) {
                       return (has_exactly(line, {"service", "cents"}) ||
                               (has_exactly(line, {"service", "cents", "qty"}) &&
                                is_count(line["qty"]))) &&
                              line["service"].is_string() && is_count(line["cents"]);
                   });
    }
    return false;
}

}  // namespace spot::sync
