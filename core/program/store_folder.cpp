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

// On disk when it returns: a mark that a power cut brings back would make a store unmade.
Result<> remove_mark(const fs::path& unfinished) {
    std::error_code error;
    fs::remove(unfinished, error);
    if (error) return fail(Code::io, unfinished.string() + ": " + error.message());
    return flush_folder(unfinished.parent_path());
}

}  // namespace

Result<> make_store(const fs::path& folder, const std::vector<std::string>& files,
                    const std::function<Result<>()>& work,
                    const std::function<Result<bool>()>& is_whole) {
    const fs::path unfinished = folder / kUnfinishedFile;
    const bool any = std::any_of(files.begin(), files.end(),
                                 [&](const std::string& file) { return is_there(folder / file); });
    const bool marked = is_there(unfinished);
    bool whole = any && !marked;
    if (any && marked && is_whole) {
        SPOT_ASSIGN(whole, is_whole());
        if (whole) SPOT_TRY(remove_mark(unfinished));
    }
    if (whole)
        return fail(Code::conflict,
                    "there is a store in " + folder.string() + " already; nothing was changed");
    if (marked) remove_files(folder, files);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return fail(Code::io, folder.string() + ": " + error.message());
    SPOT_TRY(write_private_file(unfinished, ""));
    auto made = work();
    if (!made) remove_files(folder, files);
    const auto ended = remove_mark(unfinished);
    return made ? ended : made;
}

bool store_is_made(const fs::path& folder, const std::vector<std::string>& files) {
    return !is_there(folder / kUnfinishedFile) &&
           std::all_of(files.begin(), files.end(),
                       [&](const std::string& file) { return is_there(folder / file); });
}

}  // namespace spot::core
