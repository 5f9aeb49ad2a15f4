#include "fieldkit/throw_away.h"

#include <cstdlib>
#include <string>
#include <utility>

namespace spot::fieldkit {

ThrowAwayFolder::ThrowAwayFolder(std::filesystem::path path) : path_(std::move(path)) {}

ThrowAwayFolder::ThrowAwayFolder(ThrowAwayFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ThrowAwayFolder::~ThrowAwayFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

core::Result<ThrowAwayFolder> ThrowAwayFolder::make() {
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error);
    std::string path = (parent / "fieldkit-XXXXXX").string();
    if (error || mkdtemp(path.data()) == nullptr)  // mode 0700
        return core::fail(core::Code::io, "no folder can be made in TMPDIR");
    return ThrowAwayFolder(path);
}

}  // namespace spot::fieldkit
