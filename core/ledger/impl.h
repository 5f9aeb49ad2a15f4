#pragma once

#include <optional>
#include <set>

#include "core/catalogue_versions.h"
#include "core/ledger.h"
#include "core/ledger/documents.h"
#include "core/ledger/entry_log.h"
#include "core/ledger/faces.h"
#include "core/ledger/log_cache.h"
#include "core/ledger/party_rules.h"
#include "core/ledger/received_files.h"
#include "core/ledger/subject_keys.h"
#include "core/receipt_code.h"
#include "core/store/store.h"

namespace spot::core {

// Settings that say what was derived from a store's entries already.
inline constexpr char kListed[] = "ledger.listed";           // the lists hold every record
inline constexpr char kFilesNamed[] = "ledger.files_named";  // files have rows
// The namespace of other stations' keys, by device.
inline constexpr std::string_view kStationKeys = "station_key";

// What a ledger is made of. Its verbs stand in a file each: append.cpp, receive.cpp, …
struct LedgerImpl {
    LedgerImpl(std::unique_ptr<Store> opened, Ledger::Options given, SecretKey subject_secret)
        : options(given),
          party(rules_of(options.party)),
          store(std::move(opened)),
          logs(*options.random),
          subjects(*options.random, std::move(subject_secret)),
          entries(subjects),
          documents(logs, entries, subjects, options.party),
          received_files(subjects, *options.random) {}

    // ── Transactions (transaction.cpp).
    using Work = std::function<Result<>(Tx&)>;
    // What the work looks at: records are brought up to their own entries first.
    enum class Of { log, records };
    // Runs `work` as one durable transaction, or as a part of the one of Ledger::atomically(). What
    // was written is taken back unless it returns without an error.
    Result<> transact(const Work& work, Of of = Of::records);
    // Runs `work` on one state of the store.
    Result<> read(Of of, const Work& work);
    // read() for a `work` that answers something.
    template <class Answer>
    auto look(Of of, const Answer& work) {
        decltype(work(std::declval<Tx&>())) out;
        const auto done = read(of, [&](Tx& tx) -> Result<> {
            out = work(tx);
            return out ? Result<>() : tl::make_unexpected(out.error());
        });
        if (!done) out = tl::make_unexpected(done.error());
        return out;
    }
    Result<> part_of(Tx& tx, const Work& work, Of of);
    // Where nothing can be written: what has to be written before `work` can read is written, and
    // undone.
    Result<> read_unkept(const Work& work);
    void forget();
    // For answers that can't carry an error: it is kept, and every later transaction tells it.
    template <class T>
    std::optional<T> noted(Result<T> result) {
        if (result) return std::move(*result);
        fault = std::move(result).error();
        return std::nullopt;
    }

    // As it is now; an unknown one is empty.
    LogRow log(const LogId& id);

    // ── append.cpp
    Result<> append(Tx& tx, Kind kind, std::string_view reference, std::string_view user,
                    nlohmann::json intent, Journal::Appended& out);
    Result<bool> repeated_record(Tx& tx, Kind kind, std::string_view reference,
                                 const nlohmann::json& intent, Journal::Appended& out);
    Result<bool> repeated_change(const CachedRecord& working, Kind kind, const std::string& intent,
                                 Journal::Appended& out);
    Result<bool> repeated_settlement(Tx& tx, const nlohmann::json& intent, const std::string& text,
                                     Journal::Appended& out);
    // With all of its entry set but `check`. Held: it is quarantined for that, and has its check.
    Result<> write(Tx& tx, LogRow& log, StoredEntry line, nlohmann::json intent,
                   CachedRecord* working, std::string_view held = {});
    // `limit`: the change would make its record too large.
    Result<> check_room(CachedRecord& working, const nlohmann::json& intent, std::size_t bytes);
    Documents::Room record_room() const { return {options.record_bytes_max, kRecordChangesMax}; }
    Result<Seen> seen_by(Tx& tx, const LogId& author);

    // ── catch_up.cpp: what own entries amount to, put where it is read.
    Result<bool> is_behind(Tx& tx);
    Result<> catch_up(Tx& tx);
    Result<> catch_up(Tx& tx, LogRow& log, std::set<RecordId>& lacking);
    Result<> project_later(Tx& tx, LogRow& log, StoredEntry line, nlohmann::json intent);
    Result<> project_own(Tx& tx, LogRow& log, const StoredEntry& line, const nlohmann::json& intent,
                         std::set<RecordId>& lacking);
    // Why an entry stays out of its record; the record is then among those that are `lacking` one.
    Result<Why> project(Tx& tx, LogRow& log, const StoredEntry& line, const nlohmann::json& intent,
                        std::set<RecordId>& lacking);
    void count_receipt(LogRow& log, const nlohmann::json& intent);
    Result<Why> project_change(Tx& tx, const StoredEntry& line, const nlohmann::json& intent,
                               std::set<RecordId>& lacking);
    // A session or request, also one that has no row yet; see Documents::open().
    Result<CachedRecord*> open(Tx& tx, std::string_view record, const RecordId& id);
    // By a caller's name, or as the text of an id.
    Result<std::optional<RecordId>> find(Tx& tx, std::string_view record,
                                         std::string_view reference_or_id);

    // ── state.cpp: what an intent refers to.
    bool is_own(const LogId& log) const;
    // An entry that made a record and is not in quarantine. Nothing: there is none.
    Result<std::optional<EntryLog::Head>> made(Rows rows, Kind making, const RecordId& id);
    // Whose session and request an intent may refer to: `log`'s device, or anybody's.
    enum class Whose { of_device, anybody };
    // `not_found`: it refers to a session or request that is not here. `invalid`: an edit's path
    // is no field of its request. `subject` gets the key's owner for an edit.
    Result<> check_state(Rows rows, const LogId& log, Whose whose, Kind kind,
                         const nlohmann::json& intent, const Catalogue& catalogue,
                         std::optional<SubjectId>& subject);
    // `refused`: a request that has left for its agency, or was withdrawn, stays as it is.
    Result<> check_open(Kind kind, CachedRecord& request);
    Result<> check_edit(Rows rows, const RecordId& request, const nlohmann::json& set,
                        const Catalogue& catalogue);

    // ── branch.cpp
    Result<> branch(Tx& tx, const LogId& from, const Tip& common, const LogId& to,
                    const Journal::Renamed& renamed, std::uint64_t& again);
    Result<> undo_after(Tx& tx, const LogRow& log);
    // `numbers`: of the entries after `from.ended`, in the new log. 0: it was erased, or is about
    // a record that was.
    Result<> write_again(Tx& tx, const LogRow& from, StoredEntry line, LogRow& to,
                         std::vector<std::uint64_t>& numbers, const Journal::Renamed& renamed);
    Result<> take_names_along(Tx& tx, const LogRow& from, const LogRow& to,
                              std::span<const std::uint64_t> numbers);
    Result<> keep_branch(Tx& tx, const LogId& log, const Seen& branch);
    Result<std::size_t> matching(Tx& tx, const LogId& log, std::span<const Entry> given);
    // Hands on what is attached to a request to the one that it was written again as.
    Result<> move_attached(Tx& tx, const RecordId& from, const RecordId& to);

    // ── awaited.cpp
    // At a hub: what a station's request that was just received names.
    Result<> name_files(Rows rows, const LogRow& log, const StoredEntry& line);
    Result<> name_earlier_files(Tx& tx);
    // Of a log and the earlier epochs that its author knew, by number: up to which entry their
    // requests count here.
    Result<std::map<std::int64_t, std::uint64_t>> settled_before(Tx& tx, const LogId& id);
    Result<std::optional<FileRow>> file_row(Tx& tx, const RequestFile& file);
    Result<std::optional<Bytes>> received_file(Tx& tx, const RequestFile& file);
    // At a station: the files of which the hub has not said that they are there, and what it did
    // say.
    Result<> each_not_there(Tx& tx, const std::function<void(const RequestFile&, FileState)>& use);
    // Of an entry's key.
    Result<RecordId> id_of(Tx& tx, std::int64_t key);

    // ── receive.cpp
    Result<> receive(Tx& tx, const LogId& id, const Incoming& received, ReceiveMode take, Tip& tip);
    struct Received;  // an entry that came, with its intent read
    void want(std::span<const Received> all, Wanted& wanted) const;
    Result<> want_more(Rows rows, const Known& known, std::span<Received> all, Wanted& wanted);
    // The log, made where it lacks. `invalid`: its epoch is out of reach.
    Result<LogRow*> log_to_receive(Rows rows, const LogId& id);
    // The secret of the entry's period: the one that is here, or was offered with the bundle.
    Result<const SecretKey*> secret_of(Rows rows, const LogRow& log, std::uint64_t seq);
    Result<> finalize(Tx& tx, const LogId& id);
    Result<> discard_after(Tx& tx, const LogId& id, const Mark& mark);

    // ── validate.cpp
    struct Form {
        const Catalogue* rules = nullptr;  // that the entry has to keep to
        Why why;                           // it can't be what it says it is; nothing: it can
    };
    Result<Form> validate_form(Rows rows, const Received& received);
    // Why the entry goes into quarantine; nothing: it can be applied. `subject`: whose key seals
    // it. A receipt's number is counted in `log`.
    Result<Why> validate(Rows rows, LogRow& log, const Received& received,
                         std::optional<SubjectId>& subject);
    Result<Why> validate(Rows rows, LogRow& log, const Entry& entry,
                         std::optional<SubjectId>& subject);
    // Could the author have seen so much of the other party's log?
    Result<bool> can_be(Rows rows, const LogId& author, const Seen& seen);

    // ── execute.cpp
    Result<> execute_received(Tx& tx, std::size_t count, std::size_t& done);
    Result<> execute_apart(Tx& tx, std::size_t count, std::size_t& done);
    // Executes what `next` finds; returns how many entries.
    Result<std::size_t> execute_slice(Tx& tx, Wanted next);
    struct Slice;  // entries of a log that follow on each other, opened
    Result<Slice> slice_of(Rows rows, const Wanted::Range& range);
    void want(const Slice& slice, const Known& known, Wanted& wanted) const;
    Result<> execute(Rows rows, const Effects& effects, const Slice& slice);
    // Nothing: done. Otherwise why the entry goes into quarantine.
    enum class Check {
        by_hash,  // its change has to be the author's (Entry::check)
        shown,    // it was shown to make the same record
    };
    Result<Why> execute_one(Rows rows, const StoredEntry& line, const nlohmann::json& intent,
                            Check check);
    Result<Why> execute_document(Rows rows, const StoredEntry& line, const nlohmann::json& intent,
                                 Check check);
    Result<bool> refers_to_records(Rows rows, const nlohmann::json& intent);

    // ── diverged.cpp
    Result<std::vector<Bytes>> causal_history(Tx& tx, const LogId& id, std::uint64_t seq);
    Result<bool> accept_diverged(Tx& tx, const LogId& id, std::uint64_t seq,
                                 std::span<const Bytes> changes);
    Result<std::optional<bool>> same_record(Tx& tx, const StoredEntry& line,
                                            const nlohmann::json& intent,
                                            std::span<const Bytes> changes);
    Result<bool> release(Tx& tx, LogRow& log, const StoredEntry& line, Check check);
    Result<> revalidate(Tx& tx, const LogId& id);
    // The highest receipt number in entries first … last.
    Result<std::uint64_t> receipts_in(Tx& tx, const LogRow& log, std::uint64_t first,
                                      std::uint64_t last);
    Result<> revalidate(Tx& tx, LogRow& log, StoredEntry line, std::uint64_t receipts_before);

    // ── catalogues.cpp
    Result<> load_catalogues(Rows rows);
    Result<const Catalogue*> catalogue(Rows rows, std::string_view version);
    // The version whose rules the intent has to keep to. Empty: the shipped one.
    Result<std::string> catalogue_version(Rows rows, Kind kind, const nlohmann::json& intent);
    bool is_published(std::string_view version) const;
    bool is_parsed(std::string_view version) const;
    void want_text(std::string_view version, Wanted& wanted) const;  // unless it is parsed
    void want_catalogues(Wanted& wanted) const;
    void want_published(const Entry& publishing, const nlohmann::json& intent,
                        Wanted& wanted) const;
    // That version. `invalid`: the intent names one that is not known here.
    Result<const Catalogue*> catalogue_of(Rows rows, Kind kind, const nlohmann::json& intent);
    Result<std::string> catalogue_text(Rows rows, std::string_view version);
    Result<> keep_catalogue(Rows rows, const PublishedCatalogue& version, std::string_view text);
    // False: they are not all there.
    Result<bool> parts_before(Rows rows, const Entry& publishing, const nlohmann::json& intent,
                              std::vector<CataloguePart>& out);
    // Nothing: done. Otherwise why the entry goes into quarantine.
    Result<std::optional<std::string_view>> take_catalogue(Rows rows, const Entry& publishing,
                                                           const nlohmann::json& intent);

    // ── station_keys.cpp
    Result<> keep_station_key(Rows rows, const nlohmann::json& intent);

    // ── lists.cpp
    // Fills the lists of a store that had none; once.
    Result<> make_lists(Tx& tx);
    // Is there something that the two have to make, here and name_earlier_files()?
    Result<bool> lacks_derived(Tx& tx);
    Result<std::vector<RecordId>> changes_of(Tx& tx, std::string_view record, const RecordId& id);
    Result<std::optional<RecordView>> shown_record(Tx& tx, std::string_view record,
                                                   const RecordId& id);
    Result<std::vector<RecordRef>> listed(Tx& tx, std::vector<ListedRow> rows);

    // ── export.cpp, check.cpp
    Result<> export_records(Tx& tx, const ExportOptions& options,
                            const std::function<void(std::string_view)>& line);
    Result<RecordCounts> count(Tx& tx);
    Result<> check(Tx& tx, std::vector<std::string>& faults);
    Result<> check_log(Tx& tx, const LogRow& log, std::vector<std::string>& faults);
    Result<> check_strays(Tx& tx, std::vector<std::int64_t> numbers,
                          std::vector<std::string>& faults);

    struct Writing {
        LogId log;
        std::uint64_t run = 0;
    };
    Ledger::Options options;
    const PartyRules party;
    std::unique_ptr<Store> store;
    Tx* current = nullptr;  // of the public call that is running
    LogCache logs;
    SubjectKeys subjects;
    EntryLog entries;
    Documents documents;
    ReceivedFiles received_files;
    OfferedSecrets offered;
    std::optional<Writing> writing;
    std::vector<PublishedCatalogue> published;  // where published_known
    bool published_known = false;
    std::map<std::string, std::unique_ptr<const Catalogue>, std::less<>> parsed;  // by version
    // Own entries that are not projected yet, as they were written. Nothing: not known.
    struct Pending {
        struct One {
            RecordId record;  // that it makes or changes
            StoredEntry line;
            std::shared_ptr<const nlohmann::json> intent;
        };
        std::vector<One> entries;
        std::size_t intent_bytes = 0;
    };
    std::optional<Pending> pending;
    std::optional<Error> fault;

    Faces faces{*this};
};

// The members by which an intent refers to records.
constexpr const char* kReferring[] = {"session", "request", "receipt"};
// Of an intent that may be wrong in any way; the text lasts as long as the intent. Empty: none.
std::optional<RecordId> id_in(const nlohmann::json& intent, std::string_view member);
std::string_view text_in(const nlohmann::json& intent, std::string_view member);
// A receipt's number in the log's own series, of an intent that may be wrong in any way. 0: none
// that could be one.
std::uint64_t receipt_number_in(const LogId& log, const nlohmann::json& intent);
// Does an entry of this kind hold what is about a person, or might it?
inline bool is_personal(Kind kind) {
    return record_of(kind) == "request";
}
// That of a receipt that was printed in an earlier epoch and written again in this one
// (branch.cpp).
bool is_earlier_series(const LogId& log, std::string_view series);

}  // namespace spot::core
