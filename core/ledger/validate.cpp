// What is wrong with an entry that another party wrote. On a batch that was looked up (rows.h) none
// of this asks the store.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/received.h"
#include "core/utf8.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

}  // namespace

// Numbers that nobody can have seen are a fault of form. More than that can't be said: another copy
// of a station's store may have gone on in later epochs, and a hub that was restored has lost
// entries of its own that stations have seen. Only a hub knows that its epochs are its own.
Result<bool> LedgerImpl::can_be(Rows rows, const LogId& author, const Seen& seen) {
    if (seen.epoch == 0) return seen.seq == 0;
    if (seen.epoch > kEpochMax || seen.seq > kSeqMax) return false;
    if (!party.knows_own_epochs) return true;
    SPOT_ASSIGN(const auto newest, logs.newest_epoch(rows, author.device ^ kHubBit));
    return seen.epoch <= std::max(newest, writing ? writing->log.epoch : kEpochMax);
}

// What is wrong with the entry, whatever else is here.
Result<LedgerImpl::Form> LedgerImpl::validate_form(Rows rows, const Received& received) {
    const Entry& entry = received.entry;
    const Json& intent = received.intent;
    const Party author = (entry.log.device & kHubBit) != 0 ? Party::hub : Party::station;
    const auto known = catalogue_of(rows, entry.kind, intent);
    if (!known && known.error().code != Code::invalid) return tl::make_unexpected(known.error());
    // What names a version that is not here may be wrong in other ways, too: they are told first.
    Form out{known ? *known : options.catalogue, "form"};
    if (intent.is_discarded()) return out;
    const auto checked = check_intent(author, entry.kind, intent, *out.rules);
    if (!checked && checked.error().code == Code::refused) out.why = "authority";
    if (!checked || !known || canonical(intent) != entry.intent || !text_length(entry.user))
        return out;
    SPOT_ASSIGN(const auto possible,
                entry.seen == Seen{} ? Result<bool>(true) : can_be(rows, entry.log, entry.seen));
    if (possible) out.why.reset();
    return out;
}

// An entry that goes into quarantine is kept all the same, so that its log goes on; what may hold
// personal data is sealed whatever is wrong with it.
Result<Why> LedgerImpl::validate(Rows rows, LogRow& log, const Received& received,
                                 std::optional<SubjectId>& subject) {
    const Entry& entry = received.entry;
    const Json& intent = received.intent;
    SPOT_ASSIGN(const auto form,
                received.form ? Result<Form>(*received.form) : validate_form(rows, received));
    Why code = form.why;
    if (!code) {
        const auto state =
            check_state(rows, log.id, Whose::of_device, entry.kind, intent, *form.rules, subject);
        if (!state && state.error().code == Code::not_found)
            code = "unknown_record";
        else if (!state && state.error().code == Code::invalid)
            code = "form";
        else if (!state)
            return tl::make_unexpected(state.error());
    }
    // A number counts as used even where its receipt is quarantined: one fault is told once.
    if (const auto number =
            entry.kind == Kind::receipt_print ? receipt_number_in(log.id, intent) : 0) {
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
        SPOT_ASSIGN(
            const auto made,
            subjects.of_request(rows, whole && entry.kind == Kind::request_queue ? intent : Json(),
                                entry.id(), SubjectKeys::Row::now));
        subject = made;
    }
    return code;
}

Result<Why> LedgerImpl::validate(Rows rows, LogRow& log, const Entry& entry,
                                 std::optional<SubjectId>& subject) {
    const Json intent = Json::parse(entry.intent, nullptr, false);
    return validate(rows, log, Received{entry, intent, {}}, subject);
}

}  // namespace spot::core
