#pragma once

#include <filesystem>

#include "core/error.h"

namespace spot::fieldkit {

// A folder in TMPDIR that only its owner may read; it goes, with all in it, when this goes.
class ThrowAwayFolder {
public:
    static core::Result<ThrowAwayFolder> make();
    ThrowAwayFolder(ThrowAwayFolder&& other) noexcept;
    ThrowAwayFolder& operator=(ThrowAwayFolder&&) = delete;
    ~ThrowAwayFolder();

    const std::filesystem::path& path() const { return path_; }

private:
    explicit ThrowAwayFolder(std::filesystem::path path);
    std::filesystem::path path_;  // empty: moved from
};

}  // namespace spot::fieldkit
