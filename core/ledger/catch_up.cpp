// What own entries amount to, put where it is read. Recording writes the entry alone, so that one
// page or two are written before a person goes on; rows, lists and names follow for many entries at
// once, when their number is reached or somebody looks.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

// So few that their documents are still kept, and that who looks first waits for 20 ms.
constexpr std::size_t kPendingMax = 256;
// Of their intents, whose trees take several times as much.
constexpr std::size_t kPendingBytesMax = 1024 * 1024;

}  // namespace

// A hub's edits come one by one and in many logs: it puts each where it belongs at once.
Result<bool> LedgerImpl::is_behind(Tx& tx) {
    if (party.projects_at_once) return false;
    if (pending) return !pending->entries.empty();
    SPOT_ASSIGN(const auto ids, logs.ids(tx));
    std::uint64_t count = 0;
    for (const LogId& id : ids) {
        if (!is_own(id)) continue;
        SPOT_ASSIGN(const auto log, logs.find(tx, id));
        count += log->tip.seq - log->projected;
    }
    if (count == 0) pending.emplace();
    return count > 0;
}

Result<> LedgerImpl::catch_up(Tx& tx) {
    SPOT_ASSIGN(const auto behind, is_behind(tx));
    if (!behind) return {};
    SPOT_ASSIGN(const auto ids, logs.ids(tx));
    std::set<RecordId> lacking;
    for (const LogId& id : ids) {
        if (!is_own(id)) continue;
        SPOT_ASSIGN(const auto log, logs.find(tx, id));
        SPOT_TRY(catch_up(tx, *log, lacking));
    }
    SPOT_TRY(subjects.renew(tx));
    pending.emplace();
    documents.forget_names();
    return {};
}

Result<> LedgerImpl::catch_up(Tx& tx, LogRow& log, std::set<RecordId>& lacking) {
    if (log.projected == log.tip.seq) return {};
    if (pending) {
        for (const Pending::One& one : pending->entries)
            if (one.line.entry.log == log.id)
                SPOT_TRY(project_own(tx, log, one.line, *one.intent, lacking));
    } else {
        SPOT_TRY(entries.each(
            tx, log, log.projected + 1, log.tip.seq, [&](StoredEntry& line) -> Result<> {
                if (line.erased) return {};  // whoever erases sees to the records first
                const Json intent = Json::parse(line.entry.intent, nullptr, false);
                if (!intent.is_object())
                    return fail(Code::corrupt, "an entry's intent does not read");
                return project_own(tx, log, line, intent, lacking);
            }));
    }
    log.projected = log.tip.seq;
    SPOT_TRY(documents.tally_on(tx, log, log.tip.seq));
    return logs.save(tx, log);
}

// An entry that can't be applied, as the record would become too large, stays in the log and goes
// to the hub like every other; it stands in quarantine here, too, and the rest goes on.
Result<> LedgerImpl::project_own(Tx& tx, LogRow& log, const StoredEntry& line, const Json& intent,
                                 std::set<RecordId>& lacking) {
    SPOT_ASSIGN(const auto held, entries.in_quarantine(tx, log, line.entry.seq));
    if (held) return {};  // see branch.cpp
    SPOT_ASSIGN(const auto why, project(tx, log, line, intent, lacking));
    return why ? entries.quarantine(tx, log, line.entry.seq, *why) : Result<>();
}

// After an own entry was appended.
Result<> LedgerImpl::project_later(Tx& tx, LogRow& log, StoredEntry line, Json intent) {
    if (party.projects_at_once) {
        std::set<RecordId> lacking;
        SPOT_ASSIGN(const auto why, project(tx, log, line, intent, lacking));
        return why ? fail(Code::invalid, "the record can't take this change") : Result<>();
    }
    const Entry& entry = line.entry;
    // What the next entries are checked against.
    if (!line.reference.empty())
        documents.remember_name(record_of(entry.kind), line.reference, entry.id());
    if (entry.kind == Kind::receipt_print) count_receipt(log, intent);
    if (!pending) return fail(Code::io, "the store has changed meanwhile; nothing was recorded");
    const RecordId record = target_of(entry, intent).value_or(entry.id());
    pending->intent_bytes += entry.intent.size();
    pending->entries.push_back(
        {record, std::move(line), std::make_shared<const Json>(std::move(intent))});
    const bool is_full =
        pending->entries.size() >= kPendingMax || pending->intent_bytes >= kPendingBytesMax;
    return is_full ? catch_up(tx) : Result<>();
}

// One that was written again has its number in an earlier series.
void LedgerImpl::count_receipt(LogRow& log, const Json& intent) {
    if (intent.at("series") == series_of(log.id))
        log.receipts = intent.at("number").get<std::uint64_t>();
}

Result<Why> LedgerImpl::project(Tx& tx, LogRow& log, const StoredEntry& line, const Json& intent,
                                std::set<RecordId>& lacking) {
    const Entry& entry = line.entry;
    if (record_of(entry.kind).empty()) return Why();
    if (!makes_record(entry.kind)) {
        SPOT_ASSIGN(const auto why, project_change(tx, line, intent, lacking));
        if (const auto id = target_of(entry, intent); why && id) lacking.insert(*id);
        return why;
    }
    SPOT_ASSIGN(const auto at, parse_moment(intent.at("at").get_ref<const std::string&>()));
    if (entry.kind == Kind::receipt_print) count_receipt(log, intent);
    if (line.subject) SPOT_TRY(subjects.keep(tx, *line.subject));
    SPOT_TRY(documents.save_new(tx, entry, line.subject, intent, {at.ms, line.reference}));
    return Why();
}

Result<Why> LedgerImpl::project_change(Tx& tx, const StoredEntry& line, const Json& intent,
                                       std::set<RecordId>& lacking) {
    const Entry& entry = line.entry;
    if (!has_document(entry.kind)) {
        SPOT_ASSIGN(const auto settled, documents.settle_fact(tx, entry, intent));
        return settled == Documents::Settled::now ? Why() : Why("settled_before");
    }
    const auto id = target_of(entry, intent);
    SPOT_ASSIGN(const auto working, id ? documents.open(tx, record_of(entry.kind), *id) : nullptr);
    if (!working) return fail(Code::corrupt, "a record's row is not in the store");
    const auto refuse = [&](std::string_view why) -> Result<Why> {
        documents.drop(*working);
        return why;
    };
    if (!working->has(entry.id())) {
        if (!documents.has_room(*working, entry.intent.size(), record_room()))
            return Why("too_large");
        SPOT_ASSIGN(const auto done, documents.execute(tx, *working, entry, intent));
        if (done.fault) return refuse(why_of(*done.fault));
        // It was written upon one that is not in the record: the reader sees the same.
        if (lacking.contains(*id) && entry.check != check_of(done.change))
            return refuse("diverged");
    }
    const auto row = documents.row_of(*working);
    if (!row) return refuse(why_of(row.error()));
    SPOT_TRY(documents.save_change(tx, *working, *row));
    return Why();
}

Result<CachedRecord*> LedgerImpl::open(Tx& tx, std::string_view record, const RecordId& id) {
    // Its row is what it is, unless one of these entries made or changed it.
    const bool is_pending =
        !pending || std::any_of(pending->entries.begin(), pending->entries.end(),
                                [&](const Pending::One& one) { return one.record == id; });
    if (is_pending && !documents.is_open(record, id)) SPOT_TRY(catch_up(tx));
    return documents.open(tx, record, id);
}

Result<std::optional<RecordId>> LedgerImpl::find(Tx& tx, std::string_view record,
                                                 std::string_view reference_or_id) {
    const auto named = documents.find_reference(tx, record, reference_or_id);
    if (!named || *named) return named;
    const auto id = RecordId::parse(reference_or_id);
    if (!id) return std::nullopt;
    SPOT_ASSIGN(const auto there, documents.exists(tx, record, *id));
    if (there) return id;
    SPOT_ASSIGN(const auto log, is_own(id->log) ? logs.find(tx, id->log) : nullptr);
    if (!log || id->seq <= log->projected) return std::nullopt;
    SPOT_ASSIGN(const auto head, entries.head(tx, *log, id->seq));
    const bool made = head && makes_record(head->kind) && record_of(head->kind) == record;
    return made ? id : std::nullopt;
}

}  // namespace spot::core
