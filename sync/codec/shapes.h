#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "sync/codec/columns.h"

namespace spot::sync {

// What the coding of each kind of value takes. Anything else goes as JSON of any shape.

constexpr std::size_t kMembersMax = 512;  // of an object or a list
constexpr std::size_t kHexDigitsMax = 128;
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_count(const nlohmann::json& value);
// Is the value of the form that the coding of `as` expects?
bool conforms(As as, const nlohmann::json& value);

}  // namespace spot::sync
