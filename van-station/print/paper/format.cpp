#include "van-station/print/paper/format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/utf8.h"

namespace spot::print {
namespace {

constexpr char kThinNoBreak[] = "\u202F";

struct Day {
    int year, month, day;
};

std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t size) {
    if (text.size() < at + size) return std::nullopt;
    int out = 0;
    const char* end = text.data() + at + size;
    const auto [stop, error] = std::from_chars(text.data() + at, end, out);
    if (error != std::errc() || stop != end || out < 0) return std::nullopt;
    return out;
}

std::optional<Day> day_of(std::string_view moment) {
    const auto year = digits_at(moment, 0, 4), month = digits_at(moment, 5, 2),
               day = digits_at(moment, 8, 2);
    if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31)
        return std::nullopt;
    return Day{*year, *month, *day};
}

std::string two(int number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

using Months = std::array<const char*, 12>;
constexpr Months kMonthsPt{"janeiro", "fevereiro", "março",    "abril",   "maio",     "junho",
                           "julho",   "agosto",    "setembro", "outubro", "novembro", "dezembro"};
constexpr Months kMonthsEn{"January", "February", "March",     "April",   "May",      "June",
                           "July",    "August",   "September", "October", "November", "December"};
constexpr Months kMonthsFr{"janvier", "février", "mars",      "avril",   "mai",      "juin",
                           "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};
constexpr Months kMonthsUk{"січня", "лютого", "березня", "квітня", "травня",    "червня",
                           "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"};

// Portuguese leaves four digits together.
std::string grouped(std::uint64_t number, const char* separator, std::size_t digits_min) {
    std::string out = std::to_string(number);
    if (out.size() < digits_min) return out;
    for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, separator);
    return out;
}

}  // namespace

std::string money(Language language, std::int64_t cents) {
    const auto size = static_cast<std::uint64_t>(cents < 0 ? -cents : cents);
    const std::string sign = cents < 0 ? "−" : "";
    const std::string rest = two(static_cast<int>(size % 100));
    const std::uint64_t euros = size / 100;
    switch (language) {
        case Language::en:
            return sign + "€" + grouped(euros, ",", 4) + "." + rest;
        case Language::fr:
            return sign + grouped(euros, kThinNoBreak, 4) + "," + rest + kNoBreak + "€";
        case Language::uk:
            return sign + grouped(euros, kNoBreak, 4) + "," + rest + kNoBreak + "€";
        case Language::pt:
            break;
    }
    return sign + grouped(euros, kNoBreak, 5) + "," + rest + kNoBreak + "€";
}

std::string day(Language language, std::string_view moment) {
    const auto found = day_of(moment);
    if (!found) return {};
    const char* between = language == Language::pt ? "-" : language == Language::uk ? "." : "/";
    return two(found->day) + between + two(found->month) + between + std::to_string(found->year);
}

std::string day_and_month(Language language, std::string_view moment) {
    const std::string whole = day(language, moment);
    return whole.substr(0, std::min<std::size_t>(whole.size(), 5));
}

std::string day_in_words(Language language, std::string_view moment) {
    const auto found = day_of(moment);
    if (!found) return {};
    const std::string number = std::to_string(found->day), year = std::to_string(found->year);
    const auto month = static_cast<std::size_t>(found->month - 1);
    switch (language) {
        case Language::en:
            return number + " " + kMonthsEn[month] + " " + year;
        case Language::fr:
            return (found->day == 1 ? "1er" : number) + " " + kMonthsFr[month] + " " + year;
        case Language::uk:
            return number + " " + kMonthsUk[month] + " " + year + kNoBreak + "р.";
        case Language::pt:
            break;
    }
    return number + " de " + kMonthsPt[month] + " de " + year;
}

std::string clock_time(Language language, std::string_view moment) {
    const auto hour = digits_at(moment, 11, 2), minute = digits_at(moment, 14, 2);
    if (!hour || !minute || *hour > 23 || *minute > 59) return {};
    if (language == Language::fr)
        return std::to_string(*hour) + kNoBreak + "h" + kNoBreak + two(*minute);
    return two(*hour) + ":" + two(*minute);
}

const char* plural(Language language, std::uint64_t count, const Forms& forms) {
    const std::uint64_t last = count % 10, last_two = count % 100;
    switch (language) {
        case Language::fr:
            return count < 2 ? forms.one : forms.many;
        case Language::uk:
            if (last == 1 && last_two != 11) return forms.one;
            if (last >= 2 && last <= 4 && (last_two < 12 || last_two > 14)) return forms.few;
            return forms.many;
        case Language::pt:
        case Language::en:
            break;
    }
    return count == 1 ? forms.one : forms.many;
}

std::string fill(std::string_view text, std::initializer_list<Put> put) {
    std::string out;
    while (!text.empty()) {
        const auto open = text.find('{'), close = text.find('}', open);
        if (close == std::string_view::npos) break;
        out += text.substr(0, open);
        const auto name = text.substr(open + 1, close - open - 1);
        const auto given =
            std::find_if(put.begin(), put.end(), [&](const Put& one) { return name == one.name; });
        out += given == put.end() ? std::string(text.substr(open, close - open + 1)) : given->value;
        text.remove_prefix(close + 1);
    }
    return out += text;
}

std::string in_threes(std::string_view digits) {
    const bool plain = digits.size() == 9 && std::all_of(digits.begin(), digits.end(), [](char c) {
                           return c >= '0' && c <= '9';
                       });
    std::string out(digits);
    if (plain) out.insert(6, kNoBreak).insert(3, kNoBreak);
    return out;
}

std::string clean(std::string_view text, std::size_t bytes_max) {
    constexpr std::size_t kCodePointBytesMax = 4;
    std::string out;
    while (!text.empty()) {
        std::size_t size = 1;
        while (size <= kCodePointBytesMax && core::text_length(text.substr(0, size)) != 1) ++size;
        const bool good = size <= std::min(kCodePointBytesMax, text.size());
        const std::string_view one = good ? text.substr(0, size) : std::string_view(" ");
        if (out.size() + one.size() > bytes_max) break;
        out += one == "\t" || one == "\n" || one == "\r" ? " " : one;
        text.remove_prefix(good ? size : 1);
    }
    return out;
}

}  // namespace spot::print
