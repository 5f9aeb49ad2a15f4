#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/crypto.h"
#include "core/id.h"

namespace spot::core {

// What a person did. The numbers are on the wire: never reuse one.
enum class Kind : std::uint8_t {
    session_open = 1,
    request_queue = 2,
    request_edit = 3,
    receipt_print = 4,
    complaint_log = 5,
    assessment_self = 6,
    feedback_training = 7,
    session_close = 8,
    hub_edit = 9,
    request_withdraw = 10,
    receipt_settle = 11,
    catalogue_set = 12,
    catalogue_publish = 13,
    station_key = 14,
};
constexpr std::uint8_t kKindMax = 14;

std::string_view kind_name(Kind kind);  // "session.open", …
std::optional<Kind> parse_kind(std::string_view name);
// The record that entries of this kind make or change: "session", "request", "receipt", …; empty
// for those of the catalogue and of keys, which are about no record.
std::string_view record_of(Kind kind);
// Does an entry of this kind make a new record? (Otherwise it changes one that is there.)
bool makes_record(Kind kind);

// How far the author of an entry had executed the other party's log when it wrote the entry: what
// makes an edit concurrent or not. The other log is that of `log.device ^ kHubBit`.
struct Seen {
    std::uint32_t epoch = 0;  // 0: nothing yet
    std::uint64_t seq = 0;
    auto operator<=>(const Seen&) const = default;
};

constexpr std::size_t kIntentBytesMax = 64 * 1024;
constexpr std::size_t kUserBytesMax = 64;

// One line of a log: the payload (intent) and what surrounds it.
struct Entry {
    LogId log;
    std::uint64_t seq = 0;  // from 1, without gaps
    Kind kind = Kind::session_open;
    std::uint64_t run = 0;  // random for each start of the author's process
    Seen seen;
    std::uint16_t check = 0;  // first two bytes of the Automerge change's hash; 0 if there is none
    std::string user;         // who did it: a mediator's or operator's sign-in name
    std::string intent;       // canonical JSON: UTF-8, keys sorted, no spaces; see core/intent.h

    RecordId id() const { return {log, seq}; }
    bool operator==(const Entry&) const = default;
};

// The Automerge actor an entry is executed under. From (log, run), so it costs 8 bytes a process
// start on the wire; a restored backup draws a new run and so can't reuse one.
using Actor = std::array<std::uint8_t, 16>;
Actor actor_of(const LogId& log, std::uint64_t run);

// An entry's salt, from the secret of its period. Only that secret travels, once.
// A period is a run of entries by sequence number, so that no clock is needed to know it.
constexpr std::uint64_t kPeriodEntries = 4096;
constexpr std::uint64_t period_of(std::uint64_t seq) {
    return (seq - 1) / kPeriodEntries;
}
Hash salt_of(const SecretKey& period_secret, const LogId& log, std::uint64_t seq);

// H(salt ‖ intent): what stays in the chain when a person's data are erased.
Hash commitment(const Hash& salt, std::string_view intent);
// The entry's hash, which is `previous` of the next. The first entry's previous is all zeros.
Hash chain(const Hash& previous, const Entry& entry, const Hash& commitment);

}  // namespace spot::core
