#include "core/ledger/impl.h"

namespace spot::core {

Result<> LedgerReplica::atomically(const std::function<Result<>()>& work) {
    // A call in it that needs records sees to it.
    return impl_.transact([&](Tx&) { return work(); }, LedgerImpl::Of::log);
}

Tip LedgerReplica::tip(const LogId& log) {
    return impl_.log(log).tip;
}

Tip LedgerReplica::acknowledged(const LogId& log) {
    return impl_.log(log).acknowledged;
}

Tip LedgerReplica::backed_up(const LogId& log) {
    return impl_.log(log).backed_up;
}

Seen LedgerReplica::branch_of(const LogId& log) {
    return impl_.log(log).branch;
}

Result<> LedgerReplica::keep_branch(const LogId& log, const Seen& branch) {
    return impl_.transact([&](Tx& tx) { return impl_.keep_branch(tx, log, branch); });
}

Result<std::size_t> LedgerReplica::matching(const LogId& log, std::span<const Entry> given) {
    return impl_.look(LedgerImpl::Of::log, [&](Tx& tx) { return impl_.matching(tx, log, given); });
}

std::vector<LogId> LedgerReplica::logs() {
    return impl_.noted(impl_.look(LedgerImpl::Of::log, [&](Tx& tx) { return impl_.logs.ids(tx); }))
        .value_or(std::vector<LogId>());
}

Result<std::uint32_t> LedgerReplica::newest_epoch(std::uint64_t device) {
    return impl_.look(LedgerImpl::Of::log,
                      [&](Tx& tx) { return impl_.logs.newest_epoch(tx, device); });
}

std::optional<Hash> LedgerReplica::hash_at(const LogId& log, std::uint64_t seq) {
    const auto found =
        impl_.noted(impl_.look(LedgerImpl::Of::log, [&](Tx& tx) -> Result<std::optional<Hash>> {
            SPOT_ASSIGN(const auto row, impl_.logs.find(tx, log));
            if (!row) return seq == 0 ? std::optional<Hash>(Hash{}) : std::nullopt;
            return impl_.entries.hash_at(tx, *row, seq);
        }));
    return found ? *found : std::nullopt;
}

Result<std::vector<Entry>> LedgerReplica::entries(const LogId& log, std::uint64_t first,
                                                  std::size_t count) {
    std::vector<Entry> out;
    if (count == 0) return out;
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) {
        const auto found = impl_.log(log);
        const std::uint64_t from = std::max<std::uint64_t>(first, 1);
        const std::uint64_t last = from - 1 + std::min<std::uint64_t>(count, kSeqMax);
        return impl_.entries.each(
            tx, found, from, std::min(found.tip.seq, last), [&](StoredEntry& line) -> Result<> {
                if (line.erased) return fail(Code::not_found, "an entry's data were erased");
                out.push_back(std::move(line.entry));
                return {};
            });
    }));
    return out;
}

Result<std::vector<PeriodSecret>> LedgerReplica::period_secrets(const LogId& log,
                                                                std::uint64_t first,
                                                                std::uint64_t last) {
    std::vector<PeriodSecret> out;
    if (first == 0 || first > last) return out;
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) -> Result<> {
        const auto found = impl_.log(log);
        for (auto period = period_of(first); period <= period_of(last); ++period) {
            SPOT_ASSIGN(const auto secret,
                        impl_.logs.secret(tx, found, period * kPeriodEntries + 1));
            if (!secret) return fail(Code::not_found, "the period's secret is not here any more");
            out.push_back({period, secret->clone()});
        }
        return {};
    }));
    return out;
}

Result<> LedgerReplica::offer_period_secrets(const LogId& log,
                                             std::span<const PeriodSecret> secrets) {
    if (impl_.is_own(log)) return fail(Code::refused, "one's own secrets are made here");
    impl_.offered.offer(log, secrets);
    return {};
}

Result<Tip> LedgerReplica::receive(const LogId& log, const Incoming& entries, ReceiveMode take) {
    Tip tip;
    SPOT_TRY(impl_.transact([&](Tx& tx) { return impl_.receive(tx, log, entries, take, tip); }));
    return tip;
}

Result<> LedgerReplica::finalize(const LogId& log) {
    return impl_.transact([&](Tx& tx) { return impl_.finalize(tx, log); });
}

Result<Mark> LedgerReplica::mark(const LogId& log) {
    Mark mark;
    SPOT_TRY(impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto found, impl_.logs.find(tx, log));
        if (found) mark = {found->tip, found->receipts};
        return {};
    }));
    return mark;
}

Result<> LedgerReplica::discard_after(const LogId& log, const Mark& mark) {
    return impl_.transact([&](Tx& tx) { return impl_.discard_after(tx, log, mark); });
}

Result<> LedgerReplica::acknowledge(const LogId& log, const Tip& durable, const Tip& backed_up) {
    return impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto found, impl_.logs.find(tx, log));
        if (!found) return fail(Code::not_found, "there is no such log");
        if (found->acknowledged == durable && found->backed_up == backed_up) return {};
        found->acknowledged = durable;
        found->backed_up = backed_up;
        // At a station only its own entries are sure to be executed.
        if (impl_.is_own(log)) SPOT_TRY(impl_.documents.tally_on(tx, *found, found->tip.seq));
        SPOT_TRY(impl_.logs.save(tx, *found));
        // Not at the acknowledgement: another party that lost entries since its backup has to be
        // sent them again, with their salts.
        return impl_.logs.destroy_secrets(tx, *found, std::min(durable.seq, backed_up.seq));
    });
}

}  // namespace spot::core
