// A hub's stations: tables.h.

#include "tests/contract/stores.h"

namespace spot::contract {
namespace {

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

StationRow station_at(std::uint64_t device) {
    StationRow row;
    row.device = device;
    row.name = "van-" + std::to_string(device);
    row.issued_ms = 10;
    row.slip_expires_ms = 20;
    row.slip_code = hash_with(7);
    return row;
}

std::vector<StationRow> stations_in(Tx& tx) {
    std::vector<StationRow> out;
    ok(tx.stations.each([&](StationRow& row) -> Result<> {
        out.push_back(row);
        return {};
    }));
    return out;
}

}  // namespace

TEST_CASE_TEMPLATE("a station is found as it was added, and listed in the order of adding", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    StationRow late = station_at(9), early = station_at(~kHubBit);
    early.name = std::string("a\0b", 3);
    early.team = "ç";
    early.enrolled_ms = -5;
    early.sign = hash_with(1, 2);
    early.seal = hash_with(3, 4);
    early.revoked = true;
    early.contact_ms = 77;
    early.backlog = 12;
    write(*store, [&](Tx& tx) {
        CHECK(stations_in(tx).empty());
        ok(tx.stations.add(late));
        ok(tx.stations.add(early));
    });
    store = fixture.open();
    read(*store, [&](Tx& tx) {
        CHECK(value(tx.stations.find(late.device)) == late);
        CHECK(value(tx.stations.find(early.device)) == early);
        CHECK(!value(tx.stations.find(1)));
        CHECK(stations_in(tx) == std::vector{late, early});
    });
}

TEST_CASE_TEMPLATE("a station is saved whole, and one that is not there changes nothing", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    StationRow row = station_at(1);
    write(*store, [&](Tx& tx) {
        ok(tx.stations.add(row));
        row.name = "other";
        row.team = "team";
        row.issued_ms = 1;
        row.slip_expires_ms = 2;
        row.slip_code = hash_with(9);
        row.enrolled_ms = 3;
        row.sign = hash_with(5);
        row.seal = hash_with(6);
        row.revoked = true;
        row.contact_ms = 4;
        row.backlog = 5;
        ok(tx.stations.save(row));
        ok(tx.stations.save(station_at(2)));
        CHECK(stations_in(tx) == std::vector{row});
    });
    const auto tx = value(store->begin(Access::write));
    CHECK(fault(tx->stations.add(station_at(1))) == Code::conflict);
}

TEST_CASE_TEMPLATE("a walk over stations ends with its caller's error", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        for (const std::uint64_t device : {3, 1, 2}) ok(tx.stations.add(station_at(device)));
        int seen = 0;
        const auto done = tx.stations.each([&](StationRow& row) -> Result<> {
            ++seen;
            return row.device == 1 ? Result<>(fail(Code::limit, "enough")) : Result<>();
        });
        CHECK(fault(done) == Code::limit);
        CHECK(seen == 2);
    });
}

TEST_CASE_TEMPLATE("exchanges of a device come latest first, and the earliest are forgotten",
                   Fixture, SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    ExchangeRow full;
    full.device = ~kHubBit;
    full.began_ms = -7;
    full.duration_ms = 1;
    full.end = ExchangeRow::End::failed;
    full.received_bytes = 2;
    full.sent_bytes = 3;
    full.received_entries = 4;
    full.sent_entries = 5;
    const auto began = [](Tx& tx, std::uint64_t device, std::int64_t before, std::size_t count) {
        std::vector<std::int64_t> out;
        for (const ExchangeRow& row : value(tx.stations.exchanges(device, before, count)))
            out.push_back(row.began_ms);
        return out;
    };
    using Moments = std::vector<std::int64_t>;
    write(*store, [&](Tx& tx) {
        ok(tx.stations.add_exchange(full));
        for (const std::int64_t ms : {30, 10, 40, 20}) {
            ExchangeRow row;
            row.device = 1;
            row.began_ms = ms;
            ok(tx.stations.add_exchange(row));
        }
    });
    store = fixture.open();
    write(*store, [&](Tx& tx) {
        auto found = value(tx.stations.exchanges(full.device, kNewest, kAll));
        REQUIRE(found.size() == 1);
        full.number = found[0].number;
        CHECK(found[0] == full);
        CHECK(began(tx, 1, kNewest, kAll) == Moments{20, 40, 10, 30});
        CHECK(began(tx, 1, kNewest, 2) == Moments{20, 40});
        const auto latest = value(tx.stations.exchanges(1, kNewest, 2));
        CHECK(latest[0].number > latest[1].number);
        CHECK(began(tx, 1, latest[1].number, kAll) == Moments{10, 30});
        CHECK(began(tx, 2, kNewest, kAll).empty());

        ok(tx.stations.forget_exchanges(15, 0));
        ok(tx.stations.forget_exchanges(15, 2));  // of the first two, the one that began before
        CHECK(value(tx.stations.exchanges(full.device, kNewest, kAll)).empty());
        CHECK(began(tx, 1, kNewest, kAll) == Moments{20, 40, 10, 30});
        ok(tx.stations.forget_exchanges(15, 2));
        CHECK(began(tx, 1, kNewest, kAll) == Moments{20, 40, 30});
        ok(tx.stations.forget_exchanges(100, 5));
        CHECK(began(tx, 1, kNewest, kAll).empty());
        // Numbers are not given again.
        ok(tx.stations.add_exchange(full));
        CHECK(value(tx.stations.exchanges(full.device, kNewest, 1))[0].number > latest[0].number);
    });
}

TEST_CASE_TEMPLATE("a setting that is unset is not there", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        ok(tx.values.set("a", "1"));
        ok(tx.values.set("b", "2"));
        ok(tx.values.unset("a"));
        ok(tx.values.unset("none"));
        CHECK(!value(tx.values.setting("a")));
        CHECK(value(tx.values.setting("b")) == "2");
        ok(tx.values.set("a", "3"));
        CHECK(value(tx.values.setting("a")) == "3");
    });
}

}  // namespace spot::contract
