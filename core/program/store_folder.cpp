#include <algorithm>
#include <system_error>

#include "core/program.h"

namespace spot::core {
namespace {

namespace fs = std::filesystem;

// Stands from before the first file is made until after the last is whole.
constexpr char kUnfinishedFile[] = "init.unfinished";

bool is_there(const fs::path& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
}

// With what SQLite puts beside a store.
void remove_files(const fs::path& folder, const std::vector<std::string>& files) {
    std::error_code ignored;
    for (const std::string& file : files)
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            fs::remove(folder / (file + suffix), ignored);
}

}  // namespace

Result<> make_store(const fs::path& folder, const std::vector<std::string>& files,
                    const std::function<Result<>()>& work) {
    const fs::path unfinished = folder / kUnfinishedFile;
    if (is_there(unfinished))
        remove_files(folder, files);
    else if (std::any_of(files.begin(), files.end(),
                         [&](const std::string& file) { return is_there(folder / file); }))
        return fail(Code::conflict,
                    "there is a store in " + folder.string() + " already; nothing was changed");
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return fail(Code::io, folder.string() + ": " + error.message());
    SPOT_TRY(write_private_file(unfinished, ""));
    auto made = work();
    if (!made) remove_files(folder, files);
    fs::remove(unfinished, error);
    if (made && error) return fail(Code::io, unfinished.string() + ": " + error.message());
    return made;
}

bool store_is_made(const fs::path& folder, const std::vector<std::string>& files) {
    return !is_there(folder / kUnfinishedFile) &&
           std::all_of(files.begin(), files.end(),
                       [&](const std::string& file) { return is_there(folder / file); });
}

}  // namespace spot::core
