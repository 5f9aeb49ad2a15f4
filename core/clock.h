#pragma once

#include <cstdint>
#include <string>

namespace spot::core {

// Milliseconds since 1970-01-01 UTC.
using Instant = std::int64_t;

std::string utc_text(Instant instant);  // "2017-10-16T09:15:55.891Z"

// The rim of time.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() = 0;
};

}  // namespace spot::core
