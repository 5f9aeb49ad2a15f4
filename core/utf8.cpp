#include "core/utf8.h"

#include <cstdint>

namespace spot::core {
namespace {

constexpr bool is_control(unsigned char c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

// The size of the code point at the front; 0: not one.
std::size_t multibyte_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const unsigned char next = byte(1);
    if (lead == 0xE0 && next < 0xA0) return 0;  // longer than need be
    if (lead == 0xED && next > 0x9F) return 0;  // a surrogate
    if (lead == 0xF0 && next < 0x90) return 0;
    if (lead == 0xF4 && next > 0x8F) return 0;  // past U+10FFFF
    return size;
}

}  // namespace

std::optional<std::size_t> text_length(std::string_view text) {
    std::size_t length = 0;
    for (std::size_t at = 0; at < text.size(); ++length) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c < 0x80) {
            if (is_control(c)) return std::nullopt;
            ++at;
            continue;
        }
        const std::size_t size = multibyte_size(text.substr(at));
        if (size == 0) return std::nullopt;
        at += size;
    }
    return length;
}

}  // namespace spot::core
