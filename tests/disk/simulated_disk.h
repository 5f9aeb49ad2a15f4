#pragma once

// A disk in memory, for whole paths such as "/van/station.db". It does what it is told without a
// power cut, an error or a full disk until one is asked for, and the same ones again from the same
// seed (but for the bytes that SQLCipher draws for itself).

#include "core/rim/disk.h"
#include "tests/disk/files.h"
#include "tests/disk/vfs.h"

namespace spot::disk {

// Outlives the stores on it. Any thread.
class SimulatedDisk final : public core::Disk {
public:
    SimulatedDisk();

    bool exists(const std::filesystem::path& file) override;
    core::Result<std::string> read(const std::filesystem::path& file,
                                   std::size_t bytes_max) override;
    core::Result<> replace(const std::filesystem::path& file, std::string_view content) override;
    core::Result<> create(const std::filesystem::path& file, std::string_view content) override;
    core::Result<> remove(const std::filesystem::path& file) override;
    core::Result<> make_folders(const std::filesystem::path& folder) override;
    core::Result<> flush_folder(const std::filesystem::path& folder) override;
    core::Result<std::function<core::Result<>()>> flusher(
        const std::filesystem::path& file) override;
    // This disk has one process.
    core::Result<core::FileLock> lock(const std::filesystem::path&, int) override {
        return core::FileLock();
    }
    core::Result<std::uint64_t> free_bytes(const std::filesystem::path& file) override;
    const char* sqlite_vfs() const override { return vfs_.name(); }

    // ── Faults. Each write, truncation, flush and change of a name is an operation; the next one
    // is the first after operations().

    std::uint64_t operations() const;
    std::string last_operation() const;  // for people
    // The power fails while this one is under way: it and all that is asked later are refused.
    void cut_power_at(std::uint64_t operation);
    bool is_off() const;
    // What is found after a power cut now. This disk goes on as it was.
    std::unique_ptr<SimulatedDisk> after_power_cut(Unflushed unflushed,
                                                   std::uint64_t seed = 0) const;
    // This one is refused and has done nothing.
    void fail_at(std::uint64_t operation);
    std::string refused_operation() const;  // for people; empty: it has not come yet
    // While true, flushing is refused, and what it would have flushed is still unflushed.
    void fail_flushes(bool fails);
    // Files can become so many bytes longer, together. Nothing: any number.
    void leave_room(std::optional<std::uint64_t> bytes);
    // Turns over a bit of the file.
    void damage(const std::filesystem::path& file, std::size_t offset);
    std::size_t size(const std::filesystem::path& file) const;  // 0: it is not there

private:
    core::Result<> write_as(const std::filesystem::path& file, std::string_view content,
                            bool replaces);

    std::shared_ptr<Files> files_ = std::make_shared<Files>();
    Vfs vfs_{files_};
};

}  // namespace spot::disk
