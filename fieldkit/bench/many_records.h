#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/error.h"

namespace spot::fieldkit {

// Events of deployment after deployment of one station, until they make so many records.
core::Result<> write_records(const std::filesystem::path& file, const std::string& station,
                             std::uint64_t records);

}  // namespace spot::fieldkit
