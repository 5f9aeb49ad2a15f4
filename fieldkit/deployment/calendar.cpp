#include "fieldkit/deployment/calendar.h"

#include <cstdio>

namespace spot::fieldkit {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month_day;

core::Result<sys_days> parse_day(const std::string& text) {
    int year = 0;
    unsigned month = 0, day = 0;
    int used = 0;
    const int found = std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &used);
    const year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                              std::chrono::day{day}};
    if (found != 3 || static_cast<std::size_t>(used) != text.size() || !date.ok() || year < 2000 ||
        year > 2090)
        return core::fail(core::Code::invalid,
                          "a day is written as 2018-08-13, years 2000 to 2090");
    return sys_days{date};
}

std::string day_text(sys_days day) {
    const year_month_day date{day};
    char text[24];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

Stamp start_of(sys_days day) {
    return Stamp{day.time_since_epoch().count()} * kDay;
}

bool is_weekend(sys_days day) {
    return weekday{day}.iso_encoding() > 5;
}

namespace {

Stamp last_sunday(std::chrono::year year, unsigned month) {
    const auto last = year / std::chrono::month{month} / std::chrono::Sunday[std::chrono::last];
    return start_of(sys_days{last}) + 60 * kMinute;
}

}  // namespace

std::string moment_text(Stamp stamp) {
    const auto year = year_month_day{sys_days{days{stamp / kDay}}}.year();
    const bool summer = stamp >= last_sunday(year, 3) && stamp < last_sunday(year, 10);
    const Stamp local = stamp + (summer ? 60 * kMinute : 0);
    const auto of_day = static_cast<int>(local % kDay);
    char text[40];
    std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%03d+%02d:00", of_day / 3'600'000,
                  of_day / 60'000 % 60, of_day / 1000 % 60, of_day % 1000, summer ? 1 : 0);
    return day_text(sys_days{days{local / kDay}}) + text;
}

std::string ulid(Stamp stamp, Draw& draw) {
    static constexpr char kDigits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string text(26, '0');
    auto time = static_cast<std::uint64_t>(stamp);
    for (std::size_t i = 10; i-- > 0; time >>= 5) text[i] = kDigits[time & 31];
    for (std::size_t half = 0; half < 2; ++half) {
        std::uint64_t chance = draw.bits();
        for (std::size_t i = 0; i < 8; ++i, chance >>= 5)
            text[10 + 8 * half + i] = kDigits[chance & 31];
    }
    return text;
}

}  // namespace spot::fieldkit
