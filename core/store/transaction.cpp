#include "core/store/inside.h"

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
    const auto done = read(Of::log, [&]() -> Result<> {
        SPOT_ASSIGN(const auto found, logs.find(id));
        if (found) out = *found;
        return {};
    });
    if (!done) fault = done.error();
    return out;
}

Result<> Ledger::Inside::transact(const std::function<Result<>()>& work, Of of) {
    if (fault) return tl::make_unexpected(*fault);
    const bool outer = depth == 0;
    // After a full disk SQLite may have ended the transaction; outside one, nothing is atomic.
    if (!outer && !database.in_transaction())
        return fail(Code::io, "the transaction has ended; nothing was changed");
    SPOT_TRY(database.prepare(outer ? "BEGIN IMMEDIATE" : "SAVEPOINT inner").run());
    Result<> done;
    if (outer) done = refresh();
    if (done && of == Of::records) done = catch_up();
    if (done) {
        ++depth;
        done = work();
        --depth;
    }
    if (done) done = database.prepare(outer ? "COMMIT" : "RELEASE inner").run();
    if (done) return done;
    // Their own failure changes nothing: the transaction is rolled back when it is not committed.
    if (!outer) (void)database.run("ROLLBACK TO inner; RELEASE inner");
    if (outer && database.in_transaction()) (void)database.run("ROLLBACK");
    forget();
    return done;
}

Result<> Ledger::Inside::read(Of of, const std::function<Result<>()>& work) {
    if (fault) return tl::make_unexpected(*fault);
    if (depth > 0) {
        if (of == Of::records && !reading) SPOT_TRY(catch_up());
        return work();
    }
    SPOT_TRY(begin_reading());
    const auto behind = of == Of::records ? is_behind() : false;
    if (behind && *behind) {
        end_reading();
        if (!transact([] { return Result<>(); })) return read_unkept(work);
        SPOT_TRY(begin_reading());
    }
    ++depth;
    const auto done = behind ? work() : tl::make_unexpected(behind.error());
    --depth;
    end_reading();
    return done;
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
    SPOT_TRY(database.prepare("BEGIN IMMEDIATE").run());
    auto done = refresh();
    if (done) done = catch_up();
    if (done) {
        ++depth;
        done = work();
        --depth;
    }
    if (database.in_transaction()) (void)database.run("ROLLBACK");
    forget();
    return done;
}

}  // namespace spot::core
