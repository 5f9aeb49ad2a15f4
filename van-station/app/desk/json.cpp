#include "van-station/app/desk/inside.h"

namespace spot::station {

std::string text_at(const Json& object, std::string_view key) {
    if (!object.is_object()) return {};
    const auto at = object.find(key);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

bool flag_at(const Json& object, std::string_view key, bool otherwise) {
    if (!object.is_object()) return otherwise;
    const auto at = object.find(key);
    return at != object.end() && at->is_boolean() ? at->get<bool>() : otherwise;
}

std::int64_t number_at(const Json& object, std::string_view key, std::int64_t otherwise) {
    if (!object.is_object()) return otherwise;
    const auto at = object.find(key);
    return at != object.end() && at->is_number_integer() ? at->get<std::int64_t>() : otherwise;
}

const Json& object_at(const Json& object, std::string_view key) {
    static const Json kEmpty = Json::object();
    if (!object.is_object()) return kEmpty;
    const auto at = object.find(key);
    return at != object.end() && at->is_object() ? *at : kEmpty;
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto from = text.find_first_not_of(kSpace);
    if (from == std::string_view::npos) return {};
    return std::string(text.substr(from, text.find_last_not_of(kSpace) - from + 1));
}

std::string initials_of(std::string_view name) {
    const std::string all = trimmed(name);
    const auto letter = [&](std::size_t at) {
        std::size_t size = 1;  // of the code point that starts there
        while (at + size < all.size() &&
               (static_cast<unsigned char>(all[at + size]) & 0xC0) == 0x80)
            ++size;
        return all.substr(at, size) + ".";
    };
    if (all.empty()) return {};
    const auto last = all.rfind(' ');
    return last == std::string::npos ? letter(0) : letter(0) + " " + letter(last + 1);
}

}  // namespace spot::station
