#include <algorithm>

#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {
namespace {

constexpr int kOffsetBits = 23;  // of a piece's key: files have at most 4 MiB

constexpr std::int64_t piece_key(std::int64_t file, std::uint64_t offset) {
    return file << kOffsetBits | static_cast<std::int64_t>(offset);
}

#define SPOT_FILE_COLUMNS                                                                      \
    " file.number, file.subject, file.hash, file.bytes, file.have, file.state, file.failures," \
    " file.key FROM "

// Of a row whose columns from `at` on are those.
Result<FileRow> file_row_of(const Statement& row, int at) {
    const auto subject = subject_in(row.blob(at + 1));
    const auto hash = hash_in(row.blob(at + 2));
    const std::int64_t state = row.integer(at + 5);
    if (!subject || !hash || state < 0 || state > static_cast<int>(FileState::given_up))
        return fail(Code::corrupt, "a file's row is damaged");
    const View key = row.blob(at + 7);
    return FileRow{row.integer(at),
                   *subject,
                   *hash,
                   row.number(at + 3),
                   row.number(at + 4),
                   static_cast<FileState>(state),
                   row.number(at + 6),
                   {key.begin(), key.end()}};
}

}  // namespace

Result<> Files::name(std::int64_t entry, std::uint64_t device, const SubjectId& subject,
                     std::span<const FileName> files) {
    for (const FileName& file : files) {
        SPOT_TRY(database_
                     .prepare("INSERT OR IGNORE INTO file (device, subject, hash, bytes)"
                              " VALUES (?1, ?2, ?3, ?4)")
                     .with(device, subject, file.hash, file.bytes)
                     .run());
        SPOT_TRY(database_
                     .prepare("INSERT OR IGNORE INTO file_of (entry, hash, file)"
                              " SELECT ?5, hash, number FROM file"
                              " WHERE device = ?1 AND subject = ?2 AND hash = ?3 AND bytes = ?4")
                     .with(device, subject, file.hash, file.bytes, entry)
                     .run());
    }
    return {};
}

Result<> Files::unname(KeyRange entries) {
    std::vector<std::int64_t> named;
    auto rows = database_.prepare("SELECT file FROM file_of WHERE entry BETWEEN ?1 AND ?2");
    rows.with(entries.first, entries.last);
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) break;
        named.push_back(rows.integer(0));
    }
    SPOT_TRY(database_.prepare("DELETE FROM file_of WHERE entry BETWEEN ?1 AND ?2")
                 .with(entries.first, entries.last)
                 .run());
    for (const std::int64_t number : named)
        SPOT_TRY(database_
                     .prepare("DELETE FROM file WHERE number = ?1 AND have = 0 AND NOT EXISTS"
                              " (SELECT 1 FROM file_of WHERE file = ?1)")
                     .with(number)
                     .run());
    return {};
}

Result<std::optional<FileRow>> Files::find(std::int64_t entry, const Hash& hash) {
    auto row = database_.prepare("SELECT" SPOT_FILE_COLUMNS
                                 "file_of JOIN file ON file.number = file_of.file"
                                 " WHERE file_of.entry = ?1 AND file_of.hash = ?2");
    SPOT_ASSIGN(const bool found, row.with(entry, hash).step());
    if (!found) return std::nullopt;
    SPOT_ASSIGN(auto out, file_row_of(row, 0));
    return std::optional<FileRow>(std::move(out));
}

Result<> Files::each(KeyRange entries, const Use& use) {
    auto rows = database_.prepare("SELECT file_of.entry," SPOT_FILE_COLUMNS
                                  "file_of JOIN file ON file.number = file_of.file"
                                  " WHERE file_of.entry BETWEEN ?1 AND ?2"
                                  " ORDER BY file_of.entry, file_of.hash");
    rows.with(entries.first, entries.last);
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        SPOT_ASSIGN(const FileRow file, file_row_of(rows, 1));
        SPOT_TRY(use(rows.integer(0), file));
    }
}

Result<> Files::each_awaited(std::uint64_t device, const UseSome& use) {
    auto rows = database_.prepare(
        "SELECT file_of.entry," SPOT_FILE_COLUMNS
        "file INDEXED BY file_open JOIN file_of ON file_of.file = file.number"
        " JOIN subject ON subject.id = file.subject"
        " WHERE file.device = ?1 AND file.state <> 1 AND file.state = 0"
        " AND length(subject.key) > 0"
        " AND NOT EXISTS (SELECT 1 FROM quarantine WHERE quarantine.entry = file_of.entry)"
        " ORDER BY file.failures, file_of.entry, file_of.hash");
    rows.with(device);
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        SPOT_ASSIGN(const FileRow file, file_row_of(rows, 1));
        SPOT_ASSIGN(const bool more, use(rows.integer(0), file));
        if (!more) return {};
    }
}

Result<std::uint64_t> Files::count_given_up(std::uint64_t device) {
    auto row = database_.prepare(
        "SELECT count(*) FROM file INDEXED BY file_open"
        " WHERE device = ?1 AND state <> 1 AND state = 2");
    SPOT_TRY(row.with(device).step());
    return row.number(0);
}

Result<> Files::save(const FileRow& row) {
    return database_
        .prepare("UPDATE file SET state = ?2, have = ?3, failures = ?4, key = ?5 WHERE number = ?1")
        .with(row.number, static_cast<int>(row.state), row.have, row.failures, row.key)
        .run();
}

Result<> Files::add_piece(std::int64_t file, std::uint64_t offset, View content) {
    return database_.prepare("INSERT INTO piece (key, content) VALUES (?1, ?2)")
        .with(piece_key(file, offset), content)
        .run();
}

Result<std::optional<Bytes>> Files::piece(std::int64_t file, std::uint64_t offset) {
    auto row = database_.prepare("SELECT content FROM piece WHERE key = ?1");
    SPOT_ASSIGN(const bool found, row.with(piece_key(file, offset)).step());
    if (!found) return std::nullopt;
    const View content = row.blob(0);
    return std::optional<Bytes>(std::in_place, content.begin(), content.end());
}

Result<> Files::drop_pieces(std::int64_t file) {
    return database_.prepare("DELETE FROM piece WHERE key BETWEEN ?1 AND ?2")
        .with(piece_key(file, 0), piece_key(file + 1, 0) - 1)
        .run();
}

#undef SPOT_FILE_COLUMNS

}  // namespace spot::core::sqlite
