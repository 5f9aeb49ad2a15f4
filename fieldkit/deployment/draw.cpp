#include "fieldkit/deployment/draw.h"

#include <bit>

#include "core/error.h"

namespace spot::fieldkit {

Draw::Draw(std::string_view seed) {
    std::uint64_t mixed = 0xcbf29ce484222325;
    for (const char c : seed) mixed = (mixed ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    for (auto& word : state_) {
        mixed += 0x9e3779b97f4a7c15;
        std::uint64_t z = mixed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        word = z ^ (z >> 31);
    }
}

std::uint64_t Draw::bits() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::uint64_t Draw::below(std::uint64_t n) {
    SPOT_CHECK(n > 0);
    return bits() % n;  // the bias is under 2^-40 for every n used here
}

std::int64_t Draw::between(std::int64_t low, std::int64_t high) {
    SPOT_CHECK(low <= high);
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
}

}  // namespace spot::fieldkit
