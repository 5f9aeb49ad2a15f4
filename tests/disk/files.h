#pragma once

// What a disk holds, and what of it is left when the power fails. Knows nothing of SQLite.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "tests/support/chance.h"

namespace spot::disk {

// What a power cut leaves of what was not flushed.
enum class Unflushed {
    lost,   // nothing
    drawn,  // each sector and each change of a name by itself: kept, lost or torn
    kept,   // all of it, as when a process is killed
};

// The content of a file, or a folder (without one).
class File {
public:
    explicit File(bool is_folder) : is_folder_(is_folder) {}

    bool is_folder() const { return is_folder_; }
    const core::Bytes& now() const { return now_; }
    void write(std::size_t offset, core::View bytes);
    void truncate(std::size_t length);
    void flush();
    core::Bytes after_power_cut(Unflushed unflushed, tests::SeededRandom& random) const;
    // Turns over a bit of what is there, flushed or not.
    void damage(std::size_t offset);

    // ── What SQLite's connections to it have in common; gone when the power is.
    struct Locks {
        int readers = 0;
        const void* writer = nullptr;  // the one that has more than a reader's
        int writer_level = 0;
    } locks;
    struct Shared {
        static constexpr std::size_t kSlots = 8;
        std::vector<std::unique_ptr<std::uint8_t[]>> regions;
        std::array<int, kSlots> slots{};  // how many share it; -1: one has it alone
        int connections = 0;
    } shared;

private:
    struct Change {
        std::size_t offset = 0;
        core::Bytes bytes;
        std::size_t length = 0;  // of the file after it
    };
    static void apply(const Change& change, std::size_t bytes_max, core::Bytes& to);
    core::Bytes draw_sectors(tests::SeededRandom& random) const;

    bool is_folder_;
    core::Bytes now_;
    core::Bytes flushed_;
    std::vector<Change> since_;  // the changes that make `now_` of `flushed_`
};

// Files under their names, whole paths. "/" is there. All under one mutex; none of it locks.
class Files {
public:
    Files();

    mutable std::mutex mutex;

    // ── Faults, by number of operation. The first operation is 1; each write, truncation, flush
    // and change of a name is one.
    std::uint64_t operations = 0;
    std::uint64_t power_fails_at = 0;  // that operation is under way then
    std::uint64_t error_at = 0;        // that operation does nothing
    bool flushes_fail = false;
    std::optional<std::uint64_t> room;  // in bytes; nothing: without end
    bool is_off = false;                // whatever is asked from now on is refused
    std::string last;                   // operation, for people
    std::string refused;                // by `error_at`

    // ── Each returns whether it was done. An error is `failed`, whatever the reason.
    enum class Done { done, failed, full };
    Done write(const std::shared_ptr<File>& file, std::size_t offset, core::View bytes);
    Done truncate(const std::shared_ptr<File>& file, std::size_t length);
    Done flush(const std::shared_ptr<File>& file);
    Done flush_folder(const std::string& folder);
    Done add(const std::string& name, std::shared_ptr<File> file);
    Done remove(const std::string& name);
    Done rename(const std::string& from, const std::string& to);

    std::shared_ptr<File> find(const std::string& name) const;  // null: not there
    std::string name_of(const std::shared_ptr<File>& file) const;

    // Makes `to`, which is new, what is found when the power is back.
    void after_power_cut(Unflushed unflushed, tests::SeededRandom& random, Files& to) const;

private:
    using Names = std::map<std::string, std::shared_ptr<File>>;
    struct Change {
        std::string name;
        std::shared_ptr<File> file;  // null: the name goes
        std::string from;            // not empty: this one goes at the same time
    };
    enum class Fate { done, failed, under_way };
    Fate next(const char* what, const std::string& name);
    static void apply(const Change& change, Names& to);
    Done change(const char* what, Change change);

    Names names_;
    Names flushed_;
    std::vector<Change> since_;
};

std::string folder_of(const std::string& name);

}  // namespace spot::disk
