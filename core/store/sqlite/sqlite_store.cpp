#include "core/store/sqlite/sqlite_store.h"

#include <algorithm>

#include "core/store/sqlite/migrate.h"
#include "core/store/sqlite/tables.h"

namespace spot::core {
namespace sqlite {

std::optional<Hash> hash_in(View bytes) {
    Hash out{};
    if (bytes.size() != out.size()) return std::nullopt;
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

std::optional<SubjectId> subject_in(View bytes) {
    SubjectId out{};
    if (bytes.size() != out.size()) return std::nullopt;
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

namespace {

struct Tables {
    explicit Tables(Database& database)
        : logs(database),
          entries(database),
          records(database),
          subjects(database),
          files(database),
          attachments(database),
          stations(database),
          values(database) {}
    Logs logs;
    Entries entries;
    Records records;
    Subjects subjects;
    Files files;
    Attachments attachments;
    Stations stations;
    Values values;
};

class SqliteSavepoint final : public Tx::Savepoint {
public:
    explicit SqliteSavepoint(Database& database) : database_(database) {}
    ~SqliteSavepoint() override {
        // Their own failure changes nothing: the transaction can't be committed then.
        if (!released_) (void)database_.run("ROLLBACK TO part; RELEASE part");
    }
    Result<> release() override {
        SPOT_TRY(database_.prepare("RELEASE part").run());
        released_ = true;
        return {};
    }

private:
    Database& database_;
    bool released_ = false;
};

class SqliteTx final : public Tx {
public:
    // `stale` is the store's: true again where this one ends without a commit.
    SqliteTx(Database& database, Tables& t, Store::Access access, bool& stale)
        : Tx(t.logs, t.entries, t.records, t.subjects, t.files, t.attachments, t.stations,
             t.values),
          database_(database),
          writes_(access == Store::Access::write),
          was_stale_(stale),
          stale_(stale) {
        stale_ = false;
    }
    ~SqliteTx() override {
        if (!ended_) take_back();
    }

    Result<> commit() override {
        // Outside a transaction nothing that was done is atomic.
        auto done = database_.in_transaction()
                        ? database_.prepare("COMMIT").run()
                        : fail(Code::io, "the transaction has ended; nothing was changed");
        if (done)
            ended_ = true;
        else
            take_back();
        return done;
    }

    Result<std::unique_ptr<Savepoint>> savepoint() override {
        if (!database_.in_transaction())
            return fail(Code::io, "the transaction has ended; nothing was changed");
        SPOT_TRY(database_.prepare("SAVEPOINT part").run());
        return std::unique_ptr<Savepoint>(std::make_unique<SqliteSavepoint>(database_));
    }

    bool stale() const override { return was_stale_; }
    bool writes() const override { return writes_; }
    Result<> rewrite(RowRewriter& rows) override { return sqlite::rewrite(database_, rows); }
    bool ended() const override { return !database_.in_transaction(); }

private:
    void take_back() {
        ended_ = true;
        // Only what was written and is taken back makes what was remembered wrong.
        stale_ = stale_ || writes_;
        // After a full disk SQLite may have ended it already.
        if (database_.in_transaction()) (void)database_.run("ROLLBACK");
    }

    Database& database_;
    bool writes_;
    bool was_stale_;
    bool& stale_;
    bool ended_ = false;
};

class SqliteStore final : public Store {
public:
    explicit SqliteStore(Database database) : database_(std::move(database)), tables_(database_) {}

    Result<std::unique_ptr<Tx>> begin(Access access) override {
        SPOT_CHECK(!database_.in_transaction());
        SPOT_TRY(database_.prepare(access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN").run());
        if (auto looked = look_for_others(); !looked) {
            if (database_.in_transaction()) (void)database_.run("ROLLBACK");
            return tl::make_unexpected(std::move(looked).error());
        }
        return std::unique_ptr<Tx>(std::make_unique<SqliteTx>(database_, tables_, access, stale_));
    }

    Result<std::function<Result<>()>> defer_flush() override {
        SPOT_ASSIGN(const auto tx, begin(Access::read));
        SPOT_ASSIGN(auto flush, database_.flusher());
        SPOT_TRY(tx->commit());
        SPOT_TRY(database_.flush_later());
        return flush;
    }

    Result<> reserve() override { return database_.lengthen_log(); }

    Result<std::vector<std::string>> check() override {
        SPOT_ASSIGN(auto faults, faults_by("PRAGMA cipher_integrity_check"));
        if (!faults.empty()) {
            // It reads the file alone. A page that was torn when a checkpoint was broken off is
            // whole in the write-ahead log, and goes from there to the file again.
            SPOT_ASSIGN(const std::int64_t busy, database_.integer("PRAGMA wal_checkpoint(FULL)"));
            if (busy != 0)
                return fail(Code::busy, "another process is at work in the store; try later");
            SPOT_ASSIGN(faults, faults_by("PRAGMA cipher_integrity_check"));
        }
        SPOT_ASSIGN(const auto others, faults_by("PRAGMA integrity_check"));
        faults.insert(faults.end(), others.begin(), others.end());
        return faults;
    }

private:
    Result<std::vector<std::string>> faults_by(const char* sql) {
        std::vector<std::string> out;
        auto rows = database_.prepare(sql);
        for (;;) {
            SPOT_ASSIGN(const bool row, rows.step());
            if (!row) return out;
            if (rows.text(0) != "ok") out.push_back("the store: " + std::string(rows.text(0)));
        }
    }

    // What another process wrote may not be on disk yet (defer_flush): nobody acts on what a power
    // cut could take back.
    Result<> look_for_others() {
        SPOT_ASSIGN(const std::int64_t now, database_.integer("PRAGMA data_version"));
        if (now == data_version_) return {};
        stale_ = true;
        if (!flush_) {
            SPOT_ASSIGN(flush_, database_.flusher());
        }
        SPOT_TRY(flush_());
        data_version_ = now;
        return {};
    }

    Database database_;
    Tables tables_;
    std::function<Result<>()> flush_;  // empty: not needed so far
    std::int64_t data_version_ = -1;   // no version: the first look counts as a change
    bool stale_ = true;
};

}  // namespace
}  // namespace sqlite

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& file,
                                                 const SecretKey& key, Disk& disk, int busy_ms_max,
                                                 std::size_t cache_bytes_max) {
    SPOT_ASSIGN(auto database, Database::open(file, key, disk, busy_ms_max, cache_bytes_max));
    SPOT_TRY(migrate(database));
    return std::unique_ptr<Store>(std::make_unique<sqlite::SqliteStore>(std::move(database)));
}

}  // namespace spot::core
