#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "core/ledger/log_cache.h"
#include "core/ledger/subject_keys.h"
#include "core/log.h"
#include "core/store/keys.h"

namespace spot::core {

// An entry with what the store keeps beside it.
struct StoredEntry {
    Entry entry;
    Hash salt{};
    Hash commitment{};
    Hash hash{};
    std::optional<SubjectId> subject;  // whose key seals salt and intent
    std::string reference;             // the caller's name for the record that it makes
    bool erased = false;               // then salt and intent are empty
};

// Entries with their salts and intents readable, and quarantine.
class EntryLog {
public:
    explicit EntryLog(SubjectKeys& subjects) : subjects_(subjects) {}

    // Ends `line` (commitment and hash, from the salt and `log`'s tip), writes it, moves the tip.
    Result<> append(Rows rows, LogRow& log, StoredEntry& line);
    // Nothing: there is no such entry.
    Result<std::optional<StoredEntry>> read(Rows rows, const LogRow& log, std::uint64_t seq);
    // Of entries first … last, in order.
    Result<> each(Rows rows, const LogRow& log, std::uint64_t first, std::uint64_t last,
                  const std::function<Result<>(StoredEntry&)>& use);
    Result<std::optional<Hash>> hash_at(Rows rows, const LogRow& log, std::uint64_t seq);

    struct Head {
        Kind kind;
        std::optional<SubjectId> subject;
    };
    // Nothing: there is no such entry, or it stands in quarantine.
    Result<std::optional<Head>> head(Rows rows, const LogRow& log, std::uint64_t seq);

    Result<> quarantine(Rows rows, const LogRow& log, std::uint64_t seq, std::string_view code);
    Result<> release(Rows rows, const LogRow& log, std::uint64_t seq);
    Result<> release_after(Rows rows, const LogRow& log, std::uint64_t seq);
    Result<bool> in_quarantine(Rows rows, const LogRow& log, std::uint64_t seq);
    // Nothing: it is not in quarantine.
    Result<std::optional<std::string>> quarantine_code(Rows rows, const LogRow& log,
                                                       std::uint64_t seq);
    // In order, the first `count`.
    Result<std::vector<Quarantined>> quarantined(Rows rows, const LogRow& log, std::size_t count);
    Result<std::uint64_t> quarantined_count(Rows rows, const LogRow& log);
    // The first one after `seq` with this code.
    Result<std::optional<std::uint64_t>> next_quarantined(Rows rows, const LogRow& log,
                                                          std::uint64_t seq, std::string_view code);

    // Seals the payload anew, for `line.subject`.
    Result<> seal_for(Rows rows, const LogRow& log, const StoredEntry& line);
    // Removes the entries after `tip`. `conflict`: the log has another entry there.
    Result<> remove_after(Rows rows, LogRow& log, const Tip& tip);

private:
    Result<Bytes> sealed(Rows rows, const StoredEntry& line, std::int64_t key);
    Result<StoredEntry> line_of(Rows rows, const EntryRow& row, const LogId& log);

    SubjectKeys& subjects_;
};

}  // namespace spot::core
