#include "core/ledger/impl.h"

namespace spot::core {

void Ledger::Inside::forget() {
    logs.forget();
    subjects.forget();
    records.forget();
    published_known = false;
    pending.reset();
}

Result<> Ledger::Inside::refresh() {
    SPOT_ASSIGN(const auto now, database.integer("PRAGMA data_version"));
    if (now == data_version) return {};
    forget();
    // It may not be on disk yet (Ledger::flush_later), and nobody goes by what a power cut takes
    // back.
    if (!write_ahead_log) {
        SPOT_ASSIGN(auto opened, database.write_ahead_log());
        write_ahead_log.emplace(std::move(opened));
    }
    SPOT_TRY(write_ahead_log->flush());
    data_version = now;
    return {};
}

Logs::Log Ledger::Inside::log(const LogId& id) {
    Logs::Log out;
    out.id = id;
    const auto done = read(Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto found, logs.find(tx, id));
        if (found) out = *found;
        return {};
    });
    if (!done) fault = done.error();
    return out;
}

// Counts how deep within transact() and read() we are.
class Ledger::Inside::Within {
public:
    explicit Within(int& depth) : depth_(depth) { ++depth_; }
    ~Within() { --depth_; }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

private:
    int& depth_;
};

// What has begun and is rolled back however its scope is left, unless it was committed.
class Ledger::Inside::Unit {
public:
    enum class Is { transaction, savepoint };
    static Result<> begin(Database& database, Is is) {
        return database.prepare(is == Is::transaction ? "BEGIN IMMEDIATE" : "SAVEPOINT inner")
            .run();
    }
    Unit(Inside& inside, Is is) : inside_(inside), is_(is) {}
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;
    // Errors of ROLLBACK are ignored: an uncommitted transaction is rolled back anyway.
    ~Unit() {
        if (committed_) return;
        if (is_ == Is::savepoint)
            (void)inside_.database.run("ROLLBACK TO inner; RELEASE inner");
        else if (inside_.database.in_transaction())
            (void)inside_.database.run("ROLLBACK");
        inside_.forget();
    }

    Result<> commit() {
        // A reader without an error channel may have met one (noted()); and after a full disk
        // SQLite may have ended the transaction by itself.
        if (inside_.fault) return tl::make_unexpected(*inside_.fault);
        if (!inside_.database.in_transaction())
            return fail(Code::io, "the transaction has ended; nothing was changed");
        SPOT_TRY(
            inside_.database.prepare(is_ == Is::transaction ? "COMMIT" : "RELEASE inner").run());
        committed_ = true;
        return {};
    }

private:
    Inside& inside_;
    Is is_;
    bool committed_ = false;
};

class Ledger::Inside::Reading {
public:
    explicit Reading(Inside& inside) : inside_(inside) {}
    ~Reading() { inside_.end_reading(); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

private:
    Inside& inside_;
};

Result<> Ledger::Inside::transact(const std::function<Result<>()>& work, Of of) {
    if (fault) return tl::make_unexpected(*fault);
    const bool outer = depth == 0;
    // After a full disk SQLite may have ended the transaction; outside one, nothing is atomic.
    if (!outer && !database.in_transaction())
        return fail(Code::io, "the transaction has ended; nothing was changed");
    const auto is = outer ? Unit::Is::transaction : Unit::Is::savepoint;
    SPOT_TRY(Unit::begin(database, is));
    Unit unit(*this, is);
    if (outer) SPOT_TRY(refresh());
    if (of == Of::records) SPOT_TRY(catch_up(tx));
    {
        const Within within(depth);
        SPOT_TRY(work());
    }
    return unit.commit();
}

Result<> Ledger::Inside::read(Of of, const std::function<Result<>()>& work) {
    if (fault) return tl::make_unexpected(*fault);
    if (depth > 0) {
        if (of == Of::records && !reading) SPOT_TRY(catch_up(tx));
        return work();
    }
    {
        SPOT_TRY(begin_reading());
        const Reading look(*this);
        SPOT_ASSIGN(const bool behind, of == Of::records ? is_behind(tx) : Result<bool>(false));
        if (!behind) {
            const Within within(depth);
            return work();
        }
    }
    if (!transact([] { return Result<>(); })) return read_unkept(work);
    SPOT_TRY(begin_reading());
    const Reading look(*this);
    const Within within(depth);
    return work();
}

Result<> Ledger::Inside::begin_reading() {
    SPOT_TRY(database.prepare("BEGIN").run());
    reading = true;
    auto done = refresh();
    if (!done) end_reading();
    return done;
}

void Ledger::Inside::end_reading() {
    reading = false;
    (void)database.prepare("COMMIT").run();
}

Result<> Ledger::Inside::read_unkept(const std::function<Result<>()>& work) {
    SPOT_TRY(Unit::begin(database, Unit::Is::transaction));
    const Unit unit(*this, Unit::Is::transaction);  // never committed
    SPOT_TRY(refresh());
    SPOT_TRY(catch_up(tx));
    const Within within(depth);
    return work();
}

}  // namespace spot::core
