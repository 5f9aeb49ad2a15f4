#include "sync/codec/json_codec.h"

#include <optional>
#include <string>
#include <utility>

#include "sync/codec/columns.h"
#include "sync/codec/shapes.h"

namespace spot::sync {
namespace {

using Json = nlohmann::json;

constexpr unsigned kGenericDepthMax = 8;
constexpr std::size_t kRealBytesMax = 32;  // the longest that is written has 24

// Only what is written: the one spelling of a real number. Anything else that JSON can spell would
// come in past the limits that hold for the rest of it.
std::optional<Json> real_of(const std::string& text) {
    if (text.size() > kRealBytesMax) return std::nullopt;
    Json value = Json::parse(text, nullptr, false);
    if (!value.is_number_float() || value.dump() != text) return std::nullopt;
    return value;
}

}  // namespace

void JsonCodec::text(unsigned field, Json& value, std::uint64_t hint) {
    std::string coded =
        values_.text(field, reading() ? std::string() : value.get<std::string>(), hint);
    if (reading()) value = std::move(coded);
}

// Keys and hashes: nothing foretells them, so four bits a digit.
void JsonCodec::hex(unsigned field, Json& value) {
    std::string digits = reading() ? std::string() : value.get<std::string>();
    const std::uint64_t size = values_.number(field, digits.size());
    if (size > kHexDigitsMax) {
        fail();
        return;
    }
    digits.resize(size, '0');
    for (char& digit : digits) digit = kHexDigits[values_.random_bits(4, kHexDigits.find(digit))];
    if (reading()) value = std::move(digits);
}

void JsonCodec::flag(unsigned field, Json& value) {
    const bool coded = values_.flag(field, !reading() && value.get<bool>());
    if (reading()) value = coded;
}

void JsonCodec::number(unsigned field, Json& value, std::uint64_t hint) {
    const std::uint64_t coded =
        values_.number(field, reading() ? 0 : value.get<std::uint64_t>(), hint);
    if (reading()) value = coded;
}

void JsonCodec::foretold(unsigned same, unsigned field, std::int64_t expected, Json& value) {
    const std::int64_t given =
        reading() ? 0 : static_cast<std::int64_t>(value.get<std::uint64_t>());
    if (values_.flag(same, given == expected && expected >= 0)) {
        if (reading()) value = static_cast<std::uint64_t>(expected);
    } else {
        number(field, value);
    }
}

void JsonCodec::generic(Json& value, unsigned depth) {
    enum Tag : unsigned {
        null_tag,
        false_tag,
        true_tag,
        count_tag,
        minus_tag,
        real_tag,
        text_tag,
        list_tag,
        map_tag
    };
    unsigned tag = null_tag;
    if (!reading()) {
        if (value.is_boolean())
            tag = value.get<bool>() ? true_tag : false_tag;
        else if (value.is_number_float())
            tag = real_tag;
        else if (value.is_number())
            tag = is_count(value) ? count_tag : minus_tag;
        else if (value.is_string())
            tag = text_tag;
        else if (value.is_array())
            tag = list_tag;
        else if (value.is_object())
            tag = map_tag;
    }
    tag = values_.symbol(kTag, tag, depth);
    if (tag > map_tag || depth > kGenericDepthMax) {
        fail();
        return;
    }
    if (tag <= true_tag) {
        if (reading() && tag != null_tag) value = tag == true_tag;
    } else if (tag == count_tag) {
        number(kGenericNumber, value);
    } else if (tag == minus_tag) {
        const std::int64_t coded =
            values_.signed_number(kGenericNumber, reading() ? 0 : value.get<std::int64_t>());
        if (reading()) value = coded;
    } else if (tag == real_tag) {
        // As its shortest spelling, which reads back to the same number.
        const std::string coded = values_.text(kGenericText, reading() ? "" : value.dump());
        if (!reading()) return;
        auto real = real_of(coded);
        if (real)
            value = *std::move(real);
        else
            fail();
    } else if (tag == text_tag) {
        text(kGenericText, value);
    } else {
        std::size_t size =
            static_cast<std::size_t>(values_.number(kGenericNumber, value.size(), tag));
        if (size > kMembersMax) fail();
        if (reading()) value = tag == list_tag ? Json::array() : Json::object();
        auto next = value.begin();
        for (std::size_t i = 0; i < size && !failed(); ++i) {
            Json item = reading() ? Json() : *next;
            std::string key;
            if (tag == map_tag) key = values_.text(kGenericKey, reading() ? "" : next.key());
            generic(item, depth + 1);
            if (!reading())
                ++next;
            else if (tag == list_tag)
                value.push_back(std::move(item));
            else
                value[key] = std::move(item);
        }
    }
}

}  // namespace spot::sync
