#pragma once

#include <cstdint>
#include <span>

namespace spot::core {

// The rim of chance. The real one asks the system; tests give one from a seed.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

}  // namespace spot::core
