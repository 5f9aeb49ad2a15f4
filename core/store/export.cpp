#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/store/inside.h"

namespace spot::core {

Result<> Ledger::Inside::export_records(const ExportOptions& wanted,
                                        const std::function<void(std::string_view)>& line) {
    std::int64_t since = std::numeric_limits<std::int64_t>::min();
    if (!wanted.since.empty()) {
        const auto moment = parse_moment(wanted.since);
        if (!moment) return tl::make_unexpected(moment.error());
        since = moment->ms;
    }
    if (!wanted.kind.empty() && !record_place(wanted.kind))
        return fail(Code::invalid, "no record is called that");
    const auto ids = logs.ids();
    if (!ids) return tl::make_unexpected(ids.error());

    for (const std::string_view name : kRecordNames) {
        if (!wanted.kind.empty() && wanted.kind != name) continue;
        for (const LogId& id : *ids) {
            const auto log = logs.find(id);
            if (!log) return tl::make_unexpected(log.error());
            auto rows = database.prepare(
                "SELECT key, subject, json, reference FROM record"
                " WHERE key BETWEEN ?1 AND ?2 AND place = ?3 AND made_ms >= ?4 ORDER BY key");
            rows.with(entry_key((*log)->number, 0), entry_key((*log)->number, kSeqMax),
                      *record_place(name), since);
            for (;;) {
                const auto row = rows.step();
                if (!row) return tl::make_unexpected(row.error());
                if (!*row) break;
                const auto json = records.open_json(rows, 0);
                if (!json) return tl::make_unexpected(json.error());
                if (!*json) continue;  // erased
                Reader reader;
                reader.held = options.party == Party::station &&
                              seq_of(rows.integer(0)) <= (*log)->acknowledged.seq;
                if (wanted.references) reader.reference = rows.text(3);
                line(shown(name, **json, reader));
            }
        }
    }
    return {};
}

Result<Ledger::Counts> Ledger::Inside::count() {
    Counts out;
    for (const std::string_view name : kRecordNames) out.records[std::string(name)] = 0;
    auto rows =
        database.prepare("SELECT place, count(*), sum(conflicts) FROM record GROUP BY place");
    for (;;) {
        const auto row = rows.step();
        if (!row) return tl::make_unexpected(row.error());
        if (!*row) break;
        const auto place = static_cast<std::size_t>(rows.integer(0));
        if (place >= kRecordNames.size()) return fail(Code::corrupt, "a record's name is damaged");
        out.records[std::string(kRecordNames[place])] = rows.number(1);
        out.conflicts += rows.number(2);
    }
    const auto quarantined = database.integer("SELECT count(*) FROM quarantine");
    if (!quarantined) return tl::make_unexpected(quarantined.error());
    out.quarantined = static_cast<std::uint64_t>(*quarantined);
    const auto ids = logs.ids();
    if (!ids) return tl::make_unexpected(ids.error());
    for (const LogId& id : *ids) {
        const auto log = logs.find(id);
        if (!log) return tl::make_unexpected(log.error());
        if (!is_own(id)) out.unexecuted += (*log)->tip.seq - (*log)->executed;
    }
    return out;
}

}  // namespace spot::core
