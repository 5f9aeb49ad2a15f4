#pragma once

#include <cstddef>

#include "core/error.h"

namespace spot::core {

struct LedgerImpl;

// Makes records of entries that were received and finalized.
class Executor {
public:
    explicit Executor(LedgerImpl& impl) : impl_(impl) {}

    // Executes in order, at most `count` entries; returns how many. 0: nothing is left. An entry
    // whose change differs from the author's (`check`) is quarantined as "diverged"; one that makes
    // its record too large as "too_large". A log in which the store is damaged keeps no other
    // waiting: its error is returned when nothing else is left.
    Result<std::size_t> run(std::size_t count);

private:
    LedgerImpl& impl_;
};

}  // namespace spot::core
