#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/catalogue.h"
#include "core/error.h"
#include "core/log.h"

namespace spot::core {

enum class Party : std::uint8_t { station, hub };

// Checks an intent before it is executed, on every peer, the author included:
// - its form: JSON Schema (schemas/intents/<kind>.json), the catalogue's rules for every form
//   field, check digits, dates (years 1900–2100), sizes: `invalid`;
// - who may write which field ("x-written-by" next to the field, in the same files): `refused`.
// `author` is the party whose signed log holds it. Pure, any thread, under 40 µs for a request.
// The error names field and rule, never a value.
Result<> check_intent(Party author, Kind kind, const nlohmann::json& intent,
                      const Catalogue& catalogue);

}  // namespace spot::core
