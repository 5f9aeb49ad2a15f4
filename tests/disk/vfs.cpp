#include "tests/disk/vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <new>

#include "core/error.h"

namespace spot::disk {
namespace {

// One open file. SQLite gives the memory, and knows the first member alone.
struct Handle {
    sqlite3_file base{};
    Files* files = nullptr;
    std::shared_ptr<File> file;
    std::string name;             // empty: a temporary one
    bool removes = false;         // when it is closed
    bool flushes_folder = false;  // with its first flush, as SQLite's own does for new logs
    int level = SQLITE_LOCK_NONE;
    bool is_mapped = false;
    unsigned shares = 0;  // bits of slots
    unsigned owns = 0;
};

Handle& handle(sqlite3_file* file) {
    return *reinterpret_cast<Handle*>(file);
}

int code(Files::Done done, int failed) {
    if (done == Files::Done::done) return SQLITE_OK;
    return done == Files::Done::full ? SQLITE_FULL : failed;
}

int unlock(sqlite3_file* file, int level);
int unmap(sqlite3_file* file, int removes);

int close(sqlite3_file* file) {
    Handle& h = handle(file);
    (void)unmap(file, 0);
    (void)unlock(file, SQLITE_LOCK_NONE);
    if (h.removes) {
        const std::lock_guard lock(h.files->mutex);
        (void)h.files->remove(h.name);
    }
    h.~Handle();
    return SQLITE_OK;
}

int read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
    Handle& h = handle(file);
    const std::lock_guard lock(h.files->mutex);
    if (h.files->is_off) return SQLITE_IOERR_READ;
    const core::Bytes& all = h.file->now();
    const auto begin = std::min(static_cast<std::size_t>(offset), all.size());
    const auto wanted = static_cast<std::size_t>(size);
    const auto there = std::min(wanted, all.size() - begin);
    const core::View found = core::View(all).subspan(begin, there);
    auto* const out = static_cast<std::uint8_t*>(into);
    std::fill_n(std::copy(found.begin(), found.end(), out), wanted - there, std::uint8_t{0});
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    Handle& h = handle(file);
    const std::lock_guard lock(h.files->mutex);
    return code(
        h.files->write(h.file, static_cast<std::size_t>(offset),
                       {static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size)}),
        SQLITE_IOERR_WRITE);
}

int truncate(sqlite3_file* file, sqlite3_int64 length) {
    Handle& h = handle(file);
    const std::lock_guard lock(h.files->mutex);
    return code(h.files->truncate(h.file, static_cast<std::size_t>(length)), SQLITE_IOERR_TRUNCATE);
}

int sync(sqlite3_file* file, int) {
    Handle& h = handle(file);
    const std::lock_guard lock(h.files->mutex);
    const auto done = h.files->flush(h.file);
    if (done == Files::Done::done && h.flushes_folder) {
        (void)h.files->flush_folder(folder_of(h.name));  // SQLite does not look at it either
        h.flushes_folder = false;
    }
    return code(done, SQLITE_IOERR_FSYNC);
}

int size_of(sqlite3_file* file, sqlite3_int64* size) {
    Handle& h = handle(file);
    const std::lock_guard lock(h.files->mutex);
    if (h.files->is_off) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(h.file->now().size());
    return SQLITE_OK;
}

// SHARED is any number of readers; the levels above belong to one, and PENDING keeps new readers
// out.
int lock(sqlite3_file* file, int level) {
    Handle& h = handle(file);
    const std::lock_guard guard(h.files->mutex);
    File::Locks& locks = h.file->locks;
    if (h.level >= level) return SQLITE_OK;
    const bool is_other = locks.writer && locks.writer != &h;
    if (level == SQLITE_LOCK_SHARED) {
        if (is_other && locks.writer_level >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
        ++locks.readers;
        h.level = level;
        return SQLITE_OK;
    }
    if (is_other) return SQLITE_BUSY;
    locks.writer = &h;
    const bool waits = level == SQLITE_LOCK_EXCLUSIVE && locks.readers > 1;
    h.level = locks.writer_level = waits ? SQLITE_LOCK_PENDING : level;
    return waits ? SQLITE_BUSY : SQLITE_OK;
}

int unlock(sqlite3_file* file, int level) {
    Handle& h = handle(file);
    const std::lock_guard guard(h.files->mutex);
    File::Locks& locks = h.file->locks;
    if (h.level <= level) return SQLITE_OK;
    if (locks.writer == &h) locks = {locks.readers, nullptr, 0};
    if (level == SQLITE_LOCK_NONE) --locks.readers;
    h.level = level;
    return SQLITE_OK;
}

int is_reserved(sqlite3_file* file, int* out) {
    Handle& h = handle(file);
    const std::lock_guard guard(h.files->mutex);
    *out = h.file->locks.writer != nullptr;
    return SQLITE_OK;
}

int control(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
    return 4096;
}
// As SQLite's own for Linux: what lies beside the bytes that are written stays as it is.
int characteristics(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

// ── The WAL's index. It is never on disk.

int map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
    Handle& h = handle(file);
    const std::lock_guard guard(h.files->mutex);
    File::Shared& shared = h.file->shared;
    if (!h.is_mapped) ++shared.connections;
    h.is_mapped = true;
    const auto number = static_cast<std::size_t>(region);
    *out = nullptr;
    if (number >= shared.regions.size() && !extend) return SQLITE_OK;
    while (number >= shared.regions.size())
        shared.regions.push_back(std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(size)));
    *out = shared.regions[number].get();
    return SQLITE_OK;
}

int lock_slots(sqlite3_file* file, int first, int count, int flags) {
    Handle& h = handle(file);
    const std::lock_guard guard(h.files->mutex);
    auto& slots = h.file->shared.slots;
    for (int i = first; i < first + count; ++i) {
        const int held = slots[static_cast<std::size_t>(i)];
        const unsigned bit = 1U << i;
        if (flags & SQLITE_SHM_UNLOCK || (h.shares | h.owns) & bit) continue;
        if (flags & SQLITE_SHM_SHARED ? held < 0 : held != 0) return SQLITE_BUSY;
    }
    for (int i = first; i < first + count; ++i) {
        int& held = slots[static_cast<std::size_t>(i)];
        const unsigned bit = 1U << i;
        if (flags & SQLITE_SHM_UNLOCK) {
            if (h.owns & bit) held = 0;
            if (h.shares & bit) --held;
            h.owns &= ~bit;
            h.shares &= ~bit;
        } else if ((h.shares | h.owns) & bit) {
            continue;
        } else if (flags & SQLITE_SHM_SHARED) {
            ++held;
            h.shares |= bit;
        } else {
            held = -1;
            h.owns |= bit;
        }
    }
    return SQLITE_OK;
}

void barrier(sqlite3_file*) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

int unmap(sqlite3_file* file, int) {
    Handle& h = handle(file);
    if (!h.is_mapped) return SQLITE_OK;
    (void)lock_slots(file, 0, int{File::Shared::kSlots}, SQLITE_SHM_UNLOCK);
    const std::lock_guard guard(h.files->mutex);
    h.is_mapped = false;
    if (--h.file->shared.connections == 0) h.file->shared = {};
    return SQLITE_OK;
}

const sqlite3_io_methods kMethods{
    2,      close,       read,    write,       truncate,        sync, size_of,    lock,
    unlock, is_reserved, control, sector_size, characteristics, map,  lock_slots, barrier,
    unmap,  nullptr,     nullptr};

// ── The VFS.

Files& files_of(sqlite3_vfs* vfs) {
    return *static_cast<Files*>(vfs->pAppData);
}

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
    out->pMethods = nullptr;
    Files& files = files_of(vfs);
    const std::lock_guard lock(files.mutex);
    if (files.is_off) return SQLITE_CANTOPEN;
    auto file = name ? files.find(name) : std::make_shared<File>(false);
    if (!file) {
        if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
        file = std::make_shared<File>(false);
        if (files.add(name, file) != Files::Done::done) return SQLITE_CANTOPEN;
    }
    if (file->is_folder()) return SQLITE_CANTOPEN;
    auto* h = new (out) Handle;
    h->files = &files;
    h->file = std::move(file);
    if (name) h->name = name;
    h->removes = name && flags & SQLITE_OPEN_DELETEONCLOSE;
    h->flushes_folder =
        flags & SQLITE_OPEN_CREATE &&
        flags & (SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL);
    h->base.pMethods = &kMethods;
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int flushes_folder) {
    Files& files = files_of(vfs);
    const std::lock_guard lock(files.mutex);
    if (!files.is_off && !files.find(name)) return SQLITE_IOERR_DELETE_NOENT;
    if (files.remove(name) != Files::Done::done) return SQLITE_IOERR_DELETE;
    if (flushes_folder && files.flush_folder(folder_of(name)) != Files::Done::done)
        return SQLITE_IOERR_DIR_FSYNC;
    return SQLITE_OK;
}

int access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    Files& files = files_of(vfs);
    const std::lock_guard lock(files.mutex);
    if (files.is_off) return SQLITE_IOERR_ACCESS;
    const auto file = files.find(name);
    // An empty file is none, as for SQLite's own.
    *out = file && (flags != SQLITE_ACCESS_EXISTS || !file->now().empty());
    return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

}  // namespace

// Chance, time and pauses are those of SQLite's own.
Vfs::Vfs(std::shared_ptr<Files> files)
    : files_(std::move(files)), vfs_(std::make_unique<sqlite3_vfs>()) {
    static std::atomic<int> count = 0;
    name_ = "simulated-" + std::to_string(++count);
    SPOT_CHECK(sqlite3_initialize() == SQLITE_OK);
    *vfs_ = *sqlite3_vfs_find(nullptr);
    vfs_->szOsFile = sizeof(Handle);
    vfs_->pNext = nullptr;
    vfs_->zName = name_.c_str();
    vfs_->pAppData = files_.get();
    vfs_->xOpen = open;
    vfs_->xDelete = remove;
    vfs_->xAccess = access;
    vfs_->xFullPathname = full_name;
    SPOT_CHECK(sqlite3_vfs_register(vfs_.get(), 0) == SQLITE_OK);
}

Vfs::~Vfs() {
    sqlite3_vfs_unregister(vfs_.get());
}

}  // namespace spot::disk
