// Goal: after a fork the desk goes on where it was. Method: a session is open with everything that
// can be open in it, the store parts from the hub, and the desk is asked for all of it again.
#include "core/store/sqlite/database.h"
#include "core/vault.h"
#include "tests/support/desk_station.h"
#include "van-station/app/branch.h"

using namespace spot;
using core::LogId;
using core::Tip;
using support::DeskStation;
using support::Json;
using support::kDevice;
using support::why;

namespace {

struct AtWork : DeskStation {
    AtWork() {
        first_person();
        session = session_with_citizen();
        request = queued(session);
        receipt = ok(desk->make_receipt(session, Json::object())).at("id");
        half_done = draft(session, "IRN-001", {{"motivo", "Furto"}});
        const std::string closing =
            ok(desk->open_scrap({{"what", "close"}, {"of", session}})).at("id");
        ok(desk->set_scrap(closing, {{"set", {{"notes", "Volta amanhã."}}}}));
        const std::string correcting =
            ok(desk->open_scrap({{"what", "correction"}, {"of", request}})).at("id");
        ok(desk->set_scrap(correcting, {{"set", {{"fields.motivo", "Perda"}}}}));
    }
    // The hub has nothing of this log: another copy of the store wrote to it.
    void fork(std::uint32_t from) {
        REQUIRE(station::branch(*station, {kDevice, from}, {}, {kDevice, from + 1}));
        REQUIRE(station->ledger.values().set("epoch", std::to_string(from + 1)));
        desk->look_again();
    }
    Json shown() { return ok(desk->session(session)); }
    std::string scrap(const char* what, const std::string& of, const char* member) {
        const Json set = ok(desk->open_scrap({{"what", what}, {"of", of}})).at("set");
        return set.value(member, "");
    }

    std::string session, request, receipt, half_done;
};

}  // namespace

TEST_CASE("a session that is open at a fork stays as it was, fork after fork") {
    AtWork at;
    const auto print = at.desk->reserve_print(at.receipt);
    REQUIRE(print.has_value());
    DeskStation::ok(at.desk->printed(at.receipt, *print, "uncertain"));
    const Json before = at.shown();
    REQUIRE(before.at("drafts").size() == 1);
    for (std::uint32_t epoch = 1; epoch <= 2; ++epoch) {
        CAPTURE(epoch);
        at.fork(epoch);
        if (epoch == 2) at.reopen();
        const Json now = at.shown();
        CHECK(now.at("id") != before.at("id"));
        CHECK(now.at("citizen") == before.at("citizen"));
        CHECK(now.at("step") == before.at("step"));
        REQUIRE(now.at("drafts").size() == 1);
        CHECK(now.at("drafts")[0].at("fields") == before.at("drafts")[0].at("fields"));
        CHECK(now.at("drafts")[0].at("session") == now.at("id"));
        CHECK(at.scrap("close", at.session, "notes") == "Volta amanhã.");
        CHECK(at.scrap("correction", at.request, "fields.motivo") == "Perda");
        CHECK(DeskStation::ok(at.desk->state()).at("session") == now.at("id"));
        CHECK(DeskStation::ok(at.desk->receipt(at.receipt)).at("state") == "uncertain");
        CHECK(why(at.desk->reserve_print(at.receipt)) == "uncertain");
        CHECK(why(at.desk->close_session(at.session, {{"outcome", "queued"}, {"notes", ""}})) ==
              "drafts_wait");
        CHECK(at.sound());
    }
    // What needed a person can be settled, once.
    CHECK(DeskStation::ok(at.desk->settle_receipt(at.receipt, {{"came_out", true}})).at("state") ==
          "confirmed");
    const auto again = at.desk->reserve_print(at.receipt);
    REQUIRE(again.has_value());
    CHECK_FALSE(again->original);
    DeskStation::ok(at.desk->queue_draft(at.half_done));
    CHECK(at.shown().at("requests").size() == 2);
}

TEST_CASE("what was told to a citizen stays told, and a visit's sessions are found") {
    AtWork at;
    at.reach_hub();
    DeskStation::ok(at.desk->plan_visit(
        {{"home", "Lar"}, {"residents", {{{"room", "1"}, {"name", "Rosa"}, {"note", ""}}}}}));
    const std::string visited = DeskStation::ok(at.desk->begin_visit({{"index", 0}})).at("id");
    DeskStation::ok(at.desk->answer_privacy(visited, {{"accepted", true}}));
    REQUIRE(at.station->ledger.values().put("told", at.request, "", R"({"how":"phone"})"));
    at.fork(1);
    const auto now = at.station->ledger.journal().find("request", at.request);
    REQUIRE(now.has_value());
    CHECK(now->text() != at.request);
    CHECK(at.station->ledger.values().get("told", now->text())->has_value());
    const Json residents = DeskStation::ok(at.desk->visit()).at("residents");
    CHECK(residents[0].at("state") == "open");
    CHECK(residents[0].at("session") == DeskStation::ok(at.desk->session(visited)).at("id"));
    CHECK(DeskStation::ok(at.desk->session(visited)).at("citizen").at("name") == "Rosa");
}

TEST_CASE("after a fork nothing waits twice") {
    AtWork at;
    at.fork(1);
    at.reach_hub();
    CHECK(DeskStation::ok(at.desk->state()).at("link").at("waiting") == 0);
}

TEST_CASE("a receipt that is made while a fork commits goes to the log that goes on") {
    AtWork at;
    at.reach_hub();
    const Tip common = at.station->ledger.replica().tip({kDevice, 1});
    auto other = station::open_station(at.data(), at.passphrase, at.random);
    REQUIRE(other.has_value());
    REQUIRE(station::branch(*other, {kDevice, 1}, common, {kDevice, 2}));
    REQUIRE(other->ledger.values().set("epoch", "2"));
    (void)at.queued(at.session);
    const Json made = DeskStation::ok(at.desk->make_receipt(at.session, Json::object()));
    CHECK(core::RecordId::parse(made.at("id").get<std::string>())->log == LogId{kDevice, 2});
    at.reach_hub();
    CHECK(DeskStation::ok(at.desk->state()).at("link").at("waiting") == 0);
    CHECK(at.sound());
}
