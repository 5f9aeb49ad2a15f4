#include "sync/codec/values.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "core/error.h"

namespace spot::sync {
namespace {

// Tokens below kWordsFrom have a meaning of their own; the others are words met before.
constexpr std::uint32_t kEnd = 1;
constexpr std::uint32_t kNewWord = 2;
constexpr std::uint32_t kNul = 3;  // the character U+0000, which ends the spelling of words
constexpr std::uint32_t kDigitsFrom = kNul;  // kDigitsFrom + n: a run of n digits, n > 0
constexpr unsigned kDigitsMax = 24;
constexpr std::uint32_t kWordsFrom = kDigitsFrom + kDigitsMax + 1;
constexpr std::uint32_t kTokensMax = 1 << 16;
constexpr std::size_t kWordBytesMax = 32;
constexpr std::size_t kGuesses = 1 << 16;
constexpr std::uint8_t kConfidenceMax = 15;

// Sets of mixer weights.
enum Mix : unsigned {
    kMixFlag = 0,
    kMixBits = 1,
    kMixMantissa = 3,
    kMixSymbol = 4,
    kMixRepeat = 8,
    kMixGuess = 16,
    kMixToken = 40,
    kMixWord = 48,
    kMixDigit = 64,
    kMixFields = 128,  // + 2 · field: the token mixers of a column
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
}

// Where the token that starts at `at` ends. Tokens joined give the text again.
std::size_t token_end(std::string_view text, std::size_t at) {
    std::size_t end = at;
    if (is_digit(text[at])) {
        while (end < text.size() && is_digit(text[end]) && end - at < kDigitsMax) ++end;
        return end;
    }
    if (text[at] == ' ' && at + 1 < text.size() && is_letter(text[at + 1])) ++end;
    if (is_letter(text[end]))
        while (end < text.size() && is_letter(text[end]) && end - at < kWordBytesMax) ++end;
    return std::max(end, at + 1);
}

// Check digits that the digits before them foretell: what the column would hold at this place if
// the run were a NIF (9 digits), a NISS (11) or the 23 digits of a Portuguese IBAN.
unsigned expected_digit(std::string_view before, unsigned size) {
    const std::size_t at = before.size();
    const auto digit = [&](std::size_t i) { return static_cast<unsigned>(before[i] - '0'); };
    if (size == 9 && at == 8) {
        unsigned sum = 0;
        for (unsigned i = 0; i < 8; ++i) sum += digit(i) * (9 - i);
        return sum % 11 < 2 ? 0 : 11 - sum % 11;
    }
    if (size == 11 && at == 10) {
        constexpr unsigned kWeights[] = {29, 23, 19, 17, 13, 11, 7, 5, 3, 2};
        unsigned sum = 0;
        for (unsigned i = 0; i < 10; ++i) sum += digit(i) * kWeights[i];
        return 9 - sum % 10;
    }
    if (size == 23 && at >= 21) {
        unsigned rest = 0;
        for (unsigned i = 2; i < 21; ++i) rest = (rest * 10 + digit(i)) % 97;
        const unsigned nib = 98 - rest * 100 % 97;
        return at == 21 ? nib / 10 : nib % 10;
    }
    return 10;
}

}  // namespace

Values::Values(unsigned slot_bits)
    : model_(slot_bits),
      words_(kWordsFrom),
      guesses_(kGuesses),
      last_(kFieldsMax),
      flag_history_(kFieldsMax),
      repeat_history_(kFieldsMax) {}

bool Values::flag(unsigned field, bool value, std::uint64_t hint) {
    std::uint8_t& history = flag_history_[field];
    const std::uint64_t contexts[] = {mix(1, field), mix(2, field, history), mix(3, field, hint)};
    value = model_.bit(contexts, kMixFlag, value);
    history = static_cast<std::uint8_t>(history << 1 | (value ? 1 : 0));
    return value;
}

unsigned Values::symbol(unsigned field, unsigned value, std::uint64_t hint) {
    const std::uint64_t contexts[] = {mix(11, field), mix(12, field, hint)};
    return model_.nibbles(contexts, kMixSymbol, 2, value);
}

std::uint64_t Values::number(unsigned field, std::uint64_t value, std::uint64_t hint) {
    const std::uint64_t contexts[] = {mix(4, field), mix(5, field, hint)};
    const auto bits =
        model_.nibbles(contexts, kMixBits, 2, static_cast<std::uint32_t>(std::bit_width(value)));
    if (bits > 64) {
        failed_ = true;
        return 0;
    }
    std::uint64_t out = bits == 0 ? 0 : 1;
    for (unsigned left = bits; left-- > 1;) {
        const unsigned done = bits - 1 - left;
        // The high bits say much about the size; the low ones hardly depend on each other.
        const std::uint64_t prefix = done <= 4 ? out : 0;
        const std::uint64_t here[] = {mix(6, field, bits, left, prefix),
                                      mix(7, field, hint, bits, left, out)};
        const bool bit = model_.bit(here, kMixMantissa, (value >> (left - 1) & 1) != 0);
        out = out << 1 | (bit ? 1 : 0);
    }
    return out;
}

std::int64_t Values::signed_number(unsigned field, std::int64_t value, std::uint64_t hint) {
    const auto folded =
        static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
    const std::uint64_t read = number(field, folded, hint);
    return static_cast<std::int64_t>(read >> 1 ^ (~(read & 1) + 1));
}

Values::Token Values::learn(const std::string& word) {
    if (const auto known = tokens_.find(word); known != tokens_.end()) return known->second;
    if (words_.size() >= kTokensMax) return kNewWord;
    const auto token = static_cast<Token>(words_.size());
    words_.push_back(word);
    tokens_.emplace(word, token);
    return token;
}

std::string Values::text(unsigned field, std::string value, std::uint64_t hint) {
    if (failed_) return {};
    std::uint8_t& repeats = repeat_history_[field];
    const std::uint64_t repeat_contexts[] = {mix(21, field), mix(22, field, repeats),
                                             mix(23, field, mix_text(last_[field]))};
    const bool repeated = model_.bit(repeat_contexts, kMixRepeat, value == last_[field]);
    repeats = static_cast<std::uint8_t>(repeats << 1 | (repeated ? 1 : 0));
    if (repeated) return last_[field];

    Token before[3] = {0, 0, 0};
    std::string out;
    std::size_t at = 0;
    for (unsigned position = 0;; ++position) {
        std::string piece;
        Token wanted = kEnd;
        if (!reading() && at < value.size()) {
            const std::size_t end = token_end(value, at);
            piece = value.substr(at, end - at);
            at = end;
            if (piece[0] == '\0') {
                wanted = kNul;
            } else if (is_digit(piece[0])) {
                wanted = kDigitsFrom + static_cast<Token>(piece.size());
            } else {
                const auto known = tokens_.find(piece);
                wanted = known == tokens_.end() ? kNewWord : known->second;
            }
        }
        Token got = token(field, wanted, before, hint, position);
        if (got == kEnd) break;
        if (got == kNewWord) {
            piece = word(field, piece);
            got = learn(piece);
        } else if (got == kNul) {
            piece = std::string(1, '\0');
        } else if (got < kWordsFrom) {
            piece = digits(field, piece, got - kDigitsFrom, before);
        } else {
            piece = words_[got];
        }
        out += piece;
        if (failed_ || out.size() > kTextBytesMax || piece.empty()) {
            failed_ = true;
            return {};
        }
        before[2] = before[1];
        before[1] = before[0];
        before[0] = got;
    }
    last_[field] = out;
    return out;
}

Values::Token Values::token(unsigned field, Token value, const Token (&before)[3],
                            std::uint64_t hint, unsigned position) {
    const std::uint64_t start = mix(field, std::min(position, 1u));
    const std::uint64_t order1 = mix(31, start, before[0]);
    const std::uint64_t order2 = mix(32, start, before[0], before[1]);
    const std::uint64_t order3 = mix(33, mix(order2, before[2]), hint);

    // First: does the same follow as last time after these tokens?
    Guess& guess = guesses_[mix(34, order2, before[2], hint) % kGuesses];
    if (guess.token != 0) {
        const std::uint64_t contexts[] = {mix(35, order3), mix(36, field, guess.confidence),
                                          mix(37, guess.token, before[0]),
                                          mix(38, order2, guess.token)};
        if (model_.bit(contexts, kMixGuess + guess.confidence, value == guess.token)) {
            if (guess.confidence < kConfidenceMax) ++guess.confidence;
            return guess.token;
        }
    }
    const unsigned count = words_.size() < 4096 - 1 ? 3 : 4;
    const std::uint64_t contexts[] = {mix(39, start, std::min(position, 5u)), order1, order2,
                                      mix(40, before[0]), mix(42, field, hint, position)};
    const Token got = model_.nibbles(contexts, kMixFields + 2 * field, count, value);
    if (got == 0 || got >= words_.size()) {
        failed_ = true;
        return kEnd;
    }
    if (guess.token == 0 || guess.confidence == 0)
        guess = {got, 0};
    else
        guess.confidence = static_cast<std::uint8_t>(guess.confidence / 2);
    return got;
}

std::string Values::word(unsigned field, const std::string& value) {
    std::string out;
    std::uint64_t before = 0;  // the last bytes, the latest lowest
    for (std::size_t i = 0; i <= kWordBytesMax + 4; ++i) {
        const unsigned byte = i < value.size() ? static_cast<std::uint8_t>(value[i]) : 0;
        const std::uint64_t contexts[] = {
            mix(51, before & 0xFF), mix(52, before & 0xFFFF), mix(53, before & 0xFFFFFF),
            mix(54, before & 0xFFFFFFFF),
            mix(55, field, before & 0xFF, std::min<std::size_t>(i, 3))};
        const auto got = model_.nibbles(contexts, kMixWord, 2, byte);
        if (got == 0) return out;
        out.push_back(static_cast<char>(got));
        before = before << 8 | got;
    }
    failed_ = true;
    return {};
}

std::string Values::digits(unsigned field, const std::string& value, unsigned size,
                           const Token (&before)[3]) {
    std::string out;
    std::uint64_t all = 0;
    for (unsigned i = 0; i < size; ++i) {
        const std::uint64_t place = mix(mix(field, size, i), before[0]);
        const unsigned expected = expected_digit(out, size);
        const std::uint64_t contexts[] = {
            mix(61, place), mix(62, place, all % 10), mix(63, place, all % 100, before[1]),
            expected < 10 ? mix(64, size, expected) : mix(65, field, i), mix(66, place, expected)};
        const unsigned wanted = i < value.size() ? static_cast<unsigned>(value[i] - '0') : 0;
        const unsigned mixer = kMixDigit + (expected < 10 ? 16 : std::min(i, 15u));
        const unsigned got = model_.nibble(contexts, mixer, wanted);
        if (got > 9) {
            failed_ = true;
            return {};
        }
        out.push_back(static_cast<char>('0' + got));
        all = all * 10 + got;
    }
    return out;
}

}  // namespace spot::sync
