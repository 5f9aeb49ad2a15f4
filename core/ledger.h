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
#include "core/clock.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/log.h"
#include "core/rules.h"
#include "core/store/store.h"
#include "core/tip.h"

namespace spot::core {

// An entry that was received but may not be applied.
struct Quarantined {
    std::uint64_t seq = 0;
    std::string
        code;  // "form", "authority", "unknown_record", "receipt_gap", "diverged", "duplicate", …
    bool operator==(const Quarantined&) const = default;
};

// The most that a session or request may amount to with its whole history, saved as a document. An
// intent has at most 64 KiB, and a request that was made and corrected a hundred times some 20 KiB.
// An entry that would go beyond it is quarantined ("too_large"), whoever wrote it. append() refuses
// at three quarters of it, so that what both parties write while apart has room, too.
constexpr std::size_t kRecordBytesMax = 256 * 1024;
// Entries of one record: each costs as much as there are before it. No more could be shown to
// another party where they diverge (schemas/wire/README.md).
constexpr std::size_t kRecordChangesMax = 1024;

struct PeriodSecret {
    std::uint64_t period = 0;
    SecretKey secret;
};

// A SQLCipher store of logs, documents and projections, and the rules by which entries become
// records. Station and hub hold the same thing; the hub holds many logs. One thread owns a
// ledger; several processes may open the same file (WAL, synchronous FULL, busy timeout 10 s).
// Every change is one transaction: either all of it is on disk when the call returns, or nothing
// (after flush_later(): when the flush does).
class Ledger {
public:
    struct Options {
        Party party = Party::station;
        const Catalogue* catalogue = nullptr;  // that ships with the program; outlives the ledger
        Random* random = nullptr;              // outlives the ledger
        std::size_t record_bytes_max = kRecordBytesMax;  // tests only; see below
    };
    // `refused`: the key does not open the file. `corrupt`: it is no store of ours.
    static Result<Ledger> open(const std::filesystem::path& file, const SecretKey& key, Options);
    // On a store of another kind.
    static Result<Ledger> open(std::unique_ptr<Store> store, Options);
    Ledger(Ledger&&) noexcept;
    ~Ledger();

    // ── Settings: small values of the program's own (device keys, slip, cursors).
    std::optional<std::string> setting(std::string_view name);
    Result<> set(std::string_view name, std::string_view value);

    // Several calls as one transaction, for the programs: nested calls join it.
    // Rolls back when `work` fails.
    Result<> atomically(const std::function<Result<>()>& work);
    // For who goes on to append one by one: makes room for it in the store's write-ahead log, which
    // takes as long as some hundred of them. Outside a transaction. Where there is no room on the
    // disk it is an error, and recording goes on all the same.
    Result<> expect_many();
    // For who appends one by one and tells of each later: from now on a change that has returned is
    // whole, but a power cut may take it back until a flush that began after it has returned. So
    // the disk works beside the next change. What is returned may be called on any thread. Other
    // processes are not misled: who sees what it did not write flushes it first.
    Result<std::function<Result<>()>> flush_later();

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
    // `repeated`. For receipt_print the ledger adds "series" and "number". `conflict`, too, where
    // the log has ended: another process branched from it, and write_to() the next one comes first.
    // `limit`: the record's history would become too large (kRecordBytesMax).
    Result<Appended> append(Kind kind, std::string_view reference, std::string_view user,
                            nlohmann::json intent);
    // The id of the record with this reference, or of the record with this id text.
    std::optional<RecordId> find(std::string_view record, std::string_view reference_or_id);

    // ── Logs, for the exchange.
    Tip tip(const LogId& log);
    std::vector<LogId> logs();
    // The highest epoch of a device's logs here; 0: there is none.
    Result<std::uint32_t> newest_epoch(std::uint64_t device);
    std::optional<Hash> hash_at(const LogId& log, std::uint64_t seq);
    // Entries first … in order, at most `count`.
    Result<std::vector<Entry>> entries(const LogId& log, std::uint64_t first, std::size_t count);
    // The secrets of the periods that entries first…last stand in.
    Result<std::vector<PeriodSecret>> period_secrets(const LogId& log, std::uint64_t first,
                                                     std::uint64_t last);
    // Remembers the secrets for the entries of `log` that receive() is about to be given, until
    // settle() or take_back(). Nothing is written: a secret is kept with the first entry that needs
    // it, so that a bundle that is refused leaves none behind.
    Result<> keep_period_secrets(const LogId& log, std::span<const PeriodSecret> secrets);
    // Appends what another party wrote, in one durable transaction: `entries` follow on the log's
    // tip (`conflict` otherwise). An entry that breaks a rule is kept, quarantined, and does not
    // stop the others. Executes nothing: see execute_received(). Returns the new tip.
    // `corrupt`: the secret of an entry's period is missing. `conflict`: another secret of that
    // period is here, so the two logs are not the same one. `invalid`: the log would be a new one
    // whose epoch is more than kEpochStepMax above the device's newest and that has no branch.
    // Held: all of them are quarantined, as "revoked" where no rule is broken, until a person
    // decides.
    enum class Take { usual, held };
    Result<Tip> receive(const LogId& log, std::span<const Entry> entries, Take take = Take::usual);
    // A bundle's entries are received frame by frame and stay unsettled, that is, unexecuted, until
    // the bundle has ended or was cut off: then settle() lets execute_received() have them. What a
    // crash left unsettled is settled by the next settle() of that log (they were authenticated).
    Result<> settle(const LogId& log);
    // Takes back what receive() wrote after `seq` and was not settled, with its secrets.
    Result<> take_back(const LogId& log, std::uint64_t seq);
    // Executes what was received and not executed, in order, at most `count` entries; returns
    // how many. 0: nothing is left. An entry whose change differs from the author's (`check`) is
    // quarantined as "diverged"; what makes its record too large as "too_large". A log in which the
    // store is damaged keeps no other waiting: its error is returned when nothing else is left.
    Result<std::size_t> execute_received(std::size_t count);
    // In the order of the log, the first `count`. At a station also of its own log: what it could
    // not execute itself.
    std::vector<Quarantined> quarantined(const LogId& log, std::size_t count = kAllQuarantined);
    static constexpr std::size_t kAllQuarantined = std::size_t{1} << 40;
    Result<std::uint64_t> quarantined_count(const LogId& log);
    // For a reader that has an entry in quarantine as "diverged": the changes of its record that
    // its author knew, in the order of execution, and its own last, as Document::apply() takes
    // them. `not_found`: it changed no document, or its change comes out otherwise here, too.
    Result<std::vector<Bytes>> changes_up_to(const LogId& log, std::uint64_t seq);
    // The reader's answer to those: where they make of the record what the intents make of it here,
    // the entry leaves quarantine and is executed. The bytes are only compared, in a document of
    // their own; records come from intents, whatever the author sends. False: the entry stays in
    // quarantine. Where they were compared and differ, that is final: its code is "differs" from
    // then on, and it is not compared again.
    Result<bool> reconsider(const LogId& log, std::uint64_t seq, std::span<const Bytes> changes);
    // After those that were taken: judges anew what waited for their records ("unknown_record"),
    // in one walk over the log.
    Result<> judge_again(const LogId& log);

    // Notes what the other party has of `log` on disk, and in a backup (hashes already matched).
    Result<> acknowledge(const LogId& log, const Tip& durable, const Tip& backed_up);
    Tip acknowledged(const LogId& log);
    Tip backed_up(const LogId& log);

    // ── After a fork: this store was copied or restored, and under numbers of `from` the other
    // party has entries of another copy. Begins `to`, a later epoch of the same device; `common` is
    // the last entry that both have. What stands after it here is written again in `to`, under new
    // ids, with everything else as it was: who, when, what had been seen, and of a receipt the
    // series and number that are on paper. A caller's references and the old ids find the new
    // records. The old entries stay, and count no more. Returns how many were written again; all in
    // one transaction. `conflict`: `common` is not in `from`, or `to` has entries already.
    // `renamed` is called with the old and the new id of each record that was written again, within
    // the transaction: for rows of the program's own that name it.
    using Renamed = std::function<Result<>(const RecordId& old_id, const RecordId& new_id)>;
    Result<std::uint64_t> branch(const LogId& from, const Tip& common, const LogId& to,
                                 const Renamed& renamed = {});
    // Up to where a log's author knew its own earlier epochs; epoch 0: all of them.
    Seen branch_of(const LogId& log);
    // Notes what the author says of it, with its first entries. `conflict`: other than before.
    Result<> keep_branch(const LogId& log, const Seen& branch);
    // How many of `given`, from the front, stand in the log as they are; what is beyond its tip
    // does not. Of an erased entry, what surrounds its intent is compared.
    Result<std::size_t> matching(const LogId& log, std::span<const Entry> given);
    // Entries of an own log that count and that the other party has not on disk.
    std::uint64_t waiting(const LogId& log);

    // ── The catalogue's versions: the one that ships with the program and, after it, those that
    // the hub has published (core/catalogue_versions.h). A station's come with the hub's log, each
    // whole when the last of its entries is executed and its hash agrees. A request has to keep to
    // the version that it names, and its edits to that same one; the shipped one needs no naming.
    struct Published {
        std::string version;
        Instant in_force = 0;  // from then on
        Hash hash{};
    };
    Result<std::vector<Published>> published();  // in the order of publishing
    // The hub's own, which it has just appended for its stations.
    Result<> keep_catalogue(const Published& version, std::string_view text);
    // The last that is in force. The ledger keeps what it has read, so references stay good.
    const Catalogue& catalogue_at(Instant now);
    // `invalid`: not known here. Empty: the shipped one.
    Result<const Catalogue*> catalogue(std::string_view version);
    Result<std::string> catalogue_text(std::string_view version);

    // The key by which another station's receipts are verified, as the hub told it. Nothing: it
    // did not. Only at a station.
    struct StationKey {
        std::string station;  // its name
        PublicKey key{};
    };
    Result<std::optional<StationKey>> station_key(std::uint64_t device);

    // ── Kept beside the log: a program's own small rows, by shelf and key. They never travel, and
    // no other key seals them than the store's.
    struct Kept {
        std::string key, value;
    };
    // `owner`: what they can be listed by; may be empty.
    Result<> keep(std::string_view shelf, std::string_view key, std::string_view owner,
                  std::string_view value);
    Result<std::optional<std::string>> kept(std::string_view shelf, std::string_view key);
    // In the order in which they were first kept.
    Result<std::vector<Kept>> kept_of(std::string_view shelf, std::string_view owner,
                                      std::size_t count);
    Result<std::vector<Kept>> kept_on(std::string_view shelf, std::size_t count);
    Result<> drop(std::string_view shelf, std::string_view key);
    // 1, 2, 3, …, each once in the store's life.
    Result<std::uint64_t> next_number(std::string_view shelf);

    // ── Attachments: files of a draft (`owner`: its key) or of a request (`owner`: its id).
    Result<Hash> attach(std::string_view owner, View content);
    // Nothing: there is none, or the person's data were erased. At a hub: not all of it came yet.
    Result<std::optional<Bytes>> attached(std::string_view owner, const Hash& hash);
    Result<> detach(std::string_view owner, const Hash& hash);
    // A draft's become its request's, under the person's key; those not among `hashes` go.
    Result<> hand_on(std::string_view owner, const RecordId& request, std::span<const Hash> hashes);

    // ── Attachments on their way from the station to the hub. A request's intent names them, each
    // with its hash and length; that is all the hub goes by.
    static constexpr std::uint64_t kFileBytesMax = std::uint64_t{4} * 1024 * 1024;
    struct File {
        RecordId request;
        Hash hash{};
        auto operator<=>(const File&) const = default;
    };
    using FileState = core::FileState;
    struct FileCounts {
        std::uint64_t awaited = 0, given_up = 0;
    };
    // Of a device's requests: files that are to come, at a station: that the hub has not said to
    // have; and those that the hub will not have, at a station: as refused_files().
    Result<FileCounts> file_counts(std::uint64_t device);

    // At a hub. What is to come from who writes `log`: of the settled requests in it, and in the
    // earlier epochs that its author knew; not of those in quarantine. At most `count`, oldest
    // first, but last what came wrong before. What several requests of a person name is there once.
    struct Awaited {
        File file;
        std::uint64_t have = 0;  // bytes, from the beginning
        std::uint64_t bytes = 0;
    };
    Result<std::vector<Awaited>> awaited(const LogId& log, std::size_t count);
    // Keeps of these bytes, which stand in the file at `offset`, what follows on those that are
    // here; the others change nothing. The last one makes the file whole, or, where it is not what
    // the request says, away with all of it: it is awaited anew, and at the third time given up.
    // `limit`: longer than the request says.
    Result<> take_piece(const File& file, std::uint64_t offset, View bytes);
    // Its station says that it has it not.
    Result<> give_up(const File& file);
    Result<FileState> file_state(const File& file);
    struct Received {
        File file;
        std::uint64_t have = 0, bytes = 0;
        FileState state = FileState::awaited;
    };
    // Of one request, or of all; by request, in order of making.
    Result<> each_file(const std::optional<RecordId>& request,
                       const std::function<Result<>(const Received&)>& use);

    // At a station. Those of acknowledged requests of which the hub has said nothing that lasts.
    Result<std::vector<File>> untold_files(std::size_t count);
    // Those of which it has said that it will not have them, by request; but for requests that were
    // withdrawn since.
    Result<std::vector<File>> refused_files(std::size_t count);
    // What the hub says of one. True: it had not said so before.
    Result<bool> note_told(const File& file, FileState state);
    // By hash; of a request that has none it is empty.
    Result<std::map<Hash, FileState>> told_of(const RecordId& request);

    // ── Lists, from the end that is asked for and never longer than `count`.
    struct Listed {
        RecordId id;
        std::string_view record;
        std::int64_t made_ms = 0;
    };
    // Made from `from_ms` until before `until_ms`, by time. At a station only, like records_of().
    Result<std::vector<Listed>> made_between(std::string_view record, std::int64_t from_ms,
                                             std::int64_t until_ms, std::size_t count);
    // What belongs to a session, in order of making.
    Result<std::vector<Listed>> records_of(const RecordId& session, std::size_t count);
    Result<std::vector<Listed>> conflicting(std::size_t count);
    // Requests whose route the hub has set to this state.
    Result<std::vector<Listed>> routed(std::string_view state, std::size_t count);
    struct Shown {
        std::string json;  // as the store has it: a route's state that is "recorded"
                           // was not set by the hub
        bool conflicts = false;
        std::vector<RecordId> changes;  // the entries it came from, as executed here
    };
    // Nothing: there is no such record, or it was erased.
    Result<std::optional<Shown>> record(std::string_view record, const RecordId& id);

    // ── Reading.
    struct ExportOptions {
        std::string kind;   // "request", …; empty: all
        std::string since;  // RFC 3339; records made at or after; empty: all
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
