#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/store/inside.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;
using Why = std::optional<std::string_view>;

}  // namespace

Result<std::size_t> Ledger::Inside::execute_received(Logs::Log& log, std::size_t count) {
    const std::uint64_t last = std::min(log.settled, log.executed + count);
    const std::size_t taken = static_cast<std::size_t>(last - log.executed);
    SPOT_TRY(entries.each(log, log.executed + 1, last, [&](Line& line) -> Result<> {
        SPOT_ASSIGN(const auto held, entries.in_quarantine(log, line.entry.seq));
        if (held) return {};
        SPOT_ASSIGN(const auto why, execute_one(line, Check::by_hash));
        return why ? entries.quarantine(log, line.entry.seq, *why) : Result<>();
    }));
    log.executed = last;
    SPOT_TRY(records.tally(log, last));
    SPOT_TRY(logs.save(log));
    // Every entry now keeps its own salt.
    SPOT_TRY(logs.destroy_secrets(log, last));
    return taken;
}

// Entries may have been quarantined on execution only: what depends on them follows them.
Result<bool> Ledger::Inside::refers_to_records(const Json& intent) {
    for (const char* member : {"session", "request", "receipt"}) {
        const auto at = intent.find(member);
        if (at == intent.end()) continue;
        const auto id = RecordId::parse(at->get_ref<const std::string&>());
        if (!id) return false;
        const auto there = records.exists(member, *id);
        if (!there || !*there) return there;
    }
    return true;
}

Result<Why> Ledger::Inside::execute_one(const Line& line, Check check) {
    if (line.erased) return Why("erased");
    const Entry& entry = line.entry;
    const Json intent = Json::parse(entry.intent, nullptr, false);
    SPOT_ASSIGN(const auto refers, refers_to_records(intent));
    if (!refers) return Why("unknown_record");
    if (has_document(entry.kind)) return execute_document(line, intent, check);

    if (entry.kind == Kind::catalogue_set) return Why();  // see catalogue_publish
    if (entry.kind == Kind::catalogue_publish) return take_catalogue(entry, intent);
    if (entry.kind == Kind::station_key) {
        SPOT_TRY(keep_station_key(intent));
        return Why();
    }
    if (entry.kind == Kind::receipt_settle) {
        SPOT_ASSIGN(const auto settled, records.settle_fact(entry, intent));
        return settled == Records::Settled::now ? Why() : Why("settled_before");
    }
    const auto at = parse_moment(intent.at("at").get_ref<const std::string&>());
    if (!at) return Why("form");
    SPOT_TRY(records.save_new(entry, std::nullopt, intent, {at->ms, {}}));
    return Why();
}

Result<Why> Ledger::Inside::execute_document(const Line& line, const Json& intent, Check check) {
    const Entry& entry = line.entry;
    Working* working = nullptr;
    if (makes_record(entry.kind)) {
        SPOT_ASSIGN(const auto made, records.make(entry, line.subject));
        working = made;
    } else {
        const auto id = target_of(entry, intent);
        const auto opened = id ? records.open(record_of(entry.kind), *id) : nullptr;
        if (!opened) {
            if (opened.error().code == Code::not_found) return Why("erased");
            return tl::make_unexpected(opened.error());
        }
        if (!*opened) return Why("unknown_record");
        working = *opened;
    }
    if (entry.kind == Kind::session_close) {
        SPOT_ASSIGN(const auto closed, records.knew_changes(*working, entry));
        if (closed) return Why("duplicate");
    }
    const auto change = records.execute(*working, entry, intent);
    if (!change || (check == Check::by_hash && entry.check != check_of(*change))) {
        const bool unknown = !change && change.error().code == Code::not_found;
        records.drop(*working);
        return Why(unknown ? "unknown_record" : "diverged");
    }
    if (!makes_record(entry.kind)) {
        SPOT_TRY(records.save_change(*working));
        return Why();
    }
    SPOT_ASSIGN(const auto at, parse_moment(intent.at("at").get_ref<const std::string&>()));
    SPOT_TRY(records.save_new(entry, line.subject, intent, {at.ms, {}}));
    return Why();
}

}  // namespace spot::core
