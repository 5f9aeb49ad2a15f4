#include "van-station/cli/offset.h"

#include <ctime>

namespace spot::station {

int offset_of(core::Instant instant) {
    const std::time_t seconds = instant / 1000;
    std::tm local{};
    return ::localtime_r(&seconds, &local) ? static_cast<int>(local.tm_gmtoff / 60) : 0;
}

}  // namespace spot::station
