#include "core/ledger/impl.h"

namespace spot::core {

Result<> Records::export_lines(const ExportOptions& options,
                               const std::function<void(std::string_view)>& line) {
    return impl_.read(LedgerImpl::Of::records,
                      [&](Tx& tx) { return impl_.export_records(tx, options, line); });
}

Result<RecordCounts> Records::count() {
    return impl_.look(LedgerImpl::Of::records, [&](Tx& tx) { return impl_.count(tx); });
}

Result<std::vector<RecordRef>> Records::made_between(std::string_view record, std::int64_t from_ms,
                                                     std::int64_t until_ms, std::size_t count) {
    const auto place = record_place(record);
    if (!place) return fail(Code::invalid, "no record is called that");
    return impl_.look(LedgerImpl::Of::records, [&](Tx& tx) -> Result<std::vector<RecordRef>> {
        SPOT_ASSIGN(auto rows, tx.records.made_between(*place, from_ms, until_ms, count));
        return impl_.listed(tx, std::move(rows));
    });
}

Result<std::vector<RecordRef>> Records::of_session(const RecordId& session, std::size_t count) {
    return impl_.look(LedgerImpl::Of::records, [&](Tx& tx) -> Result<std::vector<RecordRef>> {
        SPOT_ASSIGN(const auto key, impl_.documents.key_of(tx, session));
        if (!key) return std::vector<RecordRef>();
        SPOT_ASSIGN(auto rows, tx.records.of_session(*key, count));
        return impl_.listed(tx, std::move(rows));
    });
}

Result<std::vector<RecordRef>> Records::conflicting(std::size_t count) {
    return impl_.look(LedgerImpl::Of::records, [&](Tx& tx) -> Result<std::vector<RecordRef>> {
        SPOT_ASSIGN(auto rows, tx.records.conflicting(count));
        return impl_.listed(tx, std::move(rows));
    });
}

Result<std::vector<RecordRef>> Records::routed(std::string_view state, std::size_t count) {
    const int route = route_place(state);
    if (route == 0) return fail(Code::invalid, "no route has that state");
    return impl_.look(LedgerImpl::Of::records, [&](Tx& tx) -> Result<std::vector<RecordRef>> {
        SPOT_ASSIGN(auto rows, tx.records.routed(route, count));
        return impl_.listed(tx, std::move(rows));
    });
}

Result<std::optional<RecordView>> Records::view(std::string_view record, const RecordId& id) {
    return impl_.look(LedgerImpl::Of::records,
                      [&](Tx& tx) { return impl_.shown_record(tx, record, id); });
}

}  // namespace spot::core
