#include "core/ledger/impl.h"

namespace spot::core {

Result<std::vector<Bytes>> LedgerQuarantine::causal_history(const LogId& log, std::uint64_t seq) {
    return impl_.look(LedgerImpl::Of::records,
                      [&](Tx& tx) { return impl_.causal_history(tx, log, seq); });
}

Result<bool> LedgerQuarantine::accept_diverged(const LogId& log, std::uint64_t seq,
                                               std::span<const Bytes> changes) {
    bool taken = false;
    SPOT_TRY(impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto done, impl_.accept_diverged(tx, log, seq, changes));
        taken = done;
        return {};
    }));
    return taken;
}

Result<> LedgerQuarantine::revalidate(const LogId& log) {
    return impl_.transact([&](Tx& tx) { return impl_.revalidate(tx, log); });
}

std::vector<Quarantined> LedgerQuarantine::list(const LogId& log, std::size_t count) {
    return impl_
        .noted(impl_.look(LedgerImpl::Of::log,
                          [&](Tx& tx) -> Result<std::vector<Quarantined>> {
                              SPOT_ASSIGN(const auto row, impl_.logs.find(tx, log));
                              if (!row) return std::vector<Quarantined>();
                              return impl_.entries.quarantined(tx, *row, count);
                          }))
        .value_or(std::vector<Quarantined>());
}

Result<std::uint64_t> LedgerQuarantine::count(const LogId& log) {
    return impl_.look(LedgerImpl::Of::log, [&](Tx& tx) -> Result<std::uint64_t> {
        SPOT_ASSIGN(const auto row, impl_.logs.find(tx, log));
        if (!row) return std::uint64_t{0};
        return impl_.entries.quarantined_count(tx, *row);
    });
}

std::string LedgerQuarantine::note(std::string_view name) {
    return impl_.faces.values.setting(name).value_or("");
}

Result<> LedgerQuarantine::set_note(std::string_view name, std::string_view text) {
    return impl_.faces.values.set(name, text);
}

Result<std::uint64_t> LedgerQuarantine::operations_in(std::span<const Bytes> changes) {
    return Document::operations_in(changes);
}

}  // namespace spot::core
