#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

constexpr char kListed[] = "ledger.listed";  // the lists hold every record

}  // namespace

Result<> Records::list(Tx& tx, std::int64_t key, std::int64_t place, std::int64_t ms, const Json& intent) {
    SPOT_TRY(database_.prepare("INSERT INTO made (place, ms, record) VALUES (?1, ?2, ?3)")
                 .with(place, ms, key)
                 .run());
    const auto session = intent.find("session");
    if (session == intent.end()) return {};
    const auto id = RecordId::parse(session->get_ref<const std::string&>());
    SPOT_ASSIGN(const auto owner, id ? key_of(tx, *id) : std::optional<std::int64_t>());
    if (!owner) return {};
    return database_.prepare("INSERT INTO part (session, record) VALUES (?1, ?2)")
        .with(*owner, key)
        .run();
}

Result<> Ledger::Inside::make_lists(Tx& tx) {
    if (options.party != Party::station) return {};
    SPOT_ASSIGN(const auto done,
                database.integer("SELECT count(tx, *) FROM setting WHERE name = 'ledger.listed'"));
    if (done > 0) return {};
    return transact([&](Tx& tx) -> Result<> {
        // Another process may have been faster.
        SPOT_TRY(database.run("DELETE FROM made; DELETE FROM part"));
        auto rows = database.prepare(
            "SELECT key, subject, json, place, made_ms, device, epoch FROM record"
            " JOIN log ON log.number = key >> 40");
        for (;;) {
            SPOT_ASSIGN(const auto row, rows.step());
            if (!row) break;
            const RecordId id{{rows.number(5), static_cast<std::uint32_t>(rows.integer(6))},
                              seq_of(rows.integer(0))};
            SPOT_ASSIGN(const auto json, records.open_json(tx, id, rows, 0));
            if (!json) continue;  // erased
            const Json shown = Json::parse(*json, nullptr, false);
            SPOT_TRY(records.list(tx, rows.integer(0), rows.integer(3), rows.integer(4), shown));
        }
        return database.prepare("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, x'31')")
            .with(std::string_view(kListed))
            .run();
    });
}

Result<std::vector<Ledger::Listed>> Ledger::Inside::listed(Tx& tx, Statement rows, std::size_t count) {
    std::vector<Listed> out;
    while (out.size() < count) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) break;
        auto log = database.prepare("SELECT device, epoch FROM log WHERE number = ?1");
        SPOT_ASSIGN(const auto found, log.with(rows.integer(0) >> kSeqBits).step());
        const auto place = static_cast<std::size_t>(rows.integer(2));
        if (!found || place >= kRecordNames.size())
            return fail(Code::corrupt, "a record's place is damaged");
        out.push_back(
            {{{log.number(0), static_cast<std::uint32_t>(log.integer(1))}, seq_of(rows.integer(0))},
             kRecordNames[place],
             rows.integer(1)});
    }
    return out;
}

Result<std::optional<Ledger::Shown>> Ledger::Inside::shown_record(Tx& tx, std::string_view name,
                                                                  const RecordId& id) {
    const auto place = record_place(name);
    SPOT_ASSIGN(const auto key, records.key_of(tx, id));
    if (!key || !place) return std::nullopt;
    auto row = database.prepare(
        "SELECT key, subject, json, key, subject, document, conflicts FROM record"
        " WHERE key = ?1 AND place = ?2");
    SPOT_ASSIGN(const auto found, row.with(*key, *place).step());
    if (!found) return std::nullopt;
    SPOT_ASSIGN(auto json, records.open_json(tx, id, row, 0));
    if (!json) return std::nullopt;
    SPOT_ASSIGN(auto changes, records.changes(tx, id, row, 3));
    return Shown{std::move(*json), row.integer(6) > 0, std::move(changes)};
}

Result<std::vector<RecordId>> Ledger::Inside::changes_of(Tx& tx, std::string_view record,
                                                         const RecordId& id) {
    SPOT_ASSIGN(auto shown, shown_record(tx, record, id));
    return shown ? std::move(shown->changes) : std::vector<RecordId>();
}

Result<std::vector<Ledger::Listed>> Ledger::made_between(std::string_view record,
                                                         std::int64_t from_ms,
                                                         std::int64_t until_ms, std::size_t count) {
    const auto place = record_place(record);
    if (!place) return fail(Code::invalid, "no record is called that");
    return inside_->look(Inside::Of::records, [&](Tx& tx) {
        auto rows = inside_->database.prepare(
            "SELECT record, ms, place FROM made WHERE place = ?1 AND ms >= ?2 AND ms < ?3"
            " ORDER BY ms, record");
        rows.with(*place, from_ms, until_ms);
        return inside_->listed(tx, std::move(rows), count);
    });
}

Result<std::vector<Ledger::Listed>> Ledger::records_of(const RecordId& session, std::size_t count) {
    return inside_->look(Inside::Of::records, [&](Tx& tx) -> Result<std::vector<Listed>> {
        SPOT_ASSIGN(const auto key, inside_->records.key_of(tx, session));
        if (!key) return std::vector<Listed>();
        auto rows = inside_->database.prepare(
            "SELECT record.key, record.made_ms, record.place FROM part"
            " JOIN record ON record.key = part.record WHERE part.session = ?1 ORDER BY "
            "part.record");
        rows.with(*key);
        return inside_->listed(tx, std::move(rows), count);
    });
}

Result<std::vector<Ledger::Listed>> Ledger::conflicting(std::size_t count) {
    return inside_->look(Inside::Of::records, [&](Tx& tx) {
        return inside_->listed(tx, 
            inside_->database.prepare(
                // Else it would walk the whole table, which stands in that order.
                "SELECT key, made_ms, place FROM record INDEXED BY record_conflicts"
                " WHERE conflicts > 0 ORDER BY key"),
            count);
    });
}

Result<std::vector<Ledger::Listed>> Ledger::routed(std::string_view state, std::size_t count) {
    const int place = route_place(state);
    if (place == 0) return fail(Code::invalid, "no route has that state");
    return inside_->look(Inside::Of::records, [&](Tx& tx) {
        auto rows = inside_->database.prepare(
            "SELECT key, made_ms, place FROM record WHERE route > 0 AND route = ?1 ORDER BY key");
        rows.with(place);
        return inside_->listed(tx, std::move(rows), count);
    });
}

Result<std::optional<Ledger::Shown>> Ledger::record(std::string_view record, const RecordId& id) {
    return inside_->look(Inside::Of::records, [&](Tx& tx) { return inside_->shown_record(tx, record, id); });
}

}  // namespace spot::core
