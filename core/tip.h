#pragma once

#include <cstdint>

#include "core/crypto.h"

namespace spot::core {

// The end of a log as one party has it: the last entry's number and hash.
struct Tip {
    std::uint64_t seq = 0;  // 0: empty
    Hash hash{};            // of entry `seq`; zeros when empty
    bool operator==(const Tip&) const = default;
};

}  // namespace spot::core
