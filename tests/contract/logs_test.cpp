// Logs, entries and subjects: tables.h.

#include "tests/contract/stores.h"

namespace spot::contract {
namespace {

constexpr std::uint64_t kTopBit = kHubBit | 5;

TEST_CASE_TEMPLATE("logs are numbered from 1 and found again", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    const std::vector<LogId> ids{{kTopBit, 1},           {5, 2}, {5, kEpochMax},
                                 {~std::uint64_t{0}, 1}, {5, 1}, {0, 1}};
    write(*store, [&](Tx& tx) {
        CHECK(value(tx.logs.all()).empty());
        std::int64_t number = 0;
        for (const LogId& id : ids) {
            LogRow expected;
            expected.number = ++number;
            expected.id = id;
            CHECK(value(tx.logs.add(id)) == expected);
        }
    });
    read(*store, [&](Tx& tx) {
        CHECK(value(tx.logs.all()) ==
              std::vector<LogId>{
                  {0, 1}, {5, 1}, {5, 2}, {5, kEpochMax}, {kTopBit, 1}, {~std::uint64_t{0}, 1}});
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto row = value(tx.logs.find(ids[i]));
            REQUIRE(row);
            CHECK(row->id == ids[i]);
            CHECK(row->number == static_cast<std::int64_t>(i) + 1);
            CHECK(value(tx.logs.id_of(row->number)) == ids[i]);
        }
        CHECK(!value(tx.logs.find({6, 1})));
        CHECK(!value(tx.logs.find({5, 3})));
        CHECK(!value(tx.logs.id_of(0)));
        CHECK(!value(tx.logs.id_of(7)));

        std::vector<std::uint32_t> epochs;
        for (const LogRow& row : value(tx.logs.of_device(5))) epochs.push_back(row.id.epoch);
        CHECK(epochs == std::vector<std::uint32_t>{kEpochMax, 2, 1});
        CHECK(value(tx.logs.of_device(kTopBit)).size() == 1);
        CHECK(value(tx.logs.of_device(6)).empty());
        CHECK(value(tx.logs.summary(5)).newest_epoch == kEpochMax);
        CHECK(value(tx.logs.summary(5)).count == 3);
        CHECK(value(tx.logs.summary(kTopBit)).newest_epoch == 1);
        CHECK(value(tx.logs.summary(6)).newest_epoch == 0);
        CHECK(value(tx.logs.summary(6)).count == 0);
    });
}

TEST_CASE_TEMPLATE("a log that is there can't be added", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) { (void)value(tx.logs.add({kTopBit, 1})); });
    {
        const auto tx = value(store->begin(Access::write));
        CHECK(fault(tx->logs.add({kTopBit, 1})) == Code::conflict);
    }
    write(*store, [](Tx& tx) { CHECK(value(tx.logs.add({kTopBit, 2})).number == 2); });
}

TEST_CASE_TEMPLATE("a store that has used up its numbers takes no more logs", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    fixture.use_up_log_numbers();
    const auto store = fixture.open();
    const auto tx = value(store->begin(Access::write));
    CHECK(fault(tx->logs.add({1, 1})) == Code::limit);
}

TEST_CASE_TEMPLATE("a log's row is saved whole, but for the tip", Fixture, SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    LogRow row;
    write(*store, [&](Tx& tx) {
        (void)value(tx.logs.add({kTopBit, 3}));
        row = value(tx.logs.add({9, 3}));
        row.settled = kSeqMax;
        row.executed = kSeqMax - 1;
        row.projected = kSeqMax - 2;
        row.receipts = 3;
        row.acknowledged = {kSeqMax - 3, hash_with(1, 2)};
        row.backed_up = {kSeqMax - 4, hash_with(3, 4)};
        for (std::size_t i = 0; i < row.tally.size(); ++i) row.tally[i] = kSeqMax + i;
        row.tallied = kSeqMax - 5;
        row.branch = {kEpochMax, kSeqMax - 6};
        row.ended = 0;
        row.tip = {77, hash_with(7)};
        ok(tx.logs.save(row));
        row.tip = {};
        CHECK(value(tx.logs.find({9, 3})) == row);
        // One that is not there.
        LogRow none = row;
        none.number = 99;
        ok(tx.logs.save(none));
    });
    store = fixture.open();
    write(*store, [&](Tx& tx) {
        CHECK(value(tx.logs.find({9, 3})) == row);
        CHECK(value(tx.logs.of_device(9)) == std::vector{row});
        CHECK(value(tx.logs.all()).size() == 2);
        CHECK(row.last() == 0);
        row.ended.reset();
        ok(tx.logs.save(row));
        CHECK(value(tx.logs.find({9, 3})) == row);
    });
}

TEST_CASE_TEMPLATE("a log's tip is its last entry", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        const LogId one{1, 1}, two{2, 1};
        (void)value(tx.logs.add(one));
        (void)value(tx.logs.add(two));
        const auto tip = [&](const LogId& id) { return value(tx.logs.find(id))->tip; };
        const std::int64_t last = entry_key(1, kSeqMax), first = entry_key(2, 1);
        ok(tx.entries.append(std::vector{entry_at(entry_key(1, 1)), entry_at(first)}));
        CHECK(tip(one) == Tip{1, entry_at(entry_key(1, 1)).hash});
        CHECK(tip(two) == Tip{1, entry_at(first).hash});
        ok(tx.entries.append(std::vector{entry_at(last)}));
        CHECK(tip(one) == Tip{kSeqMax, entry_at(last).hash});
        CHECK(value(tx.logs.of_device(1)).front().tip == Tip{});  // without it
        ok(tx.entries.remove({entry_key(2, 0), entry_key(2, kSeqMax)}));
        CHECK(tip(two) == Tip{});
        CHECK(tip(one).seq == kSeqMax);
        ok(tx.entries.remove({entry_key(1, 2), last}));
        CHECK(tip(one).seq == 1);
    });
}

TEST_CASE_TEMPLATE("a period's secret is there until it is dropped", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    const std::uint64_t last = period_of(kSeqMax);
    write(*store, [&](Tx& tx) {
        for (const std::uint64_t period : {std::uint64_t{0}, std::uint64_t{1}, last})
            ok(tx.logs.add_secret(1, period, secret_with(static_cast<std::uint8_t>(period))));
        ok(tx.logs.add_secret(2, 0, secret_with(20)));
        ok(tx.logs.add_secret(2, 0, secret_with(20)));  // the same again
    });
    {
        const auto tx = value(store->begin(Access::write));
        CHECK(fault(tx->logs.add_secret(2, 0, secret_with(21))) == Code::conflict);
    }
    write(*store, [&](Tx& tx) {
        const auto kept = value(tx.logs.secret(2, 0));
        REQUIRE(kept);
        CHECK(same(*kept, secret_with(20)));
        CHECK(!value(tx.logs.secret(2, 1)));
        CHECK(!value(tx.logs.secret(3, 0)));
        ok(tx.logs.drop_secrets(1, 2, 1));  // none
        ok(tx.logs.drop_secrets(1, 0, 1));
        CHECK(!value(tx.logs.secret(1, 0)));
        CHECK(!value(tx.logs.secret(1, 1)));
        CHECK(value(tx.logs.secret(1, last)));
        CHECK(value(tx.logs.secret(2, 0)));
        ok(tx.logs.drop_secrets(1, 0, last));
        CHECK(!value(tx.logs.secret(1, last)));
        ok(tx.logs.add_secret(1, 0, secret_with(11)));  // one that is gone may come anew
        CHECK(same(*value(tx.logs.secret(1, 0)), secret_with(11)));
    });
}

// ── Entries.

std::vector<EntryRow> entries_in(Tx& tx, KeyRange range) {
    std::vector<EntryRow> out;
    ok(tx.entries.each(range, [&](EntryRow& row) -> Result<> {
        out.push_back(std::move(row));
        return {};
    }));
    return out;
}
Keys keys_in(Tx& tx, KeyRange range) {
    Keys out;
    for (const EntryRow& row : entries_in(tx, range)) out.push_back(row.key);
    return out;
}

TEST_CASE_TEMPLATE("an entry is read as it was appended", Fixture, SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    EntryRow plain, full = entry_at(entry_key(kLogNumberMax, kSeqMax)), large = entry_at(3);
    plain.key = 1;
    full.kind = Kind::station_key;
    full.run = ~std::uint64_t{0};
    full.seen = {kEpochMax, kSeqMax};
    full.check = 0xFFFF;
    full.user = std::string("a\0\xFF'é", 6);
    full.subject = subject_with(0);
    full.hash.fill(0xFF);
    full.payload = {0, 0xFF, 0};
    full.reference = std::string("\0ref", 4);
    large.payload.assign(1 << 20, 0);
    large.payload.back() = 1;
    const std::vector rows{full, plain, large};
    write(*store, [&](Tx& tx) { ok(tx.entries.append(rows)); });
    store = fixture.open();
    read(*store, [&](Tx& tx) {
        CHECK(value(tx.entries.read(Keys{full.key, 1, 3})) == rows);
        CHECK(entries_in(tx, kAllKeys) == std::vector{plain, large, full});
        CHECK(value(tx.entries.hash_of(full.key)) == full.hash);
        CHECK(!value(tx.entries.hash_of(2)));
    });
}

TEST_CASE_TEMPLATE("keys that are asked for come in the order asked for", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        ok(tx.entries.append({}));
        EntryRow sealed = entry_at(5);
        sealed.subject = subject_with(5);
        ok(tx.entries.append(std::vector{entry_at(1), sealed, entry_at(3)}));
        ok(tx.entries.quarantine(std::vector{QuarantineRow{3, "form"}}));
        const Keys keys{5, 9, 1, 3, 0, 5};
        CHECK(value(tx.entries.read(keys)) ==
              std::vector{sealed, entry_at(1), entry_at(3), sealed});
        const EntryHead five{5, Kind::request_queue, subject_with(5), false};
        CHECK(value(tx.entries.heads(keys)) ==
              std::vector{five, EntryHead{1, Kind::request_queue, std::nullopt, false},
                          EntryHead{3, Kind::request_queue, std::nullopt, true}, five});
        CHECK(value(tx.entries.read({})).empty());
        CHECK(value(tx.entries.heads(Keys{4})).empty());
    });
}

TEST_CASE_TEMPLATE("ranges of entries include both ends", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    const std::int64_t one = entry_key(1, kSeqMax), two = entry_key(2, 0);
    write(*store, [&](Tx& tx) {
        CHECK(one + 1 == two);
        ok(tx.entries.append(std::vector{entry_at(two), entry_at(5), entry_at(one), entry_at(4)}));
        CHECK(keys_in(tx, {4, 5}) == Keys{4, 5});
        CHECK(keys_in(tx, {5, 5}) == Keys{5});
        CHECK(keys_in(tx, {6, one - 1}).empty());
        CHECK(keys_in(tx, {5, 4}).empty());
        CHECK(keys_in(tx, {5, one}) == Keys{5, one});
        CHECK(keys_in(tx, {two, two}) == Keys{two});
        CHECK(keys_in(tx, kAllKeys) == Keys{4, 5, one, two});
        ok(tx.entries.remove({5, one}));
        CHECK(keys_in(tx, kAllKeys) == Keys{4, two});
        ok(tx.entries.remove({5, one}));  // nothing is there
        ok(tx.entries.remove(kAllKeys));
        CHECK(keys_in(tx, kAllKeys).empty());
    });
}

TEST_CASE_TEMPLATE("an entry that is there can't be appended", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) { ok(tx.entries.append(std::vector{entry_at(1)})); });
    EntryRow other = entry_at(1);
    other.user = "rui";
    {
        const auto tx = value(store->begin(Access::write));
        CHECK(fault(tx->entries.append(std::vector{other})) == Code::conflict);
    }
    {
        const auto tx = value(store->begin(Access::write));
        CHECK(fault(tx->entries.append(std::vector{entry_at(2), entry_at(2)})) == Code::conflict);
    }
    read(*store, [](Tx& tx) { CHECK(entries_in(tx, kAllKeys) == std::vector{entry_at(1)}); });
}

TEST_CASE_TEMPLATE("an entry can be sealed anew", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        EntryRow row = entry_at(1);
        ok(tx.entries.append(std::vector{row, entry_at(2)}));
        row.subject = subject_with(3);
        row.payload = {};
        row.user = "rui";
        row.reference = "r";
        ok(tx.entries.reseal(row));
        CHECK(entries_in(tx, kAllKeys) == std::vector{row, entry_at(2)});
        row.subject.reset();
        row.payload = {0, 1, 0};
        row.reference.clear();
        ok(tx.entries.reseal(row));
        ok(tx.entries.reseal(entry_at(7)));
        CHECK(entries_in(tx, kAllKeys) == std::vector{row, entry_at(2)});
    });
}

TEST_CASE_TEMPLATE("an entry in quarantine keeps its first code until it is released", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        const std::int64_t last = entry_key(1, kSeqMax);
        ok(tx.entries.quarantine(std::vector<QuarantineRow>{{last, "form"}, {2, "first"}}));
        ok(tx.entries.quarantine(std::vector<QuarantineRow>{{2, "second"}, {1, ""}, {1, "x"}}));
        const std::vector<QuarantineRow> all{{1, ""}, {2, "first"}, {last, "form"}};
        const auto held = [&](KeyRange range, std::size_t count, std::string_view code = {}) {
            return value(tx.entries.quarantined(range, code, count));
        };
        CHECK(held(kAllKeys, kAll) == all);
        CHECK(held(kAllKeys, 2) == std::vector{all[0], all[1]});
        CHECK(held(kAllKeys, 0).empty());
        CHECK(held({2, last}, kAll) == std::vector{all[1], all[2]});
        CHECK(held({3, last - 1}, kAll).empty());
        CHECK(held(kAllKeys, 1, "form") == std::vector{all[2]});
        CHECK(held({1, 2}, kAll, "form").empty());
        CHECK(held(kAllKeys, kAll, "second").empty());
        CHECK(value(tx.entries.count_quarantined(kAllKeys)) == 3);
        CHECK(value(tx.entries.count_quarantined({2, last})) == 2);
        CHECK(value(tx.entries.count_quarantined({3, 9})) == 0);

        ok(tx.entries.release({2, last - 1}));
        CHECK(held(kAllKeys, kAll) == std::vector{all[0], all[2]});
        ok(tx.entries.release({2, 1}));
        ok(tx.entries.quarantine(std::vector<QuarantineRow>{{2, "second"}}));
        CHECK(held({2, 2}, kAll).front().code == "second");
        // It goes with its entry.
        ok(tx.entries.append(std::vector{entry_at(2)}));
        ok(tx.entries.remove({2, 2}));
        CHECK(value(tx.entries.count_quarantined(kAllKeys)) == 2);
    });
}

// ── Subjects.

TEST_CASE_TEMPLATE("subjects are read in the order asked for", Fixture, SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    write(*store, [](Tx& tx) {
        for (const std::uint8_t one : Bytes{3, 1, 2})
            ok(tx.subjects.add(subject_with(one), secret_with(one)));
        ok(tx.subjects.erase(subject_with(2)));
        ok(tx.subjects.erase(subject_with(9)));
    });
    store = fixture.open();
    read(*store, [](Tx& tx) {
        const std::vector ids{subject_with(3), subject_with(9), subject_with(2), subject_with(1),
                              subject_with(3)};
        const auto rows = value(tx.subjects.read(ids));
        REQUIRE(rows.size() == 4);
        const std::array<std::uint8_t, 4> expected{3, 2, 1, 3};
        for (std::size_t i = 0; i < rows.size(); ++i) {
            CHECK(rows[i].id == subject_with(expected[i]));
            REQUIRE(rows[i].key.has_value() == (expected[i] != 2));
            if (rows[i].key) CHECK(same(*rows[i].key, secret_with(expected[i])));
        }
        CHECK(value(tx.subjects.read({})).empty());
    });
}

TEST_CASE_TEMPLATE("a subject's id is used once, also when it was erased", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) { ok(tx.subjects.add(subject_with(1), secret_with(1))); });
    {
        const auto tx = value(store->begin(Access::write));
        CHECK(fault(tx->subjects.add(subject_with(1), secret_with(2))) == Code::conflict);
    }
    write(*store, [](Tx& tx) {
        ok(tx.subjects.erase(subject_with(1)));
        ok(tx.subjects.erase(subject_with(1)));
    });
    const auto tx = value(store->begin(Access::write));
    CHECK(fault(tx->subjects.add(subject_with(1), secret_with(2))) == Code::conflict);
}

}  // namespace
}  // namespace spot::contract
