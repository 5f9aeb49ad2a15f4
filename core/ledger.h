#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/catalogue.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/log.h"
#include "core/rules.h"

namespace spot::core {

// The end of a log as one party has it: the last entry's number and hash.
struct Tip {
    std::uint64_t seq = 0;  // 0: empty
    Hash hash{};            // of entry `seq`; zeros when empty
    bool operator==(const Tip&) const = default;
};

// An entry that was received but may not be applied.
struct Quarantined {
    std::uint64_t seq = 0;
    std::string code;  // "form", "authority", "unknown_record", "receipt_gap", "diverged", "duplicate", …
    bool operator==(const Quarantined&) const = default;
};

struct PeriodSecret {
    std::uint64_t period = 0;
    SecretKey secret;
};

// A SQLCipher store of logs, documents and projections, and the rules by which entries become
// records. Station and hub hold the same thing; the hub holds many logs. One thread owns a
// ledger; several processes may open the same file (WAL, synchronous FULL, busy timeout 10 s).
// Every change is one transaction: either all of it is on disk when the call returns, or nothing.
class Ledger {
public:
    struct Options {
        Party party = Party::station;
        const Catalogue* catalogue = nullptr;  // outlives the ledger
        Random* random = nullptr;              // outlives the ledger
    };
    // `refused`: the key does not open the file. `corrupt`: it is no store of ours.
    static Result<Ledger> open(const std::filesystem::path& file, const SecretKey& key, Options);
    Ledger(Ledger&&) noexcept;
    ~Ledger();

    // ── Settings: small values of the program's own (device keys, slip, cursors).
    std::optional<std::string> setting(std::string_view name);
    Result<> set(std::string_view name, std::string_view value);

    // Several calls as one transaction, for the programs: nested calls join it.
    // Rolls back when `work` fails.
    Result<> atomically(const std::function<Result<>()>& work);

    // ── Writing one's own log.
    struct Appended {
        RecordId entry;
        RecordId record;
        bool repeated = false;  // the same event was there before: nothing was written
    };
    // The log this process writes from now on: makes its period secret and draws its `run`.
    Result<> write_to(const LogId& log);
    // Checks (check_intent and the record's state), executes, and writes entry, document,
    // projection and reference in one durable transaction. `reference`: the caller's name for a
    // new record (empty: none). The same reference with the same intent is `repeated`; with
    // another, `conflict`. An edit or close equal to an earlier one of its record (same `at`) is
    // `repeated`. For receipt_print the ledger adds "series" and "number".
    Result<Appended> append(Kind kind, std::string_view reference, std::string_view user,
                            nlohmann::json intent);
    // The id of the record with this reference, or of the record with this id text.
    std::optional<RecordId> find(std::string_view record, std::string_view reference_or_id);

    // ── Logs, for the exchange.
    Tip tip(const LogId& log);
    std::vector<LogId> logs();
    std::optional<Hash> hash_at(const LogId& log, std::uint64_t seq);
    // Entries first … in order, at most `count`.
    Result<std::vector<Entry>> entries(const LogId& log, std::uint64_t first, std::size_t count);
    // The secrets of the periods that entries first…last stand in.
    Result<std::vector<PeriodSecret>> period_secrets(const LogId& log, std::uint64_t first,
                                                     std::uint64_t last);
    Result<> keep_period_secrets(const LogId& log, std::span<const PeriodSecret> secrets);
    // Appends what another party wrote, in one durable transaction: `entries` follow on the log's
    // tip (`conflict` otherwise). An entry that breaks a rule is kept, quarantined, and does not
    // stop the others. Executes nothing: see execute_received(). Returns the new tip.
    Result<Tip> receive(const LogId& log, std::span<const Entry> entries);
    // A bundle's entries are received frame by frame and stay unsettled, that is, unexecuted, until
    // the bundle has ended or was cut off: then settle() lets execute_received() have them. What a
    // crash left unsettled is settled by the next settle() of that log (they were authenticated).
    Result<> settle(const LogId& log);
    // Takes back what receive() wrote after `seq` and was not settled.
    Result<> take_back(const LogId& log, std::uint64_t seq);
    // Executes what was received and not executed, in order, at most `count` entries; returns
    // how many. 0: nothing is left. An entry whose change differs from the author's (`check`) is
    // quarantined as "diverged".
    Result<std::size_t> execute_received(std::size_t count);
    std::vector<Quarantined> quarantined(const LogId& log);

    // Notes what the other party has of `log` on disk, and in a backup (hashes already matched).
    Result<> acknowledge(const LogId& log, const Tip& durable, const Tip& backed_up);
    Tip acknowledged(const LogId& log);
    Tip backed_up(const LogId& log);

    // ── Reading.
    struct ExportOptions {
        std::string kind;        // "request", …; empty: all
        std::string since;       // RFC 3339; records made at or after; empty: all
        bool references = false;
    };
    // Calls `line` with each record as one line of JSON (no newline), sorted by record, then id.
    Result<> export_records(const ExportOptions& options,
                            const std::function<void(std::string_view)>& line);
    struct Counts {
        std::map<std::string, std::uint64_t> records;  // by record name
        std::uint64_t conflicts = 0;                   // records with an unsettled conflict
        std::uint64_t quarantined = 0;                 // entries
        std::uint64_t unexecuted = 0;                  // entries
    };
    Result<Counts> count();
    // Walks every page, chain, projection and receipt series; a sentence for each fault found.
    Result<std::vector<std::string>> check();

private:
    struct Inside;
    explicit Ledger(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::core
