// What is asked for at once is what the tables say one by one, and what is written at once is found
// there: batch.h.

#include "tests/contract/stores.h"

namespace spot::contract {
namespace {

constexpr LogId kVan{5, 1}, kHubsOwn{5 | kHubBit, 1}, kNobodys{6, 1};

// Two logs with an entry each, of a person, and a record that three entries made.
Effects some_effects() {
    Effects out;
    LogRow van, hub;
    van.id = kVan;
    van.number = 1;
    hub.id = kHubsOwn;
    hub.number = 2;
    out.new_logs = {van, hub};
    out.secrets.push_back({1, 0, secret_with(3)});
    SubjectRow person;
    person.id = subject_with(1);
    person.key = secret_with(4);
    out.subjects.push_back(std::move(person));
    for (const std::int64_t key : {entry_key(1, 1), entry_key(1, 2), entry_key(2, 1)}) {
        out.entries.push_back(entry_at(key));
        out.entries.back().subject = subject_with(1);
    }
    out.quarantine.push_back({entry_key(1, 2), "form"});
    RecordRow record = record_at(entry_key(1, 1));
    record.changed_by = {entry_key(2, 1)};
    out.records.push_back(record);
    record.route = 3;
    out.changed.push_back(record);
    out.names.push_back({entry_key(1, 1), 4, "r1"});
    out.values.push_back({"space", "key", "value"});
    van.settled = 2;
    out.logs.push_back(van);
    return out;
}

TEST_CASE_TEMPLATE("what is written at once is found in the tables", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [&](Tx& tx) {
        CHECK(value(tx.logs.summary(5)).next_number == 1);
        ok(tx.apply(some_effects()));
        CHECK(value(tx.logs.summary(6)).next_number == 3);
    });
    read(*store, [&](Tx& tx) {
        CHECK(value(tx.logs.find(kHubsOwn))->number == 2);
        CHECK(value(tx.logs.find(kVan))->settled == 2);
        CHECK(same(*value(tx.logs.secret(1, 0)), secret_with(3)));
        const SubjectId person = subject_with(1);
        CHECK(value(tx.subjects.read({&person, 1})).size() == 1);
        CHECK(value(tx.entries.count_quarantined(kAllKeys)) == 1);
        const std::int64_t key = entry_key(1, 1);
        const auto records = value(tx.records.read({&key, 1}));
        REQUIRE(records.size() == 1);
        CHECK(records.front().route == 3);
        CHECK(records.front().changed_by == std::vector<std::int64_t>{entry_key(2, 1)});
        CHECK(value(tx.records.find_name(4, "r1")) == key);
        CHECK(value(tx.values.get("space", "key")) == "value");
    });
}

TEST_CASE_TEMPLATE("a log whose number somebody took meanwhile is not made", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [&](Tx& tx) { value(tx.logs.add(kNobodys)); });
    const auto tx = value(store->begin(Access::write));
    CHECK(fault(tx->apply(some_effects())) == Code::conflict);
}

TEST_CASE_TEMPLATE("one question brings what is there, and says what is not", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [&](Tx& tx) { ok(tx.apply(some_effects())); });
    const auto tx = value(store->begin(Access::read));
    Wanted wanted;
    wanted.logs = {kVan, kNobodys};
    wanted.summaries = {5, 6};
    wanted.devices = {5};
    wanted.secrets = {{kVan, 0}, {kVan, 1}, {kNobodys, 0}};
    wanted.heads = {{kVan, 2}, {kVan, 3}, {kNobodys, 1}, {kVan, 2}};
    wanted.entries = {{kVan, 2}, {kVan, 9}};
    wanted.records = {{kVan, 1}, {kVan, 2}};
    wanted.subjects = {subject_with(9)};
    wanted.settings = {"none"};
    wanted.spaces = {"space", "empty"};
    wanted.values = {{"space", "key"}, {"space", "other"}};
    Known known;
    ok(tx->look_up(wanted, known));

    REQUIRE(known.log(kVan));
    CHECK(known.log(kVan)->tip.seq == 2);
    CHECK(known.logs.contains(kNobodys));
    CHECK(!known.log(kNobodys));
    CHECK(known.summaries.at(5).count == 1);
    CHECK(known.devices.at(5).size() == 1);
    REQUIRE(known.secrets.size() == 2);
    CHECK(same(*known.secrets.at({1, 0}), secret_with(3)));
    CHECK(!known.secrets.at({1, 1}));
    REQUIRE(known.head({kVan, 2}));
    CHECK(known.head({kVan, 2})->quarantined);
    CHECK(known.heads.contains(entry_key(1, 3)));
    CHECK(!known.head({kVan, 3}));
    CHECK(!known.head({kNobodys, 1}));
    CHECK(known.entry({kVan, 2}));
    CHECK(!known.entry({kVan, 9}));
    // With a record come the entries that it is made from, with either its subject.
    CHECK(known.records.at(entry_key(1, 1)));
    CHECK(!known.records.at(entry_key(1, 2)));
    CHECK(known.entry({kVan, 1}));
    CHECK(known.entry({kHubsOwn, 1}));
    CHECK(known.subjects.at(subject_with(1))->key);
    CHECK(!known.subjects.at(subject_with(9)));
    CHECK(!known.settings.at("none"));
    CHECK(known.spaces.at("space") == std::vector<ValueRow>{{"key", "value"}});
    CHECK(known.spaces.at("empty").empty());
    CHECK(known.values.at({"space", "key"}) == "value");
    CHECK(!known.values.at({"space", "other"}));

    SUBCASE("asked again, it adds and changes nothing that is there") {
        Wanted more;
        more.ranges = {{kVan, 1, 9}};
        ok(tx->look_up(more, known));
        CHECK(known.entry({kVan, 1}));
        CHECK(known.quarantined == std::set<std::int64_t>{entry_key(1, 2)});
        CHECK(known.log(kVan)->settled == 2);
    }
}

TEST_CASE_TEMPLATE("what is to be executed comes by the logs' ids, so many as are wanted", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [&](Tx& tx) {
        const std::vector<LogId> ids{{8 | kHubBit, 1}, {9, 2}, {9, 1}, {3, 1}};
        for (const LogId& id : ids) {
            LogRow row = value(tx.logs.add(id));
            for (std::uint64_t seq = 1; seq <= 3; ++seq) {
                const EntryRow entry = entry_at(entry_key(row.number, seq));
                ok(tx.entries.append({&entry, 1}));
            }
            row.settled = 3;
            row.executed = id.device == 3 ? 3 : 1;
            ok(tx.logs.save(row));
        }
    });
    const auto tx = value(store->begin(Access::read));
    const auto rows = value(tx->logs.unexecuted(2));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == LogId{9, 1});
    CHECK(rows[1].id == LogId{9, 2});
    CHECK(rows[1].tip.seq == 3);
    CHECK(value(tx->logs.unexecuted(0)).empty());
    CHECK(value(tx->logs.unexecuted(9)).back().id == LogId{8 | kHubBit, 1});

    Wanted wanted;
    wanted.unexecuted = 5;
    Known known;
    ok(tx->look_up(wanted, known));
    REQUIRE(known.unexecuted.size() == 3);
    CHECK(known.unexecuted[0].log == LogId{9, 1});
    CHECK(known.unexecuted[0].first == 2);
    CHECK(known.unexecuted[0].last == 3);
    CHECK(known.unexecuted[2].log == LogId{8 | kHubBit, 1});
    CHECK(known.unexecuted[2].last == 2);
    CHECK(known.entries.size() == 5);
}

}  // namespace
}  // namespace spot::contract
