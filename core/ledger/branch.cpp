// A store that was copied, or restored from a backup, finds entries of another life under its
// numbers at the hub. Both lives are kept: the other copy's in the epoch they shared, this one's
// in an epoch that begins after the last entry that both have.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

bool same_around(const Entry& one, const Entry& other) {
    return one.log == other.log && one.seq == other.seq && one.kind == other.kind &&
           one.run == other.run && one.seen == other.seen && one.check == other.check &&
           one.user == other.user;
}

}  // namespace

Result<> LedgerImpl::branch(Tx& tx, const LogId& from, const Tip& common, const LogId& to,
                            const Journal::Renamed& renamed, std::uint64_t& again) {
    if (!is_own(from) || from.device != to.device || to.epoch <= from.epoch)
        return fail(Code::invalid, "an epoch goes on from an earlier one of its own device");
    SPOT_ASSIGN(LogRow* const found, logs.find(tx, from));
    if (!found) return fail(Code::not_found, "there is no such log");
    SPOT_ASSIGN(LogRow* const made, logs.find_or_make(tx, to));
    LogRow &old = *found, &fresh = *made;
    const auto hash = entries.hash_at(tx, old, common.seq);
    if (!hash) return tl::make_unexpected(hash.error());
    if (*hash != common.hash || fresh.tip.seq > 0 || old.ended)
        return fail(Code::conflict, "the new epoch does not follow on this log");

    if (common.seq > old.acknowledged.seq) old.acknowledged = common;
    old.ended = common.seq;
    old.tally.fill(0);
    old.tallied = 0;
    // Where nothing of the old epoch is shared, its beginning is the other copy's, too.
    fresh.branch =
        common.seq == 0 && old.branch.epoch > 0 ? old.branch : Seen{from.epoch, common.seq};
    SPOT_TRY(logs.save(tx, old));
    SPOT_TRY(logs.save(tx, fresh));

    std::vector<std::uint64_t> numbers(static_cast<std::size_t>(old.tip.seq - common.seq));
    SPOT_TRY(undo_after(tx, old));
    for (std::uint64_t seq = common.seq + 1; seq <= old.tip.seq; ++seq) {
        SPOT_ASSIGN(auto line, entries.read(tx, old, seq));
        if (line && !line->erased)
            SPOT_TRY(write_again(tx, old, std::move(*line), fresh, numbers, renamed));
    }
    SPOT_TRY(take_names_along(tx, old, fresh, numbers));
    SPOT_TRY(entries.release_after(tx, old, common.seq));  // it stands in the new log's
    again = fresh.tip.seq;
    return {};
}

// Takes the entries after `ended` out of everything that is made from entries.
Result<> LedgerImpl::undo_after(Tx& tx, const LogRow& log) {
    const std::uint64_t last = *log.ended;
    const KeyRange after{entry_key(log.number, last + 1), entry_key(log.number, kSeqMax)};
    SPOT_TRY(tx.records.remove(after));
    documents.forget();

    return entries.each(tx, log, last + 1, kSeqMax, [&](StoredEntry& line) -> Result<> {
        if (line.erased || makes_record(line.entry.kind)) return {};
        const std::string record(record_of(line.entry.kind));
        const auto id = id_in(Json::parse(line.entry.intent, nullptr, false), record);
        if (!id) return fail(Code::corrupt, "an entry's intent does not read");
        SPOT_ASSIGN(const auto stays, documents.exists(tx, record, *id));
        if (!stays) return {};
        return has_document(line.entry.kind) ? documents.undo_changes(tx, record, *id, log.id, last)
                                             : documents.unsettle_fact(tx, *id);
    });
}

Result<> LedgerImpl::write_again(Tx& tx, const LogRow& from, StoredEntry line, LogRow& to,
                                 std::vector<std::uint64_t>& numbers,
                                 const Journal::Renamed& renamed) {
    const RecordId before = line.entry.id();
    const auto now_of = [&](std::uint64_t seq) -> std::uint64_t& {
        return numbers[seq - *from.ended - 1];
    };
    Json intent = Json::parse(line.entry.intent, nullptr, false);
    if (!intent.is_object()) return fail(Code::corrupt, "an entry's intent does not read");
    for (const char* member : kReferring) {
        const auto id = id_in(intent, member);
        if (!id || id->log != from.id || id->seq <= *from.ended || id->seq >= before.seq) continue;
        if (now_of(id->seq) == 0) return {};  // of a record that was erased
        intent[member] = RecordId{to.id, now_of(id->seq)}.text();
    }
    line.entry.log = to.id;
    line.entry.seq = to.tip.seq + 1;
    line.entry.intent = canonical(intent);
    line.subject.reset();

    const Kind kind = line.entry.kind;
    CachedRecord* working = nullptr;
    if (has_document(kind) && !makes_record(kind)) {
        const std::string record(record_of(kind));
        const auto id = id_in(intent, record.c_str());
        SPOT_ASSIGN(const auto opened, id ? open(tx, record, *id) : nullptr);
        if (!opened) return fail(Code::corrupt, "a record's row is not in the store");
        working = opened;
        line.subject = working->subject;
    }
    now_of(before.seq) = line.entry.seq;
    const RecordId now = line.entry.id();
    SPOT_ASSIGN(const auto held, entries.quarantine_code(tx, from, before.seq));
    SPOT_TRY(write(tx, to, std::move(line), std::move(intent), working, held.value_or("")));
    if (!makes_record(kind)) return {};

    const RecordName id{entry_key(to.number, now.seq), *record_place(record_of(kind)),
                        before.text()};
    SPOT_TRY(tx.records.add_names({&id, 1}));
    if (kind == Kind::request_queue) SPOT_TRY(move_attached(tx, before, now));
    return renamed ? renamed(before, now) : Result<>();
}

// A record is found by the names that it had in the earlier epoch.
Result<> LedgerImpl::take_names_along(Tx& tx, const LogRow& from, const LogRow& to,
                                      std::span<const std::uint64_t> numbers) {
    const auto now_of = [&](std::uint64_t seq) { return numbers[seq - *from.ended - 1]; };
    return tx.records.move_names(
        {entry_key(from.number, *from.ended + 1), entry_key(from.number, kSeqMax)},
        [&](std::int64_t key) -> std::optional<std::int64_t> {
            const std::uint64_t now = now_of(seq_of(key));
            if (now == 0) return std::nullopt;
            return entry_key(to.number, now);
        });
}

Result<> LedgerImpl::keep_branch(Tx& tx, const LogId& id, const Seen& branch) {
    if (is_own(id) || branch.epoch >= id.epoch || branch.epoch == 0 || branch.seq > kSeqMax)
        return fail(Code::invalid, "an epoch goes on from an earlier one of its own device");
    SPOT_ASSIGN(const auto found, logs.find_or_make(tx, id));
    LogRow& log = *found;
    if (log.branch == branch) return {};
    if (log.tip.seq > 0) return fail(Code::conflict, "the log went on from elsewhere before");
    log.branch = branch;
    return logs.save(tx, log);
}

Result<std::size_t> LedgerImpl::matching(Tx& tx, const LogId& id, std::span<const Entry> given) {
    SPOT_ASSIGN(const auto found, logs.find(tx, id));
    std::size_t same = 0;
    if (!found || given.empty()) return same;
    bool differs = false;
    SPOT_TRY(entries.each(tx, *found, given.front().seq, given.back().seq,
                          [&](StoredEntry& line) -> Result<> {
                              if (differs || same == given.size()) return {};
                              const Entry& other = given[same];
                              differs = !same_around(line.entry, other) ||
                                        (!line.erased && line.entry.intent != other.intent);
                              same += !differs;
                              return {};
                          }));
    return same;
}

}  // namespace spot::core
