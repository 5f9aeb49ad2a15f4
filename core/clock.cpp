#include "core/clock.h"

#include <cstdio>
#include <ctime>

namespace spot::core {

std::string utc_text(Instant instant) {
    Instant ms = instant % 1000;
    if (ms < 0) ms += 1000;
    const std::time_t seconds = static_cast<std::time_t>((instant - ms) / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char date[32];
    if (std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts) == 0) return {};
    char out[48];
    std::snprintf(out, sizeof out, "%s.%03dZ", date, static_cast<int>(ms));
    return out;
}

}  // namespace spot::core
