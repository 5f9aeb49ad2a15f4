#include "fieldkit/bench/bare_store.h"

#include <sqlite3.h>

namespace spot::fieldkit {

using core::Code;
using core::fail;
using core::Result;

struct BareStore::Inside {
    sqlite3* store = nullptr;
    sqlite3_stmt* begin = nullptr;
    sqlite3_stmt* insert = nullptr;
    sqlite3_stmt* commit = nullptr;
    sqlite3_stmt* read = nullptr;

    ~Inside() {
        for (sqlite3_stmt* statement : {begin, insert, commit, read}) sqlite3_finalize(statement);
        sqlite3_close(store);
    }
    bool prepare(sqlite3_stmt*& statement, const char* sql) {
        return sqlite3_prepare_v2(store, sql, -1, &statement, nullptr) == SQLITE_OK;
    }
    static bool step(sqlite3_stmt* statement) {
        const bool is_done = sqlite3_step(statement) == SQLITE_DONE;
        return sqlite3_reset(statement) == SQLITE_OK && is_done;
    }
};

BareStore::BareStore(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
BareStore::BareStore(BareStore&&) noexcept = default;
BareStore::~BareStore() = default;

Result<BareStore> BareStore::open(const std::filesystem::path& file) {
    auto inside = std::make_unique<Inside>();
    constexpr char kSetUp[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE event (body BLOB NOT NULL);";
    constexpr char kLengthen[] =
        "INSERT INTO event (body) VALUES (zeroblob(8 * 1024 * 1024)); DELETE FROM event;";
    if (sqlite3_open(file.c_str(), &inside->store) != SQLITE_OK ||
        sqlite3_exec(inside->store, kSetUp, nullptr, nullptr, nullptr) != SQLITE_OK ||
        // As ours: its write-ahead log has the length that it keeps, so that no commit lengthens
        // it.
        sqlite3_exec(inside->store, kLengthen, nullptr, nullptr, nullptr) != SQLITE_OK ||
        !inside->prepare(inside->begin, "BEGIN IMMEDIATE") ||
        !inside->prepare(inside->insert, "INSERT INTO event (body) VALUES (?)") ||
        !inside->prepare(inside->commit, "COMMIT") ||
        !inside->prepare(inside->read, "SELECT body FROM event ORDER BY rowid"))
        return fail(Code::io, "the bare store can't be made");
    return BareStore(std::move(inside));
}

Result<> BareStore::insert(std::span<const std::string> rows) {
    bool is_good = Inside::step(inside_->begin);
    for (const std::string& row : rows)
        is_good = is_good &&
                  sqlite3_bind_blob64(inside_->insert, 1, row.data(), row.size(), SQLITE_STATIC) ==
                      SQLITE_OK &&
                  Inside::step(inside_->insert);
    if (!is_good || !Inside::step(inside_->commit))
        return fail(Code::io, "the bare store does not take a row");
    return {};
}

Result<std::uint64_t> BareStore::read() {
    std::uint64_t bytes = 0;
    int step = sqlite3_step(inside_->read);
    for (; step == SQLITE_ROW; step = sqlite3_step(inside_->read)) {
        const void* const body = sqlite3_column_blob(inside_->read, 0);
        if (body) bytes += static_cast<std::uint64_t>(sqlite3_column_bytes(inside_->read, 0));
    }
    if (sqlite3_reset(inside_->read) != SQLITE_OK || step != SQLITE_DONE)
        return fail(Code::io, "the bare store does not give a row");
    return bytes;
}

}  // namespace spot::fieldkit
