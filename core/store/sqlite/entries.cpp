#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {
namespace {

// Two texts, so that one row can be read while a range is walked: a statement in use is prepared
// anew.
#define SPOT_ENTRY_COLUMNS                                                                     \
    "SELECT key, kind, run, seen_epoch, seen_seq, \"check\", user, subject, hash, commitment," \
    " payload, reference FROM entry WHERE "
constexpr char kRange[] = SPOT_ENTRY_COLUMNS "key BETWEEN ?1 AND ?2 ORDER BY key";
constexpr char kOneEntry[] = SPOT_ENTRY_COLUMNS "key = ?1";
#undef SPOT_ENTRY_COLUMNS

Result<Kind> kind_in(std::int64_t number) {
    if (number < 1 || number > kKindMax) return fail(Code::corrupt, "an entry's kind is damaged");
    return static_cast<Kind>(number);
}

Result<EntryRow> entry_row_of(const Statement& row) {
    EntryRow out;
    out.key = row.integer(0);
    SPOT_ASSIGN(out.kind, kind_in(row.integer(1)));
    out.run = row.number(2);
    out.seen = {static_cast<std::uint32_t>(row.integer(3)), row.number(4)};
    out.check = static_cast<std::uint16_t>(row.integer(5));
    out.user = row.text(6);
    out.subject = subject_in(row.blob(7));
    // One of another length is damage, which a walk over the chain finds.
    out.hash = hash_in(row.blob(8)).value_or(Hash{});
    out.commitment = hash_in(row.blob(9)).value_or(Hash{});
    const View payload = row.blob(10);
    out.payload.assign(payload.begin(), payload.end());
    out.reference = row.text(11);
    return out;
}

}  // namespace

Result<> Entries::append(std::span<const EntryRow> rows) {
    for (const EntryRow& row : rows)
        SPOT_TRY(
            database_
                .prepare("INSERT INTO entry (key, kind, run, seen_epoch, seen_seq, \"check\", user,"
                         " subject, hash, commitment, payload, reference)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, nullif(?12, ''))")
                .with(row.key, static_cast<int>(row.kind), row.run, row.seen.epoch, row.seen.seq,
                      int{row.check}, std::string_view(row.user), row.subject, row.hash,
                      row.commitment, row.payload, std::string_view(row.reference))
                .run());
    return {};
}

Result<std::vector<EntryRow>> Entries::read(std::span<const std::int64_t> keys) {
    std::vector<EntryRow> out;
    for (const std::int64_t key : keys) {
        auto row = database_.prepare(kOneEntry);
        SPOT_ASSIGN(const bool found, row.with(key).step());
        if (!found) continue;
        SPOT_ASSIGN(auto entry, entry_row_of(row));
        out.push_back(std::move(entry));
    }
    return out;
}

Result<std::vector<EntryHead>> Entries::heads(std::span<const std::int64_t> keys) {
    std::vector<EntryHead> out;
    for (const std::int64_t key : keys) {
        auto row = database_.prepare(
            "SELECT kind, subject, EXISTS (SELECT 1 FROM quarantine WHERE entry = key)"
            " FROM entry WHERE key = ?1");
        SPOT_ASSIGN(const bool found, row.with(key).step());
        if (!found) continue;
        SPOT_ASSIGN(const Kind kind, kind_in(row.integer(0)));
        out.push_back({key, kind, subject_in(row.blob(1)), row.integer(2) != 0});
    }
    return out;
}

Result<std::optional<Hash>> Entries::hash_of(std::int64_t key) {
    auto row = database_.prepare("SELECT hash FROM entry WHERE key = ?1");
    SPOT_ASSIGN(const bool found, row.with(key).step());
    if (!found) return std::nullopt;
    const auto hash = hash_in(row.blob(0));
    if (!hash) return fail(Code::corrupt, "an entry's hash is damaged");
    return hash;
}

Result<> Entries::each(KeyRange range, const std::function<Result<>(EntryRow&)>& use) {
    auto rows = database_.prepare(kRange);
    rows.with(range.first, range.last);
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        SPOT_ASSIGN(auto entry, entry_row_of(rows));
        SPOT_TRY(use(entry));
    }
}

Result<> Entries::reseal(const EntryRow& row) {
    return database_
        .prepare(
            "UPDATE entry SET user = ?2, subject = ?3, payload = ?4, reference = nullif(?5, '')"
            " WHERE key = ?1")
        .with(row.key, std::string_view(row.user), row.subject, row.payload,
              std::string_view(row.reference))
        .run();
}

Result<> Entries::remove(KeyRange range) {
    SPOT_TRY(database_.prepare("DELETE FROM quarantine WHERE entry BETWEEN ?1 AND ?2")
                 .with(range.first, range.last)
                 .run());
    return database_.prepare("DELETE FROM entry WHERE key BETWEEN ?1 AND ?2")
        .with(range.first, range.last)
        .run();
}

Result<> Entries::quarantine(std::span<const QuarantineRow> rows) {
    for (const QuarantineRow& row : rows)
        SPOT_TRY(database_.prepare("INSERT OR IGNORE INTO quarantine (entry, code) VALUES (?1, ?2)")
                     .with(row.entry, std::string_view(row.code))
                     .run());
    return {};
}

Result<> Entries::release(KeyRange range) {
    return database_.prepare("DELETE FROM quarantine WHERE entry BETWEEN ?1 AND ?2")
        .with(range.first, range.last)
        .run();
}

Result<std::vector<QuarantineRow>> Entries::quarantined(KeyRange range, std::string_view code,
                                                        std::size_t count) {
    std::vector<QuarantineRow> out;
    auto rows = database_.prepare(
        "SELECT entry, code FROM quarantine WHERE entry BETWEEN ?1 AND ?2"
        " AND (?3 = '' OR code = ?3) ORDER BY entry");
    rows.with(range.first, range.last, code);
    while (out.size() < count) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) break;
        out.push_back({rows.integer(0), std::string(rows.text(1))});
    }
    return out;
}

Result<std::uint64_t> Entries::count_quarantined(KeyRange range) {
    auto row = database_.prepare("SELECT count(*) FROM quarantine WHERE entry BETWEEN ?1 AND ?2");
    SPOT_TRY(row.with(range.first, range.last).step());
    return row.number(0);
}

}  // namespace spot::core::sqlite
