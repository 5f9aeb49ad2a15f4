#pragma once

// A Paper as ESC/POS for thermal rolls at 203 dpi. What code page WPC1252 has goes as the printer's
// own type; what it has not (Ukrainian, some names) as a picture of the line. The QR code and the
// way are pictures, too, so that no printer has to know the commands for them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "van-station/print/paper.h"

namespace spot::print {

enum class Roll : std::uint8_t {
    mm58,  // 384 dots, 32 columns
    mm80,  // 576 dots, 48 columns
};
std::optional<Roll> parse_roll(std::string_view format);  // "58", "80"
constexpr int dots_of(Roll roll) {
    return roll == Roll::mm58 ? 384 : 576;
}
constexpr int columns_of(Roll roll) {
    return dots_of(roll) / 12;
}

// From ESC @ to the cut. `limit`: longer than kRollBytesMax. May be called from any thread, one
// call at a time.
constexpr std::size_t kRollBytesMax = 512 * 1024;
core::Result<std::string> escpos_of(const Paper&, Roll);

}  // namespace spot::print
