#include "core/ledger/impl.h"

namespace spot::core {

Result<std::size_t> Executor::run(std::size_t count) {
    std::size_t done = 0;
    SPOT_TRY(impl_.transact([&](Tx& tx) { return impl_.execute_received(tx, count, done); }));
    return done;
}

}  // namespace spot::core
