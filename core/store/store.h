#pragma once

// One open database, and units of work on it. Behind it stand store/sqlite (the one that programs
// use) and store/memory (tests); store/sealed lies over either and seals what they hold.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/store/batch.h"
#include "core/store/tables.h"

namespace spot::core {

// A unit of work. Nothing of it stays unless commit() returned without an error, however its scope
// is left. Code that needs one takes it by reference. To write in one that only reads is a mistake
// of ours.
class Tx {
public:
    virtual ~Tx() = default;
    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;

    // Once, at the end, when its savepoints are gone; of one that only reads it ends the reading.
    // Whatever it returns, the unit of work is over: its store may begin another, and this one can
    // only be destroyed.
    // `io`: the disk refused, or ended the transaction before; nothing was changed.
    virtual Result<> commit() = 0;

    // What is done until it goes stays only if release() was called: a part that may fail alone.
    // Those begun later end first.
    class Savepoint {
    public:
        virtual ~Savepoint() = default;
        virtual Result<> release() = 0;
    };
    virtual Result<std::unique_ptr<Savepoint>> savepoint() = 0;

    // Has what was remembered of rows to be read anew? Somebody else committed since this store's
    // previous transaction began, or that one was to write and was not committed, or there was
    // none. A commit that changed nothing may count or not.
    virtual bool stale() const = 0;
    virtual bool writes() const = 0;
    // Every row that holds something a store may seal, once, changed as `rows` does it.
    virtual Result<> rewrite(RowRewriter& rows) = 0;
    // The database ended it by itself, as on a full disk: what it wrote is undone, and whatever
    // came next would be no part of it.
    virtual bool ended() const = 0;

    // Adds to `known` what it lacks. One question, as a store in a server is asked.
    virtual Result<> look_up(const Wanted& wanted, Known& known) {
        return look_up_in_tables(*this, wanted, known);
    }
    virtual Result<> apply(const Effects& effects) { return apply_to_tables(*this, effects); }

    // One row, or one kind of rows, at a time.
    LogTable& logs;
    EntryTable& entries;
    RecordTable& records;
    SubjectTable& subjects;
    FileTable& files;
    AttachmentTable& attachments;
    StationTable& stations;
    ValueTable& values;

protected:
    Tx(LogTable& l, EntryTable& e, RecordTable& r, SubjectTable& s, FileTable& f,
       AttachmentTable& a, StationTable& t, ValueTable& v)
        : logs(l),
          entries(e),
          records(r),
          subjects(s),
          files(f),
          attachments(a),
          stations(t),
          values(v) {}
};

// One thread owns a store, and has at most one transaction at a time; other processes may have the
// same database open.
class Store {
public:
    virtual ~Store() = default;

    enum class Access {
        read,   // one state of the store for as long as it lasts
        write,  // the only writer; what others wrote before is on disk
    };
    // `busy`: not to be had in time.
    virtual Result<std::unique_ptr<Tx>> begin(Access access) = 0;

    // From now on a commit that has returned may be lost when the power fails, until a flush that
    // began later has returned. Others flush before they go by what was written. Returns what
    // flushes: any thread may call it, and it may outlive the store.
    virtual Result<std::function<Result<>()>> defer_flush() = 0;
    // Makes room for some thousand commits in a row. Costs as much as about 100 of them. An error
    // does no harm.
    virtual Result<> reserve() = 0;
    // A sentence for each fault of the store's own form; whether rows fit together is not looked
    // at.
    virtual Result<std::vector<std::string>> check() = 0;
};

}  // namespace spot::core
