#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/error.h"

namespace spot::support {

// An empty folder of the test's own; gone with all that is in it at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "spot-XXXXXX").string();
        SPOT_CHECK(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

    // Do the bytes of any file in it hold this text?
    bool any_file_holds(std::string_view text) const {
        for (const auto& file : std::filesystem::recursive_directory_iterator(path_)) {
            if (!file.is_regular_file()) continue;
            std::ifstream in(file.path(), std::ios::binary);
            const std::string all{std::istreambuf_iterator<char>(in), {}};
            if (all.find(text) != std::string::npos) return true;
        }
        return false;
    }

private:
    std::filesystem::path path_;
};

}  // namespace spot::support
