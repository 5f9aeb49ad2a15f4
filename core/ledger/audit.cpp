#include "core/ledger/impl.h"

namespace spot::core {

Result<std::vector<std::string>> Audit::check() {
    SPOT_ASSIGN(auto faults, impl_.store->check());
    SPOT_TRY(impl_.read(LedgerImpl::Of::records, [&](Tx& tx) { return impl_.check(tx, faults); }));
    return faults;
}

}  // namespace spot::core
