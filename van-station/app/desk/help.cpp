// The hotline: the number that stands on citizens' paper and on their last screen, and its hours.
// A setting of the mission, as neither slip nor hub says it.
#include <algorithm>

#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Result;
using What = Fault::What;

constexpr char kHelp[] = "help";
constexpr std::size_t kPhoneDigitsMin = 3, kPhoneCharsMax = 20;

struct Days {
    std::string_view name;
    const char* words[core::kLanguages];  // pt, en, fr, uk
};
constexpr Days kDays[] = {
    {"workdays", {"dias úteis", "working days", "jours ouvrables", "робочі дні"}},
    {"six_days",
     {"segunda a sábado", "Monday to Saturday", "du lundi au samedi", "з понеділка до суботи"}},
    {"every_day", {"todos os dias", "every day", "tous les jours", "щодня"}},
};

const Days* days_named(std::string_view name) {
    const auto at = std::find_if(std::begin(kDays), std::end(kDays),
                                 [&](const Days& one) { return one.name == name; });
    return at == std::end(kDays) ? nullptr : at;
}

bool is_phone(std::string_view text) {
    const auto digits = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_digit));
    const std::string_view rest = text.substr(text.starts_with('+') ? 1 : 0);
    return digits >= kPhoneDigitsMin && text.size() <= kPhoneCharsMax &&
           std::all_of(rest.begin(), rest.end(), [](char c) { return is_digit(c) || c == ' '; });
}

// "09:00"
bool is_time(std::string_view text) {
    if (text.size() != 5 || text[2] != ':' || !is_digit(text[0]) || !is_digit(text[1]) ||
        !is_digit(text[3]) || !is_digit(text[4]))
        return false;
    return text.substr(0, 2) < "24" && text[3] < '6';
}

}  // namespace

Done<> Desk::Inside::set_help(const Json& in) {
    const std::string phone = trimmed(text_at(in, "phone")), days = text_at(in, "days"),
                      from = text_at(in, "from"), to = text_at(in, "to");
    const bool hours = !from.empty() || !to.empty();
    if (!phone.empty() && !is_phone(phone))
        return refuse(What::invalid, "phone", "O telefone tem só algarismos e espaços.", "phone");
    if (!days_named(days)) return refuse(What::invalid, "choice", "Não há esses dias.", "days");
    if (hours && (!is_time(from) || !is_time(to) || from >= to))
        return refuse(What::invalid, "hours", "As horas vão de uma mais cedo a outra mais tarde.",
                      is_time(from) ? "to" : "from");
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        if (auto gone = drop_scrap("help"); !gone) return gone;
        if (phone.empty()) return ledger().values().remove(shelf::kDesk, kHelp);
        return keep_json(shelf::kDesk, kHelp, "",
                         {{"phone", phone}, {"days", days}, {"from", from}, {"to", to}});
    }));
    change("state");
    change("citizen");
    return {};
}

Result<Json> Desk::Inside::help() {
    return kept_json(shelf::kDesk, kHelp);
}

// For the citizen's screen: null, or {phone, hours?: words}.
Result<Json> Desk::Inside::help_words() {
    auto kept = help();
    if (!kept || !kept->is_object()) return kept;
    Json out{{"phone", text_at(*kept, "phone")}};
    if (const std::string from = text_at(*kept, "from"); !from.empty())
        out["hours"] = {{"key", "help." + text_at(*kept, "days")},
                        {"params", {{"from", from}, {"to", text_at(*kept, "to")}}}};
    return out;
}

Desk::Help Desk::help(core::Language in) {
    const auto kept = inside_->help();
    if (!kept || !kept->is_object()) return {};
    Help out{text_at(*kept, "phone"), {}};
    const Days* days = days_named(text_at(*kept, "days"));
    const std::string from = text_at(*kept, "from");
    if (days && !from.empty())
        out.hours = std::string(days->words[static_cast<std::size_t>(in)]) + ", " + from + "–" +
                    text_at(*kept, "to");
    return out;
}

}  // namespace spot::station
