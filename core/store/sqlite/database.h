#pragma once

// SQLite (SQLCipher) with owners and Results. One thread.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/bytes.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/store/sqlite/sqlite_store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace spot::core {

// A prepared statement, borrowed from its database's cache; reset and unbound when it goes.
// Binding keeps a copy of the value. The first fault sticks: step() and run() tell it.
class Statement {
public:
    Statement(Statement&&) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    // Binds the values to ?1, ?2, …
    template <class... Values>
    Statement& with(const Values&... values) {
        int at = 0;
        (bind(++at, values), ...);
        return *this;
    }

    Result<bool> step();  // true: there is a row
    Result<> run();       // to the end

    // Of the row that step() found; views last until the next step().
    bool null(int column) const;
    std::int64_t integer(int column) const;
    std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    View blob(int column) const;
    std::string_view text(int column) const { return core::text(blob(column)); }

private:
    friend class Database;
    Statement(sqlite3_stmt* statement, bool* in_use, int fault);

    void bind(int at, std::int64_t value);
    void bind(int at, std::uint64_t value) { bind(at, static_cast<std::int64_t>(value)); }
    void bind(int at, int value) { bind(at, std::int64_t{value}); }
    void bind(int at, std::uint32_t value) { bind(at, std::int64_t{value}); }
    void bind(int at, std::string_view text);
    void bind(int at, View blob);
    template <std::size_t N>
    void bind(int at, const std::array<std::uint8_t, N>& blob) {
        bind(at, View(blob));
    }
    void bind(int at, const Bytes& blob) { bind(at, View(blob)); }
    void bind(int at, std::nullptr_t);
    template <class T>
    void bind(int at, const std::optional<T>& value) {
        if (value)
            bind(at, *value);
        else
            bind(at, nullptr);
    }

    sqlite3_stmt* statement_;
    bool* in_use_;  // null: not the cache's, finalised when it goes
    int fault_;
};

class Database {
public:
    // `refused`: the key does not open it. Makes the file where it lacks. `disk` outlives it.
    static Result<Database> open(const std::filesystem::path& file, const SecretKey& key,
                                 Disk& disk = system_disk(), int busy_ms_max = kBusyMsMax,
                                 std::size_t cache_bytes_max = kCacheBytesMax);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) = delete;
    ~Database();

    // `sql` is a literal, whose address is its name in the cache.
    Statement prepare(const char* sql);
    Result<> run(const char* sql);  // statements with no values, for the settings
    Result<std::int64_t> integer(const char* sql);
    bool in_transaction() const;
    // Makes the write-ahead log's file as long as it gets before a checkpoint. For who commits
    // again and again: what overwrites it needs no new length of the file on disk. Outside a
    // transaction.
    Result<> lengthen_log();
    // Returns what puts on disk all that was committed before it is called, by any process. Any
    // thread. Within a transaction: then SQLite's write-ahead log is there. It is the same file for
    // as long as the database is open.
    Result<std::function<Result<>()>> flusher();
    // From now on a commit leaves it to flusher() to put on disk what it wrote.
    Result<> flush_later();

private:
    struct Cached {
        sqlite3_stmt* statement = nullptr;
        bool in_use = false;
    };
    Database(sqlite3* handle, Disk& disk) : handle_(handle), disk_(&disk) {}
    static Result<Database> open_by(const char* page_hash, const std::filesystem::path& file,
                                    const SecretKey& key, Disk& disk, int busy_ms_max);
    int fill_log();  // SQLite's code

    sqlite3* handle_;
    Disk* disk_;
    std::unordered_map<const char*, std::unique_ptr<Cached>> cache_;
};

}  // namespace spot::core
