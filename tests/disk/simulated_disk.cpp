#include "tests/disk/simulated_disk.h"

namespace spot::disk {
namespace {

namespace fs = std::filesystem;
using core::Code;
using core::fail;
using core::Result;
using Done = Files::Done;

core::Failure refused(const fs::path& file) {
    return fail(Code::io, file.string() + ": the simulated disk refuses");
}

std::string name_of(const fs::path& file) {
    SPOT_CHECK(file.is_absolute());
    return file.lexically_normal().string();
}

}  // namespace

SimulatedDisk::SimulatedDisk() = default;

bool SimulatedDisk::exists(const fs::path& file) {
    const std::lock_guard lock(files_->mutex);
    return !files_->is_off && files_->find(name_of(file));
}

Result<std::string> SimulatedDisk::read(const fs::path& file, std::size_t bytes_max) {
    const std::lock_guard lock(files_->mutex);
    const auto found = files_->find(name_of(file));
    if (files_->is_off || !found || found->is_folder()) return refused(file);
    if (found->now().size() > bytes_max) return fail(Code::limit, file.string() + " is too large");
    return std::string(core::text(found->now()));
}

Result<> SimulatedDisk::replace(const fs::path& file, std::string_view content) {
    return write_as(file, content, true);
}
Result<> SimulatedDisk::create(const fs::path& file, std::string_view content) {
    return write_as(file, content, false);
}

// The steps of the real one.
Result<> SimulatedDisk::write_as(const fs::path& file, std::string_view content, bool replaces) {
    const std::lock_guard lock(files_->mutex);
    const std::string name = name_of(file);
    const std::string part = name + ".part";
    const auto out = std::make_shared<File>(false);
    if (files_->add(part, out) != Done::done) return refused(file);
    const auto given_up = [&]() -> Result<> {
        (void)files_->remove(part);
        return refused(file);
    };
    if (files_->write(out, 0, core::view(content)) != Done::done ||
        files_->flush(out) != Done::done)
        return given_up();
    if (!replaces && files_->find(name)) {
        (void)files_->remove(part);
        return fail(Code::conflict, name + " is there already; nothing was changed");
    }
    if (files_->rename(part, name) != Done::done) return given_up();
    if (files_->flush_folder(folder_of(name)) != Done::done) return refused(file);
    return {};
}

Result<> SimulatedDisk::remove(const fs::path& file) {
    const std::lock_guard lock(files_->mutex);
    const std::string name = name_of(file);
    if (!files_->is_off && !files_->find(name)) return {};
    if (files_->remove(name) != Done::done) return refused(file);
    return {};
}

Result<> SimulatedDisk::make_folders(const fs::path& folder) {
    const std::lock_guard lock(files_->mutex);
    std::vector<std::string> missing;
    for (std::string at = name_of(folder); !files_->find(at); at = folder_of(at))
        missing.push_back(at);
    for (auto one = missing.rbegin(); one != missing.rend(); ++one)
        if (files_->add(*one, std::make_shared<File>(true)) != Done::done) return refused(folder);
    for (const std::string& one : missing)
        if (files_->flush_folder(folder_of(one)) != Done::done) return refused(folder);
    return {};
}

Result<> SimulatedDisk::flush_folder(const fs::path& folder) {
    const std::lock_guard lock(files_->mutex);
    const auto found = files_->find(name_of(folder));
    if (!found || !found->is_folder() || files_->flush_folder(name_of(folder)) != Done::done)
        return refused(folder);
    return {};
}

Result<std::function<Result<>()>> SimulatedDisk::flusher(const fs::path& file) {
    const std::lock_guard lock(files_->mutex);
    const auto found = files_->find(name_of(file));
    if (files_->is_off || !found) return refused(file);
    return [files = files_, found, file]() -> Result<> {
        const std::lock_guard flushing(files->mutex);
        if (files->flush(found) != Done::done) return refused(file);
        return {};
    };
}

Result<std::uint64_t> SimulatedDisk::free_bytes(const fs::path& file) {
    const std::lock_guard lock(files_->mutex);
    if (files_->is_off || !files_->find(name_of(file))) return refused(file);
    return files_->room.value_or(std::uint64_t{1} << 40);
}

std::uint64_t SimulatedDisk::operations() const {
    const std::lock_guard lock(files_->mutex);
    return files_->operations;
}
std::string SimulatedDisk::last_operation() const {
    const std::lock_guard lock(files_->mutex);
    return files_->last;
}
void SimulatedDisk::cut_power_at(std::uint64_t operation) {
    const std::lock_guard lock(files_->mutex);
    files_->power_fails_at = operation;
}
std::string SimulatedDisk::refused_operation() const {
    const std::lock_guard lock(files_->mutex);
    return files_->refused;
}
bool SimulatedDisk::is_off() const {
    const std::lock_guard lock(files_->mutex);
    return files_->is_off;
}
void SimulatedDisk::fail_at(std::uint64_t operation) {
    const std::lock_guard lock(files_->mutex);
    files_->error_at = operation;
}
void SimulatedDisk::fail_flushes(bool fails) {
    const std::lock_guard lock(files_->mutex);
    files_->flushes_fail = fails;
}
void SimulatedDisk::leave_room(std::optional<std::uint64_t> bytes) {
    const std::lock_guard lock(files_->mutex);
    files_->room = bytes;
}
void SimulatedDisk::damage(const fs::path& file, std::size_t offset) {
    const std::lock_guard lock(files_->mutex);
    files_->find(name_of(file))->damage(offset);
}
std::size_t SimulatedDisk::size(const fs::path& file) const {
    const std::lock_guard lock(files_->mutex);
    const auto found = files_->find(name_of(file));
    return found ? found->now().size() : 0;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_power_cut(Unflushed unflushed,
                                                              std::uint64_t seed) const {
    auto out = std::make_unique<SimulatedDisk>();
    tests::SeededRandom random(seed);
    const std::lock_guard lock(files_->mutex);
    files_->after_power_cut(unflushed, random, *out->files_);
    return out;
}

}  // namespace spot::disk
