#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spot::core {

// A word as it is compared: small letters without accents (Latin, Cyrillic) and digits.
struct Word {
    std::u32string folded;
    std::size_t from = 0, to = 0;  // code points of the text that it came from
};

// The words of a text. What is no letter or digit parts them; bytes that are no UTF-8 do, too.
std::vector<Word> words_of(std::string_view utf8);

// Optimal string alignment distance (insert, delete, replace, swap neighbours) of a word to a whole
// text, and the least one to any beginning of it; `most` + 1 for whatever is more. A word longer
// than kWordMax is near nothing.
constexpr std::size_t kWordMax = 40;
struct Distance {
    std::size_t whole = 0, beginning = 0;
};
Distance distance(std::u32string_view word, std::u32string_view text, std::size_t most);

}  // namespace spot::core
