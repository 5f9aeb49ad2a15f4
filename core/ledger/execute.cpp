#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

// What is opened at once. More would go through memory that is not in the processor's caches.
constexpr std::size_t kSliceMax = 64;

}  // namespace

struct LedgerImpl::Slice {
    struct One {
        StoredEntry line;
        Json intent;
    };
    Wanted::Range range;
    std::vector<One> entries;
};

// All logs' entries together, where nothing is wrong: one look for them, one for what they name,
// one writing.
Result<> LedgerImpl::execute_received(Tx& tx, std::size_t count, std::size_t& done) {
    while (done < count) {
        Wanted next;
        next.unexecuted = std::min(count - done, kSliceMax);
        std::size_t taken = 0;
        const auto some = part_of(
            tx,
            [&](Tx&) -> Result<> {
                SPOT_ASSIGN(taken, execute_slice(tx, next));
                return {};
            },
            Of::log);
        if (!some && (tx.ended() || some.error().code == Code::busy)) return some;
        if (!some) return execute_apart(tx, count, done);
        done += taken;
        if (taken < next.unexecuted) break;
    }
    return {};
}

// A savepoint a log: what is damaged in one stays that log's. Its error is told when nothing else
// is left to do, so that whoever calls until 0 gets everything else done first.
Result<> LedgerImpl::execute_apart(Tx& tx, std::size_t count, std::size_t& done) {
    std::optional<Error> first;
    SPOT_ASSIGN(const auto ids, logs.ids(tx));
    for (const LogId& id : ids) {
        if (is_own(id) || done == count) continue;
        SPOT_ASSIGN(const auto* const log, logs.find(tx, id));
        if (!log || log->executed == log->settled) continue;
        const auto some = [&](std::size_t at_most) -> Result<bool> {
            std::size_t taken = 0;
            SPOT_TRY(part_of(
                tx,
                [&](Tx&) -> Result<> {
                    SPOT_ASSIGN(const auto* const now, logs.find(tx, id));
                    const std::uint64_t last = std::min(now->settled, now->executed + at_most);
                    Wanted next;
                    if (now->executed < last) next.ranges.push_back({id, now->executed + 1, last});
                    SPOT_ASSIGN(taken, execute_slice(tx, next));
                    return {};
                },
                Of::log));
            done += taken;
            return taken > 0;
        };
        auto more = some(count - done);
        if (more) continue;
        // What stands in front of the fault is executed one by one.
        const auto next = [&] { return !tx.ended() && done < count; };
        if (next()) more = some(1);
        while (more && *more && next()) more = some(1);
        if (more) continue;
        if (tx.ended() || more.error().code == Code::busy) return tl::make_unexpected(more.error());
        if (!first) first = more.error();
    }
    return first && done == 0 ? Result<>(tl::make_unexpected(*first)) : Result<>();
}

Result<std::size_t> LedgerImpl::execute_slice(Tx& tx, Wanted next) {
    Known known;
    Effects effects;
    const Rows rows(tx, known, effects);
    want_catalogues(next);
    subjects.want_secret(next);
    SPOT_TRY(tx.look_up(next, known));
    std::vector<Wanted::Range> ranges = next.ranges;
    ranges.insert(ranges.end(), known.unexecuted.begin(), known.unexecuted.end());
    if (ranges.empty()) return 0;

    std::vector<Slice> slices;
    Wanted wanted;
    for (const Wanted::Range& range : ranges) {
        SPOT_ASSIGN(Slice slice, slice_of(rows, range));
        want(slice, known, wanted);
        slices.push_back(std::move(slice));
    }
    SPOT_TRY(tx.look_up(wanted, known));
    std::size_t taken = 0;
    for (const Slice& slice : slices) {
        SPOT_TRY(execute(rows, effects, slice));
        taken += slice.entries.size();
    }
    SPOT_TRY(tx.apply(effects));
    return taken;
}

Result<LedgerImpl::Slice> LedgerImpl::slice_of(Rows rows, const Wanted::Range& range) {
    Slice out{range, {}};
    SPOT_ASSIGN(const auto* const log, logs.find(rows, range.log));
    if (!log) return fail(Code::corrupt, "an entry's log is missing");
    for (std::uint64_t seq = range.first; seq <= range.last; ++seq) {
        SPOT_ASSIGN(auto line, entries.read(rows, *log, seq));
        if (!line) return fail(Code::corrupt, "an entry is missing in its log");
        Json intent = Json::parse(line->entry.intent, nullptr, false);
        out.entries.push_back({std::move(*line), std::move(intent)});
    }
    return out;
}

// What executing them reads: the records that they name, and how their authors' logs hang together
// where one of them knew of several epochs.
void LedgerImpl::want(const Slice& slice, const Known& known, Wanted& wanted) const {
    const LogId& log = slice.range.log;
    bool in_first_epochs = log.epoch == 1;
    for (const auto& [line, intent] : slice.entries) {
        const Entry& entry = line.entry;
        in_first_epochs = in_first_epochs && entry.seen.epoch <= 1;
        const LogRow* const row = known.log(log);
        if (line.erased || (row && known.quarantined.contains(entry_key(row->number, entry.seq))))
            continue;
        for (const char* member : kReferring) {
            const auto id = id_in(intent, member);
            if (!id) continue;
            wanted.records.push_back(*id);
            in_first_epochs = in_first_epochs && id->log.epoch == 1;
        }
        if (entry.kind == Kind::catalogue_publish) want_published(entry, intent, wanted);
    }
    if (in_first_epochs) return;
    wanted.devices.push_back(log.device);
    wanted.devices.push_back(log.device ^ kHubBit);
}

Result<> LedgerImpl::execute(Rows rows, const Effects& effects, const Slice& slice) {
    SPOT_ASSIGN(auto* const log, logs.find(rows, slice.range.log));
    const std::size_t records_before = effects.records.size();
    // What an author wrote upon a record that is another one here can't come out either.
    std::set<RecordId> diverged;
    for (const auto& [line, intent] : slice.entries) {
        const Entry& entry = line.entry;
        SPOT_ASSIGN(const auto held, entries.in_quarantine(rows, *log, entry.seq));
        if (held) continue;
        const auto record = has_document(entry.kind) ? target_of(entry, intent) : std::nullopt;
        const bool is_hopeless = record && diverged.contains(*record);
        SPOT_ASSIGN(const Why why, is_hopeless ? Result<Why>("diverged")
                                               : execute_one(rows, line, intent, Check::by_hash));
        if (!why) continue;
        if (record && *why == "diverged") diverged.insert(*record);
        SPOT_TRY(entries.quarantine(rows, *log, entry.seq, *why));
    }
    SPOT_TRY(documents.tally(rows, *log, log->executed));
    for (const RecordRow& made : std::span(effects.records).subspan(records_before))
        ++log->tally[static_cast<std::size_t>(made.place)];
    log->executed = log->tallied = slice.range.last;
    SPOT_TRY(logs.save(rows, *log));
    // Every entry now keeps its own salt.
    return logs.destroy_secrets(rows, *log, log->executed);
}

// Entries may have been quarantined on execution only: what depends on them follows them.
Result<bool> LedgerImpl::refers_to_records(Rows rows, const Json& intent) {
    for (const char* member : kReferring) {
        if (!intent.contains(member)) continue;
        const auto id = id_in(intent, member);
        if (!id) return false;
        const auto there = documents.exists(rows, member, *id);
        if (!there || !*there) return there;
    }
    return true;
}

Result<Why> LedgerImpl::execute_one(Rows rows, const StoredEntry& line, const Json& intent,
                                    Check check) {
    if (line.erased) return Why("erased");
    const Entry& entry = line.entry;
    SPOT_ASSIGN(const auto refers, refers_to_records(rows, intent));
    if (!refers) return Why("unknown_record");
    if (has_document(entry.kind)) return execute_document(rows, line, intent, check);

    if (entry.kind == Kind::catalogue_set) return Why();  // see catalogue_publish
    if (entry.kind == Kind::catalogue_publish) return take_catalogue(rows, entry, intent);
    if (entry.kind == Kind::station_key) {
        SPOT_TRY(keep_station_key(rows, intent));
        return Why();
    }
    if (entry.kind == Kind::receipt_settle) {
        SPOT_ASSIGN(const auto settled, documents.settle_fact(rows, entry, intent));
        return settled == Documents::Settled::now ? Why() : Why("settled_before");
    }
    const auto at = parse_moment(intent.at("at").get_ref<const std::string&>());
    if (!at) return Why("form");
    SPOT_TRY(documents.save_new(rows, entry, std::nullopt, intent, {at->ms, {}}));
    return Why();
}

Result<Why> LedgerImpl::execute_document(Rows rows, const StoredEntry& line, const Json& intent,
                                         Check check) {
    const Entry& entry = line.entry;
    CachedRecord* working = nullptr;
    if (makes_record(entry.kind)) {
        SPOT_ASSIGN(const auto made, documents.make(rows, entry, line.subject));
        working = made;
    } else {
        const auto id = target_of(entry, intent);
        const auto opened = id ? documents.open(rows, record_of(entry.kind), *id) : nullptr;
        if (!opened) {
            if (opened.error().code == Code::not_found) return Why("erased");
            return tl::make_unexpected(opened.error());
        }
        if (!*opened) return Why("unknown_record");
        working = *opened;
    }
    if (entry.kind == Kind::session_close) {
        SPOT_ASSIGN(const auto closed, documents.knew_changes(rows, *working, entry));
        if (closed) return Why("duplicate");
    }
    const auto refuse = [&](std::string_view why) -> Result<Why> {
        documents.drop(*working);
        return why;
    };
    if (!makes_record(entry.kind) &&
        !documents.has_room(*working, entry.intent.size(), record_room()))
        return Why("too_large");  // the document is what it was
    SPOT_ASSIGN(const auto done, documents.execute(rows, *working, entry, intent));
    if (done.fault) return refuse(why_of(*done.fault));
    if (check == Check::by_hash && entry.check != check_of(done.change)) return refuse("diverged");
    if (!makes_record(entry.kind)) {
        const auto row = documents.row_of(*working);
        if (!row) return refuse(why_of(row.error()));
        SPOT_TRY(documents.save_change(rows, *working, *row));
        return Why();
    }
    const auto at = parse_moment(intent.at("at").get_ref<const std::string&>());
    if (!at) return refuse("form");
    SPOT_TRY(documents.save_new(rows, entry, line.subject, intent, {at->ms, {}}));
    return Why();
}

}  // namespace spot::core
