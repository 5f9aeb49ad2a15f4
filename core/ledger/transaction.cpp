#include "core/ledger/impl.h"

namespace spot::core {
namespace {

// Makes a transaction that of the call that is running, for as long as it lasts.
class Current {
public:
    Current(Tx*& at, Tx& tx) : at_(at) { at_ = &tx; }
    ~Current() { at_ = nullptr; }
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

private:
    Tx*& at_;
};

}  // namespace

void LedgerImpl::forget() {
    logs.forget();
    subjects.forget();
    documents.forget();
    published_known = false;
    pending.reset();
}

LogRow LedgerImpl::log(const LogId& id) {
    LogRow out;
    out.id = id;
    const auto done = read(Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto found, logs.find(tx, id));
        if (found) out = *found;
        return {};
    });
    if (!done) fault = done.error();
    return out;
}

Result<> LedgerImpl::transact(const Work& work, Of of) {
    if (fault) return tl::make_unexpected(*fault);
    if (current) return part_of(*current, work, of);
    SPOT_ASSIGN(const auto tx, store->begin(Store::Access::write));
    const Current here(current, *tx);
    if (tx->stale()) forget();
    auto done = of == Of::records ? catch_up(*tx) : Result<>();
    if (done) done = work(*tx);
    // A reader without an error channel may have met one.
    if (done && fault) done = tl::make_unexpected(*fault);
    if (done) done = tx->commit();
    if (!done) forget();
    return done;
}

Result<> LedgerImpl::part_of(Tx& tx, const Work& work, Of of) {
    SPOT_ASSIGN(const auto savepoint, tx.savepoint());
    auto done = of == Of::records ? catch_up(tx) : Result<>();
    if (done) done = work(tx);
    if (done) done = savepoint->release();
    if (!done) forget();
    return done;
}

Result<> LedgerImpl::read(Of of, const Work& work) {
    if (fault) return tl::make_unexpected(*fault);
    if (current) {
        if (of == Of::records && current->writes()) SPOT_TRY(catch_up(*current));
        return work(*current);
    }
    const auto look = [&](bool may_be_behind) -> Result<bool> {
        SPOT_ASSIGN(const auto tx, store->begin(Store::Access::read));
        const Current here(current, *tx);
        if (tx->stale()) forget();
        SPOT_ASSIGN(const bool behind, may_be_behind ? is_behind(*tx) : Result<bool>(false));
        if (behind) return false;
        SPOT_TRY(work(*tx));
        return true;
    };
    SPOT_ASSIGN(const bool done, look(of == Of::records));
    if (done) return {};
    if (!transact([](Tx&) { return Result<>(); })) return read_unkept(work);
    SPOT_TRY(look(false));
    return {};
}

Result<> LedgerImpl::read_unkept(const Work& work) {
    SPOT_ASSIGN(const auto tx, store->begin(Store::Access::write));
    const Current here(current, *tx);
    if (tx->stale()) forget();
    auto done = catch_up(*tx);
    if (done) done = work(*tx);
    forget();
    return done;
}

}  // namespace spot::core
