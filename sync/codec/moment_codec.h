#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spot::sync {

// A time as it was given, taken apart so that it can be put together again letter by letter.
struct MomentParts {
    std::int64_t ms = 0;  // since 1970-01-01 UTC
    int offset_minutes = 0;
    bool zulu = false;    // "Z" instead of "+00:00"
    bool with_ms = true;  // three digits of a second, or none

    // The years 0 to 9999 in UTC.
    static constexpr std::int64_t kFirstMs = -62'167'219'200'000, kEndMs = 253'402'300'800'000;

    std::string text() const;
    // nullopt for a moment outside of these years, and for a spelling that text() would not give
    // back: it travels as text.
    static std::optional<MomentParts> parse(std::string_view text);
};

}  // namespace spot::sync
