#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace spot::core {

// The number of code points of a text that people may have written; nothing if it is not UTF-8
// (shortest forms only, no surrogates) or holds a control character other than tab and line ends.
std::optional<std::size_t> text_length(std::string_view text);

}  // namespace spot::core
