#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

}  // namespace

Result<> Records::list(Tx& tx, std::int64_t key, std::int64_t place, std::int64_t ms,
                       const Json& intent) {
    std::optional<std::int64_t> owner;
    if (const auto session = intent.find("session"); session != intent.end()) {
        const auto id = RecordId::parse(session->get_ref<const std::string&>());
        SPOT_ASSIGN(owner, id ? key_of(tx, *id) : std::optional<std::int64_t>());
    }
    return tx.records.list({key, place, ms}, owner);
}

Result<> Ledger::Inside::make_lists(Tx& tx) {
    if (!party.keeps_lists) return {};
    SPOT_ASSIGN(const auto done, tx.values.setting(kListed));
    if (done) return {};
    SPOT_TRY(tx.records.clear_lists());
    SPOT_ASSIGN(const auto ids, logs.ids(tx));
    for (const LogId& id : ids) {
        SPOT_ASSIGN(const auto log, logs.find(tx, id));
        RecordTable::Selection all;
        all.keys = {entry_key(log->number, 0), entry_key(log->number, kSeqMax)};
        SPOT_TRY(tx.records.each(all, [&](RecordRow& row) -> Result<> {
            SPOT_ASSIGN(const auto json, records.open_json(tx, {id, seq_of(row.key)}, row));
            if (!json) return {};  // erased
            const Json shown = Json::parse(*json, nullptr, false);
            return records.list(tx, row.key, row.place, row.made_ms, shown);
        }));
    }
    return tx.values.set(kListed, "1");
}

Result<bool> Ledger::Inside::lacks_derived(Tx& tx) {
    SPOT_ASSIGN(const auto done, tx.values.setting(party.asks_for_files ? kFilesNamed : kListed));
    return !done;
}

Result<std::vector<Ledger::Listed>> Ledger::Inside::listed(Tx& tx, std::vector<ListedRow> rows) {
    std::vector<Listed> out;
    out.reserve(rows.size());
    for (const ListedRow& row : rows) {
        SPOT_ASSIGN(const RecordId id, id_of(tx, row.key));
        out.push_back({id, kRecordNames[static_cast<std::size_t>(row.place)], row.made_ms});
    }
    return out;
}

Result<std::optional<Ledger::Shown>> Ledger::Inside::shown_record(Tx& tx, std::string_view name,
                                                                  const RecordId& id) {
    const auto place = record_place(name);
    SPOT_ASSIGN(const auto key, records.key_of(tx, id));
    if (!key || !place) return std::nullopt;
    SPOT_ASSIGN(const auto rows, tx.records.read({&*key, 1}));
    if (rows.empty() || rows.front().place != place) return std::nullopt;
    const RecordRow& row = rows.front();
    SPOT_ASSIGN(auto json, records.open_json(tx, id, row));
    if (!json) return std::nullopt;
    SPOT_ASSIGN(auto changes, records.changes(tx, id, row));
    return Shown{std::move(*json), row.conflicts, std::move(changes)};
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
    return inside_->look(Inside::Of::records, [&](Tx& tx) -> Result<std::vector<Listed>> {
        SPOT_ASSIGN(auto rows, tx.records.made_between(*place, from_ms, until_ms, count));
        return inside_->listed(tx, std::move(rows));
    });
}

Result<std::vector<Ledger::Listed>> Ledger::records_of(const RecordId& session, std::size_t count) {
    return inside_->look(Inside::Of::records, [&](Tx& tx) -> Result<std::vector<Listed>> {
        SPOT_ASSIGN(const auto key, inside_->records.key_of(tx, session));
        if (!key) return std::vector<Listed>();
        SPOT_ASSIGN(auto rows, tx.records.of_session(*key, count));
        return inside_->listed(tx, std::move(rows));
    });
}

Result<std::vector<Ledger::Listed>> Ledger::conflicting(std::size_t count) {
    return inside_->look(Inside::Of::records, [&](Tx& tx) -> Result<std::vector<Listed>> {
        SPOT_ASSIGN(auto rows, tx.records.conflicting(count));
        return inside_->listed(tx, std::move(rows));
    });
}

Result<std::vector<Ledger::Listed>> Ledger::routed(std::string_view state, std::size_t count) {
    const int route = route_place(state);
    if (route == 0) return fail(Code::invalid, "no route has that state");
    return inside_->look(Inside::Of::records, [&](Tx& tx) -> Result<std::vector<Listed>> {
        SPOT_ASSIGN(auto rows, tx.records.routed(route, count));
        return inside_->listed(tx, std::move(rows));
    });
}

Result<std::optional<Ledger::Shown>> Ledger::record(std::string_view record, const RecordId& id) {
    return inside_->look(Inside::Of::records,
                         [&](Tx& tx) { return inside_->shown_record(tx, record, id); });
}

}  // namespace spot::core
