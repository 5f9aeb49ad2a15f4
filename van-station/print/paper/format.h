#pragma once

// Numbers, money and days as people of each language write them. Times are shown as they were
// recorded, with their own offset: a spot abroad prints its own clock.

#include <cstdint>
#include <string>
#include <string_view>

#include "van-station/print/paper.h"

namespace spot::print {

inline constexpr char kNoBreak[] = "\u00A0";

std::string money(Language language, std::int64_t cents);

// Of RFC 3339; empty where `moment` is none. "2017-10-16" alone is a day without a time.
std::string day(Language language, std::string_view moment);            // "16-10-2017"
std::string day_in_words(Language language, std::string_view moment);   // "16 de outubro de 2017"
std::string day_and_month(Language language, std::string_view moment);  // "16-10"
std::string clock_time(Language language, std::string_view moment);     // "10:46"

// The forms a language has: pt, en: one, many; fr: one is also 0; uk: one, few, many.
struct Forms {
    const char *one, *few, *many;
};
const char* plural(Language language, std::uint64_t count, const Forms& forms);

// "{n} pedidos" with n = "3". A name that is not given stays as it stands.
struct Put {
    const char* name;
    std::string value;
};
std::string fill(std::string_view text, std::initializer_list<Put> put);

// As people read them aloud: "228 803 993"; what has spaces or another length stays as it is.
std::string in_threes(std::string_view digits);

// At most `bytes_max`, cut between code points; what is no text (bytes that are no UTF-8, control
// characters) is a blank.
std::string clean(std::string_view text, std::size_t bytes_max);

}  // namespace spot::print
