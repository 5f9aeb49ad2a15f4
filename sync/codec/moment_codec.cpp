#include "sync/codec/moment_codec.h"

#include <chrono>
#include <cstdio>

namespace spot::sync {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

}  // namespace

std::string MomentParts::text() const {
    using namespace std::chrono;
    const std::int64_t local = ms + offset_minutes * kMinuteMs;
    std::int64_t day = local / kDayMs;
    if (local % kDayMs < 0) --day;
    const auto rest = static_cast<int>(local - day * kDayMs);
    const year_month_day date{sys_days{days{day}}};
    char out[64];
    int size = std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d",
                             static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                             static_cast<unsigned>(date.day()), rest / 3'600'000,
                             rest / 60'000 % 60, rest / 1000 % 60);
    std::string result(out, static_cast<std::size_t>(size));
    if (with_ms) {
        size = std::snprintf(out, sizeof out, ".%03d", rest % 1000);
        result.append(out, static_cast<std::size_t>(size));
    }
    if (zulu) return result + "Z";
    const int offset = offset_minutes < 0 ? -offset_minutes : offset_minutes;
    size = std::snprintf(out, sizeof out, "%c%02d:%02d", offset_minutes < 0 ? '-' : '+',
                         offset / 60, offset % 60);
    return result.append(out, static_cast<std::size_t>(size));
}

std::optional<MomentParts> MomentParts::parse(std::string_view text) {
    using namespace std::chrono;
    const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2),
               hour = digits(text, 11, 2), minute = digits(text, 14, 2),
               second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const year_month_day date{std::chrono::year{*year},
                              std::chrono::month{static_cast<unsigned>(*month)},
                              std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || text.size() < 20) return std::nullopt;
    MomentParts parts;
    std::size_t at = 19;
    int ms = 0;
    parts.with_ms = text[at] == '.';
    if (parts.with_ms) {
        const auto fraction = digits(text, at + 1, 3);
        if (!fraction) return std::nullopt;
        ms = *fraction;
        at += 4;
    }
    const std::string_view zone = text.substr(at);
    parts.zulu = zone == "Z";
    if (!parts.zulu) {
        const auto hours = digits(zone, 1, 2), minutes = digits(zone, 4, 2);
        if (!hours || !minutes) return std::nullopt;
        parts.offset_minutes = (*hours * 60 + *minutes) * (zone[0] == '-' ? -1 : 1);
    }
    parts.ms = sys_days{date}.time_since_epoch().count() * kDayMs + *hour * 3'600'000 +
               *minute * kMinuteMs + *second * 1000 + ms - parts.offset_minutes * kMinuteMs;
    if (parts.ms < kFirstMs || parts.ms >= kEndMs || parts.text() != text) return std::nullopt;
    return parts;
}

}  // namespace spot::sync
