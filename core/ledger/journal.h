#pragma once

// One's own log: what this party writes.

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/error.h"
#include "core/id.h"
#include "core/log.h"
#include "core/tip.h"

namespace spot::core {

struct LedgerImpl;

// The most that a session or request may amount to with its whole history, saved as a document. An
// intent has at most 64 KiB, and a request that was made and corrected a hundred times some 20 KiB.
// An entry that would go beyond it is quarantined ("too_large"), whoever wrote it. append() refuses
// at three quarters of it, so that what both parties write while apart has room, too.
constexpr std::size_t kRecordBytesMax = 256 * 1024;
// Entries of one record, refused and quarantined likewise: each costs as much as there are before
// it. No more could be shown to another party where they diverge (schemas/wire/README.md).
constexpr std::size_t kRecordChangesMax = 1024;

class Journal {
public:
    explicit Journal(LedgerImpl& impl) : impl_(impl) {}

    // The log that this process writes from now on: makes its period secret and draws its `run`.
    Result<> write_to(const LogId& log);

    struct Appended {
        RecordId entry;
        RecordId record;
        bool repeated = false;  // the same event was there before: nothing was written
    };
    // Validates (check_intent and the record's state), executes, and writes the entry in one
    // durable transaction. `reference`: the caller's name for a new record (empty: none). The same
    // reference with the same intent is `repeated`; with another, `conflict`. An edit or close
    // equal to an earlier one of its record (same `at`) is `repeated`. For receipt_print the
    // journal adds "series" and "number". `conflict`, too, where the log has ended: another process
    // branched from it, and write_to() the next one comes first. `limit`: the record's history
    // would become too large (kRecordBytesMax, kRecordChangesMax).
    Result<Appended> append(Kind kind, std::string_view reference, std::string_view user,
                            nlohmann::json intent);
    // The id of the record with this reference, or of the record with this id text.
    std::optional<RecordId> find(std::string_view record, std::string_view reference_or_id);
    // Entries of an own log that count and that the other party does not have on disk.
    std::uint64_t waiting(const LogId& log);

    // After a fork: this store was copied or restored, and under numbers of `from` the other party
    // has entries of another copy. Begins `to`, a later epoch of the same device; `common` is the
    // last entry that both have. What follows it here is written again in `to`, under new ids, with
    // everything else as it was: author, time, what had been seen, and a receipt's series and
    // number that are on paper. References and old ids find the new records. The old entries stay,
    // and do not count any more. Returns how many were written again. `conflict`: `common` is not
    // in `from`, or `to` has entries already. `renamed` is called with the old and the new id of
    // each record that was written again, within the transaction: for rows of the program's own
    // that name it.
    using Renamed = std::function<Result<>(const RecordId& old_id, const RecordId& new_id)>;
    Result<std::uint64_t> branch(const LogId& from, const Tip& common, const LogId& to,
                                 const Renamed& renamed = {});

private:
    LedgerImpl& impl_;
};

}  // namespace spot::core
