#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "fieldkit/deployment.h"

namespace spot::fieldkit {

constexpr std::uintmax_t kEventsFileMax = 256 * 1024 * 1024;

// A deployment as a file of JSON Lines. Returns how many events it has.
core::Result<std::uint64_t> write_deployment(const DeploymentPlan& plan,
                                             const std::filesystem::path& file);

// All of a file of events. `limit`: it has more than kEventsFileMax bytes.
core::Result<std::string> read_events(const std::filesystem::path& file);

// Its first lines, at most `count`.
core::Result<std::vector<std::string>> read_lines(const std::filesystem::path& file,
                                                  std::size_t count);
core::Result<> write_lines(const std::filesystem::path& file, std::span<const std::string> lines);

// What zstd makes of it at level 19.
core::Result<std::uint64_t> zstd_size(std::string_view text);

}  // namespace spot::fieldkit
