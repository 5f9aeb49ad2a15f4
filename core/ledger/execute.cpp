#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

}  // namespace

// A savepoint a log: what is damaged in one stays that log's. Its error is told when nothing else
// is left to do, so that whoever calls until 0 gets everything else done first.
Result<> LedgerImpl::execute_received(Tx& tx, std::size_t count, std::size_t& done) {
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
                    SPOT_ASSIGN(auto* const now, logs.find(tx, id));
                    SPOT_ASSIGN(taken, execute_received(tx, *now, at_most));
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

Result<std::size_t> LedgerImpl::execute_received(Tx& tx, LogRow& log, std::size_t count) {
    const std::uint64_t last = std::min(log.settled, log.executed + count);
    const std::size_t taken = static_cast<std::size_t>(last - log.executed);
    SPOT_TRY(entries.each(tx, log, log.executed + 1, last, [&](StoredEntry& line) -> Result<> {
        SPOT_ASSIGN(const auto held, entries.in_quarantine(tx, log, line.entry.seq));
        if (held) return {};
        SPOT_ASSIGN(const auto why, execute_one(tx, line, Check::by_hash));
        return why ? entries.quarantine(tx, log, line.entry.seq, *why) : Result<>();
    }));
    log.executed = last;
    SPOT_TRY(documents.tally(tx, log, last));
    SPOT_TRY(logs.save(tx, log));
    // Every entry now keeps its own salt.
    SPOT_TRY(logs.destroy_secrets(tx, log, last));
    return taken;
}

// EntryLog may have been quarantined on execution only: what depends on them follows them.
Result<bool> LedgerImpl::refers_to_records(Tx& tx, const Json& intent) {
    for (const char* member : {"session", "request", "receipt"}) {
        const auto at = intent.find(member);
        if (at == intent.end()) continue;
        const auto id = RecordId::parse(at->get_ref<const std::string&>());
        if (!id) return false;
        const auto there = documents.exists(tx, member, *id);
        if (!there || !*there) return there;
    }
    return true;
}

Result<Why> LedgerImpl::execute_one(Tx& tx, const StoredEntry& line, Check check) {
    if (line.erased) return Why("erased");
    const Entry& entry = line.entry;
    const Json intent = Json::parse(entry.intent, nullptr, false);
    SPOT_ASSIGN(const auto refers, refers_to_records(tx, intent));
    if (!refers) return Why("unknown_record");
    if (has_document(entry.kind)) return execute_document(tx, line, intent, check);

    if (entry.kind == Kind::catalogue_set) return Why();  // see catalogue_publish
    if (entry.kind == Kind::catalogue_publish) return take_catalogue(tx, entry, intent);
    if (entry.kind == Kind::station_key) {
        SPOT_TRY(keep_station_key(tx, intent));
        return Why();
    }
    if (entry.kind == Kind::receipt_settle) {
        SPOT_ASSIGN(const auto settled, documents.settle_fact(tx, entry, intent));
        return settled == Documents::Settled::now ? Why() : Why("settled_before");
    }
    const auto at = parse_moment(intent.at("at").get_ref<const std::string&>());
    if (!at) return Why("form");
    SPOT_TRY(documents.save_new(tx, entry, std::nullopt, intent, {at->ms, {}}));
    return Why();
}

Result<Why> LedgerImpl::execute_document(Tx& tx, const StoredEntry& line, const Json& intent,
                                         Check check) {
    const Entry& entry = line.entry;
    CachedRecord* working = nullptr;
    if (makes_record(entry.kind)) {
        SPOT_ASSIGN(const auto made, documents.make(tx, entry, line.subject));
        working = made;
    } else {
        const auto id = target_of(entry, intent);
        const auto opened = id ? documents.open(tx, record_of(entry.kind), *id) : nullptr;
        if (!opened) {
            if (opened.error().code == Code::not_found) return Why("erased");
            return tl::make_unexpected(opened.error());
        }
        if (!*opened) return Why("unknown_record");
        working = *opened;
    }
    if (entry.kind == Kind::session_close) {
        SPOT_ASSIGN(const auto closed, documents.knew_changes(tx, *working, entry));
        if (closed) return Why("duplicate");
    }
    const auto refuse = [&](std::string_view why) -> Result<Why> {
        documents.drop(*working);
        return why;
    };
    if (!makes_record(entry.kind) &&
        !documents.has_room(*working, entry.intent.size(), options.record_bytes_max))
        return Why("too_large");  // the document is what it was
    SPOT_ASSIGN(const auto done, documents.execute(tx, *working, entry, intent));
    if (done.fault) return refuse(why_of(*done.fault));
    if (check == Check::by_hash && entry.check != check_of(done.change)) return refuse("diverged");
    if (!makes_record(entry.kind)) {
        const auto row = documents.row_of(*working);
        if (!row) return refuse(why_of(row.error()));
        SPOT_TRY(documents.save_change(tx, *working, *row));
        return Why();
    }
    const auto at = parse_moment(intent.at("at").get_ref<const std::string&>());
    if (!at) return refuse("form");
    SPOT_TRY(documents.save_new(tx, entry, line.subject, intent, {at->ms, {}}));
    return Why();
}

}  // namespace spot::core
