#include "core/ledger/stations.h"

#include "core/ledger/impl.h"

namespace spot::core {

Result<> Stations::add(const StationRow& row) {
    return impl_.transact([&](Tx& tx) { return tx.stations.add(row); }, LedgerImpl::Of::log);
}

Result<std::optional<StationRow>> Stations::find(std::uint64_t device) {
    return impl_.look(LedgerImpl::Of::log, [&](Tx& tx) { return tx.stations.find(device); });
}

Result<> Stations::save(const StationRow& row) {
    return impl_.transact([&](Tx& tx) { return tx.stations.save(row); }, LedgerImpl::Of::log);
}

Result<> Stations::each(const std::function<Result<>(StationRow&)>& use) {
    return impl_.read(LedgerImpl::Of::log, [&](Tx& tx) { return tx.stations.each(use); });
}

}  // namespace spot::core
