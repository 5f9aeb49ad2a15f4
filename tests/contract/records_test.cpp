// Records, their names and lists: tables.h.

#include <limits>

#include "tests/contract/stores.h"

namespace spot::contract {
namespace {

constexpr std::int64_t kRequest = 4, kSession = 5;

std::vector<RecordRow> records_in(Tx& tx, const RecordTable::Selection& selection) {
    std::vector<RecordRow> out;
    ok(tx.records.each(selection, [&](RecordRow& row) -> Result<> {
        out.push_back(std::move(row));
        return {};
    }));
    return out;
}
Keys record_keys(Tx& tx, const RecordTable::Selection& selection) {
    Keys out;
    for (const RecordRow& row : records_in(tx, selection)) out.push_back(row.key);
    return out;
}

TEST_CASE_TEMPLATE("a record is read as it was inserted", Fixture, SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    RecordRow plain = record_at(1, 0), full = record_at(entry_key(kLogNumberMax, kSeqMax), 5);
    full.made_ms = -5;
    full.conflicts = true;
    full.subject = subject_with(0);
    full.json = {0, 1, 0};
    full.document = Bytes{};  // there, and empty
    full.route = 6;
    RecordRow large = record_at(2);
    large.json.assign(1 << 20, 'x');
    large.document = Bytes(1 << 20, 0);
    write(*store, [&](Tx& tx) {
        ok(tx.records.insert({}));
        ok(tx.records.insert(std::vector{full, plain, large}));
    });
    store = fixture.open();
    read(*store, [&](Tx& tx) {
        const Keys keys{2, full.key, 7, 1, 2};
        CHECK(value(tx.records.read(keys)) == std::vector{large, full, plain, large});
        CHECK(value(tx.records.read({})).empty());
        CHECK(value(tx.records.place_of(full.key)) == 5);
        CHECK(value(tx.records.place_of(1)) == 0);
        CHECK(!value(tx.records.place_of(7)));
        // A walk leaves the documents out.
        large.document.reset();
        full.document.reset();
        CHECK(records_in(tx, {kAllKeys}) == std::vector{plain, large, full});
        CHECK(record_keys(tx, {kAllKeys, 0, 5, -5}) == Keys{1, 2, full.key});
        CHECK(record_keys(tx, {kAllKeys, 0, 5, -4}) == Keys{1, 2});
    });
}

TEST_CASE_TEMPLATE("a record that is there can't be inserted", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) { ok(tx.records.insert(std::vector{record_at(1)})); });
    const auto tx = value(store->begin(Access::write));
    CHECK(fault(tx->records.insert(std::vector{record_at(2), record_at(1, 0)})) == Code::conflict);
}

TEST_CASE_TEMPLATE("an update changes json, conflicts, document and route", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        RecordRow row = record_at(1);
        row.subject = subject_with(1);
        row.document = Bytes{1};
        ok(tx.records.insert(std::vector{row}));
        RecordRow changed = record_at(1, 2);
        changed.subject = row.subject;
        changed.made_ms = 1;
        changed.json = {0};
        changed.conflicts = true;
        changed.route = 2;
        RecordRow absent = changed;
        absent.key = 2;
        ok(tx.records.update(std::vector{absent, changed}));
        row.json = changed.json;
        row.conflicts = true;
        row.document.reset();
        row.route = 2;
        CHECK(value(tx.records.read(Keys{1, 2})) == std::vector{row});
        row.json = {};
        row.conflicts = false;
        row.document = Bytes{2};
        row.route = 0;
        ok(tx.records.update(std::vector{row}));
        CHECK(value(tx.records.read(Keys{1})) == std::vector{row});
        CHECK(value(tx.records.count_conflicts()) == 0);
        CHECK(value(tx.records.routed(2, kAll)).empty());
    });
}

TEST_CASE_TEMPLATE("records are selected by key, place and moment", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        std::vector<RecordRow> rows;
        for (const std::int64_t key : {7, 3, 5, 1}) rows.push_back(record_at(key, key % 6));
        ok(tx.records.insert(rows));  // of places 1, 3, 5 and 1, made at ten times the key
        CHECK(record_keys(tx, {kAllKeys}) == Keys{1, 3, 5, 7});
        CHECK(record_keys(tx, {{3, 5}}) == Keys{3, 5});
        CHECK(record_keys(tx, {{4, 4}}).empty());
        CHECK(record_keys(tx, {kAllKeys, 1, 3}) == Keys{1, 3, 7});
        CHECK(record_keys(tx, {kAllKeys, 5, 5}) == Keys{5});
        CHECK(record_keys(tx, {kAllKeys, 0, 5, 50}) == Keys{5, 7});
        CHECK(record_keys(tx, {kAllKeys, 0, 5, 51}) == Keys{7});
        CHECK(value(tx.records.tally(kAllKeys)) == RecordTable::Tally{0, 2, 0, 1, 0, 1});
        CHECK(value(tx.records.tally({3, 5})) == RecordTable::Tally{0, 0, 0, 1, 0, 1});
        CHECK(value(tx.records.tally({6, 6})) == RecordTable::Tally{});
    });
}

TEST_CASE_TEMPLATE("a name that is taken keeps its meaning", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    const std::string zeros("a\0b", 3), high("a\xFF");
    write(*store, [&](Tx& tx) {
        ok(tx.records.add_names(std::vector<RecordName>{
            {1, kRequest, "a"}, {2, kRequest, "a"}, {2, kSession, "a"}, {1, kRequest, zeros}}));
        ok(tx.records.add_names(
            std::vector<RecordName>{{3, kRequest, "a"}, {1, kRequest, ""}, {1, kRequest, high}}));
        ok(tx.records.add_names({}));
    });
    read(*store, [&](Tx& tx) {
        CHECK(value(tx.records.find_name(kRequest, "a")) == 1);
        CHECK(value(tx.records.find_name(kSession, "a")) == 2);
        CHECK(value(tx.records.find_name(kRequest, zeros)) == 1);
        CHECK(value(tx.records.find_name(kRequest, "")) == 1);
        CHECK(!value(tx.records.find_name(kRequest, "b")));
        CHECK(!value(tx.records.find_name(3, "a")));
        CHECK(value(tx.records.find_name(kRequest, high)) == 1);
    });
}

TEST_CASE_TEMPLATE("names move to the record that goes on from theirs, or go", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        ok(tx.records.add_names(std::vector<RecordName>{{1, kRequest, "first"},
                                                        {2, kRequest, "a"},
                                                        {2, kSession, "a"},
                                                        {2, kRequest, "b"},
                                                        {3, kRequest, "dropped"},
                                                        {4, kRequest, "last"}}));
        Keys asked;
        ok(tx.records.move_names({2, 3}, [&](std::int64_t key) -> std::optional<std::int64_t> {
            asked.push_back(key);
            if (key == 3) return std::nullopt;
            return 3;  // that is among those that move, too
        }));
        std::sort(asked.begin(), asked.end());
        CHECK(asked == Keys{2, 2, 2, 3});
    });
    read(*store, [](Tx& tx) {
        CHECK(value(tx.records.find_name(kRequest, "first")) == 1);
        CHECK(value(tx.records.find_name(kRequest, "a")) == 3);
        CHECK(value(tx.records.find_name(kSession, "a")) == 3);
        CHECK(value(tx.records.find_name(kRequest, "b")) == 3);
        CHECK(!value(tx.records.find_name(kRequest, "dropped")));
        CHECK(value(tx.records.find_name(kRequest, "last")) == 4);
    });
    write(*store, [](Tx& tx) {
        ok(tx.records.add_names(std::vector<RecordName>{{9, kRequest, "dropped"}}));  // free again
        CHECK(value(tx.records.find_name(kRequest, "dropped")) == 9);
    });
}

TEST_CASE_TEMPLATE("a removed record takes its rows in lists along, and leaves its names", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        for (std::int64_t key = 1; key <= 4; ++key) {
            RecordRow row = record_at(key);
            row.conflicts = true;
            row.route = 1;
            ok(tx.records.insert(std::vector{row}));
            ok(tx.records.list({key, row.place, row.made_ms}, 1));
            ok(tx.records.add_names(std::vector{RecordName{key, 4, std::to_string(key)}}));
        }
        // These have no record.
        ok(tx.records.list({8, 4, 80}, std::nullopt));
        ok(tx.records.add_names(std::vector{RecordName{8, 4, "8"}}));

        ok(tx.records.remove({2, 3}));
        CHECK(record_keys(tx, {kAllKeys}) == Keys{1, 4});
        CHECK(keys_of(value(tx.records.made_between(4, 0, 100, kAll))) == Keys{1, 4, 8});
        CHECK(keys_of(value(tx.records.of_session(1, kAll))) == Keys{1, 4});
        CHECK(keys_of(value(tx.records.conflicting(kAll))) == Keys{1, 4});
        CHECK(keys_of(value(tx.records.routed(1, kAll))) == Keys{1, 4});
        CHECK(value(tx.records.find_name(4, "2")) == 2);

        ok(tx.records.remove({1, 1}));  // the session itself: the others are of it still
        CHECK(keys_of(value(tx.records.of_session(1, kAll))) == Keys{4});
        ok(tx.records.remove({8, 9}));
        CHECK(keys_of(value(tx.records.made_between(4, 0, 100, kAll))) == Keys{4});
        CHECK(value(tx.records.find_name(4, "8")) == 8);
        // What was removed can come again.
        ok(tx.records.insert(std::vector{record_at(2)}));
        ok(tx.records.list({2, 4, 20}, 1));
        CHECK(keys_of(value(tx.records.of_session(1, kAll))) == Keys{2, 4});
    });
}

TEST_CASE_TEMPLATE("what was made is listed by moment, then key", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        const ListedRow first{9, kRequest, -10}, second{7, kRequest, 20}, third{8, kRequest, 20},
            fourth{1, kRequest, 30};
        for (const ListedRow& row : {third, fourth, first, second})
            ok(tx.records.list(row, std::nullopt));
        ok(tx.records.list({2, kSession, 25}, std::nullopt));
        const auto between = [&](std::int64_t from, std::int64_t until, std::size_t count) {
            return value(tx.records.made_between(kRequest, from, until, count));
        };
        constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
        CHECK(between(-kLast, kLast, kAll) == std::vector{first, second, third, fourth});
        CHECK(between(20, 30, kAll) == std::vector{second, third});
        CHECK(between(-10, 20, kAll) == std::vector{first});
        CHECK(between(20, 31, 2) == std::vector{second, third});
        CHECK(between(20, 31, 0).empty());
        CHECK(between(30, 20, kAll).empty());
        CHECK(value(tx.records.made_between(0, 0, 100, kAll)).empty());
        CHECK(keys_of(value(tx.records.made_between(kSession, 0, 100, kAll))) == Keys{2});
    });
}

TEST_CASE_TEMPLATE("a session's records are listed by key, as the records say", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        // Listed before or after it is inserted.
        ok(tx.records.list({5, kRequest, 50}, 1));
        ok(tx.records.insert(std::vector{record_at(5), record_at(3), record_at(4)}));
        ok(tx.records.list({3, 0, 77}, 1));
        ok(tx.records.list({4, kRequest, 40}, 2));
        ok(tx.records.list({6, kRequest, 60}, 1));  // no record
        CHECK(value(tx.records.of_session(1, kAll)) ==
              std::vector<ListedRow>{{3, kRequest, 30}, {5, kRequest, 50}});
        CHECK(keys_of(value(tx.records.of_session(1, 1))) == Keys{3});
        CHECK(keys_of(value(tx.records.of_session(2, kAll))) == Keys{4});
        CHECK(value(tx.records.of_session(3, kAll)).empty());
        ok(tx.records.clear_lists());
        CHECK(value(tx.records.of_session(1, kAll)).empty());
        CHECK(value(tx.records.made_between(kRequest, 0, 100, kAll)).empty());
        CHECK(record_keys(tx, {kAllKeys}) == Keys{3, 4, 5});
        ok(tx.records.list({5, kRequest, 50}, 1));
        CHECK(keys_of(value(tx.records.of_session(1, kAll))) == Keys{5});
    });
}

TEST_CASE_TEMPLATE("a row stands in a list once", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) { ok(tx.records.list({1, kRequest, 10}, 9)); });
    {
        const auto tx = value(store->begin(Access::write));
        CHECK(fault(tx->records.list({1, kRequest, 10}, std::nullopt)) == Code::conflict);
    }
    const auto tx = value(store->begin(Access::write));
    CHECK(fault(tx->records.list({1, kRequest, 11}, 9)) == Code::conflict);
}

TEST_CASE_TEMPLATE("records that need a person are listed by key", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        std::vector<RecordRow> rows;
        for (const std::int64_t key : {6, 5, 4, 3, 2, 1}) {
            rows.push_back(record_at(key));
            rows.back().conflicts = key % 2 == 0;
            rows.back().route = static_cast<int>(key % 3);
        }
        ok(tx.records.insert(rows));
        CHECK(value(tx.records.conflicting(2)) ==
              std::vector<ListedRow>{{2, kRequest, 20}, {4, kRequest, 40}});
        CHECK(keys_of(value(tx.records.conflicting(kAll))) == Keys{2, 4, 6});
        CHECK(value(tx.records.conflicting(0)).empty());
        CHECK(value(tx.records.count_conflicts()) == 3);
        CHECK(keys_of(value(tx.records.routed(1, kAll))) == Keys{1, 4});
        CHECK(keys_of(value(tx.records.routed(2, 1))) == Keys{2});
        CHECK(value(tx.records.routed(0, kAll)).empty());
        CHECK(value(tx.records.routed(3, kAll)).empty());
    });
}

}  // namespace
}  // namespace spot::contract
