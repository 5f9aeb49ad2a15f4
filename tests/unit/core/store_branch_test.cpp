// Goal: a store that was copied loses nothing. Both copies record; what each recorded is at the hub
// once, and nothing is taken for known that its author could not know.

#include "tests/support/ledgers.h"

#include <algorithm>
#include <set>

using namespace spot;
using namespace spot::support;
using core::Code;
using core::Kind;
using core::LogId;
using core::Party;
using core::RecordId;
using core::Tip;

namespace {

constexpr LogId kNextLog{kDevice, 2};

// A station, its copy, and the hub. The copy was made after an exchange and three entries more.
struct Copies {
    Side van{Party::station, 1}, copy{Party::station, 2}, hub{Party::hub, 3};
    RecordId session, request, receipt;
    Tip common;

    // The same keys and salts as in a copied folder; only chance differs from then on.
    void both(Kind kind, const char* reference, const Json& intent, RecordId* made = nullptr) {
        const auto done = van->append(kind, reference, "m.abrantes", intent);
        REQUIRE_MESSAGE(done.has_value(), done.error().message);
        if (made) *made = done->record;
    }
    Copies() {
        both(Kind::session_open, "s", session_intent(1), &session);
        both(Kind::request_queue, "r", request_intent(2, session), &request);
        hand_over(van, hub, kStationLog);
        both(Kind::receipt_print, "p", receipt_intent(3, session), &receipt);
        both(Kind::request_edit, "", edit_intent(4, request, {{"fields.motivo", "Furto"}}));
        common = van->tip(kStationLog);
        van.copy_to(copy);
    }
    RecordId add(Side& side, Kind kind, const char* reference, const Json& intent) {
        const auto done = side->append(kind, reference, "m.abrantes", intent);
        REQUIRE_MESSAGE(done.has_value(), done.error().message);
        return done->record;
    }
    // What a copy does after it was made: each its own, and some about what both have.
    RecordId work(Side& side, std::uint64_t n, const char* phone) {
        const auto mine = add(side, Kind::session_open, "mine", session_intent(n));
        const auto asked = add(side, Kind::request_queue, "asked", request_intent(n + 1, mine));
        add(side, Kind::request_edit, "", edit_intent(n + 2, asked, {{"fields.motivo", "Perda"}}));
        const auto printed = add(side, Kind::receipt_print, "printed", receipt_intent(n + 3, mine));
        add(side, Kind::receipt_settle, "",
            {{"at", at(n + 4)}, {"receipt", printed.text()}, {"state", "confirmed"}});
        add(side, Kind::request_edit, "", edit_intent(n + 5, request, {{"citizen.phone", phone}}));
        add(side, Kind::session_close, "", close_intent(n + 6, mine));
        return asked;
    }
    std::uint64_t branch() {
        const auto again = copy->branch(kStationLog, common, kNextLog);
        REQUIRE_MESSAGE(again.has_value(), again.error().message);
        REQUIRE(copy->write_to(kNextLog).has_value());
        return *again;
    }
    void copy_up() {
        REQUIRE(hub->keep_branch(kNextLog, copy->branch_of(kNextLog)).has_value());
        hand_over(copy, hub, kNextLog);
    }
};

std::size_t count_of(Side& side, const char* kind) {
    return side.lines({kind, "", false}).size();
}

}  // namespace

TEST_CASE("what a copied store recorded is written again, and found by its old names") {
    Copies all;
    const RecordId before = all.work(all.copy, 100, "932466145");
    const auto bytes = core::view("a file");
    const auto attached = all.copy->attach("draft", bytes);
    REQUIRE(attached.has_value());
    REQUIRE(all.copy->hand_on("draft", before, std::vector{*attached}).has_value());
    const std::size_t lines = all.copy.lines().size();
    const Tip tip = all.copy->tip(kStationLog);

    CHECK(all.copy->branch(kStationLog, {all.common.seq, {}}, kNextLog).error().code ==
          Code::conflict);
    CHECK(all.branch() == 7);
    CHECK(all.copy->check()->empty());
    CHECK(all.copy->tip(kStationLog) == tip);
    CHECK(all.copy->acknowledged(kStationLog) == all.common);
    CHECK(all.copy->waiting(kStationLog) == 0);
    CHECK(all.copy->waiting(kNextLog) == 7);
    CHECK(all.copy.lines().size() == lines);
    CHECK(all.copy->branch(kStationLog, all.common, {kDevice, 3}).error().code == Code::conflict);

    const auto now = all.copy->find("request", "asked");
    REQUIRE(now.has_value());
    CHECK(now->log == kNextLog);
    CHECK(all.copy->find("request", before.text()) == now);
    CHECK(*all.copy->attached(now->text(), *attached) == core::Bytes(bytes.begin(), bytes.end()));
    CHECK(all.copy.record(*now)["fields"]["motivo"] == "Perda");
    CHECK(all.copy.record(all.request)["citizen"]["phone"] == "932466145");
    CHECK(all.copy.record(*all.copy->find("session", "mine")).contains("closed_at"));
    // On paper, its number is in the old series; the next one begins the new.
    const Json printed = all.copy.record(*all.copy->find("receipt", "printed"));
    CHECK(printed["number"] == 2);
    CHECK(printed["series"] == all.copy.record(all.receipt)["series"]);
    CHECK(printed["state"] == "confirmed");
    const auto next =
        all.add(all.copy, Kind::receipt_print, "next", receipt_intent(200, all.session));
    CHECK(all.copy.record(next)["number"] == 1);
    CHECK(all.copy.record(next)["series"] != printed["series"]);
    // Given again, it is taken once.
    CHECK(
        all.copy->append(Kind::session_open, "mine", "m.abrantes", session_intent(100))->repeated);
    all.copy.open();
    CHECK(all.copy->check()->empty());
    const auto counts = all.copy->count();
    CHECK(counts->records.at("session") == 2);
    CHECK(counts->records.at("receipt") == 3);
}

TEST_CASE("both copies' work is at the hub, once") {
    for (const bool copy_first : {false, true}) {
        CAPTURE(copy_first);
        Copies all;
        hand_over(all.van, all.hub, kStationLog);  // what both have
        all.work(all.van, 100, "932466146");
        all.work(all.copy, 300, "932466145");
        if (!copy_first) hand_over(all.van, all.hub, kStationLog);
        all.branch();
        all.copy_up();
        hand_over(all.van, all.hub, kStationLog);
        CHECK(all.hub->quarantined(kStationLog).empty());
        CHECK(all.hub->quarantined(kNextLog).empty());
        CHECK(count_of(all.hub, "session") == 3);
        CHECK(count_of(all.hub, "request") == 3);
        CHECK(count_of(all.hub, "receipt") == 3);
        CHECK(all.hub->check()->empty());
        // Both knew the first edit; neither knew the other's.
        const Json shared = all.hub.record(all.request);
        CHECK(shared["fields"]["motivo"] == "Furto");
        CHECK(shared["conflicts"] == Json{{"citizen.phone", shared["conflicts"]["citizen.phone"]}});
        CHECK(shared["conflicts"]["citizen.phone"].size() == 2);
    }
}

TEST_CASE("where nothing is shared, everything is written again") {
    Side first{Party::station, 1}, second{Party::station, 2}, hub{Party::hub, 3};
    REQUIRE(first->append(Kind::session_open, "a", "m", session_intent(1)).has_value());
    const auto mine = second->append(Kind::session_open, "b", "m", session_intent(2));
    REQUIRE(mine.has_value());
    REQUIRE(
        second->append(Kind::session_close, "", "m", close_intent(3, mine->record)).has_value());
    hand_over(first, hub, kStationLog);
    REQUIRE(*second->branch(kStationLog, {}, kNextLog) == 2);
    REQUIRE(hub->keep_branch(kNextLog, second->branch_of(kNextLog)).has_value());
    CHECK(hub->keep_branch(kNextLog, {2, 0}).error().code == Code::invalid);
    hand_over(second, hub, kNextLog);
    CHECK(hub->keep_branch(kNextLog, {1, 1}).error().code == Code::conflict);
    CHECK(hub->quarantined(kNextLog).empty());
    CHECK(hub.lines().size() == 2);
    CHECK(second->check()->empty());
    CHECK(hub->check()->empty());
}

TEST_CASE("a copy finds out how far it goes with what the hub has") {
    Copies all;
    all.work(all.van, 100, "932466146");
    all.work(all.copy, 100, "932466145");
    hand_over(all.van, all.hub, kStationLog);
    const auto tip = all.copy->tip(kStationLog).seq;
    const auto mine = all.copy->entries(kStationLog, 2, tip);
    // The same events, but another process wrote them.
    CHECK(*all.hub->matching(kStationLog, *mine) == all.common.seq - 1);
    const auto theirs = all.van->entries(kStationLog, 1, tip);
    CHECK(*all.hub->matching(kStationLog, *theirs) == theirs->size());
    CHECK(*all.hub->matching(kNextLog, *theirs) == 0);
}

TEST_CASE("a caller's name that an old id goes by now keeps nothing from being read") {
    Copies it;
    const RecordId first = it.add(it.copy, Kind::session_open, "first", session_intent(50));
    const std::string taken = first.text();
    it.add(it.copy, Kind::session_open, taken.c_str(), session_intent(51));
    it.branch();
    CHECK(it.copy->count()->records.at("session") == 3);
    CHECK(it.copy->find("session", taken) == it.copy->find("session", "first"));
    it.add(it.copy, Kind::session_open, "later", session_intent(52));
    CHECK(it.copy->count()->records.at("session") == 4);
    CHECK(it.copy->check()->empty());
}
