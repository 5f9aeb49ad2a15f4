#pragma once

// A store without a disk, for tests: it keeps every promise of store.h and tables.h, and can fail
// where a disk would. tests/contract holds it to them.

#include <cstdint>
#include <memory>

#include "core/store/store.h"

namespace spot::core {

// What several stores have open at once, like processes one file. Any thread.
class MemoryDatabase {
public:
    MemoryDatabase();
    MemoryDatabase(const MemoryDatabase&) = delete;
    MemoryDatabase& operator=(const MemoryDatabase&) = delete;
    ~MemoryDatabase();

    // After `count` more commits of what was written, and flushes, the disk refuses: each of them
    // is `io` and changes nothing, until mend().
    void fail_after(std::uint64_t count);
    void mend();
    // Commits that no flush had made durable are gone (see Store::defer_flush). No transaction is
    // open.
    void cut_power();
    // As if its logs had used up the numbers above `last`.
    void limit_log_numbers(std::int64_t last);
    // How many entries were asked for by their keys so far: what a question costs.
    std::uint64_t entries_read() const;

private:
    friend class MemoryStore;
    friend std::unique_ptr<Store> memory_store(std::shared_ptr<MemoryDatabase> database);
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

// A transaction to write is `busy` at once where another store has one. An operation costs about as
// much as in a std::map, a snapshot or a savepoint next to nothing.
std::unique_ptr<Store> memory_store(std::shared_ptr<MemoryDatabase> database);

}  // namespace spot::core
