#include "core/catalogue/fold.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace spot::core {
namespace {

constexpr char32_t kNoText = 0xFFFD;

// Takes one code point off the front; kNoText for a byte that starts none.
char32_t next(std::string_view& rest) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(rest[at]); };
    const std::uint8_t first = byte(0);
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t out = size == 1 ? first : first & (0x7FU >> size);
    bool good = first < 0x80 || (first >= 0xC2 && first <= 0xF4);
    if (rest.size() < size) good = false;
    for (std::size_t i = 1; good && i < size; ++i) {
        good = (byte(i) & 0xC0) == 0x80;
        out = out << 6 | (byte(i) & 0x3FU);
    }
    rest.remove_prefix(good ? size : 1);
    return good ? out : kNoText;
}

// U+00C0 … U+017F as plain small letters; '-' parts words, '2' marks those that fold to two.
constexpr std::string_view kLatin =
    "aaaaaa2ceeeeiiiidnooooo-ouuuuy22aaaaaa2ceeeeiiiidnooooo-ouuuuy2y"   // C0 … FF
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii22jjkkklllllll"   // 100 … 13F
    "lllnnnnnnnnnoooooo22rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";  // 140 … 17F
static_assert(kLatin.size() == 0x180 - 0xC0);

std::u32string_view two_letters(char32_t c) {
    switch (c) {
        case 0xC6:
        case 0xE6:
            return U"ae";
        case 0xDE:
        case 0xFE:
            return U"th";
        case 0xDF:
            return U"ss";
        case 0x132:
        case 0x133:
            return U"ij";
        default:
            return U"oe";
    }
}

// False: it parts words. Marks that combine with the letter before fold to nothing.
bool fold(char32_t c, std::u32string& out) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) {
        out += c;
    } else if (c >= 'A' && c <= 'Z') {
        out += c + 32;
    } else if (c >= 0xC0 && c < 0x180) {
        const char plain = kLatin[c - 0xC0];
        if (plain == '-') return false;
        if (plain == '2')
            out += two_letters(c);
        else
            out += static_cast<char32_t>(plain);
    } else if (c >= 0x300 && c < 0x370) {
        return true;
    } else if (c >= 0x400 && c < 0x500) {
        out += c < 0x410 ? c + 80 : c < 0x430 ? c + 32 : c == 0x490 ? char32_t{0x491} : c;
    } else {
        const bool apostrophe = c == 0x27 || c == 0x2019 || c == 0x2BC;
        return apostrophe && !out.empty() && out.back() >= 0x400;  // inside Ukrainian words
    }
    return true;
}

// One row of the table after another. Swaps look back two rows.
class DistanceRows {
public:
    DistanceRows(std::u32string_view word, std::u32string_view text) : word_(word), text_(text) {
        for (std::size_t j = 0; j <= word.size(); ++j) row(0)[j] = j;
    }
    std::span<std::size_t> row(std::size_t i) { return rows_[i % 3]; }

    // Fills the row of the first i letters of `text`; returns its least number.
    std::size_t fill(std::size_t i) {
        const auto here = row(i), above = row(i - 1);
        std::size_t least = here[0] = i;
        for (std::size_t j = 1; j <= word_.size(); ++j) {
            const bool same = word_[j - 1] == text_[i - 1];
            here[j] = std::min({above[j] + 1, here[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && word_[j - 1] == text_[i - 2] && word_[j - 2] == text_[i - 1])
                here[j] = std::min(here[j], row(i - 2)[j - 2] + 1);
            least = std::min(least, here[j]);
        }
        return least;
    }

private:
    std::u32string_view word_, text_;
    std::array<std::array<std::size_t, kWordMax + 1>, 3> rows_{};
};

}  // namespace

std::vector<Word> words_of(std::string_view utf8) {
    std::vector<Word> out;
    Word word;
    std::size_t at = 0;
    const auto end = [&] {
        word.to = at;
        if (!word.folded.empty()) out.push_back(std::move(word));
        word = Word{{}, at + 1, at + 1};
    };
    for (; !utf8.empty(); ++at)
        if (!fold(next(utf8), word.folded)) end();
    end();
    return out;
}

Distance distance(std::u32string_view word, std::u32string_view text, std::size_t most) {
    Distance out{most + 1, std::min(word.size(), most + 1)};
    if (word.size() > kWordMax) return {most + 1, most + 1};
    // What stands further back is no part of a beginning that is near.
    const bool reaches = text.size() <= word.size() + most;
    text = text.substr(0, word.size() + most);
    DistanceRows rows(word, text);
    std::size_t before = 0;
    for (std::size_t i = 1; i <= text.size(); ++i) {
        const std::size_t least = rows.fill(i);
        out.beginning = std::min(out.beginning, rows.row(i)[word.size()]);
        if (least > most && before > most) return out;  // a swap may still mend one row
        before = least;
    }
    if (reaches) out.whole = std::min(rows.row(text.size())[word.size()], most + 1);
    return out;
}

}  // namespace spot::core
