#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {

Result<> Journal::write_to(const LogId& log) {
    if (!impl_.is_own(log)) return fail(Code::refused, "that log is another party's");
    if (log.epoch == 0 || log.epoch > kEpochMax) return fail(Code::limit, "no such epoch");
    LedgerImpl::Writing writing{log, impl_.writing ? impl_.writing->run : 0};
    if (!impl_.writing) {
        std::array<std::uint8_t, 8> run;
        impl_.options.random->fill(run);
        writing.run = ByteReader(run).u64();
    }
    impl_.writing = writing;
    if (log.device == kHubBit) return {};  // no station's: append() finds the log by the record
    return impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto found, impl_.logs.find_or_make(tx, log));
        SPOT_TRY(impl_.logs.secret_or_make(tx, *found, found->tip.seq + 1));
        return {};
    });
}

Result<Journal::Appended> Journal::append(Kind kind, std::string_view reference,
                                          std::string_view user, nlohmann::json intent) {
    Journal::Appended out;
    SPOT_TRY(impl_.transact(
        [&](Tx& tx) { return impl_.append(tx, kind, reference, user, std::move(intent), out); },
        LedgerImpl::Of::log));
    return out;
}

std::optional<RecordId> Journal::find(std::string_view record, std::string_view reference_or_id) {
    std::optional<RecordId> out;
    // What another process recorded a moment ago comes with the second look.
    for (const auto of : {LedgerImpl::Of::log, LedgerImpl::Of::records}) {
        const auto found = impl_.noted(
            impl_.look(of, [&](Tx& tx) { return impl_.find(tx, record, reference_or_id); }));
        if (!found) break;
        out = *found;
        if (out) break;
    }
    return out;
}

std::uint64_t Journal::waiting(const LogId& log) {
    const auto found = impl_.log(log);
    return found.last() - std::min(found.last(), found.acknowledged.seq);
}

Result<std::uint64_t> Journal::branch(const LogId& from, const Tip& common, const LogId& to,
                                      const Journal::Renamed& renamed) {
    std::uint64_t again = 0;
    SPOT_TRY(
        impl_.transact([&](Tx& tx) { return impl_.branch(tx, from, common, to, renamed, again); }));
    return again;
}

}  // namespace spot::core
