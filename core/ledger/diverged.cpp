// What becomes of an entry whose execution here gave another change than its author's, as between
// two releases of Automerge that write the same record in other bytes.

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/ledger/changes.h"
#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

// As many bytes as a bundle shows of one entry (sync/README.md), and as many changes as a record
// has.
constexpr std::size_t kShownBytesMax = 32 * 1024;

bool are_few(std::span<const Bytes> changes) {
    std::size_t bytes = 0;
    for (const Bytes& change : changes) bytes += change.size();
    return changes.size() <= kRecordChangesMax && bytes <= kShownBytesMax;
}

// What the changes make in a document of their own: they never come near a record's.
std::optional<std::string> record_from(std::span<const Bytes> changes) {
    auto document = Document::from_changes(changes);
    if (!document) return std::nullopt;
    auto json = document->json();
    if (!json) return std::nullopt;
    return std::move(*json);
}

}  // namespace

Result<std::vector<Bytes>> Documents::causal_history(Rows rows, CachedRecord& working,
                                                     const Entry& entry) {
    std::vector<Bytes> out;
    std::optional<Hash> last;
    for (const CachedRecord::Change& change : working.changes) {
        const bool is_it = entry_of(working.id, change) == entry.id();
        SPOT_ASSIGN(const auto known, knows(rows, entry, change));
        if (is_it) last = change.hash;
        if (!change.hash || !(is_it || known)) continue;
        SPOT_ASSIGN(auto bytes, working.document.change(*change.hash));
        out.push_back(std::move(bytes));
    }
    if (check_of(last) != entry.check)
        return fail(Code::not_found, "the entry's change does not come out here either");
    return out;
}

Result<std::string> Documents::record_at(Rows rows, const CachedRecord& working, const Entry& entry,
                                         const Json& intent) {
    CachedRecord anew;
    anew.id = working.id;
    std::vector<CachedRecord::Change> before;
    for (const CachedRecord::Change& change : working.changes) {
        SPOT_ASSIGN(const auto known, knows(rows, entry, change));
        if (known) before.push_back(change);
    }
    SPOT_TRY(replay(rows, anew, std::move(before)));
    SPOT_TRY(execute_again(rows, anew, entry, intent));
    return anew.document.json();
}

Result<std::vector<Bytes>> LedgerImpl::causal_history(Tx& tx, const LogId& id, std::uint64_t seq) {
    SPOT_ASSIGN(const auto log, logs.find(tx, id));
    SPOT_ASSIGN(const auto line, log ? entries.read(tx, *log, seq) : std::optional<StoredEntry>());
    if (!line || line->erased || !has_document(line->entry.kind))
        return fail(Code::not_found, "no such entry has a change");
    const Entry& entry = line->entry;
    const auto record = target_of(entry, Json::parse(entry.intent, nullptr, false));
    SPOT_ASSIGN(const auto working,
                record ? documents.open(tx, record_of(entry.kind), *record) : nullptr);
    if (!working) return fail(Code::not_found, "the entry's record is not here");
    return documents.causal_history(tx, *working, entry);
}

// Do the author's changes make of the record what the intents make of it here? Nothing: the record
// is not here, or was erased, so that nothing was compared.
Result<std::optional<bool>> LedgerImpl::same_record(Tx& tx, const StoredEntry& line,
                                                    const Json& intent,
                                                    std::span<const Bytes> changes) {
    const auto record = target_of(line.entry, intent);
    if (!record) return std::nullopt;
    Result<std::string> ours;
    if (makes_record(line.entry.kind)) {
        CachedRecord none;
        none.id = *record;
        ours = documents.record_at(tx, none, line.entry, intent);
    } else {
        const auto working = documents.open(tx, record_of(line.entry.kind), *record);
        if (!working && working.error().code != Code::not_found)  // erased
            return tl::make_unexpected(working.error());
        if (!working || !*working) return std::nullopt;
        ours = documents.record_at(tx, **working, line.entry, intent);
    }
    if (!ours && (ours.error().code == Code::io || ours.error().code == Code::busy))
        return tl::make_unexpected(ours.error());
    const auto theirs = ours && are_few(changes) ? record_from(changes) : std::nullopt;
    return theirs && *ours == *theirs;
}

Result<bool> LedgerImpl::accept_diverged(Tx& tx, const LogId& id, std::uint64_t seq,
                                         std::span<const Bytes> changes) {
    SPOT_ASSIGN(const auto found, logs.find(tx, id));
    if (!found) return false;
    LogRow& log = *found;
    SPOT_ASSIGN(const auto held, entries.quarantine_code(tx, log, seq));
    if (held != "diverged") return false;
    SPOT_ASSIGN(const auto line, entries.read(tx, log, seq));
    if (!line || line->erased || !has_document(line->entry.kind)) return false;
    const Json intent = Json::parse(line->entry.intent, nullptr, false);
    SPOT_ASSIGN(const auto same, same_record(tx, *line, intent, changes));
    if (!same) return false;
    if (!*same) {
        // Comparing is work, so nobody gets it done again and again.
        SPOT_TRY(entries.release(tx, log, seq));
        SPOT_TRY(entries.quarantine(tx, log, seq, "differs"));
        return false;
    }

    const auto taken = release(tx, log, *line, Check::shown);
    if (taken && *taken) SPOT_TRY(logs.save(tx, log));
    return taken;
}

// Executes an entry that stood in quarantine. False: it goes back there.
Result<bool> LedgerImpl::release(Tx& tx, LogRow& log, const StoredEntry& line, Check check) {
    const std::uint64_t seq = line.entry.seq;
    SPOT_TRY(entries.release(tx, log, seq));
    if (seq > log.executed) return true;  // its turn comes
    SPOT_ASSIGN(const auto why,
                execute_one(tx, line, Json::parse(line.entry.intent, nullptr, false), check));
    if (why) {
        SPOT_TRY(entries.quarantine(tx, log, seq, *why));
        return false;
    }
    if (makes_record(line.entry.kind) && seq <= log.tallied)
        ++log.tally[static_cast<std::size_t>(*record_place(record_of(line.entry.kind)))];
    return true;
}

Result<std::uint64_t> LedgerImpl::receipts_in(Tx& tx, const LogRow& log, std::uint64_t first,
                                              std::uint64_t last) {
    std::uint64_t highest = 0;
    SPOT_TRY(entries.each(tx, log, first, last, [&](StoredEntry& line) -> Result<> {
        if (line.entry.kind == Kind::receipt_print)
            highest = std::max(
                highest, receipt_number_in(log.id, Json::parse(line.entry.intent, nullptr, false)));
        return {};
    }));
    return highest;
}

// Entries that came, or whose turn came, before a record to which they refer was there.
Result<> LedgerImpl::revalidate(Tx& tx, const LogId& id) {
    SPOT_ASSIGN(const auto found, logs.find(tx, id));
    if (!found) return {};
    LogRow& log = *found;
    // A receipt is judged by the numbers in front of it, as when it came. They are counted once.
    std::uint64_t counted = 0, highest = 0;
    for (std::uint64_t seq = 0;;) {
        SPOT_ASSIGN(const auto next, entries.next_quarantined(tx, log, seq, "unknown_record"));
        if (!next) break;
        seq = *next;
        SPOT_ASSIGN(const auto line, entries.read(tx, log, seq));
        if (!line || line->erased) continue;
        if (line->entry.kind == Kind::receipt_print) {
            SPOT_ASSIGN(const auto since, receipts_in(tx, log, counted + 1, seq - 1));
            highest = std::max(highest, since);
            counted = seq - 1;
        }
        SPOT_TRY(revalidate(tx, log, *line, highest));
    }
    return logs.save(tx, log);
}

Result<> LedgerImpl::revalidate(Tx& tx, LogRow& log, StoredEntry line,
                                std::uint64_t receipts_before) {
    const std::uint64_t receipts = std::exchange(log.receipts, receipts_before);
    std::optional<SubjectId> subject;
    const auto code = validate(tx, log, line.entry, subject);
    log.receipts = receipts;
    if (!code) return tl::make_unexpected(code.error());
    if (*code == "unknown_record") return {};
    if (*code) {
        SPOT_TRY(entries.release(tx, log, line.entry.seq));
        return entries.quarantine(tx, log, line.entry.seq, **code);
    }
    if (subject != line.subject) {
        line.subject = subject;
        SPOT_TRY(entries.seal_for(tx, log, line));
    }
    const auto taken = release(tx, log, line, Check::by_hash);
    return taken ? Result<>() : tl::make_unexpected(taken.error());
}

}  // namespace spot::core
