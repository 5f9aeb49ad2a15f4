#pragma once

#include <list>
#include <map>

#include "core/document.h"
#include "core/ledger/entry_log.h"
#include "core/ledger/projection.h"

namespace spot::core {

// Is this kind's record a session or request? The others are facts, which nothing changes.
bool has_document(Kind kind);
// The record that an entry makes or changes. Nothing: its intent does not say.
std::optional<RecordId> target_of(const Entry& entry, const nlohmann::json& intent);
// What an entry's header says of its change.
std::uint16_t check_of(const std::optional<Hash>& change);

// A record that grows by changes, as it is worked on.
struct CachedRecord {
    // What an entry did to the document.
    struct Change {
        bool by_hub = false;
        std::uint32_t epoch = 0;
        std::uint64_t seq = 0;
        std::array<std::uint8_t, 8> digest{};  // of kind and intent: tells a repeated one
        std::optional<Hash> hash;              // nothing differed: no Automerge change
    };

    RecordId id;
    std::int64_t place = 0;  // of its name, see keys.h
    std::int64_t key = 0;
    std::optional<SubjectId> subject;
    std::vector<Change> changes;  // in the order in which they were executed here
    Document document;
    // What the document would take when saved: as of the last time that it was, with the intents
    // since, which take less.
    std::size_t bytes = 0;

    bool has(const RecordId& entry) const;  // was it executed here?
};

// Why an entry goes into quarantine; nothing: it does not.
using Why = std::optional<std::string_view>;
// Of an error that a document answered: what is wrong with the entry, not with the store.
std::string_view why_of(const Error& fault);

// The table `record`, and the execution of entries on documents.
class Documents {
public:
    Documents(LogCache& logs, EntryLog& entries, SubjectKeys& subjects, Party here)
        : logs_(logs), entries_(entries), subjects_(subjects), here_(here) {}

    Result<bool> exists(Rows rows, std::string_view record, const RecordId& id);
    // The key that its row has if there is one. Nothing: no entry of that number.
    Result<std::optional<std::int64_t>> key_of(Rows rows, const RecordId& id);
    Result<std::optional<RecordId>> find_reference(Rows rows, std::string_view record,
                                                   std::string_view reference);
    // Of a record that has no row yet; until forget_names().
    void remember_name(std::string_view record, std::string_view reference, const RecordId& id);
    void forget_names() { names_.clear(); }

    // A session or request with its document: saved in the row, or made again from the entries.
    // Null: there is none. Lasts until the next call of open() or make().
    Result<CachedRecord*> open(Rows rows, std::string_view record, const RecordId& id);
    bool is_open(std::string_view record, const RecordId& id) {
        return held(record, id) != nullptr;
    }
    Result<CachedRecord*> make(Rows rows, const Entry& entry,
                               const std::optional<SubjectId>& subject);
    // What came of an entry's execution. Errors of the store are no faults.
    struct Executed {
        std::optional<Hash> change;  // nothing: nothing differed
        std::optional<Error> fault;  // the entry's own; `not_found`: the author lacked the record
    };
    // After a fault, an error or an unwanted change: drop().
    Result<Executed> execute(Rows rows, CachedRecord& working, const Entry& entry,
                             const nlohmann::json& intent);
    // What a record may amount to with its history.
    struct Room {
        std::size_t bytes = 0, changes = 0;
    };
    // May the record take an entry whose intent has so many bytes?
    bool has_room(CachedRecord& working, std::size_t intent_bytes, const Room& most);
    // Had the author seen that someone changed the record since it was made? Of a session: that it
    // was closed, as nothing else changes one.
    Result<bool> knew_changes(Rows rows, const CachedRecord& working, const Entry& author);
    static std::array<std::uint8_t, 8> digest_of(Kind kind, std::string_view intent);

    // The changes that the entry's author knew, and its own, in the order of execution.
    // `not_found`: its own is not the one that the author had.
    Result<std::vector<Bytes>> causal_history(Rows rows, CachedRecord& working, const Entry& entry);
    // What the author saw once the entry was executed, as Document::json() puts it. The document of
    // `working` is not touched.
    Result<std::string> record_at(Rows rows, const CachedRecord& working, const Entry& entry,
                                  const nlohmann::json& intent);

    Result<Projection> projection_of(CachedRecord& working);
    // What the record's row is to hold. Errors are the record's own, never the store's.
    struct Row {
        Projection projection;
        Bytes document;  // empty where there are few changes
    };
    Result<Row> row_of(CachedRecord& working);

    // Write the row.
    struct Made {
        std::int64_t ms = 0;
        std::string_view reference;
    };
    Result<> save_new(Rows rows, const Entry& entry, const std::optional<SubjectId>& subject,
                      const nlohmann::json& intent, const Made& made);
    Result<> save_change(Rows rows, CachedRecord& working, const Row& row);
    // Of the one entry that says what became of a receipt's original. `repeated`: it said so
    // before; `conflict`: another one did.
    enum class Settled { now, repeated, otherwise };
    Result<Settled> settle_fact(Rows rows, const Entry& entry, const nlohmann::json& intent);

    // Takes back what entries of this log after `seq` did to a record that stays.
    Result<> undo_changes(Rows rows, std::string_view record, const RecordId& id, const LogId& log,
                          std::uint64_t seq);
    Result<> unsettle_fact(Rows rows, const RecordId& id);

    // The entries that the record came from, in the order in which they were executed here, from
    // its row. The first one made it.
    Result<std::vector<RecordId>> changes(Rows rows, const RecordId& id, const RecordRow& row);
    // A station's lists of what was made when, and in which session (0002_desk.sql).
    Result<> list(Rows rows, std::int64_t key, std::int64_t place, std::int64_t ms,
                  const nlohmann::json& intent);
    // The projection of its row. Nothing: erased.
    Result<std::optional<std::string>> open_json(Rows rows, const RecordId& id,
                                                 const RecordRow& row);
    // That of a record that nothing has changed since this entry made it.
    Result<std::optional<std::string>> json_as_made(const StoredEntry& line) const;
    // Is the row of the record that this entry made what its entries amount to? An erased one is.
    Result<bool> is_sound(Rows rows, const StoredEntry& line);
    // Counts in `log` the records that its entries up to `last` made, which have to be executed.
    // Saves nothing.
    Result<> tally(Rows rows, LogRow& log, std::uint64_t last);
    // As far on as a mediator does not notice: a few thousand entries.
    Result<> tally_on(Rows rows, LogRow& log, std::uint64_t last);

    void drop(const CachedRecord& working);
    void forget() {
        working_.clear();
        names_.clear();
    }

private:
    Result<CachedRecord> load(Rows rows, std::string_view record, const RecordId& id,
                              std::int64_t key);
    struct History {
        std::vector<Step> steps;
        bool in_sequence = true;  // each author knew everything before
    };
    Result<std::optional<History>> history(Rows rows, const StoredEntry& making,
                                           const std::vector<CachedRecord::Change>& changes);
    // The projection that the record should have. Nothing: erased.
    Result<std::optional<std::string>> rebuilt(Rows rows, const StoredEntry& line,
                                               std::vector<CachedRecord::Change> changes);
    // Nothing: erased.
    Result<std::optional<std::vector<CachedRecord::Change>>> changes_in(Rows rows,
                                                                        const RecordRow& row,
                                                                        const RecordId& id);
    Result<StoredEntry> line_of(Rows rows, const RecordId& entry);
    Result<bool> knows(Rows rows, const Entry& author, const CachedRecord::Change& change);
    Result<> replay(Rows rows, CachedRecord& working, std::vector<CachedRecord::Change> changes);
    // For entries that were executed before: a fault is an error.
    Result<> execute_again(Rows rows, CachedRecord& working, const Entry& entry,
                           const nlohmann::json& intent);
    CachedRecord* keep(CachedRecord working);
    CachedRecord* held(std::string_view record, const RecordId& id);

    LogCache& logs_;
    EntryLog& entries_;
    SubjectKeys& subjects_;
    Party here_;
    std::list<CachedRecord> working_;  // the one used last in front; at most kWorkingMax
    std::map<std::pair<std::int64_t, std::string>, RecordId> names_;  // by place
};

}  // namespace spot::core
