#pragma once

// What has to be known of a store before a batch of entries can be judged or executed, and what
// follows from it: one call each, whatever the batch holds. Nothing between the two needs the
// store.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/store/tables.h"

namespace spot::core {

// What to look up. Asked for twice is found once.
struct Wanted {
    struct Range {  // of entries of one log; both ends included
        LogId log;
        std::uint64_t first = 0, last = 0;
    };
    struct Period {
        LogId log;
        std::uint64_t number = 0;
    };

    std::vector<LogId> logs;
    std::vector<std::uint64_t> summaries;  // of devices, see LogTable::summary()
    std::vector<std::uint64_t> devices;    // all rows of their logs
    std::vector<Period> secrets;
    std::vector<RecordId> heads;    // of entries
    std::vector<RecordId> entries;  // whole
    std::vector<Range> ranges;      // whole entries
    // By the entries that made them: their rows, and the entries that their documents are made from
    // where they hold no saved one.
    std::vector<RecordId> records;
    std::vector<SubjectId> subjects;
    std::vector<std::string> settings;
    std::vector<std::string> spaces;                          // of values, whole
    std::vector<std::pair<std::string, std::string>> values;  // space and key
    // The logs that have entries to execute, and the first so many of these entries.
    std::size_t unexecuted = 0;
};

// What was found. Nothing under a key: it was asked for and is not there. Of whatever has a
// subject, the subject was looked up, too; of an entry or record, its log.
struct Known {
    template <class Key, class Row>
    using Rows = std::map<Key, std::optional<Row>>;

    Rows<LogId, LogRow> logs;
    std::map<std::uint64_t, LogTable::Summary> summaries;
    std::map<std::uint64_t, std::vector<LogRow>> devices;  // as LogTable::of_device()
    std::map<std::pair<std::int64_t, std::uint64_t>, std::optional<SecretKey>> secrets;
    Rows<std::int64_t, EntryHead> heads;  // by the entry's key
    Rows<std::int64_t, EntryRow> entries;
    std::set<std::int64_t> quarantined;  // of `entries`
    Rows<std::int64_t, RecordRow> records;
    Rows<SubjectId, SubjectRow> subjects;
    std::map<std::string, std::optional<std::string>, std::less<>> settings;
    std::map<std::string, std::vector<ValueRow>, std::less<>> spaces;
    Rows<std::pair<std::string, std::string>, std::string> values;
    std::vector<Wanted::Range> unexecuted;  // in the order of the logs' ids

    // Null: not there, or not asked for.
    const LogRow* log(const LogId& id) const;
    // The entry's head.
    const EntryHead* head(const RecordId& id) const;
    const EntryRow* entry(const RecordId& id) const;
};

// What is to be written, in the order of the members.
struct Effects {
    struct Named {  // by a request, see FileTable::name()
        std::int64_t entry = 0;
        std::uint64_t device = 0;
        SubjectId subject{};
        std::vector<FileName> files;
    };
    struct Listed {  // see RecordTable::list()
        ListedRow row;
        std::optional<std::int64_t> session;
    };
    struct Secret {
        std::int64_t log = 0;
        std::uint64_t period = 0;
        SecretKey secret;
    };
    struct Dropped {  // secrets of periods
        std::int64_t log = 0;
        std::uint64_t first = 0, last = 0;
    };
    struct Value {  // see ValueTable::put()
        std::string space, key, value;
    };

    std::vector<LogRow> new_logs;  // with the numbers that follow on Summary::next_number
    std::vector<Secret> secrets;
    std::vector<SubjectRow> subjects;  // new ones
    std::vector<EntryRow> entries;
    std::vector<QuarantineRow> quarantine;
    std::vector<Named> named;
    std::vector<RecordName> names;
    std::vector<Listed> lists;
    std::vector<RecordRow> records;  // new ones
    std::vector<RecordRow> changed;  // see RecordTable::update()
    std::vector<Value> values;
    std::vector<LogRow> logs;  // all but their tips
    std::vector<Dropped> dropped;
};

class Tx;
// As every store can do it, by its tables.
Result<> look_up_in_tables(Tx& tx, const Wanted& wanted, Known& known);
Result<> apply_to_tables(Tx& tx, const Effects& effects);

}  // namespace spot::core
