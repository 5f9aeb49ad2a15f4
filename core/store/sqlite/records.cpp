#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {
namespace {

Result<std::int64_t> place_in(std::int64_t place) {
    if (place < 0 || place >= static_cast<std::int64_t>(kRecordNames.size()))
        return fail(Code::corrupt, "a record's name is damaged");
    return place;
}

Bytes packed(const std::vector<std::int64_t>& keys) {
    ByteWriter out;
    for (const std::int64_t key : keys) out.u64(static_cast<std::uint64_t>(key));
    return out.take();
}

std::vector<std::int64_t> unpacked(View bytes) {
    std::vector<std::int64_t> out;
    ByteReader in(bytes);
    while (in.rest().size() >= sizeof(std::uint64_t))
        out.push_back(static_cast<std::int64_t>(in.u64()));
    return out;
}

// Of rows of (key, place, ms), at most `count`.
Result<std::vector<ListedRow>> listed_records(Statement& rows, std::size_t count) {
    std::vector<ListedRow> out;
    while (out.size() < count) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) break;
        SPOT_ASSIGN(const std::int64_t place, place_in(rows.integer(1)));
        out.push_back({rows.integer(0), place, rows.integer(2)});
    }
    return out;
}

}  // namespace

Result<> Records::insert(std::span<const RecordRow> rows) {
    for (const RecordRow& row : rows)
        SPOT_TRY(database_
                     .prepare("INSERT INTO record (key, place, made_ms, conflicts, subject, json,"
                              " document, route, changed_by)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, x''))")
                     .with(row.key, row.place, row.made_ms, int{row.conflicts}, row.subject,
                           row.json, row.document, row.route, packed(row.changed_by))
                     .run());
    return {};
}

Result<> Records::update(std::span<const RecordRow> rows) {
    for (const RecordRow& row : rows)
        SPOT_TRY(database_
                     .prepare("UPDATE record SET json = ?2, conflicts = ?3, document = ?4,"
                              " route = ?5, changed_by = nullif(?6, x'') WHERE key = ?1")
                     .with(row.key, row.json, int{row.conflicts}, row.document, row.route,
                           packed(row.changed_by))
                     .run());
    return {};
}

Result<std::vector<RecordRow>> Records::read(std::span<const std::int64_t> keys) {
    std::vector<RecordRow> out;
    for (const std::int64_t key : keys) {
        auto row = database_.prepare(
            "SELECT place, made_ms, conflicts, subject, json, document, route, changed_by"
            " FROM record WHERE key = ?1");
        SPOT_ASSIGN(const bool found, row.with(key).step());
        if (!found) continue;
        RecordRow& one = out.emplace_back();
        one.key = key;
        SPOT_ASSIGN(one.place, place_in(row.integer(0)));
        one.made_ms = row.integer(1);
        one.conflicts = row.integer(2) != 0;
        one.subject = subject_in(row.blob(3));
        const View json = row.blob(4), document = row.blob(5);
        one.json.assign(json.begin(), json.end());
        if (!row.null(5)) one.document.emplace(document.begin(), document.end());
        one.route = static_cast<int>(row.integer(6));
        one.changed_by = unpacked(row.blob(7));
    }
    return out;
}

Result<std::optional<std::int64_t>> Records::place_of(std::int64_t key) {
    auto row = database_.prepare("SELECT place FROM record WHERE key = ?1");
    SPOT_ASSIGN(const bool found, row.with(key).step());
    if (!found) return std::nullopt;
    SPOT_ASSIGN(const std::int64_t place, place_in(row.integer(0)));
    return std::optional(place);
}

Result<> Records::remove(KeyRange range) {
    for (const char* sql : {"DELETE FROM made WHERE record BETWEEN ?1 AND ?2",
                            "DELETE FROM part WHERE record BETWEEN ?1 AND ?2",
                            "DELETE FROM record WHERE key BETWEEN ?1 AND ?2"})
        SPOT_TRY(database_.prepare(sql).with(range.first, range.last).run());
    return {};
}

Result<> Records::each(const Selection& wanted, const std::function<Result<>(RecordRow&)>& use) {
    auto rows = database_.prepare(
        "SELECT key, place, made_ms, conflicts, subject, json, route FROM record"
        " WHERE key BETWEEN ?1 AND ?2 AND place BETWEEN ?3 AND ?4 AND made_ms >= ?5 ORDER BY key");
    rows.with(wanted.keys.first, wanted.keys.last, wanted.first_place, wanted.last_place,
              wanted.since_ms);
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        RecordRow one;
        one.key = rows.integer(0);
        SPOT_ASSIGN(one.place, place_in(rows.integer(1)));
        one.made_ms = rows.integer(2);
        one.conflicts = rows.integer(3) != 0;
        one.subject = subject_in(rows.blob(4));
        const View json = rows.blob(5);
        one.json.assign(json.begin(), json.end());
        one.route = static_cast<int>(rows.integer(6));
        SPOT_TRY(use(one));
    }
}

Result<RecordTable::Tally> Records::tally(KeyRange range) {
    Tally out{};
    auto rows = database_.prepare("SELECT place FROM record WHERE key BETWEEN ?1 AND ?2");
    rows.with(range.first, range.last);
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return out;
        SPOT_ASSIGN(const std::int64_t place, place_in(rows.integer(0)));
        ++out[static_cast<std::size_t>(place)];
    }
}

Result<> Records::add_names(std::span<const RecordName> names) {
    for (const RecordName& one : names)
        SPOT_TRY(database_
                     .prepare("INSERT OR IGNORE INTO reference (place, name, record)"
                              " VALUES (?1, ?2, ?3)")
                     .with(one.place, std::string_view(one.name), one.key)
                     .run());
    return {};
}

Result<std::optional<std::int64_t>> Records::find_name(std::int64_t place, std::string_view name) {
    auto row = database_.prepare("SELECT record FROM reference WHERE place = ?1 AND name = ?2");
    SPOT_ASSIGN(const bool found, row.with(place, name).step());
    if (!found) return std::nullopt;
    return std::optional(row.integer(0));
}

// No index leads from a record to its names, as hardly anybody asks: all are looked through.
Result<> Records::move_names(KeyRange from, const To& to) {
    std::vector<RecordName> found;
    {
        auto rows = database_.prepare(
            "SELECT record, place, name FROM reference WHERE record BETWEEN ?1 AND ?2");
        rows.with(from.first, from.last);
        for (;;) {
            SPOT_ASSIGN(const bool row, rows.step());
            if (!row) break;
            found.push_back({rows.integer(0), rows.integer(1), std::string(rows.text(2))});
        }
    }
    for (const RecordName& one : found) {
        const std::string_view name = one.name;
        if (const auto key = to(one.key))
            SPOT_TRY(
                database_.prepare("UPDATE reference SET record = ?3 WHERE place = ?1 AND name = ?2")
                    .with(one.place, name, *key)
                    .run());
        else
            SPOT_TRY(database_.prepare("DELETE FROM reference WHERE place = ?1 AND name = ?2")
                         .with(one.place, name)
                         .run());
    }
    return {};
}

Result<> Records::list(const ListedRow& row, std::optional<std::int64_t> session) {
    SPOT_TRY(database_.prepare("INSERT INTO made (place, ms, record) VALUES (?1, ?2, ?3)")
                 .with(row.place, row.made_ms, row.key)
                 .run());
    if (!session) return {};
    return database_.prepare("INSERT INTO part (session, record) VALUES (?1, ?2)")
        .with(*session, row.key)
        .run();
}

Result<> Records::clear_lists() {
    return database_.run("DELETE FROM made; DELETE FROM part");
}

Result<std::vector<ListedRow>> Records::made_between(std::int64_t place, std::int64_t from_ms,
                                                     std::int64_t until_ms, std::size_t count) {
    auto rows = database_.prepare(
        "SELECT record, place, ms FROM made WHERE place = ?1 AND ms >= ?2 AND ms < ?3"
        " ORDER BY ms, record");
    return listed_records(rows.with(place, from_ms, until_ms), count);
}

Result<std::vector<ListedRow>> Records::of_session(std::int64_t session, std::size_t count) {
    auto rows = database_.prepare(
        "SELECT record.key, record.place, record.made_ms FROM part"
        " JOIN record ON record.key = part.record WHERE part.session = ?1 ORDER BY part.record");
    return listed_records(rows.with(session), count);
}

Result<std::vector<ListedRow>> Records::conflicting(std::size_t count) {
    // Without the index's name SQLite walks the whole table, which lies in that order.
    auto rows = database_.prepare(
        "SELECT key, place, made_ms FROM record INDEXED BY record_conflicts"
        " WHERE conflicts > 0 ORDER BY key");
    return listed_records(rows, count);
}

Result<std::vector<ListedRow>> Records::routed(int route, std::size_t count) {
    auto rows = database_.prepare(
        "SELECT key, place, made_ms FROM record WHERE route > 0 AND route = ?1 ORDER BY key");
    return listed_records(rows.with(route), count);
}

Result<std::uint64_t> Records::count_conflicts() {
    SPOT_ASSIGN(const auto count,
                database_.integer("SELECT count(*) FROM record WHERE conflicts > 0"));
    return static_cast<std::uint64_t>(count);
}

}  // namespace spot::core::sqlite
