#include "sync/codec/model.h"

#include <algorithm>

#include "core/error.h"

namespace spot::sync {
namespace {

// The logistic domain: ln(p / (1 - p)) in units of 1/256, cut at ±11.
constexpr int kDomain = 11 * 256;

constexpr double exponential(double x) {
    // Series of e^(x/1024), then squared ten times; exact enough for 16 bits, and evaluated by the
    // compiler only, so that no machine's mathematics library has a say in the format.
    const double y = x / 1024;
    double term = 1;
    double sum = 1;
    for (int i = 1; i < 12; ++i) {
        term *= y / i;
        sum += term;
    }
    for (int i = 0; i < 10; ++i) sum *= sum;
    return sum;
}

constexpr auto make_squash() {
    std::array<std::uint16_t, 2 * kDomain + 1> table{};
    for (int d = -kDomain; d <= kDomain; ++d) {
        const double p = 65536.0 / (1.0 + exponential(-d / 256.0));
        const int rounded = static_cast<int>(p + 0.5);
        table[static_cast<std::size_t>(d + kDomain)] =
            static_cast<std::uint16_t>(std::clamp(rounded, 1, 65535));
    }
    return table;
}
constexpr auto kSquash = make_squash();

constexpr auto make_stretch() {
    std::array<std::int16_t, 4096> table{};
    int d = -kDomain;
    for (int p = 0; p < 4096; ++p) {
        while (d < kDomain && kSquash[static_cast<std::size_t>(d + kDomain)] < p * 16 + 8) ++d;
        table[static_cast<std::size_t>(p)] = static_cast<std::int16_t>(d);
    }
    return table;
}
constexpr auto kStretch = make_stretch();

// A slot's step after n bits is 1/(n + 1.6): the running mean at first, then a slow average.
constexpr unsigned kCountMax = 400;
constexpr auto make_steps() {
    std::array<std::uint16_t, kCountMax + 1> table{};
    for (unsigned n = 0; n <= kCountMax; ++n)
        table[n] = static_cast<std::uint16_t>(655360 / (10 * n + 16));
    return table;
}
constexpr auto kSteps = make_steps();

constexpr std::uint32_t kHalf = 1u << 31;  // probability ½, count 0
constexpr std::int32_t kWeightOne = 1 << 16;
constexpr std::int32_t kRateFirst = 1000;  // of 65,536; falls to kRateLast
constexpr std::int32_t kRateLast = 250;

}  // namespace

Model::Model(unsigned slot_bits)
    : slots_(std::size_t{1} << slot_bits, kHalf),
      mask_((std::uint64_t{1} << slot_bits) - 1),
      mixers_(kMixers) {
    for (Mixer& mixer : mixers_) {
        mixer.weights.fill(kWeightOne * 3 / 10);
        mixer.rate = kRateFirst;
    }
}

bool Model::predicted(std::span<const std::uint32_t> slots, Mixer& mixer, bool value) {
    std::array<std::int32_t, kContextsMax> stretched;
    std::int64_t dot = 0;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        stretched[i] = kStretch[slots_[slots[i]] >> 20];
        dot += std::int64_t{mixer.weights[i]} * stretched[i];
    }
    const auto d = static_cast<int>(std::clamp<std::int64_t>(dot >> 16, -kDomain, kDomain));
    const std::uint32_t p = kSquash[static_cast<std::size_t>(d + kDomain)];
    value = coder_->code(value, p);

    const std::int32_t error = (value ? 65535 : 0) - static_cast<std::int32_t>(p);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        mixer.weights[i] += static_cast<std::int32_t>(
            (std::int64_t{error} * stretched[i] * mixer.rate + (1 << 23)) >> 24);
        std::uint32_t& slot = slots_[slots[i]];
        const std::uint32_t count = slot & 1023;
        const auto probability = static_cast<std::int64_t>(slot >> 10);
        const std::int64_t target = value ? (1 << 22) - 1 : 0;
        const std::int64_t moved = probability + (((target - probability) * kSteps[count]) >> 16);
        slot = static_cast<std::uint32_t>(moved) << 10 | std::min(count + 1, kCountMax);
    }
    if (mixer.rate > kRateLast) mixer.rate -= (mixer.rate - kRateLast + 63) >> 6;
    return value;
}

bool Model::bit(std::span<const std::uint64_t> contexts, unsigned mixer, bool value) {
    std::array<std::uint32_t, kContextsMax> slots;
    for (std::size_t i = 0; i < contexts.size(); ++i)
        slots[i] = static_cast<std::uint32_t>(mix(contexts[i], i) & mask_);
    return predicted(std::span(slots).first(contexts.size()), mixers_[mixer], value);
}

unsigned Model::nibble(std::span<const std::uint64_t> contexts, unsigned mixer, unsigned value) {
    // The 15 nodes of a nibble share one run of 16 slots: one cache line.
    std::array<std::uint32_t, kContextsMax> bases;
    for (std::size_t i = 0; i < contexts.size(); ++i)
        bases[i] =
            static_cast<std::uint32_t>(mix(contexts[i], 16 + i) & mask_ & ~std::uint64_t{15});
    unsigned node = 1;
    for (int shift = 3; shift >= 0; --shift) {
        std::array<std::uint32_t, kContextsMax> slots;
        for (std::size_t i = 0; i < contexts.size(); ++i) slots[i] = bases[i] + node;
        const bool bit = predicted(std::span(slots).first(contexts.size()), mixers_[mixer],
                                   (value >> shift & 1) != 0);
        node = node << 1 | (bit ? 1u : 0u);
    }
    return node & 15;
}

std::uint32_t Model::nibbles(std::span<const std::uint64_t> contexts, unsigned mixer,
                             unsigned count, std::uint32_t value) {
    std::array<std::uint64_t, kContextsMax> here;
    std::uint32_t done = 0;
    for (unsigned left = count; left-- > 0;) {
        for (std::size_t i = 0; i < contexts.size(); ++i) here[i] = mix(contexts[i], done, left);
        done = done << 4 | nibble(std::span(here).first(contexts.size()), mixer + (left > 0),
                                  value >> (4 * left) & 15);
    }
    return done;
}

std::uint64_t Model::raw(unsigned bits, std::uint64_t value) {
    std::uint64_t out = 0;
    for (unsigned i = bits; i-- > 0;)
        out = out << 1 | (coder_->code((value >> i & 1) != 0, 32768) ? 1u : 0u);
    return out;
}

}  // namespace spot::sync
