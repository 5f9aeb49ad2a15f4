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

Result<> Stations::add_exchange(const ExchangeRow& row) {
    return impl_.transact([&](Tx& tx) { return tx.stations.add_exchange(row); },
                          LedgerImpl::Of::log);
}

Result<std::vector<ExchangeRow>> Stations::exchanges(std::uint64_t device, std::int64_t before,
                                                     std::size_t count) {
    return impl_.look(LedgerImpl::Of::log, [&](Tx& tx) -> Result<std::vector<ExchangeRow>> {
        return tx.stations.exchanges(device, before, count);
    });
}

Result<> Stations::forget_exchanges(std::int64_t before_ms, std::size_t count) {
    return impl_.transact([&](Tx& tx) { return tx.stations.forget_exchanges(before_ms, count); },
                          LedgerImpl::Of::log);
}

Result<> Stations::each(const std::function<Result<>(StationRow&)>& use) {
    return impl_.read(LedgerImpl::Of::log, [&](Tx& tx) { return tx.stations.each(use); });
}

}  // namespace spot::core
