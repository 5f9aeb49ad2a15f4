#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {
namespace {

// Rows that are held at a time. A walk reads some, ends, and then changes them.
constexpr std::int64_t kBatch = 256;

Bytes bytes_in(View view) {
    return {view.begin(), view.end()};
}

// Calls `read` for the rows of `rows`, to the end; returns how many they were.
template <class Read>
Result<std::int64_t> all_of(Statement& rows, const Read& read) {
    for (std::int64_t count = 0;; ++count) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return count;
        read(rows);
    }
}

Result<> entries(Database& database, RowRewriter& rewriter) {
    Entries table(database);
    for (std::int64_t last = -1;;) {
        std::vector<EntryRow> rows;
        {
            auto found = database.prepare(
                "SELECT key, user, subject, payload, reference FROM entry WHERE key > ?1"
                " ORDER BY key LIMIT ?2");
            SPOT_TRY(all_of(found.with(last, kBatch), [&](const Statement& row) {
                EntryRow& one = rows.emplace_back();
                one.key = last = row.integer(0);
                one.user = row.text(1);
                one.subject = subject_in(row.blob(2));
                one.payload = bytes_in(row.blob(3));
                one.reference = row.text(4);
            }));
        }
        if (rows.empty()) return {};
        for (EntryRow& row : rows) {
            SPOT_TRY(rewriter.entry(row));
            SPOT_TRY(table.reseal(row));
        }
    }
}

Result<> records(Database& database, RowRewriter& rewriter) {
    for (std::int64_t last = -1;;) {
        std::vector<RecordRow> rows;
        {
            auto found = database.prepare(
                "SELECT key, subject, json, document FROM record WHERE key > ?1"
                " ORDER BY key LIMIT ?2");
            SPOT_TRY(all_of(found.with(last, kBatch), [&](const Statement& row) {
                RecordRow& one = rows.emplace_back();
                one.key = last = row.integer(0);
                one.subject = subject_in(row.blob(1));
                one.json = bytes_in(row.blob(2));
                if (!row.null(3)) one.document = bytes_in(row.blob(3));
            }));
        }
        if (rows.empty()) return {};
        for (RecordRow& row : rows) {
            SPOT_TRY(rewriter.record(row));
            SPOT_TRY(database.prepare("UPDATE record SET json = ?2, document = ?3 WHERE key = ?1")
                         .with(row.key, row.json, row.document)
                         .run());
        }
    }
}

// The name is the row's key: they are put there anew.
Result<> names(Database& database, RowRewriter& rewriter) {
    std::vector<RecordName> rows;
    {
        auto found = database.prepare("SELECT record, place, name FROM reference");
        SPOT_TRY(all_of(found, [&](const Statement& row) {
            rows.push_back({row.integer(0), row.integer(1), std::string(row.text(2))});
        }));
    }
    SPOT_TRY(database.prepare("DELETE FROM reference").run());
    for (RecordName& row : rows) SPOT_TRY(rewriter.name(row));
    return Records(database).add_names(rows);
}

Result<> secrets(Database& database, RowRewriter& rewriter) {
    struct Row {
        std::int64_t log;
        std::uint64_t period;
        Bytes secret;
    };
    std::vector<Row> rows;
    {
        auto found = database.prepare("SELECT log, period, secret FROM period");
        SPOT_TRY(all_of(found, [&](const Statement& row) {
            rows.push_back({row.integer(0), row.number(1), bytes_in(row.blob(2))});
        }));
    }
    for (Row& row : rows) {
        SPOT_TRY(rewriter.secret(row.log, row.period, row.secret));
        SPOT_TRY(database.prepare("UPDATE period SET secret = ?3 WHERE log = ?1 AND period = ?2")
                     .with(row.log, row.period, row.secret)
                     .run());
    }
    return {};
}

Result<> subjects(Database& database, RowRewriter& rewriter) {
    for (Bytes last;;) {
        std::vector<SubjectTable::Stored> rows;
        std::int64_t count = 0;
        {
            auto found =
                database.prepare("SELECT id, key FROM subject WHERE id > ?1 ORDER BY id LIMIT ?2");
            SPOT_ASSIGN(count, all_of(found.with(last, kBatch), [&](const Statement& row) {
                            last = bytes_in(row.blob(0));
                            const auto id = subject_in(last);
                            if (id && !row.blob(1).empty())
                                rows.push_back({*id, bytes_in(row.blob(1))});
                        }));
        }
        if (count == 0) return {};
        for (auto& row : rows) {
            SPOT_TRY(rewriter.subject(row.id, row.key));
            SPOT_TRY(database.prepare("UPDATE subject SET key = ?2 WHERE id = ?1")
                         .with(row.id, row.key)
                         .run());
        }
    }
}

Result<> attached(Database& database, RowRewriter& rewriter) {
    std::vector<AttachedRow> rows;
    {
        auto found =
            database.prepare("SELECT owner, hash, key FROM attached WHERE subject IS NULL");
        SPOT_TRY(all_of(found, [&](const Statement& row) {
            AttachedRow& one = rows.emplace_back();
            one.owner = row.text(0);
            one.hash = hash_in(row.blob(1)).value_or(Hash{});
            one.key = bytes_in(row.blob(2));
        }));
    }
    for (AttachedRow& row : rows) {
        SPOT_TRY(rewriter.attached(row));
        SPOT_TRY(database.prepare("UPDATE attached SET key = ?3 WHERE owner = ?1 AND hash = ?2")
                     .with(std::string_view(row.owner), row.hash, row.key)
                     .run());
    }
    return {};
}

// Few beside entries: all at once.
Result<> stations(Database& database, RowRewriter& rewriter) {
    Stations table(database);
    std::vector<StationRow> rows;
    SPOT_TRY(table.each([&](StationRow& row) -> Result<> {
        rows.push_back(std::move(row));
        return {};
    }));
    for (StationRow& row : rows) {
        SPOT_TRY(rewriter.station(row));
        SPOT_TRY(table.save(row));
    }
    return {};
}

Result<> settings(Database& database, RowRewriter& rewriter) {
    std::vector<ValueRow> rows;
    {
        auto found = database.prepare("SELECT name, value FROM setting");
        SPOT_TRY(all_of(found, [&](const Statement& row) {
            rows.push_back({std::string(row.text(0)), std::string(row.text(1))});
        }));
    }
    Values table(database);
    for (ValueRow& row : rows) {
        SPOT_TRY(rewriter.setting(row.key, row.value));
        SPOT_TRY(table.set(row.key, row.value));
    }
    return {};
}

Result<> values(Database& database, RowRewriter& rewriter) {
    struct Row {
        std::int64_t number;
        std::string space, key, owner, value;
    };
    for (std::int64_t last = 0;;) {
        std::vector<Row> rows;
        {
            auto found = database.prepare(
                "SELECT number, shelf, key, owner, value FROM kept WHERE number > ?1"
                " ORDER BY number LIMIT ?2");
            SPOT_TRY(all_of(found.with(last, kBatch), [&](const Statement& row) {
                last = row.integer(0);
                rows.push_back({last, std::string(row.text(1)), std::string(row.text(2)),
                                std::string(row.text(3)), std::string(row.text(4))});
            }));
        }
        if (rows.empty()) return {};
        for (Row& row : rows) {
            SPOT_TRY(rewriter.value(row.space, row.key, row.owner, row.value));
            SPOT_TRY(
                database
                    .prepare("UPDATE kept SET key = ?2, owner = ?3, value = ?4 WHERE number = ?1")
                    .with(row.number, std::string_view(row.key), std::string_view(row.owner),
                          view(row.value))
                    .run());
        }
    }
}

}  // namespace

Result<> rewrite(Database& database, RowRewriter& rows) {
    for (const auto& part :
         {entries, records, names, secrets, subjects, attached, stations, settings, values})
        SPOT_TRY(part(database, rows));
    return {};
}

}  // namespace spot::core::sqlite
