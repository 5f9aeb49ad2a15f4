// Values as people type them, and what is wrong with them: core/catalogue.h has the rules, these
// are the words for them.
#include <algorithm>

#include "core/utf8.h"
#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

std::string without_spaces(std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out),
                 [](char c) { return c != ' ' && c != '\t' && c != '.'; });
    return out;
}

std::string in_capitals(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return text;
}

// "3260-123" is a postal code; "3260-12" or "3260-1234" is a mistyped one. Other numbers pass.
bool postal_code_ok(std::string_view text) {
    for (std::size_t dash = text.find('-'); dash != text.npos; dash = text.find('-', dash + 1)) {
        std::size_t before = 0, after = 0;
        while (before < dash && is_digit(text[dash - 1 - before])) ++before;
        while (dash + 1 + after < text.size() && is_digit(text[dash + 1 + after])) ++after;
        if (before == 4 && after > 0 && after != 3) return false;
    }
    return true;
}

const char* code_of(const core::Catalogue::Field& field) {
    for (const char* kind : {"nif", "niss", "iban"})
        if (field.type == kind || field.check == kind) return kind;
    if (field.type == "number" || field.type == "money") return "number";
    if (field.type == "choice" || field.type == "yesno") return "choice";
    for (const char* kind : {"date", "email", "phone", "plate"})
        if (field.type == kind) return kind;
    return "form";
}

}  // namespace

std::string tidied(const core::Catalogue::Field& field, std::string_view typed) {
    const std::string text = trimmed(typed);
    const std::string code = code_of(field);
    if (code == "iban") return in_capitals(without_spaces(text));
    if (code == "nif" || code == "niss" || field.name == "num_utente") return without_spaces(text);
    if (code == "plate" || field.name == "artigo_matricial") return in_capitals(text);
    return text;
}

Check check_of(const core::Catalogue& forms, const core::Catalogue::Field& field,
               std::string_view value, bool required) {
    if (value.empty()) return required ? Check{false, "required"} : Check{};
    const auto length = core::text_length(value);
    if (!length) return {false, "text"};
    if (*length > field.max_length) return {false, "too_long"};
    if (!forms.check_value(field, value, required)) return {false, code_of(field)};
    if (field.type == "postal_address" && !postal_code_ok(value)) return {false, "postal"};
    return {};
}

std::string tidied_citizen(std::string_view member, std::string_view typed) {
    return member == "nif" ? without_spaces(trimmed(typed)) : trimmed(typed);
}

Json citizen_checks(const Json& citizen) {
    const auto check = [&](const char* member, auto good) {
        const std::string value = tidied_citizen(member, text_at(citizen, member));
        return value.empty() ? "empty" : good(value) ? "ok" : "wrong";
    };
    const auto no_longer = [](std::size_t most) {
        return [most](const std::string& text) {
            const auto length = core::text_length(text);
            return length && *length <= most;
        };
    };
    const auto phone = [](const std::string& text) {
        const std::string_view rest = std::string_view(text).substr(text[0] == '+' ? 1 : 0);
        return text.size() >= 9 && text.size() <= 20 && !rest.empty() && rest[0] != ' ' &&
               std::all_of(rest.begin(), rest.end(),
                           [](char c) { return is_digit(c) || c == ' '; });
    };
    const auto birth = [](const std::string& text) { return core::date_valid(text, 1880, 2100); };
    // As long as schemas/intents/common.json allows.
    return {{"name", check("name", no_longer(200))},
            {"nif", check("nif", [](const std::string& text) { return core::nif_valid(text); })},
            {"birth_date", check("birth_date", birth)},
            {"phone", check("phone", phone)},
            {"address", check("address", no_longer(300))}};
}

}  // namespace spot::station
