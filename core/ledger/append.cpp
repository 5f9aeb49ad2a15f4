#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/impl.h"
#include "core/utf8.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

// What programs hand in may hold a name from a command line, in any encoding.
Result<std::string> text_of(const Json& intent) {
    try {
        return intent.dump(-1, ' ', false, Json::error_handler_t::strict);
    } catch (const Json::exception&) {
        return fail(Code::invalid, "an intent is text in UTF-8");
    }
}

// A receipt's series and number are the ledger's, and the catalogue's version that a request is
// checked against is that of the day: neither is the caller's.
Result<std::string> as_given(Kind kind, Json intent) {
    if (kind == Kind::receipt_print) {
        intent.erase("series");
        intent.erase("number");
    }
    if (kind == Kind::request_queue) intent.erase("catalogue");
    return text_of(intent);
}

// The member of an edit that takes most.
std::string largest_member(const Json& intent) {
    const auto set = intent.find("set");
    const Json& members = set != intent.end() && set->is_object() ? *set : intent;
    std::string out;
    std::size_t most = 0;
    for (const auto& [name, value] : members.items()) {
        const std::size_t size = value.is_string() ? value.get_ref<const std::string&>().size() : 0;
        if (size < most) continue;
        most = size;
        out = name;
    }
    return out;
}

}  // namespace

Result<bool> LedgerImpl::repeated_record(Tx& tx, Kind kind, std::string_view reference,
                                         const Json& intent, Journal::Appended& out) {
    if (reference.empty()) return false;
    SPOT_ASSIGN(const auto found, documents.find_reference(tx, record_of(kind), reference));
    if (!found) return false;
    const RecordId id = *found;
    SPOT_ASSIGN(const auto log, logs.find(tx, id.log));
    SPOT_ASSIGN(const auto line, entries.read(tx, *log, id.seq));
    if (!line) return fail(Code::corrupt, "a record's entry is not in the store");
    const Json earlier = Json::parse(line->entry.intent, nullptr, false);
    SPOT_ASSIGN(const auto before, as_given(kind, earlier));
    SPOT_ASSIGN(const auto now, as_given(kind, intent));
    if (line->erased || before != now)
        return fail(Code::conflict, "this " + std::string(record_of(kind)) +
                                        " was recorded before with other content");
    out = {id, id, true};
    return true;
}

Result<bool> LedgerImpl::repeated_change(const CachedRecord& working, Kind kind,
                                         const std::string& intent, Journal::Appended& out) {
    const auto digest = Documents::digest_of(kind, intent);
    for (const auto& change : working.changes) {
        if (change.digest != digest) continue;
        const std::uint64_t device =
            (working.id.log.device & ~kHubBit) | (change.by_hub ? kHubBit : 0);
        out = {{{device, change.epoch}, change.seq}, working.id, true};
        return true;
    }
    if (kind == Kind::session_close && working.changes.size() > 1)
        return fail(Code::conflict, "this session was closed before with other content");
    return false;
}

Result<bool> LedgerImpl::repeated_settlement(Tx& tx, const Json& intent, const std::string& text,
                                             Journal::Appended& out) {
    const auto id = RecordId::parse(intent.at("receipt").get_ref<const std::string&>());
    SPOT_ASSIGN(const auto all, id ? changes_of(tx, "receipt", *id) : std::vector<RecordId>());
    if (all.size() < 2) return false;
    SPOT_ASSIGN(const auto log, logs.find(tx, all.back().log));
    SPOT_ASSIGN(const auto line, entries.read(tx, *log, all.back().seq));
    if (!line || line->entry.intent != text)
        return fail(Code::conflict, "this receipt's original was settled before");
    out = {all.back(), *id, true};
    return true;
}

// How far the author has executed the other party's log.
Result<Seen> LedgerImpl::seen_by(Tx& tx, const LogId& author) {
    SPOT_ASSIGN(const auto logs_of_other, tx.logs.of_device(author.device ^ kHubBit));
    for (const LogRow& log : logs_of_other)
        if (log.executed > 0) return Seen{log.id.epoch, log.executed};
    return Seen{};
}

Result<> LedgerImpl::append(Tx& tx, Kind kind, std::string_view reference, std::string_view user,
                            Json intent, Journal::Appended& out) {
    if (!writing) return fail(Code::invalid, "no log is being written to");
    const auto user_length = text_length(user);
    if (user.size() > kUserBytesMax || !user_length)
        return fail(Code::invalid, "user: longer than 64 bytes, or no text");
    if (!intent.is_object()) return fail(Code::invalid, "an intent is an object");

    // What another process wrote is not remembered here; a receipt is settled in its row.
    if (!pending || kind == Kind::receipt_settle) SPOT_TRY(catch_up(tx));
    if (makes_record(kind)) {
        SPOT_ASSIGN(const auto repeated, repeated_record(tx, kind, reference, intent, out));
        if (repeated) return {};
    }
    if (kind == Kind::receipt_print) {
        SPOT_ASSIGN(const auto log, logs.find_or_make(tx, writing->log));
        intent["series"] = series_of(writing->log);
        intent["number"] = log->receipts + 1;
    }
    SPOT_ASSIGN(const auto catalogue, catalogue_of(tx, kind, intent));
    SPOT_TRY(check_intent(options.party, kind, intent, *catalogue));
    StoredEntry line;
    line.entry.kind = kind;
    line.entry.user = user;
    SPOT_ASSIGN(line.entry.intent, text_of(intent));
    if (line.entry.intent.size() > kIntentBytesMax)
        return fail(Code::invalid, "the intent is longer than 64 KiB");

    LogId own = writing->log;
    CachedRecord* working = nullptr;
    if (has_document(kind) && !makes_record(kind)) {
        const std::string record(record_of(kind));
        const auto id = RecordId::parse(intent.at(record).get_ref<const std::string&>());
        SPOT_ASSIGN(const auto opened, id ? open(tx, record, *id) : nullptr);
        if (!opened) return fail(Code::not_found, "unknown " + record);
        working = opened;
        SPOT_ASSIGN(const auto repeated, repeated_change(*working, kind, line.entry.intent, out));
        if (repeated) return {};
        SPOT_TRY(check_open(kind, *working));
        // The hub writes about each station's records in a log of that station's own.
        if (party.log_per_station) own.device = id->log.device | kHubBit;
    }
    if (kind == Kind::receipt_settle) {
        SPOT_ASSIGN(const auto repeated, repeated_settlement(tx, intent, line.entry.intent, out));
        if (repeated) return {};
    }
    SPOT_TRY(check_state(tx, own, Whose::anybody, kind, intent, *catalogue, line.subject));

    const auto log = logs.find_or_make(tx, own);
    if (!log) return tl::make_unexpected(log.error());
    // Entries in it would never be sent.
    if ((*log)->ended)
        return fail(Code::conflict, "this log has ended: another process goes on in the next one");
    if (working) SPOT_TRY(check_room(*working, intent, line.entry.intent.size()));
    line.entry.log = own;
    line.entry.seq = (*log)->tip.seq + 1;
    if (line.entry.seq > kSeqMax) return fail(Code::limit, "the log is full");
    line.entry.run = writing->run;
    const auto seen = seen_by(tx, own);
    if (!seen) return tl::make_unexpected(seen.error());
    line.entry.seen = *seen;
    line.reference = reference;
    out = {line.entry.id(), working ? working->id : line.entry.id(), false};
    return write(tx, **log, std::move(line), std::move(intent), working);
}

Result<> LedgerImpl::check_room(CachedRecord& working, const Json& intent, std::size_t bytes) {
    const auto [most_bytes, most_changes] = record_room();
    if (documents.has_room(working, bytes,
                           {most_bytes - most_bytes / 4, most_changes - most_changes / 4}))
        return {};
    return fail(
        Code::limit,
        largest_member(intent) +
            ": this was changed so often, or to so much, that what it holds with its history"
            " becomes too large; nothing was changed. Ask for it in a new request");
}

Result<> LedgerImpl::write(Tx& tx, LogRow& log, StoredEntry line, Json intent,
                           CachedRecord* working, std::string_view held) {
    Entry& entry = line.entry;
    SPOT_ASSIGN(const auto secret, logs.secret_or_make(tx, log, entry.seq));
    line.salt = salt_of(*secret, entry.log, entry.seq);
    if (entry.kind == Kind::request_queue) {
        const auto subject = subjects.of_request(tx, intent, entry.id(), SubjectKeys::Row::later);
        if (!subject) return tl::make_unexpected(subject.error());
        line.subject = *subject;
    }

    if (has_document(entry.kind) && held.empty()) {
        if (makes_record(entry.kind)) {
            SPOT_ASSIGN(const auto made, documents.make(tx, entry, line.subject));
            working = made;
        }
        SPOT_ASSIGN(const auto done, documents.execute(tx, *working, entry, intent));
        if (done.fault) return tl::make_unexpected(*done.fault);
        entry.check = check_of(done.change);
    }
    SPOT_TRY(entries.append(tx, log, line));
    if (!held.empty()) SPOT_TRY(entries.quarantine(tx, log, entry.seq, held));
    return project_later(tx, log, std::move(line), std::move(intent));
}

}  // namespace spot::core
