#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/error.h"

namespace spot::fieldkit {

// The floor under everything that has to be on disk: SQLite with WAL and synchronous FULL, no key,
// one table with one column of bytes.
class BareStore {
public:
    static core::Result<BareStore> open(const std::filesystem::path& file);
    BareStore(BareStore&&) noexcept;
    ~BareStore();

    // One transaction, on disk when it returns.
    core::Result<> insert(std::span<const std::string> rows);
    // Reads every row; returns their bytes.
    core::Result<std::uint64_t> read();

private:
    struct Inside;
    explicit BareStore(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::fieldkit
