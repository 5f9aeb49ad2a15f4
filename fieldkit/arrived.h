#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/error.h"

namespace spot::fieldkit {

// What a file of exported records holds.
struct Arrived {
    std::map<std::string, std::uint64_t> records;  // by record name
    std::uint64_t conflicts = 0;                   // records with two values for one field
    std::uint64_t receipts = 0;
    // Are the numbers of every series 1, 2, 3, …, each once?
    bool receipts_gapless = true;
};

// `corrupt`: a line of it is no record.
core::Result<Arrived> read_export(const std::filesystem::path& file);

// `io`: one of them can't be read.
core::Result<bool> same_bytes(const std::filesystem::path& left,
                              const std::filesystem::path& right);

}  // namespace spot::fieldkit
