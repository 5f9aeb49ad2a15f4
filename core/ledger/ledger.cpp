#include "core/ledger.h"

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"
#include "core/store/sealed/sealed_store.h"
#include "core/store/sqlite/sqlite_store.h"

namespace spot::core {
namespace {

constexpr char kSubjectSecret[] = "ledger.subject_secret";

// Of this store alone; the first process to open it makes it.
Result<std::string> subject_secret(Tx& tx, Random& random) {
    SPOT_ASSIGN(auto found, tx.values.setting(kSubjectSecret));
    if (found || !tx.writes()) return found.value_or("");
    SPOT_TRY(tx.values.set(kSubjectSecret, text(SecretKey::random(random).bytes())));
    SPOT_ASSIGN(found, tx.values.setting(kSubjectSecret));
    return found.value_or("");
}

Result<SecretKey> subject_secret(Store& store, Random& random) {
    std::string secret;
    // To open a store takes no writer's turn, but for the first time.
    for (const auto access : {Store::Access::read, Store::Access::write}) {
        SPOT_ASSIGN(const auto tx, store.begin(access));
        SPOT_ASSIGN(secret, subject_secret(*tx, random));
        SPOT_TRY(tx->commit());
        if (!secret.empty()) break;
    }
    if (secret.size() != SecretKey::kSize)
        return fail(Code::corrupt, "the store's secret is damaged");
    return SecretKey(view(secret).first<SecretKey::kSize>());
}

}  // namespace

Ledger::Ledger(std::unique_ptr<LedgerImpl> impl) : impl_(std::move(impl)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(const std::filesystem::path& file, const StoreKeys& keys,
                            Options options, Disk& disk) {
    SPOT_CHECK(options.catalogue && options.random);
    const auto rules = rules_of(options.party);
    SPOT_ASSIGN(auto file_store,
                open_sqlite_store(file, keys.store, disk, kBusyMsMax, rules.cache_bytes_max));
    SPOT_ASSIGN(auto store, sealed_store(std::move(file_store), keys));
    return open(std::move(store), options);
}

Result<Ledger> Ledger::open(std::unique_ptr<Store> store, Options options) {
    SPOT_CHECK(store && options.catalogue && options.random);
    SPOT_ASSIGN(auto secret, subject_secret(*store, *options.random));
    Ledger out(std::make_unique<LedgerImpl>(std::move(store), options, std::move(secret)));
    LedgerImpl& impl = *out.impl_;
    bool lacks = false;  // as a new one does, and one that an older program wrote
    SPOT_TRY(impl.read(LedgerImpl::Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(lacks, impl.lacks_derived(tx));
        return {};
    }));
    if (!lacks) return out;
    SPOT_TRY(impl.transact(
        [&](Tx& tx) -> Result<> {
            SPOT_TRY(impl.make_lists(tx));
            return impl.name_earlier_files(tx);
        },
        LedgerImpl::Of::log));
    return out;
}

Result<> Ledger::atomically(const std::function<Result<>()>& work) {
    return impl_->faces.replica.atomically(work);
}

Result<> Ledger::reserve() {
    return impl_->store->reserve();
}

Result<std::function<Result<>()>> Ledger::defer_flush() {
    return impl_->store->defer_flush();
}

Journal& Ledger::journal() {
    return impl_->faces.journal;
}
Replica& Ledger::replica() {
    return impl_->faces.replica;
}
Quarantine& Ledger::quarantine() {
    return impl_->faces.quarantine;
}
Executor& Ledger::executor() {
    return impl_->faces.executor;
}
Records& Ledger::records() {
    return impl_->faces.records;
}
Files& Ledger::files() {
    return impl_->faces.files;
}
Attachments& Ledger::attachments() {
    return impl_->faces.attachments;
}
Catalogues& Ledger::catalogues() {
    return impl_->faces.catalogues;
}
Stations& Ledger::stations() {
    return impl_->faces.stations;
}
Values& Ledger::values() {
    return impl_->faces.values;
}
Audit& Ledger::audit() {
    return impl_->faces.audit;
}

}  // namespace spot::core
