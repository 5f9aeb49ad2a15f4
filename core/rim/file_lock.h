#pragma once

#include <filesystem>

#include "core/error.h"

namespace spot::core {

// Held until it goes, or the process ends, however it ends.
class FileLock {
public:
    FileLock() = default;  // holds nothing
    // `busy`: another process has held it for `wait_ms_max`.
    static Result<FileLock> take(const std::filesystem::path& file, int wait_ms_max);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace spot::core
