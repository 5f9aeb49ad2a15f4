#pragma once

// The rows that a store keeps, and what can be done with them. No SQL and no rules stand here: what
// a row means is the ledger's business (core/ledger/), how it lies on disk the store's.
//
// Keys. A log has a number of the store's own, from 1. An entry's key is `number << 40 | seq`, so
// that the rows of one log lie together in order; a record has the key of the entry that made it.
// Ranges of keys include both ends.
//
// Operations fail only as the disk does (`io`, `busy`, `corrupt`), but for what each names. A row
// whose key is taken is a `conflict`. An operation that failed may have been done in part: only a
// caller that rolls back (to a savepoint, or all of it) may go on. An update or removal of a row
// that is not there changes nothing and is no error.
//
// A callback's error ends the walk and is returned. A callback may read every table; it does not
// write to the table walked. Texts and bytes may be empty and hold any byte; texts sort by their
// bytes. Where at most `count` rows are returned, they are the first ones of the order.

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/id.h"
#include "core/log.h"
#include "core/store/keys.h"
#include "core/tip.h"

namespace spot::core {

// Whose data a row holds: the unit of erasure.
using SubjectId = std::array<std::uint8_t, 16>;

struct KeyRange {
    std::int64_t first = 0, last = 0;
};

// ── Logs.

struct LogRow {
    std::int64_t number = 0;
    LogId id;
    Tip tip;                      // of the entries in the store; read-only
    std::uint64_t settled = 0;    // another party's log: entries that will not be taken back, …
    std::uint64_t executed = 0;   // … and those that were executed
    std::uint64_t projected = 0;  // an own log: entries whose records are up to date
    std::uint64_t receipts = 0;   // the highest receipt number so far
    Tip acknowledged;             // what the other party has on disk, …
    Tip backed_up;                // … and in a backup
    std::array<std::uint64_t, kRecordNames.size()> tally{};  // records made, by place, …
    std::uint64_t tallied = 0;                               // … by the entries up to here
    Seen branch;  // up to where its author knew its earlier epochs; epoch 0: all of them
    std::optional<std::uint64_t> ended;  // entries after it were written again in a later epoch
    std::uint64_t last() const { return ended.value_or(tip.seq); }
    bool operator==(const LogRow&) const = default;
};

class LogTable {
public:
    virtual ~LogTable() = default;
    virtual Result<std::optional<LogRow>> find(const LogId& id) = 0;
    virtual Result<std::optional<LogId>> id_of(std::int64_t number) = 0;
    struct Summary {
        std::uint32_t newest_epoch = 0;  // 0: the device has no log here
        std::uint64_t count = 0;
        std::int64_t next_number = 1;  // that add() gives to the next log, whatever its device
    };
    virtual Result<Summary> summary(std::uint64_t device) = 0;
    // A device's, the newest epoch first, without their tips.
    virtual Result<std::vector<LogRow>> of_device(std::uint64_t device) = 0;
    virtual Result<std::vector<LogId>> all() = 0;  // sorted
    // Those that have settled entries which were not executed, by id, at most `count`.
    virtual Result<std::vector<LogRow>> unexecuted(std::size_t count) = 0;
    // `limit`: the store has as many logs as it can number. `conflict`: it is there.
    virtual Result<LogRow> add(const LogId& id) = 0;
    virtual Result<> save(const LogRow& row) = 0;  // all but the tip

    // The secrets that entries' salts are made from, by period (core/log.h).
    Result<std::optional<SecretKey>> secret(std::int64_t log, std::uint64_t period);
    // `conflict`: another one is there. The same again changes nothing.
    Result<> add_secret(std::int64_t log, std::uint64_t period, const SecretKey&);
    // As they lie: the secret's bytes or what store/sealed made of them.
    virtual Result<std::optional<Bytes>> stored_secret(std::int64_t log, std::uint64_t period) = 0;
    virtual Result<> store_secret(std::int64_t log, std::uint64_t period, View secret) = 0;
    // Periods `first` … `last`, both at most period_of(kSeqMax).
    virtual Result<> drop_secrets(std::int64_t log, std::uint64_t first, std::uint64_t last) = 0;
};

// ── Entries.

struct EntryRow {
    std::int64_t key = 0;
    Kind kind = Kind::session_open;
    std::uint64_t run = 0;
    Seen seen;
    std::uint16_t check = 0;
    std::string user;
    std::optional<SubjectId> subject;  // whose key seals the payload
    Hash hash{};
    Hash commitment{};
    Bytes payload;          // salt and intent
    std::string reference;  // the caller's name for the record it makes; empty: none
    bool operator==(const EntryRow&) const = default;
};

struct EntryHead {
    std::int64_t key = 0;
    Kind kind = Kind::session_open;
    std::optional<SubjectId> subject;
    bool quarantined = false;
    bool operator==(const EntryHead&) const = default;
};

struct QuarantineRow {
    std::int64_t entry = 0;
    std::string code;
    bool operator==(const QuarantineRow&) const = default;
};

class EntryTable {
public:
    virtual ~EntryTable() = default;
    virtual Result<> append(std::span<const EntryRow> rows) = 0;
    // Those that are there, in the order of `keys`; one asked for twice is returned twice.
    virtual Result<std::vector<EntryRow>> read(std::span<const std::int64_t> keys) = 0;
    virtual Result<std::vector<EntryHead>> heads(std::span<const std::int64_t> keys) = 0;
    virtual Result<std::optional<Hash>> hash_of(std::int64_t key) = 0;
    virtual Result<> each(KeyRange range, const std::function<Result<>(EntryRow&)>& use) = 0;
    // Its data go to another subject's key: user, subject, payload and reference are replaced.
    virtual Result<> reseal(const EntryRow& row) = 0;
    // Takes their rows in quarantine along.
    virtual Result<> remove(KeyRange range) = 0;

    // An entry that is in quarantine already keeps its code. The entry need not be there.
    virtual Result<> quarantine(std::span<const QuarantineRow> rows) = 0;
    virtual Result<> release(KeyRange range) = 0;
    // In the order of the keys, at most `count`; those with `code` only, unless it is empty.
    virtual Result<std::vector<QuarantineRow>> quarantined(KeyRange range, std::string_view code,
                                                           std::size_t count) = 0;
    virtual Result<std::uint64_t> count_quarantined(KeyRange range) = 0;
};

// ── Records.

struct RecordRow {
    std::int64_t key = 0;
    std::int64_t place = 0;  // of the record's name in kRecordNames
    std::int64_t made_ms = 0;
    bool conflicts = false;
    std::optional<SubjectId> subject;  // whose key seals json and document
    Bytes json;                        // empty: it is what the entry that made it says
    std::optional<Bytes> document;     // changes (changes.h); none: only the entry that made it
    int route = 0;                     // place in kRoutes
    // Keys of the entries that changed it, where `document` holds no saved one: it is made again
    // from them. Empty in rows of an older store.
    std::vector<std::int64_t> changed_by;
    bool operator==(const RecordRow&) const = default;
};

struct ListedRow {
    std::int64_t key = 0;
    std::int64_t place = 0;
    std::int64_t made_ms = 0;
    bool operator==(const ListedRow&) const = default;
};

struct RecordName {
    std::int64_t key = 0;
    std::int64_t place = 0;
    std::string name;
    bool operator==(const RecordName&) const = default;
};

class RecordTable {
public:
    virtual ~RecordTable() = default;
    virtual Result<> insert(std::span<const RecordRow> rows) = 0;
    // json, conflicts, document, route and changed_by. `subject` is the row's own, as whose key
    // seals them is not looked up.
    virtual Result<> update(std::span<const RecordRow> rows) = 0;
    // Those that are there, in the order of `keys`, as with entries.
    virtual Result<std::vector<RecordRow>> read(std::span<const std::int64_t> keys) = 0;
    virtual Result<std::optional<std::int64_t>> place_of(std::int64_t key) = 0;
    // Takes the rows in lists of these keys along, also where there is no record, and no name.
    virtual Result<> remove(KeyRange range) = 0;
    struct Selection {
        KeyRange keys;
        std::int64_t first_place = 0, last_place = kRecordNames.size() - 1;
        std::int64_t since_ms = std::numeric_limits<std::int64_t>::min();  // made then or later
    };
    // In the order of the keys; without document and changed_by.
    virtual Result<> each(const Selection&, const std::function<Result<>(RecordRow&)>& use) = 0;
    using Tally = std::array<std::uint64_t, kRecordNames.size()>;
    virtual Result<Tally> tally(KeyRange range) = 0;

    // By what a record is found: its entry's reference, and the ids of which it is the copy. One
    // that is taken keeps its meaning.
    virtual Result<> add_names(std::span<const RecordName> names) = 0;
    virtual Result<std::optional<std::int64_t>> find_name(std::int64_t place,
                                                          std::string_view name) = 0;
    // The names of a record among `from` become those of the one that `to` says, or go.
    using To = std::function<std::optional<std::int64_t>(std::int64_t key)>;
    virtual Result<> move_names(KeyRange from, const To& to) = 0;

    // Lists, each at most `count` long. The first two hold what list() was told of: made_between()
    // by made_ms (`from_ms` included, `until_ms` not) and key; of_session() by key, with place and
    // made_ms of the record, and only where that is there. The other two go by the records
    // themselves, by key. No record is routed(0).
    virtual Result<> list(const ListedRow& row, std::optional<std::int64_t> session) = 0;
    virtual Result<> clear_lists() = 0;
    virtual Result<std::vector<ListedRow>> made_between(std::int64_t place, std::int64_t from_ms,
                                                        std::int64_t until_ms,
                                                        std::size_t count) = 0;
    virtual Result<std::vector<ListedRow>> of_session(std::int64_t session, std::size_t count) = 0;
    virtual Result<std::vector<ListedRow>> conflicting(std::size_t count) = 0;
    virtual Result<std::vector<ListedRow>> routed(int route, std::size_t count) = 0;
    virtual Result<std::uint64_t> count_conflicts() = 0;
};

// ── Subjects.

struct SubjectRow {
    SubjectId id{};
    std::optional<SecretKey> key;  // none: erased
};

class SubjectTable {
public:
    virtual ~SubjectTable() = default;
    // Those that are there, in the order asked for; one asked for twice is returned twice.
    Result<std::vector<SubjectRow>> read(std::span<const SubjectId> ids);
    Result<> add(const SubjectId& id, const SecretKey& key);
    // The row stays, so that its id is not used again.
    virtual Result<> erase(const SubjectId& id) = 0;
    // As they lie: the key's bytes or what store/sealed made of them.
    struct Stored {
        SubjectId id{};
        Bytes key;  // empty: erased
    };
    virtual Result<std::vector<Stored>> stored(std::span<const SubjectId> ids) = 0;
    virtual Result<> store(const SubjectId& id, View key) = 0;
};

// ── Files that requests name, at the hub: what is to come, and what came.

enum class FileState : std::uint8_t {  // the numbers are on the wire and on disk
    awaited = 0,                       // not here, or not complete
    whole = 1,                         // here, with the length and hash that the request says
    given_up = 2,  // its station does not have it, or sent other content again and again
    unknown = 3,   // no request that counts here names it, or the person's data were erased
};

struct FileRow {
    std::int64_t number = 0;
    SubjectId subject{};
    Hash hash{};
    std::uint64_t bytes = 0, have = 0;
    FileState state = FileState::awaited;
    std::uint64_t failures = 0;  // how often complete content was not what the request says
    Bytes key;                   // of its pieces, sealed; empty: none came yet
    bool operator==(const FileRow&) const = default;
};

struct FileName {
    Hash hash{};
    std::uint64_t bytes = 0;
    bool operator==(const FileName&) const = default;
};

class FileTable {
public:
    virtual ~FileTable() = default;
    // A file is one by device, subject, hash and length: several requests may name it. An entry
    // that names the hash already goes on naming the same file.
    virtual Result<> name(std::int64_t entry, std::uint64_t device, const SubjectId& subject,
                          std::span<const FileName> files) = 0;
    // Files of which nothing came and that no other request names go, too.
    virtual Result<> unname(KeyRange entries) = 0;
    virtual Result<std::optional<FileRow>> find(std::int64_t entry, const Hash& hash) = 0;
    using Use = std::function<Result<>(std::int64_t entry, const FileRow&)>;
    virtual Result<> each(KeyRange entries, const Use& use) = 0;  // by entry, then hash
    // To come from a device, not of entries in quarantine, and only of subjects that are there and
    // not erased; by failures, then entry, then hash. Until `use` answers false.
    using UseSome = std::function<Result<bool>(std::int64_t entry, const FileRow&)>;
    virtual Result<> each_awaited(std::uint64_t device, const UseSome& use) = 0;
    virtual Result<std::uint64_t> count_given_up(std::uint64_t device) = 0;
    virtual Result<> save(const FileRow& row) = 0;  // have, state, failures and key

    // `offset`: below 2^23.
    virtual Result<> add_piece(std::int64_t file, std::uint64_t offset, View content) = 0;
    virtual Result<std::optional<Bytes>> piece(std::int64_t file, std::uint64_t offset) = 0;
    virtual Result<> drop_pieces(std::int64_t file) = 0;
};

// ── Attachments at a station, of drafts and of requests.

struct AttachedRow {
    std::string owner;  // a draft's key, or a request's id
    Hash hash{};        // of the content
    std::int64_t attachment = 0;
    std::optional<SubjectId> subject;  // whose key seals `key`; none: a draft's
    Bytes key;
    FileState remote = FileState::awaited;  // what the hub said of it last
    bool operator==(const AttachedRow&) const = default;
};

class AttachmentTable {
public:
    virtual ~AttachmentTable() = default;
    // `attachment` is set by the table.
    virtual Result<> add(const AttachedRow& row, View content) = 0;
    virtual Result<std::optional<AttachedRow>> find(std::string_view owner, const Hash& hash) = 0;
    virtual Result<std::optional<Bytes>> content(std::int64_t attachment) = 0;
    virtual Result<std::vector<AttachedRow>> of_owner(std::string_view owner) = 0;  // by hash
    // Gives an owner's attachment of `row.hash` to `row.owner`, with its subject, key and remote
    // state. `conflict`: that owner has one.
    virtual Result<> move(std::string_view owner, const AttachedRow& row) = 0;
    // Takes the content along.
    virtual Result<> remove(std::string_view owner, const Hash& hash) = 0;
    // Of a row with a subject; true: it was another one before.
    virtual Result<bool> set_remote(std::string_view owner, const Hash& hash, FileState) = 0;
    // Those that are not whole at the hub, of subjects that are there and not erased; by owner,
    // then hash.
    virtual Result<> each_not_whole(
        const std::function<Result<>(std::string_view owner, const Hash&, FileState)>& use) = 0;
};

// ── Stations, at the hub.

struct StationRow {
    std::uint64_t device = 0;
    std::string name, team;
    std::int64_t issued_ms = 0;        // its slip, …
    std::int64_t slip_expires_ms = 0;  // … until when it can be used, …
    Hash slip_code{};                  // … and the hash of its code
    std::int64_t enrolled_ms = 0;      // 0: not yet, and there are no keys
    PublicKey sign{}, seal{};
    bool revoked = false;
    std::int64_t contact_ms = 0;  // its latest exchange; 0: none so far
    std::uint64_t backlog = 0;    // entries that it still held then
    bool operator==(const StationRow&) const = default;
};

// A conversation of a station with the hub, however it ended.
struct ExchangeRow {
    enum class Carrier : std::uint8_t { https = 1 };  // on disk
    enum class End : std::uint8_t {                   // on disk
        answered = 1,
        cut = 2,      // the connection broke; what had come whole stays
        refused = 3,  // the bundle was not as it has to be; nothing of it stays
        busy = 4,     // the hub had no room; what had come whole stays
        failed = 5,   // by the hub's own fault
    };
    std::int64_t number = 0;  // set by the table; later ones have higher ones
    std::uint64_t device = 0;
    std::int64_t began_ms = 0, duration_ms = 0;
    Carrier carrier = Carrier::https;
    End end = End::answered;
    std::uint64_t received_bytes = 0, sent_bytes = 0;  // of bundles
    std::uint64_t received_entries = 0, sent_entries = 0;
    bool operator==(const ExchangeRow&) const = default;
};

class StationTable {
public:
    virtual ~StationTable() = default;
    virtual Result<> add(const StationRow& row) = 0;
    virtual Result<std::optional<StationRow>> find(std::uint64_t device) = 0;
    virtual Result<> save(const StationRow& row) = 0;  // all but `device`
    // In the order in which they were added.
    virtual Result<> each(const std::function<Result<>(StationRow&)>& use) = 0;

    virtual Result<> add_exchange(const ExchangeRow& row) = 0;
    // A device's, with numbers below `before`, the latest first.
    virtual Result<std::vector<ExchangeRow>> exchanges(std::uint64_t device, std::int64_t before,
                                                       std::size_t count) = 0;
    // Removes those with the lowest numbers, at most `count`, as far as they began before.
    virtual Result<> forget_exchanges(std::int64_t before_ms, std::size_t count) = 0;
};

// ── Values: the programs' settings, and small rows of their own in namespaces.

struct ValueRow {
    std::string key, value;
    bool operator==(const ValueRow&) const = default;
};

class ValueTable {
public:
    virtual ~ValueTable() = default;
    virtual Result<std::optional<std::string>> setting(std::string_view name) = 0;
    virtual Result<> set(std::string_view name, std::string_view value) = 0;
    virtual Result<> unset(std::string_view name) = 0;

    // `owner`: what a row can be listed by; may be empty. A row that is there is replaced and keeps
    // its place in the order.
    virtual Result<> put(std::string_view space, std::string_view key, std::string_view owner,
                         std::string_view value) = 0;
    virtual Result<std::optional<std::string>> get(std::string_view space,
                                                   std::string_view key) = 0;
    // In the order in which they were first put.
    virtual Result<std::vector<ValueRow>> list(std::string_view space, std::size_t count) = 0;
    virtual Result<std::vector<ValueRow>> list_by_owner(std::string_view space,
                                                        std::string_view owner,
                                                        std::size_t count) = 0;
    virtual Result<> remove(std::string_view space, std::string_view key) = 0;
};

// ── All that a store may hold sealed, row by row.

// Changes rows in place. A row has its key and the fields named here, no others.
class RowRewriter {
public:
    virtual ~RowRewriter() = default;
    virtual Result<> entry(EntryRow& row) = 0;    // subject; user, payload, reference
    virtual Result<> record(RecordRow& row) = 0;  // subject; json, document
    virtual Result<> name(RecordName& row) = 0;   // place; name
    virtual Result<> secret(std::int64_t log, std::uint64_t period, Bytes& secret) = 0;
    virtual Result<> subject(const SubjectId& id, Bytes& key) = 0;  // not of those erased
    virtual Result<> attached(AttachedRow& row) = 0;                // of those without a subject
    virtual Result<> station(StationRow& row) = 0;                  // device; name, team
    virtual Result<> setting(std::string_view name, std::string& value) = 0;
    virtual Result<> value(std::string_view space, std::string& key, std::string& owner,
                           std::string& value) = 0;
};

}  // namespace spot::core
