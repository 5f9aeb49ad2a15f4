#pragma once

// All rows of a store in memory, as one value. Indexes stand here only where a look through all
// rows would be made for every entry; what is rare is looked for.

#include <atomic>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>

#include "core/store/memory/persistent_map.h"
#include "core/store/tables.h"

namespace spot::core {

struct MemoryState {
    struct Nothing {};
    template <class Key>
    using Set = PersistentMap<Key, Nothing>;

    struct File {
        std::uint64_t device = 0;
        FileRow row;
    };
    using FileIdentity = std::tuple<std::uint64_t, SubjectId, Hash, std::uint64_t>;
    struct Value {
        std::string space, key, owner, value;
    };

    PersistentMap<LogId, LogRow> logs;  // their tips are empty: the last entry tells
    PersistentMap<std::int64_t, LogId> log_ids;
    PersistentMap<std::pair<std::int64_t, std::uint64_t>, Bytes> secrets;  // log, period

    PersistentMap<std::int64_t, EntryRow> entries;
    PersistentMap<std::int64_t, std::string> quarantine;

    PersistentMap<std::int64_t, RecordRow> records;
    PersistentMap<std::pair<std::int64_t, std::string>, std::int64_t> names;  // place, name
    Set<std::tuple<std::int64_t, std::int64_t, std::int64_t>> made;           // place, ms, record
    Set<std::pair<std::int64_t, std::int64_t>> parts;                         // session, record

    PersistentMap<SubjectId, Bytes> subjects;  // their keys; empty: erased

    PersistentMap<std::int64_t, File> files;
    PersistentMap<FileIdentity, std::int64_t> file_numbers;
    PersistentMap<std::pair<std::int64_t, Hash>, std::int64_t> named;  // entry, hash: a file
    PersistentMap<std::pair<std::int64_t, std::uint64_t>, Bytes> pieces;

    PersistentMap<std::int64_t, Bytes> contents;
    PersistentMap<std::pair<std::string, Hash>, AttachedRow> attached;

    PersistentMap<std::int64_t, StationRow> stations;  // in the order in which they were added
    PersistentMap<std::uint64_t, std::int64_t> station_numbers;
    std::int64_t last_station = 0;
    PersistentMap<std::int64_t, ExchangeRow> exchanges;  // by number
    std::int64_t last_exchange = 0;

    PersistentMap<std::string, std::string> settings;
    PersistentMap<std::uint64_t, Value> values;  // in the order in which they were first put
    PersistentMap<std::pair<std::string, std::string>, std::uint64_t> value_numbers;
    std::uint64_t last_value = 0;  // numbers of values are not used again

    bool same_as(const MemoryState& other) const;
};

// A transaction's own copy of the state. What it writes, the others see when it is committed.
struct MemoryWork {
    MemoryState state;
    bool writes = false;
    std::int64_t log_number_max = kLogNumberMax;
    std::atomic<std::uint64_t>* entries_read = nullptr;  // the database's count

    MemoryState& change() {
        SPOT_CHECK(writes && "a transaction that only reads");
        return state;
    }
};

// The tables, on a `work` that outlives them.
std::unique_ptr<LogTable> memory_logs(MemoryWork& work);
std::unique_ptr<EntryTable> memory_entries(MemoryWork& work);
std::unique_ptr<RecordTable> memory_records(MemoryWork& work);
std::unique_ptr<SubjectTable> memory_subjects(MemoryWork& work);
std::unique_ptr<FileTable> memory_files(MemoryWork& work);
std::unique_ptr<AttachmentTable> memory_attachments(MemoryWork& work);
std::unique_ptr<StationTable> memory_stations(MemoryWork& work);
std::unique_ptr<ValueTable> memory_values(MemoryWork& work);
Result<> rewrite(MemoryState& state, RowRewriter& rows);

// What an insertion returns when its key is taken.
inline Failure taken() {
    return fail(Code::conflict, "the store: a row with this key is there; nothing was changed");
}

// The keys of a map that lie in a range; `key_of(key)` is what the range is about and rises with
// the map's keys. For removing them, which a walk must not do.
template <class Key, class Value, class KeyOf>
std::vector<Key> keys_in(const PersistentMap<Key, Value>& map, const Key& first, std::int64_t last,
                         const KeyOf& key_of) {
    std::vector<Key> out;
    map.from(first, [&](const Key& key, const Value&) {
        if (key_of(key) > last) return false;
        out.push_back(key);
        return true;
    });
    return out;
}
template <class Value>
std::vector<std::int64_t> keys_in(const PersistentMap<std::int64_t, Value>& map, KeyRange range) {
    return keys_in(map, range.first, range.last, [](std::int64_t key) { return key; });
}

}  // namespace spot::core
