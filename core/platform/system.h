#pragma once

#include "core/clock.h"
#include "core/random.h"

namespace spot::core {

// The real rim: the only place that asks the system for chance and time.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

class SystemClock final : public Clock {
public:
    Instant now() override;
};

// No core dumps (they would hold keys and citizens' data), files readable by their owner only.
void harden_process();

}  // namespace spot::core
