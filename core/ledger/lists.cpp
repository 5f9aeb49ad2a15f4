#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

}  // namespace

Result<> Documents::list(Rows rows, std::int64_t key, std::int64_t place, std::int64_t ms,
                         const Json& intent) {
    std::optional<std::int64_t> owner;
    if (const auto session = intent.find("session"); session != intent.end()) {
        const auto id = RecordId::parse(session->get_ref<const std::string&>());
        SPOT_ASSIGN(owner, id ? key_of(rows, *id) : std::optional<std::int64_t>());
    }
    return rows.list({key, place, ms}, owner);
}

Result<> LedgerImpl::make_lists(Tx& tx) {
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
            SPOT_ASSIGN(const auto json, documents.open_json(tx, {id, seq_of(row.key)}, row));
            if (!json) return {};  // erased
            const Json shown = Json::parse(*json, nullptr, false);
            return documents.list(tx, row.key, row.place, row.made_ms, shown);
        }));
    }
    return tx.values.set(kListed, "1");
}

Result<bool> LedgerImpl::lacks_derived(Tx& tx) {
    SPOT_ASSIGN(const auto done, tx.values.setting(party.asks_for_files ? kFilesNamed : kListed));
    return !done;
}

Result<std::vector<RecordRef>> LedgerImpl::listed(Tx& tx, std::vector<ListedRow> rows) {
    std::vector<RecordRef> out;
    out.reserve(rows.size());
    for (const ListedRow& row : rows) {
        SPOT_ASSIGN(const RecordId id, id_of(tx, row.key));
        out.push_back({id, kRecordNames[static_cast<std::size_t>(row.place)], row.made_ms});
    }
    return out;
}

Result<std::optional<RecordView>> LedgerImpl::shown_record(Tx& tx, std::string_view name,
                                                           const RecordId& id) {
    const auto place = record_place(name);
    SPOT_ASSIGN(const auto key, documents.key_of(tx, id));
    if (!key || !place) return std::nullopt;
    SPOT_ASSIGN(const auto rows, tx.records.read({&*key, 1}));
    if (rows.empty() || rows.front().place != place) return std::nullopt;
    const RecordRow& row = rows.front();
    SPOT_ASSIGN(auto json, documents.open_json(tx, id, row));
    if (!json) return std::nullopt;
    SPOT_ASSIGN(auto changes, documents.changes(tx, id, row));
    return RecordView{std::move(*json), row.conflicts, std::move(changes)};
}

Result<std::vector<RecordId>> LedgerImpl::changes_of(Tx& tx, std::string_view record,
                                                     const RecordId& id) {
    SPOT_ASSIGN(auto shown, shown_record(tx, record, id));
    return shown ? std::move(shown->changes) : std::vector<RecordId>();
}

}  // namespace spot::core
