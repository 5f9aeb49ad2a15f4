#pragma once

// What sync/ knows of a ledger: its logs as another party has them. An interface, so that a test of
// an exchange needs no store.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/ledger/incoming.h"
#include "core/log.h"
#include "core/tip.h"

namespace spot::core {

// An entry that was received but may not be applied.
struct Quarantined {
    std::uint64_t seq = 0;
    std::string code;  // "form", "authority", "unknown_record", "receipt_gap", "diverged", …
    bool operator==(const Quarantined&) const = default;
};

struct PeriodSecret {
    std::uint64_t period = 0;
    SecretKey secret;
};

// Where another party's log ends, so that what comes after it can be taken back.
struct Mark {
    Tip tip;                     // zeros where the log is unknown
    std::uint64_t receipts = 0;  // the highest receipt number up to it
};

// What becomes of received entries in which no rule is broken.
enum class ReceiveMode {
    execute,
    quarantine,  // all as "revoked", until a person decides
};

// Logs, read and extended. Every call is one transaction, or a part of atomically()'s.
class Replica {
public:
    virtual ~Replica() = default;

    // Runs `work` as one transaction: nothing that it wrote stays if it fails.
    virtual Result<> atomically(const std::function<Result<>()>& work) = 0;

    // Empty where the log is unknown.
    virtual Tip tip(const LogId& log) = 0;
    virtual std::vector<LogId> logs() = 0;  // sorted
    // The highest epoch of a device's logs; 0: there is none.
    virtual Result<std::uint32_t> newest_epoch(std::uint64_t device) = 0;
    virtual std::optional<Hash> hash_at(const LogId& log, std::uint64_t seq) = 0;
    // Entries from `first` on, in order, at most `count`.
    virtual Result<std::vector<Entry>> entries(const LogId& log, std::uint64_t first,
                                               std::size_t count) = 0;
    // How many of `given`, from the front, are the log's own entries. Entries beyond its tip do not
    // match. An erased entry is compared without its intent.
    virtual Result<std::size_t> matching(const LogId& log, std::span<const Entry> given) = 0;
    // The secrets of the periods that entries first … last belong to.
    virtual Result<std::vector<PeriodSecret>> period_secrets(const LogId& log, std::uint64_t first,
                                                             std::uint64_t last) = 0;

    // Remembers the secrets for the entries that receive() is about to be given, until finalize()
    // or discard_after(). Writes nothing: a secret is stored with the first entry that needs it, so
    // that a refused bundle leaves none behind.
    virtual Result<> offer_period_secrets(const LogId& log,
                                          std::span<const PeriodSecret> secrets) = 0;
    // Appends what another party wrote; `entries` follow on the log's tip (`conflict` otherwise).
    // An entry that breaks a rule is stored in quarantine and does not stop the others. Executes
    // nothing. Returns the new tip.
    // `corrupt`: the secret of an entry's period is missing. `conflict`: another secret of that
    // period is here, so the logs are not the same one. `invalid`: a new log without a branch,
    // whose epoch is too far above the device's newest.
    virtual Result<Tip> receive(const LogId& log, const Incoming& entries,
                                ReceiveMode mode = ReceiveMode::execute) = 0;
    // Received entries stay unexecuted until this is called at their bundle's end. What a crash
    // left behind is finalized by the next call for that log: it was authenticated.
    virtual Result<> finalize(const LogId& log) = 0;
    virtual Result<Mark> mark(const LogId& log) = 0;
    // Takes back what was received since mark() and not finalized; reads nothing that stays.
    // `conflict`: some of it is finalized, or the log has another entry there.
    virtual Result<> discard_after(const LogId& log, const Mark& mark) = 0;

    // What the other party has of `log` on disk, and in a backup. Hashes were compared before.
    virtual Result<> acknowledge(const LogId& log, const Tip& durable, const Tip& backed_up) = 0;
    virtual Tip acknowledged(const LogId& log) = 0;
    virtual Tip backed_up(const LogId& log) = 0;

    // Up to where a log's author knew its own earlier epochs; epoch 0: all of them.
    virtual Seen branch_of(const LogId& log) = 0;
    // Stores what the author says of it, with its first entries. `conflict`: other than before.
    virtual Result<> keep_branch(const LogId& log, const Seen& branch) = 0;
};

// Received entries that may not be applied, and how they come out again.
class Quarantine {
public:
    virtual ~Quarantine() = default;

    static constexpr std::size_t kAll = std::size_t{1} << 40;
    // In the order of the log, the first `count`. At a station also of its own log: what it could
    // not execute itself.
    virtual std::vector<Quarantined> list(const LogId& log, std::size_t count = kAll) = 0;
    virtual Result<std::uint64_t> count(const LogId& log) = 0;

    // For a reader that has an entry in quarantine as "diverged": the changes of its record that
    // its author knew, in the order of execution, and its own last. `not_found`: it changed no
    // document, or its change comes out differently here, too.
    virtual Result<std::vector<Bytes>> causal_history(const LogId& log, std::uint64_t seq) = 0;
    // How many operations such changes hold together. `corrupt`: they are no changes.
    virtual Result<std::uint64_t> operations_in(std::span<const Bytes> changes) = 0;
    // The reader's answer to those: where they make of the record what the intents make of it here,
    // the entry is executed. They are only compared, in a document of their own: records come from
    // intents, whatever the author sends. False: the entry stays in quarantine; where they were
    // compared and differ its code becomes "differs", and it is not compared again.
    virtual Result<bool> accept_diverged(const LogId& log, std::uint64_t seq,
                                         std::span<const Bytes> changes) = 0;
    // Validates again what waited for its record ("unknown_record"), in one walk over the log.
    virtual Result<> revalidate(const LogId& log) = 0;

    // A text of the exchange's own, stored beside the log; empty: none.
    virtual std::string note(std::string_view name) = 0;
    virtual Result<> set_note(std::string_view name, std::string_view text) = 0;
};

}  // namespace spot::core
