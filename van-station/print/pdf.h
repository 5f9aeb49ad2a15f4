#pragma once

// A Paper as PDF, by pango and cairo. Fonts are embedded (Clear Sans, then Noto Sans); black only.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "van-station/print/paper.h"

namespace spot::print {

enum class Sheet : std::uint8_t { a4, a5, large };          // large: A4 in 19 pt
std::optional<Sheet> parse_sheet(std::string_view format);  // "a4", "a5", "large"

constexpr int kPagesMax = 60;
// In memory only. Takes 20 to 60 ms; may be called from any thread, one call at a time.
// `limit`: more than kPagesMax pages. `io`: cairo or the fonts refused.
core::Result<std::string> pdf_of(const Paper&, Sheet);

}  // namespace spot::print
