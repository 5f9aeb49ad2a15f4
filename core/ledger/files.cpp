#include "core/ledger/files.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

namespace spot::core {
namespace {

using FileState = Ledger::FileState;

constexpr std::string_view kKey = "file key";
constexpr int kOffsetBits = 23;  // of a piece's key
static_assert(Ledger::kFileBytesMax < std::uint64_t{1} << kOffsetBits);
// Content that is whole and something else: a disk or a memory may have failed once.
constexpr std::uint64_t kFailuresMax = 3;

constexpr std::int64_t piece_key(std::int64_t file, std::uint64_t offset) {
    return file << kOffsetBits | static_cast<std::int64_t>(offset);
}

Bytes place_of_key(const Files::Row& row) {
    ByteWriter out;
    out.sized(view(kKey));
    out.u64(static_cast<std::uint64_t>(row.number));
    out.raw(row.hash);
    return out.take();
}

Bytes place_of_piece(const Hash& hash, std::uint64_t offset) {
    ByteWriter out;
    out.u64(offset);
    out.raw(hash);
    return out.take();
}

#define SPOT_FILE_COLUMNS                                                                      \
    " file.number, file.subject, file.hash, file.bytes, file.have, file.state, file.failures," \
    " file.key FROM "

// Of a row whose columns from `at` on are those.
Result<Files::Row> row_of(const Statement& row, int at) {
    const auto subject = subject_of(row, at + 1);
    const auto hash = hash_in(row.blob(at + 2));
    const std::int64_t state = row.integer(at + 5);
    if (!subject || !hash || state < 0 || state > static_cast<int>(FileState::given_up))
        return fail(Code::corrupt, "a file's row is damaged");
    const View key = row.blob(at + 7);
    return Files::Row{row.integer(at),
                      *subject,
                      *hash,
                      row.number(at + 3),
                      row.number(at + 4),
                      static_cast<FileState>(state),
                      row.number(at + 6),
                      {key.begin(), key.end()}};
}

}  // namespace

std::optional<Hash> hash_in(View bytes) {
    Hash out{};
    if (bytes.size() != out.size()) return std::nullopt;
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

Result<> Files::name(Tx& tx, std::int64_t entry, std::uint64_t device, const Subjects::Id& subject,
                     const nlohmann::json& attachments) {
    for (const auto& [hex, about] : attachments.items()) {
        const auto raw = from_hex(hex);
        const auto hash = raw ? hash_in(*raw) : std::nullopt;
        if (!hash) return fail(Code::corrupt, "an attachment's name is no hash");
        const auto bytes = about.at("bytes").get<std::uint64_t>();
        SPOT_TRY(database_
                     .prepare("INSERT OR IGNORE INTO file (device, subject, hash, bytes)"
                              " VALUES (?1, ?2, ?3, ?4)")
                     .with(device, subject, *hash, bytes)
                     .run());
        SPOT_TRY(database_
                     .prepare("INSERT OR IGNORE INTO file_of (entry, hash, file)"
                              " SELECT ?5, hash, number FROM file"
                              " WHERE device = ?1 AND subject = ?2 AND hash = ?3 AND bytes = ?4")
                     .with(device, subject, *hash, bytes, entry)
                     .run());
    }
    return {};
}

Result<> Files::unname(Tx& tx, std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> named;
    auto rows = database_.prepare("SELECT file FROM file_of WHERE entry BETWEEN ?1 AND ?2");
    rows.with(first, last);
    for (;;) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) break;
        named.push_back(rows.integer(0));
    }
    SPOT_TRY(database_.prepare("DELETE FROM file_of WHERE entry BETWEEN ?1 AND ?2")
                 .with(first, last)
                 .run());
    // Nothing had come of those that only they named: only what is settled is asked for.
    for (const std::int64_t number : named)
        SPOT_TRY(database_
                     .prepare("DELETE FROM file WHERE number = ?1 AND have = 0 AND NOT EXISTS"
                              " (SELECT 1 FROM file_of WHERE file = ?1)")
                     .with(number)
                     .run());
    return {};
}

Result<std::optional<Files::Row>> Files::find(Tx& tx, std::int64_t entry, const Hash& hash) {
    auto row = database_.prepare("SELECT" SPOT_FILE_COLUMNS
                                 "file_of JOIN file ON file.number = file_of.file"
                                 " WHERE file_of.entry = ?1 AND file_of.hash = ?2");
    SPOT_ASSIGN(const auto found, row.with(entry, hash).step());
    if (!found) return std::nullopt;
    SPOT_ASSIGN(auto out, row_of(row, 0));
    return out;
}

Result<> Files::each(Tx& tx, std::int64_t entry,
                     const std::function<Result<>(std::int64_t, const Row&)>& use) {
    auto rows = database_.prepare("SELECT file_of.entry," SPOT_FILE_COLUMNS
                                  "file_of JOIN file ON file.number = file_of.file"
                                  " WHERE file_of.entry BETWEEN ?1 AND ?2"
                                  " ORDER BY file_of.entry, file_of.hash");
    rows.with(entry, entry == 0 ? std::numeric_limits<std::int64_t>::max() : entry);
    for (;;) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) return {};
        SPOT_ASSIGN(const auto file, row_of(rows, 1));
        SPOT_TRY(use(rows.integer(0), file));
    }
}

Result<> Files::each_awaited(Tx& tx, std::uint64_t device,
                             const std::function<Result<bool>(std::int64_t, const Row&)>& use) {
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
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) return {};
        SPOT_ASSIGN(const auto file, row_of(rows, 1));
        SPOT_ASSIGN(const auto more, use(rows.integer(0), file));
        if (!more) return {};
    }
}

Result<Ledger::FileCounts> Files::count(Tx& tx, std::uint64_t device) {
    Ledger::FileCounts out;
    std::set<std::int64_t> seen;  // several requests may name one
    SPOT_TRY(each_awaited(tx, device, [&](std::int64_t, const Row& row) -> Result<bool> {
        seen.insert(row.number);
        return true;
    }));
    out.awaited = seen.size();
    auto given_up = database_.prepare(
        "SELECT count(tx, *) FROM file INDEXED BY file_open"
        " WHERE device = ?1 AND state <> 1 AND state = 2");
    SPOT_TRY(given_up.with(device).step());
    out.given_up = given_up.number(0);
    return out;
}

Result<SecretKey> Files::key_of(Tx& tx, const Row& row) {
    SPOT_ASSIGN(const auto sealing, subjects_.key(tx, row.subject));
    if (!sealing) return fail(Code::not_found, "the person's data were erased");
    SPOT_ASSIGN(const auto opened, open_at_rest(*sealing, row.key, place_of_key(row)));
    if (opened.size() != SecretKey::kSize) return fail(Code::corrupt, "a file's key is damaged");
    return SecretKey(View(opened).first<SecretKey::kSize>());
}

Result<SecretKey> Files::make_key(Tx& tx, Row& row) {
    if (!row.key.empty()) return key_of(tx, row);
    SPOT_ASSIGN(const auto sealing, subjects_.key(tx, row.subject));
    if (!sealing) return fail(Code::not_found, "the person's data were erased");
    SecretKey made = SecretKey::random(random_);
    row.key = seal_at_rest(*sealing, made.bytes(), place_of_key(row), random_);
    return made;
}

Result<> Files::add(Tx& tx, Row& row, View bytes) {
    if (bytes.size() > row.bytes - row.have)
        return fail(Code::limit, "a file is longer than its request says");
    SPOT_ASSIGN(const auto key, make_key(tx, row));
    SPOT_TRY(database_.prepare("INSERT INTO piece (key, content) VALUES (?1, ?2)")
                 .with(piece_key(row.number, row.have),
                       seal_at_rest(key, bytes, place_of_piece(row.hash, row.have), random_))
                 .run());
    row.have += bytes.size();
    return row.have == row.bytes ? conclude(tx, row) : save(tx, row);
}

Result<> Files::conclude(Tx& tx, Row& row) {
    Hasher hasher;
    SPOT_TRY(read(tx, row, [&](View piece) -> Result<> {
        hasher.add(piece);
        return {};
    }));
    if (hasher.finish() == row.hash) {
        row.state = FileState::whole;
        return save(tx, row);
    }
    if (++row.failures >= kFailuresMax) return give_up(tx, row);
    SPOT_TRY(drop_pieces(tx, row));
    return save(tx, row);
}

Result<> Files::give_up(Tx& tx, Row& row) {
    row.state = FileState::given_up;
    SPOT_TRY(drop_pieces(tx, row));
    return save(tx, row);
}

Result<> Files::drop_pieces(Tx& tx, Row& row) {
    row.have = 0;
    row.key.clear();  // what was sealed under it may lie in a free page
    return database_.prepare("DELETE FROM piece WHERE key BETWEEN ?1 AND ?2")
        .with(piece_key(row.number, 0), piece_key(row.number + 1, 0) - 1)
        .run();
}

Result<> Files::save(Tx& tx, const Row& row) {
    return database_
        .prepare(
            "UPDATE file SET state = ?2, have = ?3, failures = ?4, key = ?5"
            " WHERE number = ?1")
        .with(row.number, static_cast<int>(row.state), row.have, row.failures, row.key)
        .run();
}

Result<> Files::read(Tx& tx, const Row& row, const std::function<Result<>(View)>& use) {
    SPOT_ASSIGN(const auto key, key_of(tx, row));
    std::uint64_t offset = 0;
    while (offset < row.have) {
        auto piece = database_.prepare("SELECT content FROM piece WHERE key = ?1");
        SPOT_ASSIGN(const auto found, piece.with(piece_key(row.number, offset)).step());
        if (!found) return fail(Code::corrupt, "a piece of a file is missing");
        SPOT_ASSIGN(const auto plain,
                    open_at_rest(key, piece.blob(0), place_of_piece(row.hash, offset)));
        if (plain.empty()) return fail(Code::corrupt, "a piece of a file is empty");
        SPOT_TRY(use(plain));
        offset += plain.size();
    }
    return {};
}

#undef SPOT_FILE_COLUMNS

}  // namespace spot::core
