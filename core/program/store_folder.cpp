#include <algorithm>

#include "core/program.h"

namespace spot::core {
namespace {

namespace fs = std::filesystem;

// Stands from before the first file is made until after the last is whole.
constexpr char kUnfinishedFile[] = "init.unfinished";

// Removes the files, and those that SQLite puts beside a store. The newest goes first, and is gone
// from the disk before the next: a power cut leaves what an init that was broken off earlier
// leaves.
Result<> remove_files(Disk& disk, const fs::path& folder, const std::vector<std::string>& files) {
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            SPOT_TRY(disk.remove(folder / (*file + suffix)));
        SPOT_TRY(disk.flush_folder(folder));
    }
    return {};
}

// On disk when it returns: a mark that a power cut brings back would make a store unmade.
Result<> remove_mark(Disk& disk, const fs::path& folder) {
    SPOT_TRY(disk.remove(folder / kUnfinishedFile));
    return disk.flush_folder(folder);
}

}  // namespace

Result<> make_store(const fs::path& folder, const std::vector<std::string>& files,
                    const std::function<Result<>()>& work,
                    const std::function<Result<bool>()>& is_whole, Disk& disk) {
    const bool any = std::any_of(files.begin(), files.end(), [&](const std::string& file) {
        return disk.exists(folder / file);
    });
    const bool marked = disk.exists(folder / kUnfinishedFile);
    bool whole = any && !marked;
    if (any && marked && is_whole) {
        SPOT_ASSIGN(whole, is_whole());
        if (whole) SPOT_TRY(remove_mark(disk, folder));
    }
    if (whole)
        return fail(Code::conflict,
                    "there is a store in " + folder.string() + " already; nothing was changed");
    if (marked) SPOT_TRY(remove_files(disk, folder, files));
    SPOT_TRY(disk.make_folders(folder));
    SPOT_TRY(disk.replace(folder / kUnfinishedFile, ""));
    auto made = work();
    if (!made) (void)remove_files(disk, folder, files);
    const auto ended = remove_mark(disk, folder);
    return made ? ended : made;
}

bool store_is_made(const fs::path& folder, const std::vector<std::string>& files, Disk& disk) {
    return !disk.exists(folder / kUnfinishedFile) &&
           std::all_of(files.begin(), files.end(),
                       [&](const std::string& file) { return disk.exists(folder / file); });
}

}  // namespace spot::core
