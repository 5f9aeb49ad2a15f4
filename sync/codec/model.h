#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "core/large_pages.h"
#include "sync/codec/bit_coder.h"

namespace spot::sync {

// Predicts bits from what stood in the same contexts before, and codes them. Each context keeps
// an adaptive probability; a gated logistic mixer weighs them. Integer arithmetic only, from
// tables fixed at compile time, so that every machine predicts the same.
// Source: Mahoney, "Data Compression Explained", sections 4.3.2 (indirect/direct context models)
// and 4.3.3 (logistic mixing).
class Model {
public:
    // `slot_bits`: the table has 2^slot_bits probabilities of 4 bytes.
    explicit Model(unsigned slot_bits);

    void attach(BitCoder* coder) { coder_ = coder; }
    BitCoder& coder() { return *coder_; }
    bool reading() const { return coder_->reading(); }

    static constexpr std::size_t kContextsMax = 7;
    static constexpr std::size_t kMixers = 1024;

    // `contexts`: hashes that say where we are. `mixer`: which set of weights, below kMixers.
    bool bit(std::span<const std::uint64_t> contexts, unsigned mixer, bool value);
    // `value` below 16.
    unsigned nibble(std::span<const std::uint64_t> contexts, unsigned mixer, unsigned value);
    // 1 to 4 nibbles, the highest first.
    std::uint32_t nibbles(std::span<const std::uint64_t> contexts, unsigned mixer, unsigned count,
                          std::uint32_t value);
    // Bits without a model, for what is random.
    std::uint64_t raw(unsigned bits, std::uint64_t value);

private:
    struct Mixer {
        std::array<std::int32_t, kContextsMax> weights;
        std::int32_t rate;
    };
    bool predicted(std::span<const std::uint32_t> slots, Mixer& mixer, bool value);

    // 22 bits of probability, 10 of count.
    std::vector<std::uint32_t, core::LargePages<std::uint32_t>> slots_;
    std::uint64_t mask_;
    std::vector<Mixer> mixers_;
    BitCoder* coder_ = nullptr;
};

constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    std::uint64_t x = (a + 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u ^ (b + 0x632BE59BD9B4E019u);
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    return x ^ x >> 29;
}
template <class... More>
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b, More... more) {
    return mix(mix(a, b), static_cast<std::uint64_t>(more)...);
}
constexpr std::uint64_t mix_text(std::string_view text) {
    std::uint64_t x = text.size();
    for (const char c : text) x = mix(x, static_cast<std::uint8_t>(c));
    return x;
}

}  // namespace spot::sync
