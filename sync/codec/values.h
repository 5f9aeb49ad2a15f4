#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sync/codec/model.h"

namespace spot::sync {

// Codes the values that entries are made of. Every method writes `value`, or reads and returns
// it: one text for both directions. `field` names the column a value stands in (below
// kFieldsMax); `hint` is a hash of what may foretell it, or 0.
class Values {
public:
    static constexpr unsigned kFieldsMax = 256;
    static constexpr std::size_t kTextBytesMax = 64 * 1024;

    explicit Values(unsigned slot_bits);

    void attach(BitCoder* coder) { model_.attach(coder); }
    bool reading() const { return model_.reading(); }
    // Set by reading something that no writer writes. From then on values are empty.
    bool failed() const { return failed_; }

    bool flag(unsigned field, bool value, std::uint64_t hint = 0);
    std::uint64_t number(unsigned field, std::uint64_t value, std::uint64_t hint = 0);
    std::int64_t signed_number(unsigned field, std::int64_t value, std::uint64_t hint = 0);
    unsigned symbol(unsigned field, unsigned value, std::uint64_t hint = 0);  // below 256
    std::uint64_t random_bits(unsigned bits, std::uint64_t value) {
        return model_.raw(bits, value);
    }
    std::string text(unsigned field, std::string value, std::uint64_t hint = 0);

private:
    using Token = std::uint32_t;
    struct Guess {
        Token token = 0;
        std::uint8_t confidence = 0;
    };

    Token token(unsigned field, Token value, const Token (&before)[3], std::uint64_t hint,
                unsigned position);
    std::string word(unsigned field, const std::string& value);
    std::string digits(unsigned field, const std::string& value, unsigned size,
                       const Token (&before)[3]);
    Token learn(const std::string& word);

    Model model_;
    std::vector<std::string> words_;
    std::unordered_map<std::string, Token> tokens_;
    std::vector<Guess> guesses_;
    std::vector<std::string> last_;
    std::vector<std::uint8_t> flag_history_;
    std::vector<std::uint8_t> repeat_history_;
    bool failed_ = false;
};

}  // namespace spot::sync
