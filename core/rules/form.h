#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/error.h"
#include "core/log.h"
#include "core/rules.h"

namespace spot::core {

// Whether an intent has the form that schemas/intents/<kind>.json gives it, and `author` may
// write every field in it. Afterwards its members may be read without looking at their types.
// Any thread; the schemas are read at the first call.
Result<> check_form(Party author, Kind kind, const nlohmann::json& intent);

}  // namespace spot::core
