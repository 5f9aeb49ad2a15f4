#include "core/store/sqlite/database.h"

#include <sodium.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <utility>

namespace spot::core {
namespace {

constexpr int kBusyPauseMs = 1;
// Below this the disk's last bytes are left to what people record.
constexpr std::uint64_t kFreeBytesMin = std::uint64_t{256} * 1024 * 1024;

// What a page is authenticated by. Processors with instructions for SHA-256, which laptops have had
// since about 2020, take 40 % of the time that 512 takes them, others 160 %. Earlier programs made
// their stores by SQLCipher's own choice; these stay as they are.
constexpr char kPageHash[] =
    "PRAGMA cipher_page_size = 4096;"
    "PRAGMA cipher_hmac_algorithm = HMAC_SHA256;";
constexpr char kEarlierPageHash[] =
    "PRAGMA cipher_page_size = 4096;"
    "PRAGMA cipher_hmac_algorithm = HMAC_SHA512;";

// A checkpoint comes at 8 MB, and a transaction may go beyond it.
constexpr sqlite3_int64 kLogBytes = 12 * 1024 * 1024;

// A checkpoint each 2,000 pages (8 MB) writes the pages that many transactions touched only once.
constexpr char kSettings[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA wal_autocheckpoint = 2000;"
    "PRAGMA journal_size_limit = 33554432;"
    "PRAGMA trusted_schema = OFF;";

Error error_of(int code) {
    const std::string what = std::string("the store: ") + sqlite3_errstr(code);
    // A row with that key is there.
    if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID ||
        code == SQLITE_CONSTRAINT_UNIQUE)
        return {Code::conflict, what + "; nothing was changed"};
    switch (code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {Code::busy, what + "; nothing was changed, try later"};
        case SQLITE_NOTADB:
            return {Code::refused, "the key does not open the store"};
        case SQLITE_ERROR:  // our own SQL is tested: a table is not as this program made it
        case SQLITE_CORRUPT:
            return {Code::corrupt, what};
        case SQLITE_FULL:
            return {Code::io, what + "; nothing was changed, free some space"};
        default:
            return {Code::io, what};
    }
}

// SQLite's own pauses grow to 100 ms, by which a mediator would wait for a store that has long been
// free again, and miss the short gaps between another process's transactions. The pointer is the
// number of milliseconds.
int wait_while_busy(void* ms_max, int waited) {
    if (waited >= reinterpret_cast<std::intptr_t>(ms_max) / kBusyPauseMs) return 0;
    sqlite3_sleep(kBusyPauseMs);
    return 1;
}

}  // namespace

Statement::Statement(sqlite3_stmt* statement, bool* in_use, int fault)
    : statement_(statement), in_use_(in_use), fault_(fault) {
    if (in_use_) *in_use_ = true;
}

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)),
      in_use_(std::exchange(other.in_use_, nullptr)),
      fault_(other.fault_) {}

Statement::~Statement() {
    if (!in_use_) {
        sqlite3_finalize(statement_);
        return;
    }
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    *in_use_ = false;
}

void Statement::bind(int at, std::int64_t value) {
    if (fault_ == SQLITE_OK) fault_ = sqlite3_bind_int64(statement_, at, value);
}

void Statement::bind(int at, std::string_view text) {
    if (fault_ == SQLITE_OK)
        fault_ = sqlite3_bind_text64(statement_, at, text.data() ? text.data() : "", text.size(),
                                     SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bind(int at, View blob) {
    if (fault_ == SQLITE_OK)
        fault_ = sqlite3_bind_blob64(statement_, at,
                                     blob.data() ? static_cast<const void*>(blob.data()) : "",
                                     blob.size(), SQLITE_TRANSIENT);
}

void Statement::bind(int at, std::nullptr_t) {
    if (fault_ == SQLITE_OK) fault_ = sqlite3_bind_null(statement_, at);
}

Result<bool> Statement::step() {
    if (fault_ == SQLITE_OK) {
        const int code = sqlite3_step(statement_);
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) {
            sqlite3_reset(statement_);
            return false;
        }
        fault_ = code;
    }
    return tl::make_unexpected(error_of(fault_));
}

Result<> Statement::run() {
    for (;;) {
        SPOT_ASSIGN(const auto row, step());
        if (!row) return {};
    }
}

bool Statement::null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

View Statement::blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return {data, data ? static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)) : 0};
}

// By a wrong hash it is as if the key were wrong.
Result<Database> Database::open(const std::filesystem::path& file, const SecretKey& key, Disk& disk,
                                int busy_ms_max, std::size_t cache_bytes_max) {
    auto now = open_by(kPageHash, file, key, disk, busy_ms_max);
    const bool may_be_earlier = !now && now.error().code == Code::refused;
    auto out =
        may_be_earlier ? open_by(kEarlierPageHash, file, key, disk, busy_ms_max) : std::move(now);
    if (!out) return out;
    SPOT_TRY(out->run(kSettings));
    const auto cache = "PRAGMA cache_size = -" + std::to_string(cache_bytes_max / 1024);  // in KiB
    SPOT_TRY(out->run(cache.c_str()));
    return out;
}

Result<Database> Database::open_by(const char* page_hash, const std::filesystem::path& file,
                                   const SecretKey& key, Disk& disk, int busy_ms_max) {
    sqlite3* handle = nullptr;
    const int opened = sqlite3_open_v2(
        file.c_str(), &handle,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        disk.sqlite_vfs());
    Database out(handle, disk);
    if (opened != SQLITE_OK) return tl::make_unexpected(error_of(opened));
    sqlite3_busy_handler(handle, wait_while_busy,
                         reinterpret_cast<void*>(std::intptr_t{busy_ms_max}));
    // One plan a statement: else it may be prepared anew for each value it is given (50 µs).
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);

    // A raw key: SQLCipher then spends no time on deriving one, and makes the file's salt itself.
    std::string hex = to_hex(key.bytes());
    std::string raw;
    raw.reserve(hex.size() + 3);  // once, so that no copy stays in freed memory
    raw.append("x'").append(hex).append("'");
    const int keyed = sqlite3_key(handle, raw.data(), static_cast<int>(raw.size()));
    sodium_memzero(raw.data(), raw.size());
    sodium_memzero(hex.data(), hex.size());
    if (keyed != SQLITE_OK) return tl::make_unexpected(error_of(keyed));

    SPOT_TRY(out.run(page_hash));                             // before the first read, …
    SPOT_TRY(out.run("SELECT count(*) FROM sqlite_schema"));  // … which tells a wrong key
    return out;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      disk_(other.disk_),
      cache_(std::move(other.cache_)) {}

Database::~Database() {
    for (auto& [sql, cached] : cache_) sqlite3_finalize(cached->statement);
    if (handle_) SPOT_CHECK(sqlite3_close(handle_) == SQLITE_OK);
}

Statement Database::prepare(const char* sql) {
    auto& cached = cache_[sql];
    if (!cached) cached = std::make_unique<Cached>();
    if (cached->statement && !cached->in_use)
        return Statement(cached->statement, &cached->in_use, SQLITE_OK);

    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK || cached->statement) return Statement(statement, nullptr, code);
    cached->statement = statement;
    return Statement(statement, &cached->in_use, SQLITE_OK);
}

Result<> Database::run(const char* sql) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return tl::make_unexpected(error_of(code));
    return {};
}

Result<std::int64_t> Database::integer(const char* sql) {
    auto statement = prepare(sql);
    SPOT_ASSIGN(const auto row, statement.step());
    return row ? statement.integer(0) : 0;
}

// Nobody writes to the log while this one could. To its readers, zeros are no frames.
Result<> Database::lengthen_log() {
    const auto free = disk_->free_bytes(sqlite3_db_filename(handle_, "main"));
    if (!free || *free < kFreeBytesMin)
        return fail(Code::io, "the disk is too full to make room in advance");
    SPOT_TRY(run("BEGIN IMMEDIATE"));
    const int code = fill_log();
    (void)run("ROLLBACK");
    return code == SQLITE_OK ? Result<>() : tl::make_unexpected(error_of(code));
}

int Database::fill_log() {
    static constexpr std::array<std::uint8_t, 64 * 1024> kZeros{};
    sqlite3_file* log = nullptr;
    sqlite3_int64 at = 0;
    int code = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (code == SQLITE_OK) code = log->pMethods->xFileSize(log, &at);
    while (code == SQLITE_OK && at < kLogBytes) {
        const auto count = std::min<sqlite3_int64>(kZeros.size(), kLogBytes - at);
        code = log->pMethods->xWrite(log, kZeros.data(), static_cast<int>(count), at);
        at += count;
    }
    return code;
}

// SQLite's locks stand on its other two files, so that to close this one loses none.
Result<std::function<Result<>()>> Database::flusher() {
    auto flush = disk_->flusher(sqlite3_filename_wal(sqlite3_db_filename(handle_, "main")));
    if (!flush) return fail(Code::io, "the store's write-ahead log can't be opened");
    return [flush = *std::move(flush)]() -> Result<> {
        if (flush()) return {};
        return fail(Code::io,
                    "the disk did not keep what was written last; what was reported before is "
                    "safe; see to the disk, then do the rest again");
    };
}

// A checkpoint still flushes the log before, and the store after.
Result<> Database::flush_later() {
    return run("PRAGMA synchronous = NORMAL");
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

}  // namespace spot::core
