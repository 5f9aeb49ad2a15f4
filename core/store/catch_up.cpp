// What own entries amount to, put where it is read. Recording writes the entry alone, so that one
// page or two are written before a person goes on; rows, lists and names follow for many entries at
// once, when their number is reached or somebody looks.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/store/inside.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

// So few that their documents are still kept, and that who looks first waits for 20 ms.
constexpr std::size_t kPendingMax = 256;

}  // namespace

// A hub's edits come one by one and in many logs: it puts each where it belongs at once.
Result<bool> Ledger::Inside::is_behind() {
    if (options.party == Party::hub) return false;
    if (pending) return !pending->empty();
    SPOT_ASSIGN(const auto ids, logs.ids());
    std::uint64_t count = 0;
    for (const LogId& id : ids) {
        if (!is_own(id)) continue;
        SPOT_ASSIGN(const auto log, logs.find(id));
        count += log->tip.seq - log->projected;
    }
    if (count == 0) pending.emplace();
    return count > 0;
}

Result<> Ledger::Inside::catch_up() {
    SPOT_ASSIGN(const auto behind, is_behind());
    if (!behind) return {};
    SPOT_ASSIGN(const auto ids, logs.ids());
    for (const LogId& id : ids) {
        if (!is_own(id)) continue;
        SPOT_ASSIGN(const auto log, logs.find(id));
        SPOT_TRY(catch_up(*log));
    }
    SPOT_TRY(subjects.renew());
    pending.emplace();
    records.forget_names();
    return {};
}

Result<> Ledger::Inside::catch_up(Logs::Log& log) {
    if (log.projected == log.tip.seq) return {};
    SPOT_TRY(entries.each(log, log.projected + 1, log.tip.seq, [&](Line& line) -> Result<> {
        if (line.erased) return {};  // whoever erases sees to the records first
        const Json intent = Json::parse(line.entry.intent, nullptr, false);
        if (!intent.is_object()) return fail(Code::corrupt, "an entry's intent does not read");
        return project(log, line, intent);
    }));
    log.projected = log.tip.seq;
    SPOT_TRY(records.tally_on(log, log.tip.seq));
    return logs.save(log);
}

// After an own entry was appended.
Result<> Ledger::Inside::project_later(Logs::Log& log, const Line& line, const Json& intent) {
    if (options.party == Party::hub) return project(log, line, intent);
    const Entry& entry = line.entry;
    // What the next entries are checked against.
    if (!line.reference.empty())
        records.remember_name(record_of(entry.kind), line.reference, entry.id());
    if (entry.kind == Kind::receipt_print) count_receipt(log, intent);
    SPOT_CHECK(pending);
    pending->push_back(target_of(entry, intent).value_or(entry.id()));
    return pending->size() < kPendingMax ? Result<>() : catch_up();
}

// One that was written again has its number in an earlier series.
void Ledger::Inside::count_receipt(Logs::Log& log, const Json& intent) {
    if (intent.at("series") == series_of(log.id))
        log.receipts = intent.at("number").get<std::uint64_t>();
}

Result<> Ledger::Inside::project(Logs::Log& log, const Line& line, const Json& intent) {
    const Entry& entry = line.entry;
    if (record_of(entry.kind).empty()) return {};
    if (!makes_record(entry.kind)) return project_change(line, intent);
    SPOT_ASSIGN(const auto at, parse_moment(intent.at("at").get_ref<const std::string&>()));
    if (entry.kind == Kind::receipt_print) count_receipt(log, intent);
    if (line.subject) SPOT_TRY(subjects.keep(*line.subject));
    return records.save_new(entry, line.subject, intent, {at.ms, line.reference});
}

Result<> Ledger::Inside::project_change(const Line& line, const Json& intent) {
    const Entry& entry = line.entry;
    if (!has_document(entry.kind)) {
        SPOT_ASSIGN(const auto settled, records.settle_fact(entry, intent));
        SPOT_CHECK(settled == Records::Settled::now);
        return {};
    }
    const auto id = target_of(entry, intent);
    SPOT_ASSIGN(const auto opened, id ? records.open(record_of(entry.kind), *id) : nullptr);
    if (!opened) return fail(Code::corrupt, "a record's row is not in the store");
    Working& working = *opened;
    if (!working.has(entry.id())) {
        SPOT_TRY(records.execute(working, entry, intent));
    }
    return records.save_change(working);
}

Result<Working*> Ledger::Inside::open(std::string_view record, const RecordId& id) {
    // Its row is what it is, unless one of these entries made or changed it.
    const bool is_pending =
        !pending || std::find(pending->begin(), pending->end(), id) != pending->end();
    if (is_pending && !records.is_open(record, id)) SPOT_TRY(catch_up());
    return records.open(record, id);
}

Result<std::optional<RecordId>> Ledger::Inside::find(std::string_view record,
                                                     std::string_view reference_or_id) {
    const auto named = records.find_reference(record, reference_or_id);
    if (!named || *named) return named;
    const auto id = RecordId::parse(reference_or_id);
    if (!id) return std::nullopt;
    SPOT_ASSIGN(const auto there, records.exists(record, *id));
    if (there) return id;
    SPOT_ASSIGN(const auto log, is_own(id->log) ? logs.find(id->log) : nullptr);
    if (!log || id->seq <= log->projected) return std::nullopt;
    SPOT_ASSIGN(const auto head, entries.head(*log, id->seq));
    const bool made = head && makes_record(head->kind) && record_of(head->kind) == record;
    return made ? id : std::nullopt;
}

}  // namespace spot::core
