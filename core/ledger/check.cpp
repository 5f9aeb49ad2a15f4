#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

std::string name_of(const LogId& id) {
    return std::string((id.device & kHubBit) != 0 ? "hub's log of device " : "log of device ") +
           std::to_string(id.device & ~kHubBit) + ", epoch " + std::to_string(id.epoch);
}

// Nothing: it stands in an earlier epoch's series. The entry may be in quarantine, and so hold
// anything.
std::optional<std::uint64_t> receipt_number(const LogId& log, const std::string& intent) {
    const Json read = Json::parse(intent, nullptr, false);
    if (is_earlier_series(log, text_in(read, "series"))) return std::nullopt;
    return receipt_number_in(log, read);
}

Result<bool> any_record(Tx& tx, KeyRange made_by) {
    SPOT_ASSIGN(const auto tally, tx.records.tally(made_by));
    return std::any_of(tally.begin(), tally.end(), [](std::uint64_t count) { return count > 0; });
}

// Up to where the log's row says that there are entries.
std::uint64_t promised(const LogRow& log) {
    return std::max({log.settled, log.executed, log.projected, log.acknowledged.seq,
                     log.backed_up.seq, log.ended.value_or(0)});
}

}  // namespace

// The chain, the receipts' series and the records that the entries made.
Result<> LedgerImpl::check_log(Tx& tx, const LogRow& log, std::vector<std::string>& faults) {
    const auto say = [&](std::uint64_t seq, const char* what) {
        faults.push_back(name_of(log.id) + ", entry " + std::to_string(seq) + ": " + what);
    };
    const std::uint64_t executed =
        is_own(log.id) ? std::min(log.last(), log.projected) : log.executed;
    Hash previous{};
    std::uint64_t expected = 1;
    std::uint64_t receipts = 0;
    const auto look = [&](StoredEntry& line) -> Result<> {
        const Entry& entry = line.entry;
        if (entry.seq != expected) say(entry.seq, "entries before it are missing");
        if (chain(previous, entry, line.commitment) != line.hash)
            say(entry.seq, "its hash does not follow from the entry before it");
        const bool whole = line.erased || commitment(line.salt, entry.intent) == line.commitment;
        if (!whole) say(entry.seq, "its content is not what it was committed to");
        previous = line.hash;
        expected = entry.seq + 1;
        if (!makes_record(entry.kind)) return {};

        SPOT_ASSIGN(const auto held, entries.in_quarantine(tx, log, entry.seq));
        const bool prints = entry.kind == Kind::receipt_print && whole;
        if (const auto number = prints ? receipt_number(log.id, entry.intent) : std::nullopt) {
            if (!held && *number != receipts + 1)
                say(entry.seq, "its receipt's number does not follow from the one before it");
            receipts = std::max(receipts, *number);
        }
        if (held || !whole || entry.seq > executed) return {};
        const auto sound = documents.is_sound(tx, line);
        if (!sound && sound.error().code != Code::corrupt)
            return tl::make_unexpected(sound.error());
        if (!sound || !*sound) say(entry.seq, "its record is not what its entries amount to");
        return {};
    };
    // The walk ends at a row that does not open, and goes on behind it.
    for (;;) {
        const auto done = entries.each(tx, log, expected, kSeqMax, look);
        if (done) break;
        if (done.error().code != Code::corrupt) return done;
        SPOT_ASSIGN(const auto hash, entries.hash_at(tx, log, expected));
        if (!hash) return done;
        say(expected, "its row does not open");
        previous = *hash;
        ++expected;
    }
    SPOT_ASSIGN(const bool more,
                any_record(tx, {entry_key(log.number, expected), entry_key(log.number, kSeqMax)}));
    if (more || expected <= promised(log))
        say(expected, "it is missing, and so is what came after it");
    return {};
}

// What logs made whose rows are not there: between the numbers of those that are, and behind them.
Result<> LedgerImpl::check_strays(Tx& tx, std::vector<std::int64_t> numbers,
                                  std::vector<std::string>& faults) {
    std::sort(numbers.begin(), numbers.end());
    const auto look = [&](std::int64_t first, std::int64_t last) -> Result<> {
        if (first > last) return {};
        SPOT_ASSIGN(const bool any,
                    any_record(tx, {entry_key(first, 0), entry_key(last, kSeqMax)}));
        if (any)
            faults.push_back("a log with the number " + std::to_string(first) +
                             " or above: it made records and is missing");
        return {};
    };
    std::int64_t next = 1;
    for (const std::int64_t number : numbers) {
        SPOT_TRY(look(next, number - 1));
        next = number + 1;
    }
    return look(next, kLogNumberMax);
}

Result<> LedgerImpl::check(Tx& tx, std::vector<std::string>& faults) {
    SPOT_ASSIGN(const auto ids, logs.ids(tx));
    std::vector<std::int64_t> numbers;
    for (const LogId& id : ids) {
        SPOT_ASSIGN(const auto log, logs.find(tx, id));
        numbers.push_back(log->number);
        SPOT_TRY(check_log(tx, *log, faults));
    }
    return check_strays(tx, std::move(numbers), faults);
}

}  // namespace spot::core
