#pragma once

#include "core/clock.h"

namespace spot::station {

// Minutes east of UTC at this instant, by this computer's time zone.
int offset_of(core::Instant instant);

}  // namespace spot::station
