#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace spot::fieldkit {

// Chance from a seed, the same on every machine and standard library: xoshiro256**, seeded by
// splitmix64 over the text's FNV-1a. Not for keys. Nothing here uses floating point.
class Draw {
public:
    explicit Draw(std::string_view seed);

    std::uint64_t bits();
    std::uint64_t below(std::uint64_t n);                       // 0 … n-1; REQUIRES n > 0
    std::int64_t between(std::int64_t low, std::int64_t high);  // both included
    // Small numbers come more often, about as 1/k: how names and services are spread.
    std::uint64_t skewed(std::uint64_t n) { return below(below(n) + 1); }
    bool chance(int permille) { return below(1000) < static_cast<std::uint64_t>(permille); }

    std::string_view pick(std::span<const std::string_view> from) {
        return from[below(from.size())];
    }
    std::string_view pick_skewed(std::span<const std::string_view> from) {
        return from[skewed(from.size())];
    }

private:
    std::uint64_t state_[4];
};

}  // namespace spot::fieldkit
