// What another party wrote: validated (validate.cpp) and kept. What the rules have to know is
// looked up for all entries at once, and what follows is written at once.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/ledger/received.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

bool is_kind(Kind kind) {
    return static_cast<std::uint8_t>(kind) - 1U < kKindMax;
}

bool is_edit(Kind kind) {
    return kind == Kind::request_edit || kind == Kind::hub_edit;
}

// Is it one of those that came? They follow on each other.
bool is_among(const RecordId& id, std::span<const LedgerImpl::Received> all) {
    return id.log == all.front().entry.log && id.seq >= all.front().entry.seq;
}

}  // namespace

Result<LogRow*> LedgerImpl::log_to_receive(Rows rows, const LogId& id) {
    const auto found = logs.find(rows, id);
    if (!found || *found) return found;
    SPOT_ASSIGN(const auto newest, logs.newest_epoch(rows, id.device));
    if (id.epoch > newest + kEpochStepMax)
        return fail(Code::invalid, "a log's epoch is far beyond the last one that is known");
    return logs.find_or_make(rows, id);
}

Result<const SecretKey*> LedgerImpl::secret_of(Rows rows, const LogRow& log, std::uint64_t seq) {
    const std::uint64_t period = period_of(seq);
    SPOT_ASSIGN(const auto* secret, logs.secret(rows, log, seq));
    if (const SecretKey* const given = offered.find(log.id, period)) {
        if (!secret) {
            SPOT_TRY(logs.keep_secret(rows, log, period, *given));
            SPOT_ASSIGN(secret, logs.secret(rows, log, seq));
        } else if (!equal_in_constant_time(secret->bytes(), given->bytes())) {
            return fail(Code::conflict, "another secret of this period is here");
        }
    }
    if (!secret) return fail(Code::corrupt, "the secret of an entry's period is missing");
    return secret;
}

// What can be said before anything is known.
void LedgerImpl::want(std::span<const Received> all, Wanted& wanted) const {
    const Entry& first = all.front().entry;
    wanted.logs.push_back(first.log);
    wanted.summaries.push_back(first.log.device);
    if (party.knows_own_epochs) wanted.summaries.push_back(first.log.device ^ kHubBit);
    for (auto period = period_of(first.seq); period <= period_of(all.back().entry.seq); ++period)
        wanted.secrets.push_back({first.log, period});
    want_catalogues(wanted);
    subjects.want_secret(wanted);
    for (const auto& [entry, intent, form] : all) {
        for (const char* member : kReferring) {
            const auto id = id_in(intent, member);
            if (!id || is_among(*id, all)) continue;
            wanted.heads.push_back(*id);
            if (is_edit(entry.kind)) wanted.entries.push_back(*id);
        }
        if (entry.kind != Kind::request_queue) continue;
        want_text(text_in(intent, "catalogue"), wanted);
        subjects.want(intent, entry.id(), {}, wanted);
    }
}

// What follows from what was found: texts of the catalogue that no entry names, and the keys for
// what has something wrong with it or is about a person who was erased before.
Result<> LedgerImpl::want_more(Rows rows, const Known& known, std::span<Received> all,
                               Wanted& wanted) {
    for (const auto& [entry, intent, form] : all) {
        const auto request = is_edit(entry.kind) ? id_in(intent, "request") : std::nullopt;
        if (request && is_among(*request, all)) continue;  // it names its version itself
        SPOT_ASSIGN(const auto version, catalogue_version(rows, entry.kind, intent));
        if (is_published(version)) want_text(version, wanted);
    }
    std::erase_if(wanted.values, [&](const auto& key) { return known.values.contains(key); });
    const bool lacks_rules = !wanted.values.empty();
    for (Received& one : all) {
        const Entry& entry = one.entry;
        if (!is_personal(entry.kind)) continue;
        const auto request = id_in(one.intent, "request");
        bool is_whole = !lacks_rules && request && known.head(*request);
        if (!lacks_rules && entry.kind == Kind::request_queue) {
            SPOT_ASSIGN(one.form, validate_form(rows, one));
            is_whole = !one.form->why;
        }
        if (entry.kind == Kind::request_queue) subjects.want(one.intent, entry.id(), known, wanted);
        if (!is_whole) subjects.want({}, entry.id(), known, wanted);
    }
    return {};
}

Result<> LedgerImpl::receive(Tx& tx, const LogId& id, const Incoming& received, ReceiveMode take,
                             Tip& tip) {
    if (is_own(id)) return fail(Code::refused, "nobody else may write this party's log");
    std::vector<Received> all;
    const auto given = received.entries();
    all.reserve(given.size());
    for (const Entry& entry : given) {
        if (entry.log != id || entry.seq != given.front().seq + all.size())
            return fail(Code::conflict, "the entries do not follow on the log's tip");
        if (entry.intent.size() > kIntentBytesMax || entry.user.size() > kUserBytesMax ||
            entry.seq > kSeqMax)
            return fail(Code::limit, "an entry is too large");
        if (!is_kind(entry.kind)) return fail(Code::corrupt, "an entry is of no kind");
        all.push_back({entry, received.intents()[all.size()], {}});
    }
    Known known;
    Effects effects;
    const Rows rows(tx, known, effects);
    if (!all.empty()) {
        Wanted wanted, more;
        want(all, wanted);
        SPOT_TRY(tx.look_up(wanted, known));
        SPOT_TRY(want_more(rows, known, all, more));
        if (!more.values.empty() || !more.subjects.empty()) SPOT_TRY(tx.look_up(more, known));
    }

    SPOT_ASSIGN(auto* const log, log_to_receive(rows, id));
    const std::uint64_t receipts = log->receipts;
    for (const Received& one : all) {
        const Entry& entry = one.entry;
        if (entry.seq != log->tip.seq + 1)
            return fail(Code::conflict, "the entries do not follow on the log's tip");
        SPOT_ASSIGN(const auto* const secret, secret_of(rows, *log, entry.seq));
        StoredEntry line;
        line.entry = entry;
        line.salt = salt_of(*secret, id, entry.seq);
        SPOT_ASSIGN(Why code, validate(rows, *log, one, line.subject));
        // What it refers to may be held itself.
        const bool well_formed = !code || *code == "unknown_record";
        if (take == ReceiveMode::quarantine && well_formed) code = "revoked";
        SPOT_TRY(entries.append(rows, *log, line));
        if (code) SPOT_TRY(entries.quarantine(rows, *log, entry.seq, *code));
        // Also of one in quarantine, as it may be let out.
        if (well_formed) SPOT_TRY(name_files(rows, *log, line));
    }
    tip = log->tip;
    if (log->receipts != receipts) SPOT_TRY(logs.save(rows, *log));
    return tx.apply(effects);
}

Result<> LedgerImpl::finalize(Tx& tx, const LogId& id) {
    if (is_own(id)) return fail(Code::refused, "one's own entries need no settling");
    SPOT_ASSIGN(const auto found, logs.find(tx, id));
    LogRow* log = found;
    if (!log || log->settled == log->tip.seq) return {};
    log->settled = log->tip.seq;
    return logs.save(tx, *log);
}

Result<> LedgerImpl::discard_after(Tx& tx, const LogId& id, const Mark& mark) {
    if (is_own(id)) return fail(Code::refused, "one's own entries are not taken back");
    SPOT_ASSIGN(const auto found, logs.find(tx, id));
    const std::uint64_t seq = mark.tip.seq;
    if (!found || seq >= found->tip.seq) return {};
    LogRow& log = *found;
    if (seq < log.settled) return fail(Code::conflict, "what was settled is not taken back");
    SPOT_TRY(entries.remove_after(tx, log, mark.tip));
    SPOT_TRY(logs.destroy_secrets_after(tx, log, seq));
    SPOT_TRY(tx.files.unname({entry_key(log.number, seq + 1), entry_key(log.number, kSeqMax)}));
    log.receipts = mark.receipts;
    return logs.save(tx, log);
}

}  // namespace spot::core
