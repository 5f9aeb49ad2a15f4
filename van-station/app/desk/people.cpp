#include <algorithm>

#include "core/pin.h"
#include "core/utf8.h"
#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Result;
using What = Fault::What;

constexpr char kSupervisor[] = "supervisor";
constexpr std::size_t kPersonNameCharsMax = 80;
constexpr std::size_t kIdBytesMax = 40;
constexpr std::size_t kCodeDigits = 8;  // and a check digit
// So many wrong ones cost no wait; each one more doubles it.
constexpr std::int64_t kFreeTries = 2;
constexpr int kWaitFirstS = 5, kWaitMaxS = 15 * 60;

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int wait_after(std::int64_t wrong) {
    if (wrong <= kFreeTries) return 0;
    const std::int64_t doubled = std::min<std::int64_t>(wrong - kFreeTries - 1, 10);
    return std::min(kWaitFirstS << doubled, kWaitMaxS);
}

// "Maria de Fátima Abrantes": "m.abrantes". What has no Latin letter gives "p".
std::string sign_in_name(std::string_view name) {
    std::vector<std::string> words(1);
    for (const char c : name) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            words.back() += static_cast<char>(c | 32);
        else if (c == ' ' && !words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty() && words.size() > 1) words.pop_back();
    std::string out =
        words.size() > 1 ? words.front().substr(0, 1) + "." + words.back() : words.front();
    if (out.empty()) out = "p";
    return out.substr(0, kIdBytesMax);
}

// Unbiased: 250 is the last multiple of ten that a byte reaches.
std::string draw_digits(core::Random& random, std::size_t count) {
    std::string out;
    while (out.size() < count) {
        std::uint8_t byte[1];
        random.fill(byte);
        if (byte[0] < 250) out += static_cast<char>('0' + byte[0] % 10);
    }
    return out;
}

std::string in_groups(const std::string& digits) {
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && i % 3 == 0) out += ' ';
        out += digits[i];
    }
    return out;
}

}  // namespace

Result<Json> Desk::Inside::people() {
    Json out = Json::array();
    SPOT_ASSIGN(const auto rows, ledger().values().list(shelf::kPerson, kPeopleMax));
    for (const auto& row : rows) {
        const Json kept = Json::parse(row.value, nullptr, false);
        out.push_back({{"id", row.key}, {"name", text_at(kept, "name")}});
    }
    return out;
}

// The try is counted on disk before it is looked at: pulling the plug gives none for nothing.
Done<> Desk::Inside::check_secret(std::string_view on, std::string_view key,
                                  std::string_view digits, std::string_view wrong) {
    auto kept = kept_json(on, key);
    if (!kept) return tl::make_unexpected(Fault(kept.error()));
    if (!kept->is_object()) return unknown("person");
    Json secret = std::move(*kept);
    const auto refused = [&](core::Instant until) -> Done<> {
        Fault fault(What::refused, std::string(wrong),
                    "Não confere. O que estava aberto ficou "
                    "guardado.");
        const core::Instant left = until - now();
        fault.wait_seconds = left > 0 ? static_cast<int>((left + 999) / 1000) : 0;
        return tl::make_unexpected(std::move(fault));
    };
    // A clock that was set back must not lock for ever: no wait is longer than the longest.
    const core::Instant until = std::min<core::Instant>(number_at(secret, "wait_until", 0),
                                                        now() + core::Instant{kWaitMaxS} * 1000);
    if (until > now()) return refused(until);
    const std::int64_t tries = number_at(secret, "wrong", 0) + 1;
    secret["wrong"] = tries;
    secret["wait_until"] = now() + core::Instant{wait_after(tries)} * 1000;
    if (auto counted = keep_json(on, key, "", secret); !counted)
        return tl::make_unexpected(Fault(counted.error()));
    if (!core::pin_matches(text_at(secret, "hash"), digits))
        return refused(number_at(secret, "wait_until", 0));
    secret["wrong"] = 0;
    secret["wait_until"] = 0;
    SPOT_TRY(keep_json(on, key, "", secret));
    return {};
}

Done<> Desk::Inside::check_pin(std::string_view who, std::string_view pin) {
    return check_secret(shelf::kPerson, who, pin, "pin_wrong");
}

Done<> Desk::Inside::check_supervisor(std::string_view typed) {
    std::string code;
    std::copy_if(typed.begin(), typed.end(), std::back_inserter(code),
                 [](char c) { return c != ' ' && c != '-'; });
    const bool formed = code.size() == kCodeDigits + 1 && all_digits(code) &&
                        core::check_digit(code.substr(0, kCodeDigits)) == code.back();
    if (!formed)  // mistyped: no try is spent on it
        return refuse(What::invalid, "code_form",
                      "O código do supervisor tem nove algarismos, e há um trocado.", "code");
    return check_secret(shelf::kDesk, kSupervisor, code, "code_wrong");
}

Answer Desk::Inside::add_person(const Json& in) {
    const std::string name = trimmed(text_at(in, "name")), pin = text_at(in, "pin");
    const auto length = core::text_length(name);
    if (name.empty() || !length || *length > kPersonNameCharsMax)
        return refuse(What::invalid, "required", "Falta o nome.", "name");
    const bool long_enough = pin.size() >= kPinDigitsMin && pin.size() <= kPinDigitsMax;
    const bool one_digit = pin.find_first_not_of(pin.substr(0, 1)) == std::string::npos;
    if (!long_enough || !all_digits(pin) || one_digit)
        return refuse(What::invalid, "pin_form", "O PIN tem 6 a 12 algarismos, e não todos iguais.",
                      "pin");
    SPOT_ASSIGN(const auto there, people());
    if (there.size() >= kPeopleMax)
        return refuse(What::conflict, "people_full", "Este portátil já tem 64 pessoas.");
    const bool first = there.empty();
    if (!first)
        if (auto let_in = check_supervisor(text_at(in, "code")); !let_in)
            return tl::make_unexpected(let_in.error());

    SPOT_ASSIGN(const auto hash, core::pin_hash(pin, rim.random));
    Json out{{"id", sign_in_name(name)}};
    const auto taken = [&](const std::string& id) {
        return std::any_of(there.begin(), there.end(),
                           [&](const Json& one) { return one.at("id") == id; });
    };
    for (std::size_t i = 2; taken(out["id"].get<std::string>()); ++i)
        out["id"] = sign_in_name(name) + std::to_string(i);

    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        const Json kept{{"name", name}, {"hash", hash}, {"added_at", moment(now())}};
        auto saved = keep_json(shelf::kPerson, out["id"].get<std::string>(), "", kept);
        if (!saved || !first) return saved;
        std::string code = draw_digits(rim.random, kCodeDigits);
        code += core::check_digit(code);
        const auto hidden_code = core::pin_hash(code, rim.random);
        if (!hidden_code) return tl::make_unexpected(hidden_code.error());
        out["supervisor_code"] = in_groups(code);
        return keep_json(shelf::kDesk, kSupervisor, "", {{"hash", *hidden_code}});
    }));
    change("state");
    return out;
}

}  // namespace spot::station
