#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/document.h"
#include "core/error.h"
#include "core/log.h"

namespace spot::core {

// An intent is an event (see schemas/README.md) without its kind and its own reference, where
// references to other records are their ids: what is hashed, stored and sent.
// A receipt's intent also has its "series" and "number".

// Keys sorted, no spaces, UTF-8 as it is (which parsed JSON always is; anything else aborts).
std::string canonical(const nlohmann::json& value);

// The operations an intent makes on its record's document, in their one order; empty for a kind
// that is an immutable fact (receipt, complaint, assessment, feedback).
// The intent has passed check_intent(); "at" becomes opened_at, queued_at or closed_at.
std::vector<Operation> operations_of(Kind kind, const nlohmann::json& intent);

// Milliseconds since 1970 and minutes east of UTC of "2017-10-16T09:15:55.891+01:00" (RFC 3339;
// a fraction has 1 to 9 digits; "Z" is allowed).
// `invalid` for anything else, or a year outside 2000–2100.
struct Moment {
    std::int64_t ms = 0;
    int offset_minutes = 0;
};
Result<Moment> parse_moment(std::string_view text);

}  // namespace spot::core
