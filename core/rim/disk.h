#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/rim/file_lock.h"

namespace spot::core {

// The rim of the disk: what the programs do with files that a power cut may not take back, and the
// name under which SQLite finds the same disk. Any thread. Where nothing else is said an error is
// `io`, and names the file.
class Disk {
public:
    virtual ~Disk() = default;

    virtual bool exists(const std::filesystem::path& file) = 0;
    // `limit`: the file is larger than `bytes_max`.
    virtual Result<std::string> read(const std::filesystem::path& file, std::size_t bytes_max) = 0;
    // Writes a file that its owner alone can read. When it returns the file is durable under its
    // name; a power cut before leaves the earlier one, or none.
    virtual Result<> replace(const std::filesystem::path& file, std::string_view content) = 0;
    // The same, but never over another. `conflict`: something is there; nothing was changed.
    virtual Result<> create(const std::filesystem::path& file, std::string_view content) = 0;
    // A file that is not there is no error. May come back at a power cut until flush_folder().
    virtual Result<> remove(const std::filesystem::path& file) = 0;
    // Makes the folder and those above it that are missing; durable when it returns.
    virtual Result<> make_folders(const std::filesystem::path& folder) = 0;
    // Makes durable which files are in the folder, and under which names.
    virtual Result<> flush_folder(const std::filesystem::path& folder) = 0;
    // Returns what makes durable all that was written to the file before it is called, by any
    // process. It keeps the file open, whatever happens to its name, and may be called from any
    // thread, also after the caller's other connections to the file are closed.
    virtual Result<std::function<Result<>()>> flusher(const std::filesystem::path& file) = 0;
    // Makes the file where it lacks. `busy`: another process has held it for `wait_ms_max`.
    virtual Result<FileLock> lock(const std::filesystem::path& file, int wait_ms_max) = 0;
    // What unprivileged writers may still use of the file system that holds the file.
    virtual Result<std::uint64_t> free_bytes(const std::filesystem::path& file) = 0;
    // Null: the one that SQLite uses of itself. Valid as long as the disk.
    virtual const char* sqlite_vfs() const = 0;
};

// The real one (core/platform/disk.cpp). It holds nothing.
Disk& system_disk();

}  // namespace spot::core
