#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/impl.h"
#include "core/utf8.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

// A receipt's number in the log's own series, of an intent that may be wrong in any way. 0: none
// that could be one.
std::uint64_t number_in(const LogId& log, const Json& intent) {
    if (!intent.is_object()) return 0;
    const auto series = intent.find("series");
    if (series != intent.end() && series->is_string() &&
        is_earlier_series(log, series->get_ref<const std::string&>()))
        return 0;
    const auto at = intent.find("number");
    if (at == intent.end() || !at->is_number_unsigned()) return 0;
    const auto number = at->get<std::uint64_t>();
    return number <= kSeqMax ? number : 0;
}

bool is_kind(Kind kind) {
    return static_cast<std::uint8_t>(kind) - 1U < kKindMax;
}

bool is_personal(Kind kind) {
    return record_of(kind) == "request";
}

}  // namespace

Result<LogRow*> LedgerImpl::log_to_receive(Tx& tx, const LogId& id) {
    const auto found = logs.find(tx, id);
    if (!found || *found) return found;
    SPOT_ASSIGN(const auto newest, logs.newest_epoch(tx, id.device));
    if (id.epoch > newest + kEpochStepMax)
        return fail(Code::invalid, "a log's epoch is far beyond the last one that is known");
    return logs.find_or_make(tx, id);
}

Result<const SecretKey*> LedgerImpl::secret_of(Tx& tx, const LogRow& log, std::uint64_t seq) {
    const std::uint64_t period = period_of(seq);
    const SecretKey* const given = offered.find(log.id, period);
    if (given) SPOT_TRY(logs.keep_secret(tx, log, period, *given));
    SPOT_ASSIGN(const auto* const secret, logs.secret(tx, log, seq));
    if (!secret) return fail(Code::corrupt, "the secret of an entry's period is missing");
    return secret;
}

// Numbers that nobody can have seen are a fault of form. More than that can't be said: another copy
// of a station's store may have gone on in later epochs, and a hub that was restored has lost
// entries of its own that stations have seen. Only a hub knows that its epochs are its own.
Result<bool> LedgerImpl::can_be(Tx& tx, const LogId& author, const Seen& seen) {
    if (seen.epoch == 0) return seen.seq == 0;
    if (seen.epoch > kEpochMax || seen.seq > kSeqMax) return false;
    if (!party.knows_own_epochs) return true;
    SPOT_ASSIGN(const auto newest, logs.newest_epoch(tx, author.device ^ kHubBit));
    return seen.epoch <= std::max(newest, writing ? writing->log.epoch : kEpochMax);
}

// Why the entry may not be applied; nothing: it may. What is refused here is kept all the same,
// so that the chain goes on; what may hold personal data is sealed whatever is wrong with it.
Result<Why> LedgerImpl::judge(Tx& tx, LogRow& log, const Entry& entry,
                              std::optional<SubjectId>& subject) {
    const Party author = (log.id.device & kHubBit) != 0 ? Party::hub : Party::station;
    const Json intent = Json::parse(entry.intent, nullptr, false);
    Why code;

    const auto catalogue = catalogue_of(tx, entry.kind, intent);
    if (!catalogue && catalogue.error().code != Code::invalid)
        return tl::make_unexpected(catalogue.error());
    // What names a version that is not here may be wrong in other ways, too: they are told first.
    const Catalogue& rules = catalogue ? **catalogue : *options.catalogue;
    auto checked = intent.is_discarded() ? fail(Code::invalid, "the intent is not JSON")
                                         : check_intent(author, entry.kind, intent, rules);
    if (checked && !catalogue) checked = tl::make_unexpected(catalogue.error());
    if (!checked)
        code = checked.error().code == Code::refused ? "authority" : "form";
    else if (canonical(intent) != entry.intent || !text_length(entry.user))
        code = "form";
    if (!code && entry.seen != Seen{}) {
        SPOT_ASSIGN(const auto possible, can_be(tx, entry.log, entry.seen));
        if (!possible) code = "form";
    }

    if (!code) {
        const auto state =
            check_state(tx, log.id, Whose::of_device, entry.kind, intent, rules, subject);
        if (!state && state.error().code == Code::not_found)
            code = "unknown_record";
        else if (!state && state.error().code == Code::invalid)
            code = "form";
        else if (!state)
            return tl::make_unexpected(state.error());
    }
    // A number counts as used even where its receipt is quarantined: one fault is told once.
    if (const auto number = entry.kind == Kind::receipt_print ? number_in(log.id, intent) : 0) {
        if (!code && number <= log.receipts)
            code = "duplicate";
        else if (!code && number != log.receipts + 1)
            code = "receipt_gap";
        else if (!code && intent.at("series") != series_of(log.id))
            code = "receipt_series";
        log.receipts = std::max(log.receipts, number);
    }
    if (is_personal(entry.kind) && !subject) {
        const bool whole = !code || *code == "unknown_record";
        SPOT_ASSIGN(const auto made, subjects.of_request(tx,
                                                         whole && entry.kind == Kind::request_queue
                                                             ? intent
                                                             : Json{{"citizen", Json::object()}},
                                                         entry.id(), SubjectKeys::Row::now));
        subject = made;
    }
    return code;
}

Result<> LedgerImpl::receive(Tx& tx, const LogId& id, std::span<const Entry> received,
                             ReceiveMode take, Tip& tip) {
    if (is_own(id)) return fail(Code::refused, "nobody else may write this party's log");
    SPOT_ASSIGN(const auto found, log_to_receive(tx, id));
    LogRow& log = *found;
    const std::uint64_t receipts = log.receipts;
    for (const Entry& entry : received) {
        if (entry.log != id || entry.seq != log.tip.seq + 1)
            return fail(Code::conflict, "the entries do not follow on the log's tip");
        if (entry.intent.size() > kIntentBytesMax || entry.user.size() > kUserBytesMax ||
            entry.seq > kSeqMax)
            return fail(Code::limit, "an entry is too large");
        if (!is_kind(entry.kind)) return fail(Code::corrupt, "an entry is of no kind");
        SPOT_ASSIGN(const auto* const secret, secret_of(tx, log, entry.seq));
        StoredEntry line;
        line.entry = entry;
        line.salt = salt_of(*secret, id, entry.seq);
        auto code = judge(tx, log, entry, line.subject);
        if (!code) return tl::make_unexpected(std::move(code).error());
        // What it refers to may be held itself.
        const bool well_formed = !*code || **code == "unknown_record";
        if (take == ReceiveMode::quarantine && well_formed) *code = "revoked";
        SPOT_TRY(entries.append(tx, log, line));
        if (*code) SPOT_TRY(entries.quarantine(tx, log, entry.seq, **code));
        // Also of one in quarantine, as it may be let out.
        if (well_formed) SPOT_TRY(name_files(tx, log, line));
    }
    tip = log.tip;
    return log.receipts == receipts ? Result<>() : logs.save(tx, log);
}

Result<> LedgerImpl::settle(Tx& tx, const LogId& id) {
    if (is_own(id)) return fail(Code::refused, "one's own entries need no settling");
    SPOT_ASSIGN(const auto found, logs.find(tx, id));
    LogRow* log = found;
    if (!log || log->settled == log->tip.seq) return {};
    log->settled = log->tip.seq;
    return logs.save(tx, *log);
}

Result<> LedgerImpl::take_back(Tx& tx, const LogId& id, std::uint64_t seq) {
    if (is_own(id)) return fail(Code::refused, "one's own entries are not taken back");
    SPOT_ASSIGN(const auto found, logs.find(tx, id));
    if (!found || seq >= found->tip.seq) return {};
    LogRow& log = *found;
    if (seq < log.settled) return fail(Code::conflict, "what was settled is not taken back");
    SPOT_TRY(entries.remove_after(tx, log, seq));
    SPOT_TRY(logs.destroy_secrets_after(tx, log, seq));
    SPOT_TRY(tx.files.unname({entry_key(log.number, seq + 1), entry_key(log.number, kSeqMax)}));

    const auto receipts = receipts_in(tx, log, 1, seq);
    if (!receipts) return tl::make_unexpected(receipts.error());
    log.receipts = *receipts;
    return logs.save(tx, log);
}

Result<std::uint64_t> LedgerImpl::receipts_in(Tx& tx, const LogRow& log, std::uint64_t first,
                                              std::uint64_t last) {
    std::uint64_t highest = 0;
    SPOT_TRY(entries.each(tx, log, first, last, [&](StoredEntry& line) -> Result<> {
        if (line.entry.kind == Kind::receipt_print)
            highest = std::max(highest,
                               number_in(log.id, Json::parse(line.entry.intent, nullptr, false)));
        return {};
    }));
    return highest;
}

}  // namespace spot::core
