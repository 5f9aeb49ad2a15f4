#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/log.h"

namespace spot::core {

constexpr std::size_t kEventBytesMax = 1024 * 1024;  // one line
constexpr int kEventDepthMax = 16;                   // a line may not be nested deeper
constexpr std::size_t kReferenceBytesMax = 128;

// One line of what a person or a script hands in: an intent (schemas/intents/) with its kind and,
// where it makes a record, the caller's own reference to that.
struct Event {
    Kind kind = Kind::session_open;
    nlohmann::json body;  // without "kind"
};

// `invalid`, with the reason: not JSON, not UTF-8, nested too deep, a key twice, a null character
// in a text, no object, no or an unknown kind. The body's own rules are check_intent()'s.
Result<Event> parse_event(std::string_view line);

// Takes a reference out of the body: `invalid` if it lacks, is empty, no text or too long.
Result<std::string> take_reference(nlohmann::json& body, const char* key);

}  // namespace spot::core
