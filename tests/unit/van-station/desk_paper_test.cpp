// Goal: a receipt's number is used once, and there is one unmarked original at most, whatever dies.
#include "core/receipt_code.h"
#include "tests/support/desk_station.h"

using namespace spot;
using support::DeskStation;
using support::Json;
using support::why;

namespace {

struct WithReceipt : DeskStation {
    WithReceipt() {
        first_person();
        session = session_with_citizen();
        (void)queued(session);
        id = ok(desk->make_receipt(session, Json::object())).at("id");
    }
    Json receipt() { return ok(desk->receipt(id)); }
    std::string state() { return receipt().at("state"); }
    std::string session, id;
};

}  // namespace

TEST_CASE("a receipt holds what is on no other one") {
    WithReceipt at;
    Json receipt = at.receipt();
    CHECK(receipt.at("number") == 1);
    CHECK(receipt.at("state") == "reserved");
    CHECK(receipt.at("provisional") == true);
    REQUIRE(receipt.at("lines").size() == 1);
    CHECK(receipt.at("lines")[0].at("cents") == 1800);
    CHECK(receipt.at("total_cents") == 1800);
    CHECK(why(at.desk->make_receipt(at.session, Json::object())) == "nothing_to_receipt");
    (void)at.queued(at.session);
    (void)at.queued(at.session);
    receipt = DeskStation::ok(at.desk->make_receipt(at.session, Json::object()));
    CHECK(receipt.at("number") == 2);
    CHECK(receipt.at("lines")[0].at("qty") == 2);
    CHECK(receipt.at("total_cents") == 3600);
    const Json copies = DeskStation::ok(at.desk->make_receipt(
        at.session, {{"lines", {{{"service", "COPIAS"}, {"qty", 3}, {"cents", 60}}}}}));
    CHECK(copies.at("number") == 3);
    CHECK(copies.at("total_cents") == 60);
    CHECK(why(at.desk->make_receipt(at.session, {{"lines", Json::array()}})) == "invalid");
    at.reach_hub();
    CHECK(DeskStation::ok(at.desk->receipt(at.id)).at("provisional") == false);
    CHECK(at.sound());
}

TEST_CASE("its codes verify, and say nothing about the person") {
    WithReceipt at;
    const Json receipt = at.receipt();
    const auto keys = at.station->keys();
    REQUIRE(keys.has_value());
    const auto verdict = core::verify_receipt_qr(
        receipt.at("qr").get<std::string>(), [&](std::uint64_t) -> std::optional<core::PublicKey> {
            return core::sign_public(keys->sign_seed);
        });
    REQUIRE(verdict.has_value());
    CHECK(verdict->what == core::ReceiptVerdict::What::valid);
    CHECK(verdict->facts.number == 1);
    CHECK(verdict->facts.id.text() == at.id);
    CHECK(core::parse_short_code(receipt.at("short_code").get<std::string>()).has_value());
}

TEST_CASE("one original, then duplicates by number") {
    WithReceipt at;
    const auto first = at.desk->reserve_print(at.id);
    REQUIRE(first.has_value());
    CHECK(first->original);
    CHECK(why(at.desk->reserve_print(at.id)) == "printing");
    CHECK(DeskStation::ok(at.desk->printed(at.id, *first, "sent")).at("state") == "confirmed");
    for (std::uint32_t number = 1; number <= 3; ++number) {
        at.reopen();
        const auto copy = at.desk->reserve_print(at.id);
        REQUIRE(copy.has_value());
        CHECK(!copy->original);
        CHECK(copy->duplicate == number);
        if (number != 2) DeskStation::ok(at.desk->printed(at.id, *copy, "uncertain"));
    }
    CHECK(at.receipt().at("prints") == 4);
    CHECK(at.state() == "confirmed");
    CHECK(at.records("receipt")[0].at("state") == "confirmed");
    CHECK(why(at.desk->settle_receipt(at.id, {{"came_out", false}})) == "not_uncertain");
    CHECK(at.sound());
}

TEST_CASE("a printer that took no byte leaves the original unused") {
    WithReceipt at;
    auto print = at.desk->reserve_print(at.id);
    CHECK(DeskStation::ok(at.desk->printed(at.id, *print, "not_sent")).at("state") == "reserved");
    print = at.desk->reserve_print(at.id);
    CHECK(print->original);
    CHECK(at.receipt().at("prints") == 1);
}

TEST_CASE("a process that dies in mid-print leaves it to a person; nothing prints before") {
    for (const bool came_out : {true, false}) {
        WithReceipt at;
        REQUIRE(at.desk->reserve_print(at.id).has_value());
        at.reopen();
        CHECK(at.state() == "uncertain");
        CHECK(DeskStation::ok(at.desk->state()).at("link").at("need_person") == 1);
        // Where one is asked: at the session's receipts, and the day leads there.
        CHECK(DeskStation::ok(at.desk->session(at.session)).at("step") == "receipt");
        const Json failed = DeskStation::ok(at.desk->day(Json::object())).at("failed");
        REQUIRE(failed.size() == 1);
        CHECK(failed[0].at("session") == at.session);
        CHECK(why(at.desk->reserve_print(at.id)) == "uncertain");
        at.reopen();
        CHECK(at.state() == "uncertain");
        const std::string final = came_out ? "confirmed" : "spoiled";
        CHECK(
            DeskStation::ok(at.desk->settle_receipt(at.id, {{"came_out", came_out}})).at("state") ==
            final);
        CHECK(why(at.desk->settle_receipt(at.id, {{"came_out", came_out}})) == "");
        CHECK(at.records("receipt")[0].at("state") == final);
        at.reopen();
        const auto next = at.desk->reserve_print(at.id);
        CHECK(next.has_value() == came_out);
        if (next) CHECK(!next->original);
        // A spoiled number is not used again: the requests go on a new one.
        const auto another = at.desk->make_receipt(at.session, Json::object());
        CHECK(another.has_value() != came_out);
        if (another) CHECK(another->at("number") == 2);
        CHECK(at.sound());
    }
}

TEST_CASE("the hub comes to the same state; what is said twice is quarantined there") {
    WithReceipt at;
    const auto print = at.desk->reserve_print(at.id);
    DeskStation::ok(at.desk->printed(at.id, *print, "sent"));
    at.reach_hub();
    std::vector<Json> there;
    REQUIRE(at.hub->records().export_lines({"receipt", {}, false}, [&](std::string_view line) {
        there.push_back(Json::parse(line));
    }));
    CHECK(there == at.records("receipt"));
    CHECK(at.hub->quarantine().list(*at.station->log()).empty());
    const auto faults = at.hub->audit().check();
    REQUIRE(faults.has_value());
    CHECK(faults->empty());

    // The same at the ledger: said again is taken once, said otherwise is refused.
    const auto entries = at.station->ledger.replica().entries(*at.station->log(), 1, 100);
    REQUIRE(entries.has_value());
    Json settled = Json::parse(entries->back().intent);
    REQUIRE(at.station->ledger.journal().write_to(*at.station->log()));
    const auto again =
        at.station->ledger.journal().append(core::Kind::receipt_settle, "", "m.abrantes", settled);
    REQUIRE(again.has_value());
    CHECK(again->repeated);
    settled["state"] = "spoiled";
    const auto other =
        at.station->ledger.journal().append(core::Kind::receipt_settle, "", "m.abrantes", settled);
    REQUIRE(!other);
    CHECK(other.error().code == core::Code::conflict);
    // From a station that says it all the same.
    core::Entry rogue = entries->back();
    rogue.seq += 1;
    rogue.intent = settled.dump();
    REQUIRE(at.hub->replica().receive(*at.station->log(), std::vector{rogue}));
    REQUIRE(at.hub->replica().finalize(*at.station->log()));
    REQUIRE(at.hub->executor().run(100));
    const auto held = at.hub->quarantine().list(*at.station->log());
    REQUIRE(held.size() == 1);
    CHECK(held[0].code == "settled_before");
}
