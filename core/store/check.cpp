#include <nlohmann/json.hpp>

#include "core/store/inside.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

std::string name_of(const LogId& id) {
    return std::string((id.device & kHubBit) != 0 ? "hub's log of device " : "log of device ") +
           std::to_string(id.device & ~kHubBit) + ", epoch " + std::to_string(id.epoch);
}

// Rows of text of a PRAGMA that says "ok" or what is wrong.
Result<> ask(Database& database, const char* sql, std::vector<std::string>& faults) {
    auto rows = database.prepare(sql);
    for (;;) {
        const auto row = rows.step();
        if (!row) return tl::make_unexpected(row.error());
        if (!*row) return {};
        if (rows.text(0) != "ok") faults.push_back("the store: " + std::string(rows.text(0)));
    }
}

}  // namespace

Result<> Ledger::Inside::check_log(const Logs::Log& log, std::vector<std::string>& faults) {
    const auto say = [&](std::uint64_t seq, const char* what) {
        faults.push_back(name_of(log.id) + ", entry " + std::to_string(seq) + ": " + what);
    };
    Hash previous{};
    std::uint64_t expected = 1;
    std::uint64_t receipts = 0;
    SPOT_TRY(entries.each(log, 1, kSeqMax, [&](Line& line) -> Result<> {
        const Entry& entry = line.entry;
        if (entry.seq != expected) say(entry.seq, "entries before it are missing");
        if (chain(previous, entry, line.commitment) != line.hash)
            say(entry.seq, "its hash does not follow from the entry before it");
        if (!line.erased && commitment(line.salt, entry.intent) != line.commitment)
            say(entry.seq, "its content is not what it was committed to");
        previous = line.hash;
        expected = entry.seq + 1;
        if (entry.kind != Kind::receipt_print) return {};
        const auto held = entries.in_quarantine(log, entry.seq);
        if (!held) return tl::make_unexpected(held.error());
        const Json intent = Json::parse(entry.intent, nullptr, false);
        const std::uint64_t number =
            intent.is_object() ? intent.value("number", std::uint64_t{0}) : 0;
        if (!*held && number != receipts + 1)
            say(entry.seq, "its receipt's number does not follow from the one before it");
        receipts = std::max(receipts, number);
        return {};
    }));
    return {};
}

Result<> Ledger::Inside::check_records(const Logs::Log& log, std::vector<std::string>& faults) {
    const std::uint64_t executed = is_own(log.id) ? log.tip.seq : log.executed;
    for (std::uint64_t seq = 1; seq <= executed; ++seq) {
        const auto head = entries.head(log, seq);
        if (!head) return tl::make_unexpected(head.error());
        if (!*head || !makes_record((*head)->kind)) continue;
        const auto sound = records.is_sound((*head)->kind, {log.id, seq});
        if (!sound) return tl::make_unexpected(sound.error());
        if (!*sound)
            faults.push_back(name_of(log.id) + ", entry " + std::to_string(seq) +
                             ": its record is not what its entries amount to");
    }
    return {};
}

Result<> Ledger::Inside::check(std::vector<std::string>& faults) {
    SPOT_TRY(ask(database, "PRAGMA cipher_integrity_check", faults));
    SPOT_TRY(ask(database, "PRAGMA integrity_check", faults));
    const auto ids = logs.ids();
    if (!ids) return tl::make_unexpected(ids.error());
    for (const LogId& id : *ids) {
        const auto log = logs.find(id);
        if (!log) return tl::make_unexpected(log.error());
        SPOT_TRY(check_log(**log, faults));
        SPOT_TRY(check_records(**log, faults));
    }
    return {};
}

}  // namespace spot::core
