// Units of work: store.h.

#include <stdexcept>
#include <thread>

#include "tests/contract/stores.h"

namespace spot::contract {
namespace {

std::string mark(Tx& tx) {
    return value(tx.values.setting("mark")).value_or("none");
}
std::string mark(Store& store) {
    std::string out;
    read(store, [&](Tx& tx) { out = mark(tx); });
    return out;
}
void set_mark(Store& store, std::string_view text) {
    write(store, [&](Tx& tx) { ok(tx.values.set("mark", text)); });
}

TEST_CASE_TEMPLATE("what was committed is there, for others and after opening again", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    const auto other = fixture.open();
    CHECK(mark(*other) == "none");
    set_mark(*store, "set");
    CHECK(mark(*store) == "set");
    CHECK(mark(*other) == "set");
    store.reset();
    CHECK(mark(*fixture.open()) == "set");
}

Result<> write_and_fail(Store& store) {
    SPOT_ASSIGN(const auto tx, store.begin(Access::write));
    SPOT_TRY(tx->values.set("mark", "lost"));
    SPOT_TRY(Result<>(fail(Code::refused, "")));
    return tx->commit();
}
void write_and_throw(Store& store) {
    const auto tx = value(store.begin(Access::write));
    ok(tx->values.set("mark", "lost"));
    throw std::runtime_error("thrown through a unit of work");
}

TEST_CASE_TEMPLATE("what was not committed is not there, however the scope was left", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    set_mark(*store, "before");
    SUBCASE("at its end") {
        const auto tx = value(store->begin(Access::write));
        ok(tx->values.set("mark", "lost"));
    }
    SUBCASE("with an error") {
        CHECK(fault(write_and_fail(*store)) == Code::refused);
    }
    SUBCASE("with an exception") {
        CHECK_THROWS_AS(write_and_throw(*store), std::runtime_error);
    }
    SUBCASE("with an exception in a walk") {
        write(*store, [](Tx& tx) { ok(tx.entries.append(std::vector{entry_at(1), entry_at(2)})); });
        const auto walk = [&] {
            const auto tx = value(store->begin(Access::write));
            ok(tx->values.set("mark", "lost"));
            (void)tx->entries.each(kAllKeys, [](EntryRow&) -> Result<> {
                throw std::runtime_error("thrown through a walk");
            });
        };
        CHECK_THROWS_AS(walk(), std::runtime_error);
    }
    SUBCASE("with savepoints within") {
        const auto tx = value(store->begin(Access::write));
        const auto outer = value(tx->savepoint());
        const auto inner = value(tx->savepoint());
        ok(tx->values.set("mark", "lost"));
        ok(inner->release());
        ok(outer->release());
    }
    CHECK(mark(*store) == "before");
    CHECK(mark(*fixture.open()) == "before");
    set_mark(*store, "after");  // and the store goes on
    CHECK(mark(*store) == "after");
}

TEST_CASE_TEMPLATE("a unit of work sees what it wrote, and nobody else does before the commit",
                   Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open(), other = fixture.open();
    const auto tx = value(store->begin(Access::write));
    CHECK(tx->writes());
    ok(tx->values.set("mark", "new"));
    CHECK(mark(*tx) == "new");
    CHECK(mark(*other) == "none");
    ok(tx->commit());
    CHECK(mark(*other) == "new");
}

TEST_CASE_TEMPLATE("one that reads sees one state while another commits", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open(), other = fixture.open();
    set_mark(*store, "old");
    const auto tx = value(store->begin(Access::read));
    CHECK(!tx->writes());
    // Before it has read anything.
    write(*other, [](Tx& writing) {
        ok(writing.values.set("mark", "new"));
        ok(writing.entries.append(std::vector{entry_at(1)}));
    });
    CHECK(mark(*tx) == "old");
    CHECK(value(tx->entries.read(Keys{1})).empty());
    ok(tx->commit());
    CHECK(mark(*store) == "new");
}

TEST_CASE_TEMPLATE("only one writes at a time, and it hinders nobody who reads", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open(), other = fixture.open();
    auto tx = value(store->begin(Access::write));
    CHECK(fault(other->begin(Access::write)) == Code::busy);
    CHECK(mark(*other) == "none");
    SUBCASE("until it commits") {
        ok(tx->values.set("mark", "first"));
        ok(tx->commit());
    }
    SUBCASE("until it goes") {
        tx.reset();
    }
    set_mark(*other, "second");
    tx.reset();
    CHECK(mark(*store) == "second");
}

TEST_CASE_TEMPLATE("one that reads hinders nobody who writes", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open(), other = fixture.open();
    const auto tx = value(store->begin(Access::read));
    set_mark(*other, "one");
    set_mark(*other, "two");
    CHECK(mark(*tx) == "none");
}

TEST_CASE_TEMPLATE("when one is committed the store may begin another", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    for (const Access access : {Access::write, Access::read}) {
        const auto first = value(store->begin(access));
        ok(first->commit());
        const auto second = value(store->begin(Access::write));
        ok(second->values.set("mark", "second"));
        ok(second->commit());
    }
    CHECK(mark(*store) == "second");
}

TEST_CASE_TEMPLATE("a savepoint that was not released takes its part back", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    const auto tx = value(store->begin(Access::write));
    ok(tx->values.set("mark", "outside"));
    {
        const auto part = value(tx->savepoint());
        ok(tx->values.set("mark", "inside"));
        ok(tx->entries.append(std::vector{entry_at(1)}));
        CHECK(mark(*tx) == "inside");
    }
    CHECK(mark(*tx) == "outside");
    CHECK(value(tx->entries.read(Keys{1})).empty());
    {
        const auto part = value(tx->savepoint());
        ok(tx->entries.append(std::vector{entry_at(2)}));
        ok(part->release());
    }
    CHECK(value(tx->entries.read(Keys{2})).size() == 1);
    ok(tx->commit());
    CHECK(mark(*store) == "outside");
    read(*store, [](Tx& reading) { CHECK(value(reading.entries.read(Keys{1, 2})).size() == 1); });
}

TEST_CASE_TEMPLATE("savepoints nest", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    bool outer_stays = false, inner_stays = false;
    SUBCASE("neither is released") {}
    SUBCASE("the outer one is released") {
        outer_stays = true;
    }
    SUBCASE("the inner one is released") {
        inner_stays = true;
    }
    SUBCASE("both are released") {
        outer_stays = inner_stays = true;
    }
    write(*store, [&](Tx& tx) {
        ok(tx.values.set("mark", "0"));
        const auto outer = value(tx.savepoint());
        ok(tx.values.set("mark", "1"));
        {
            const auto inner = value(tx.savepoint());
            ok(tx.values.set("mark", "2"));
            if (inner_stays) ok(inner->release());
        }
        CHECK(mark(tx) == (inner_stays ? "2" : "1"));
        if (outer_stays) ok(outer->release());
    });
    CHECK(mark(*store) == (!outer_stays ? "0" : inner_stays ? "2" : "1"));
}

TEST_CASE_TEMPLATE("after an operation that failed, what a savepoint does not take back stays",
                   Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        ok(tx.entries.append(std::vector{entry_at(2)}));
        {
            const auto part = value(tx.savepoint());
            const std::vector rows{entry_at(1), entry_at(2), entry_at(3)};
            CHECK(fault(tx.entries.append(rows)) == Code::conflict);
        }
        ok(tx.entries.append(std::vector{entry_at(4)}));
    });
    read(*store, [](Tx& tx) {
        Keys keys;
        ok(tx.entries.each(kAllKeys, [&](EntryRow& row) -> Result<> {
            keys.push_back(row.key);
            return {};
        }));
        CHECK(keys == Keys{2, 4});
    });
}

TEST_CASE_TEMPLATE("a unit of work says whether what was remembered is out of date", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open(), other = fixture.open();
    const auto stale = [&](Access access) {
        const auto tx = value(store->begin(access));
        const bool out = tx->stale();
        ok(tx->commit());
        return out;
    };
    CHECK(stale(Access::read));  // the first
    CHECK(!stale(Access::read));
    CHECK(!stale(Access::write));
    set_mark(*store, "own");
    CHECK(!stale(Access::write));
    set_mark(*other, "another's");
    CHECK(stale(Access::write));
    CHECK(!stale(Access::read));
    set_mark(*other, "another's again");
    CHECK(stale(Access::read));
    CHECK(!stale(Access::write));
    mark(*other);
    CHECK(!stale(Access::write));  // another only read

    SUBCASE("as another wrote while it read") {
        const auto tx = value(store->begin(Access::read));
        set_mark(*other, "meanwhile");
        CHECK(!tx->stale());
        ok(tx->commit());
        CHECK(stale(Access::read));
        CHECK(!stale(Access::read));
    }
    SUBCASE("as it wrote and did not commit") {
        {
            const auto tx = value(store->begin(Access::write));
            ok(tx->values.set("mark", "lost"));
        }
        CHECK(stale(Access::read));
        CHECK(!stale(Access::read));
    }
    SUBCASE("but not as it only read") {
        { const auto tx = value(store->begin(Access::read)); }
        CHECK(!stale(Access::read));
    }
    SUBCASE("and others have an answer of their own") {
        set_mark(*store, "own");
        CHECK(value(other->begin(Access::read))->stale());
    }
}

TEST_CASE_TEMPLATE("what flushes may be called by any thread, and outlives its store", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    const auto flush = value(store->defer_flush());
    set_mark(*store, "set");
    Result<> done = fail(Code::io, "");
    std::thread([&] { done = flush(); }).join();
    ok(done);
    CHECK(mark(*fixture.open()) == "set");  // another one goes by it
    store.reset();
    ok(flush());
    CHECK(mark(*fixture.open()) == "set");
}

TEST_CASE_TEMPLATE("a store that is sound has no faults, and can be prepared for much", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    (void)store->reserve();  // an error does no harm
    set_mark(*store, "set");
    CHECK(value(store->check()).empty());
    CHECK(mark(*store) == "set");
}

// ── A walk.

TEST_CASE_TEMPLATE("a callback's error ends the walk and is returned", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        ok(tx.entries.append(std::vector{entry_at(1), entry_at(2)}));
        ok(tx.records.insert(std::vector{record_at(1), record_at(2)}));
        ok(tx.subjects.add(subject_with(1), secret_with(1)));
        for (const std::uint8_t one : Bytes{1, 2}) {
            const FileName file{hash_with(one), 10};
            ok(tx.files.name(1, 5, subject_with(1), {&file, 1}));
            AttachedRow row;
            row.owner = "request";
            row.hash = hash_with(one);
            row.subject = subject_with(1);
            ok(tx.attachments.add(row, {}));
        }

        int calls = 0;
        const auto refuse = [&](const auto&...) -> Result<> {
            ++calls;
            return fail(Code::refused, "by the callback");
        };
        CHECK(fault(tx.entries.each(kAllKeys, refuse)) == Code::refused);
        CHECK(fault(tx.records.each({kAllKeys}, refuse)) == Code::refused);
        CHECK(fault(tx.files.each(kAllKeys, refuse)) == Code::refused);
        CHECK(fault(tx.attachments.each_not_whole(refuse)) == Code::refused);
        const auto refuse_some = [&](const auto&...) -> Result<bool> {
            ++calls;
            return fail(Code::refused, "by the callback");
        };
        CHECK(fault(tx.files.each_awaited(5, refuse_some)) == Code::refused);
        CHECK(calls == 5);
        ok(tx.values.set("mark", "after"));  // and nothing else is ended by it
    });
    CHECK(mark(*store) == "after");
}

TEST_CASE_TEMPLATE("during a walk every table can be read, also the one walked", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        std::vector<EntryRow> rows;
        for (std::int64_t key = 1; key <= 5; ++key) rows.push_back(entry_at(key));
        ok(tx.entries.append(rows));
        ok(tx.records.insert(std::vector{record_at(1), record_at(3)}));
        Keys seen;
        std::size_t within = 0;
        ok(tx.entries.each({2, 4}, [&](EntryRow& row) -> Result<> {
            seen.push_back(row.key);
            CHECK(value(tx.entries.read(Keys{1, row.key, 5})).size() == 3);
            CHECK(value(tx.entries.heads(Keys{1})).size() == 1);
            CHECK(value(tx.entries.hash_of(5)) == entry_at(5).hash);
            CHECK(value(tx.records.read(Keys{1, 2, 3})).size() == 2);
            SPOT_TRY(tx.entries.each(kAllKeys, [&](EntryRow&) -> Result<> {
                ++within;
                return {};
            }));
            // Another table may be written to.
            return tx.entries.quarantine(std::vector{QuarantineRow{row.key, "form"}});
        }));
        CHECK(seen == Keys{2, 3, 4});
        CHECK(within == 15);
        CHECK(value(tx.entries.count_quarantined(kAllKeys)) == 3);
    });
}

// ── Faults, which only the store in memory can be told to have.

TEST_CASE("a disk that refuses fails the commit, and nothing of it is there") {
    InMemory fixture;
    const auto store = fixture.open(), other = fixture.open();
    set_mark(*store, "before");
    fixture.database().fail_after(1);
    set_mark(*store, "the last");
    {
        const auto tx = value(store->begin(Access::write));
        ok(tx->values.set("mark", "lost"));
        CHECK(!tx->ended());
        CHECK(fault(tx->commit()) == Code::io);
        CHECK(tx->ended());
        CHECK(mark(*other) == "the last");
        const auto again = value(other->begin(Access::write));  // it holds nobody up
        ok(again->commit());                                    // as there is nothing to write
    }
    {
        const auto tx = value(store->begin(Access::write));
        CHECK(tx->stale());
        ok(tx->values.set("mark", "lost, too"));
        CHECK(fault(tx->commit()) == Code::io);
    }
    fixture.database().mend();
    CHECK(mark(*store) == "the last");
    set_mark(*store, "after");
    CHECK(mark(*other) == "after");
}

TEST_CASE("a power cut takes back what was deferred and not flushed") {
    InMemory fixture;
    const auto store = fixture.open();
    set_mark(*store, "at once");
    const auto flush = value(store->defer_flush());
    set_mark(*store, "later");
    SUBCASE("all of it") {
        fixture.database().cut_power();
        CHECK(mark(*fixture.open()) == "at once");
    }
    SUBCASE("but for what was flushed") {
        ok(flush());
        set_mark(*store, "later still");
        fixture.database().cut_power();
        CHECK(mark(*fixture.open()) == "later");
    }
    SUBCASE("but for what another one saw") {
        const auto other = fixture.open();
        CHECK(mark(*other) == "later");
        fixture.database().cut_power();
        CHECK(mark(*other) == "later");
    }
    SUBCASE("and nobody goes by what can't be flushed") {
        const auto other = fixture.open();
        fixture.database().fail_after(0);
        CHECK(fault(flush()) == Code::io);
        CHECK(fault(other->begin(Access::read)) == Code::io);
        fixture.database().mend();
        CHECK(mark(*other) == "later");
    }
    SUBCASE("which the store itself notices") {
        fixture.database().cut_power();
        CHECK(value(store->begin(Access::read))->stale());
    }
}

}  // namespace
}  // namespace spot::contract
