#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "core/ledger.h"
#include "core/ledger/logs.h"
#include "core/ledger/subjects.h"
#include "core/log.h"
#include "core/store/keys.h"

namespace spot::core {

// An entry with what the store keeps beside it.
struct Line {
    Entry entry;
    Hash salt{};
    Hash commitment{};
    Hash hash{};
    std::optional<Subjects::Id> subject;  // whose key seals salt and intent
    std::string reference;                // the caller's name for the record that it makes
    bool erased = false;                  // then salt and intent are empty
};

// Entries with their salts and intents readable, and quarantine.
class Entries {
public:
    explicit Entries(Subjects& subjects) : subjects_(subjects) {}

    // Ends `line` (commitment and hash, from the salt and `log`'s tip), writes it, moves the tip.
    Result<> append(Tx& tx, Logs::Log& log, Line& line);
    // Nothing: there is no such entry.
    Result<std::optional<Line>> read(Tx& tx, const Logs::Log& log, std::uint64_t seq);
    // Of entries first … last, in order.
    Result<> each(Tx& tx, const Logs::Log& log, std::uint64_t first, std::uint64_t last,
                  const std::function<Result<>(Line&)>& use);
    Result<std::optional<Hash>> hash_at(Tx& tx, const Logs::Log& log, std::uint64_t seq);

    struct Head {
        Kind kind;
        std::optional<Subjects::Id> subject;
    };
    // Nothing: there is no such entry, or it stands in quarantine.
    Result<std::optional<Head>> head(Tx& tx, const Logs::Log& log, std::uint64_t seq);

    Result<> quarantine(Tx& tx, const Logs::Log& log, std::uint64_t seq, std::string_view code);
    Result<> release(Tx& tx, const Logs::Log& log, std::uint64_t seq);
    Result<> release_after(Tx& tx, const Logs::Log& log, std::uint64_t seq);
    Result<bool> in_quarantine(Tx& tx, const Logs::Log& log, std::uint64_t seq);
    // Nothing: it is not in quarantine.
    Result<std::optional<std::string>> quarantine_code(Tx& tx, const Logs::Log& log,
                                                       std::uint64_t seq);
    // In order, the first `count`.
    Result<std::vector<Quarantined>> quarantined(Tx& tx, const Logs::Log& log, std::size_t count);
    Result<std::uint64_t> quarantined_count(Tx& tx, const Logs::Log& log);
    // The first one after `seq` with this code.
    Result<std::optional<std::uint64_t>> next_quarantined(Tx& tx, const Logs::Log& log,
                                                          std::uint64_t seq, std::string_view code);

    // Seals the payload anew, for `line.subject`.
    Result<> seal_for(Tx& tx, const Logs::Log& log, const Line& line);
    // Removes the entries after `seq` and moves the tip back.
    Result<> remove_after(Tx& tx, Logs::Log& log, std::uint64_t seq);

private:
    Result<Bytes> sealed(Tx& tx, const Line& line, std::int64_t key);
    Result<Line> line_of(Tx& tx, EntryRow row, const LogId& log);

    Subjects& subjects_;
};

}  // namespace spot::core
