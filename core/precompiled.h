#pragma once

// What nearly every file includes, compiled once (cmake/precompile.cmake). Files still name what
// they use: this header is an advance, not a promise.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "core/json_parts.h"
