#include "van-station/app/synchronise.h"

#include <doctest/doctest.h>

#include "core/store/keys.h"
#include "core/store/sqlite/database.h"
#include "sync/bundle.h"
#include "tests/support/on_a_link.h"

using namespace spot;
using core::Instant;
using support::Fate;
using support::OnALink;

TEST_CASE("a good link takes one round trip, and nothing new goes twice") {
    OnALink f;
    f.record(100);
    const auto first = f.sync({Fate::deliver});
    CHECK(first.state == "ok");
    CHECK(first.round_trips == 1);
    CHECK(first.sent_entries == 100);
    CHECK(first.durable_seq == 100);
    CHECK(first.exit() == core::Exit::done);
    CHECK(f.van->ledger.values().setting(station::setting::kEnrolment) == "");
    const auto second = f.sync({Fate::deliver});
    CHECK(second.round_trips == 1);
    CHECK(second.sent_entries == 0);
    CHECK(second.sent_bytes < 500);
}

TEST_CASE("a sending that broke is resumed after what arrived") {
    OnALink f;
    f.record(200);
    SUBCASE("in the same call") {
        const auto report = f.sync({Fate::cut_in_middle, Fate::not_reached, Fate::deliver});
        CHECK(report.state == "ok");
        CHECK(report.sent_entries == 200);
        REQUIRE(f.carrier->sizes.size() == 4);  // cut, gone, probe, rest
        CHECK(f.carrier->sizes[2] < 500);
        CHECK(f.carrier->sizes[3] < f.carrier->sizes[0] * 6 / 10);
    }
    SUBCASE("in a later one") {
        const auto first = f.sync({Fate::cut_in_middle, Fate::http_error});
        CHECK(first.state == "offline");
        CHECK(first.exit() == core::Exit::offline);
        const auto later = f.sync({Fate::deliver});
        CHECK(later.state == "ok");
        CHECK(f.carrier->sizes.front() < 500);
    }
    SUBCASE("the answer was lost: the probe finds everything there") {
        const auto report = f.sync({Fate::lose_answer, Fate::deliver});
        CHECK(report.state == "ok");
        CHECK(report.sent_entries == 200);
        CHECK(f.carrier->sizes.size() == 2);
        CHECK(f.carrier->sizes[1] < 500);
    }
    CHECK(f.at_hub() == 200);
    CHECK(f.van->ledger.replica().acknowledged({OnALink::kDevice, 1}).seq == 200);
}

TEST_CASE("the hub tells of each conversation how it ended and what went over") {
    using End = core::ExchangeRow::End;
    OnALink f;
    f.record(200);
    REQUIRE(f.sync({Fate::cut_in_middle, Fate::not_reached, Fate::deliver}).state == "ok");
    const auto& all = f.carrier->stations.exchanges;
    REQUIRE(all.size() == 3);  // cut, probe, rest
    CHECK(all[0].end == End::cut);
    CHECK(all[1].end == End::answered);
    CHECK(all[2].end == End::answered);
    CHECK(all[0].received_entries > 0);
    CHECK(all[1].received_entries == 0);
    CHECK(all[0].received_entries + all[2].received_entries == 200);
    CHECK(all[2].received_bytes == f.carrier->sizes.back());
    CHECK(all[0].sent_bytes == 0);
    CHECK(all[2].sent_bytes > 0);
    for (const core::ExchangeRow& one : all) {
        CHECK(one.device == OnALink::kDevice);
        CHECK(one.began_ms > 0);
        CHECK(one.duration_ms >= 0);
    }
}

TEST_CASE("a hub with no codec to spare holds frames, within a limit") {
    OnALink f;
    f.carrier->codecs = sync::CodecShare(f.carrier->workers, 0);
    SUBCASE("and takes them at the bundle's end") {
        f.record(200);
        CHECK(f.sync({Fate::deliver}).state == "ok");
    }
    SUBCASE("and takes them when the link is cut") {
        f.record(200);
        const auto report = f.sync({Fate::cut_in_middle, Fate::deliver});
        CHECK(report.state == "ok");
        REQUIRE(f.carrier->sizes.size() == 3);
        CHECK(f.carrier->sizes[2] < f.carrier->sizes[0] * 6 / 10);
    }
    SUBCASE("above it, it is busy and keeps what came") {
        f.record(700);
        const auto report = f.sync({Fate::deliver});
        CHECK(f.carrier->sizes[0] > 2 * sync::kHeldBytesMax);
        CHECK(f.carrier->tries >= 2);
        CHECK(f.at_hub() > 200);
        const auto& told = f.carrier->stations.exchanges;
        CHECK(std::any_of(told.begin(), told.end(), [](const core::ExchangeRow& one) {
            return one.end == core::ExchangeRow::End::busy && one.received_entries > 0;
        }));
        f.carrier->codecs = sync::CodecShare(f.carrier->workers, 1);
        CHECK(f.sync({Fate::deliver}).state == "ok");
        CHECK(report.state != "refused");
    }
    CHECK(f.at_hub() == static_cast<std::uint64_t>(f.recorded));
    f.carrier->codecs = sync::CodecShare(f.carrier->workers, 1);
    f.record(5);
    for (int round = 0; round < 3; ++round)  // a codec that was lent came back
        CHECK(f.sync({Fate::deliver}).state == "ok");
}

TEST_CASE("what comes of a bundle after its station was revoked is held") {
    OnALink f;
    f.record(1);
    REQUIRE(f.sync({Fate::deliver}).state == "ok");
    f.record(299);
    f.carrier->stations.trusted_finds = f.carrier->stations.finds + 2;  // its head, and a frame
    const auto report = f.sync({Fate::deliver});
    CHECK(report.state == "revoked");
    CHECK(report.exit() == core::Exit::refused);
    CHECK(f.at_hub() == 300);
    const auto held = f.hub->quarantine().list({OnALink::kDevice, 1});
    REQUIRE(!held.empty());
    CHECK(held.size() < 299);
    CHECK(held.front().seq == 301 - held.size());
    for (const auto& one : held) CHECK(one.code == "revoked");
    CHECK(f.van->ledger.replica().acknowledged({OnALink::kDevice, 1}).seq ==
          1);  // it keeps the others

    const auto again = f.sync({Fate::deliver});
    CHECK(again.state == "revoked");
    CHECK(f.at_hub() == 300);
    CHECK(f.hub->quarantine().list({OnALink::kDevice, 1}).size() == held.size());
}

TEST_CASE("a small bundle is sent again without asking first") {
    OnALink f;
    f.record(1);
    const auto report = f.sync({Fate::lose_answer, Fate::deliver});
    CHECK(report.state == "ok");
    CHECK(f.carrier->sizes.size() == 2);
    CHECK(f.at_hub() == 1);
}

TEST_CASE("what does not mend is given up soon, and nothing is lost") {
    OnALink f;
    f.record(50);
    struct Row {
        Fate fate;
        std::size_t tries;
    };
    for (const Row row : {Row{Fate::not_reached, 2}, Row{Fate::http_error, 2},
                          Row{Fate::rubbish, 2}, Row{Fate::silence, 2}}) {
        CAPTURE(static_cast<int>(row.fate));
        const auto report = f.sync({row.fate});
        CHECK(report.state == "offline");
        CHECK(report.exit() == core::Exit::offline);
        CHECK_FALSE(report.reason.empty());
        CHECK(f.carrier->tries == row.tries);
    }
    CHECK(f.sync({Fate::deliver}).state == "ok");
    CHECK(f.at_hub() == 50);
}

TEST_CASE("a program that is to end begins no other try, and nothing is lost") {
    OnALink f;
    f.record(50);
    f.carrier->fates = {Fate::cut_in_middle, Fate::deliver};
    const auto stopped = station::synchronise(*f.van, *f.carrier,
                                              {f.clock, f.random, {}, {}, {}, [] { return true; }});
    REQUIRE(stopped);
    CHECK(stopped->state == "offline");
    CHECK(f.carrier->tries == 1);
    CHECK(f.sync({Fate::deliver}).state == "ok");
    CHECK(f.at_hub() == 50);
}

TEST_CASE("a hub that was not reached leaves no mark: the next sync is one round trip") {
    OnALink f;
    f.record(50);
    CHECK(f.sync({Fate::not_reached}).state == "offline");
    CHECK(f.sync({Fate::deliver}).round_trips == 1);
}

TEST_CASE("a link that only ever breaks is left after the patience, without progress") {
    OnALink f;
    f.record(3);  // one frame: half a bundle brings nothing
    const Instant before = f.clock.now();
    const auto report = f.sync({Fate::cut_in_middle});
    CHECK(report.state == "offline");
    CHECK(f.clock.now() - before >= station::kPatienceMs);
    CHECK(f.clock.now() - before < station::kPatienceMs + station::kBackOffMaxMs);
    CHECK(f.carrier->tries < 40);
    CHECK(f.sync({Fate::deliver}).state == "ok");
}

TEST_CASE("what the hub executed otherwise is shown to it once, and taken") {
    OnALink f;
    core::Ledger& van = f.van->ledger;
    const auto write = [&](core::Kind kind, const support::Json& intent) {
        const auto done = van.journal().append(kind, "", "m.abrantes", intent);
        REQUIRE(done);
        return done->record;
    };
    REQUIRE(van.journal().write_to(support::kStationLog));
    const auto session = write(core::Kind::session_open, support::session_intent(1));
    std::uint64_t n = 2;
    std::vector<core::RecordId> requests;
    const std::uint64_t first = 2, count = sync::kShownMax + 6;  // more than one head holds
    for (std::uint64_t i = 0; i < count; ++i)
        requests.push_back(write(core::Kind::request_queue, support::request_intent(n++, session)));
    f.sync({Fate::deliver});
    // As an execution here that came to another hash would leave them.
    const auto hold_back = [&](std::uint64_t seq, std::uint64_t last,
                               std::string_view code = "diverged") {
        auto opened = core::Database::open(f.folder / "hub.db", f.hub_store_key);
        REQUIRE(opened);
        for (; seq <= last; ++seq)
            REQUIRE(opened->prepare("INSERT INTO quarantine (entry, code) VALUES (?1, ?2)")
                        .with(core::entry_key(1, seq), code)
                        .run());
    };
    const auto held = [&] { return f.hub->quarantine().list(support::kStationLog).size(); };

    SUBCASE("in as many exchanges as it takes") {
        hold_back(first, first + count - 1);
        REQUIRE(f.hub->executor().run(1000));
        CHECK(f.hub->records().count()->records["request"] == 0);
        const auto told = f.sync({Fate::deliver});
        CHECK(told.quarantined.size() == count);
        CHECK(told.exit() == core::Exit::attention);
        CHECK(f.sync({Fate::deliver}).quarantined.size() < count);
        CHECK(f.carrier->sizes.front() > 1000);
        while (held() > 0 && f.carrier->sizes.front() > 1000) f.sync({Fate::deliver});
        CHECK(held() == 0);
        CHECK(f.hub->records().count()->records["request"] == count);
        CHECK(f.hub->audit().check()->empty());
        f.sync({Fate::deliver});
        CHECK(f.carrier->sizes.front() < 300);  // nothing is shown any more
    }
    SUBCASE("again where the answer was lost") {
        hold_back(first, first);
        REQUIRE(f.hub->executor().run(1000));
        f.sync({Fate::deliver});
        f.sync({Fate::not_reached});
        CHECK(held() == 1);
        f.sync({Fate::lose_answer, Fate::deliver});
        CHECK(held() == 0);
        CHECK(f.hub->records().count()->records["request"] == count);
        f.sync({Fate::deliver});
        f.sync({Fate::deliver});
        CHECK(f.carrier->sizes.front() < 300);
    }
    SUBCASE("what is not taken is not shown for ever") {
        write(core::Kind::request_edit,
              support::edit_intent(n++, requests[0], {{"fields.motivo", "Furto"}}));
        f.sync({Fate::deliver});
        hold_back(first, first, "form");  // so that there is nothing to compare the edit with
        hold_back(first + count, first + count);
        hold_back(999, 999);  // this station has no such entry
        REQUIRE(f.hub->executor().run(1000));
        CHECK(f.sync({Fate::deliver}).quarantined.size() == 3);
        f.sync({Fate::deliver});
        CHECK(f.carrier->sizes.front() > 400);
        f.sync({Fate::deliver});
        CHECK(f.carrier->sizes.front() < 300);
        CHECK(held() == 3);
    }
}

TEST_CASE("a copied store starts a new epoch, and what it records then arrives") {
    OnALink f;
    f.record(5);
    REQUIRE(f.sync({Fate::deliver}).state == "ok");
    f.van.reset();
    std::filesystem::copy(f.folder / "van", f.folder / "copy",
                          std::filesystem::copy_options::recursive);
    f.open("van");
    f.record(3);
    REQUIRE(f.sync({Fate::deliver}).state == "ok");

    f.open("copy");
    f.record(2);
    const auto report = f.sync({Fate::deliver});
    CHECK(report.state == "fork");
    CHECK(report.exit() == core::Exit::attention);
    CHECK(f.van->epoch() == 2);
    const auto empty = f.sync({Fate::deliver});
    CHECK(empty.state == "ok");
    CHECK(empty.stranded_entries == 0);  // written again in the new epoch
    CHECK(empty.sent_entries == 2);
    CHECK(empty.exit() == core::Exit::done);
    f.record(1);
    CHECK(f.sync({Fate::deliver}).state == "ok");
    CHECK(f.hub->replica().tip({OnALink::kDevice, 2}).seq == 3);
    CHECK(f.at_hub() == 8);
}
