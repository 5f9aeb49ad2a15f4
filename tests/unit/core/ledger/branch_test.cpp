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
        const auto done = van->journal().append(kind, reference, "m.abrantes", intent);
        REQUIRE_MESSAGE(done.has_value(), done.error().message);
        if (made) *made = done->record;
    }
    Copies() {
        both(Kind::session_open, "s", session_intent(1), &session);
        both(Kind::request_queue, "r", request_intent(2, session), &request);
        hand_over(van, hub, kStationLog);
        both(Kind::receipt_print, "p", receipt_intent(3, session), &receipt);
        both(Kind::request_edit, "", edit_intent(4, request, {{"fields.motivo", "Furto"}}));
        common = van->replica().tip(kStationLog);
        van.copy_to(copy);
    }
    RecordId add(Side& side, Kind kind, const char* reference, const Json& intent) {
        const auto done = side->journal().append(kind, reference, "m.abrantes", intent);
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
        const auto again = copy->journal().branch(kStationLog, common, kNextLog);
        REQUIRE_MESSAGE(again.has_value(), again.error().message);
        REQUIRE(copy->journal().write_to(kNextLog).has_value());
        return *again;
    }
    void copy_up() {
        REQUIRE(
            hub->replica().keep_branch(kNextLog, copy->replica().branch_of(kNextLog)).has_value());
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
    const auto attached = all.copy->attachments().add("draft", bytes);
    REQUIRE(attached.has_value());
    REQUIRE(all.copy->attachments().transfer("draft", before, std::vector{*attached}).has_value());
    const std::size_t lines = all.copy.lines().size();
    const Tip tip = all.copy->replica().tip(kStationLog);

    CHECK(all.copy->journal().branch(kStationLog, {all.common.seq, {}}, kNextLog).error().code ==
          Code::conflict);
    CHECK(all.branch() == 7);
    CHECK(all.copy->audit().check()->empty());
    CHECK(all.copy->replica().tip(kStationLog) == tip);
    CHECK(all.copy->replica().acknowledged(kStationLog) == all.common);
    CHECK(all.copy->journal().waiting(kStationLog) == 0);
    CHECK(all.copy->journal().waiting(kNextLog) == 7);
    CHECK(all.copy.lines().size() == lines);
    CHECK(all.copy->journal().branch(kStationLog, all.common, {kDevice, 3}).error().code ==
          Code::conflict);

    const auto now = all.copy->journal().find("request", "asked");
    REQUIRE(now.has_value());
    CHECK(now->log == kNextLog);
    CHECK(all.copy->journal().find("request", before.text()) == now);
    CHECK(*all.copy->attachments().find(now->text(), *attached) ==
          core::Bytes(bytes.begin(), bytes.end()));
    CHECK(all.copy.record(*now)["fields"]["motivo"] == "Perda");
    CHECK(all.copy.record(all.request)["citizen"]["phone"] == "932466145");
    CHECK(all.copy.record(*all.copy->journal().find("session", "mine")).contains("closed_at"));
    // On paper, its number is in the old series; the next one begins the new.
    const Json printed = all.copy.record(*all.copy->journal().find("receipt", "printed"));
    CHECK(printed["number"] == 2);
    CHECK(printed["series"] == all.copy.record(all.receipt)["series"]);
    CHECK(printed["state"] == "confirmed");
    const auto next =
        all.add(all.copy, Kind::receipt_print, "next", receipt_intent(200, all.session));
    CHECK(all.copy.record(next)["number"] == 1);
    CHECK(all.copy.record(next)["series"] != printed["series"]);
    // Given again, it is taken once.
    CHECK(all.copy->journal()
              .append(Kind::session_open, "mine", "m.abrantes", session_intent(100))
              ->repeated);
    all.copy.open();
    CHECK(all.copy->audit().check()->empty());
    const auto counts = all.copy->records().count();
    CHECK(counts->records.at("session") == 2);
    CHECK(counts->records.at("receipt") == 3);
}

TEST_CASE("a record that is written again twice is found by all that it was called") {
    Copies all;
    const RecordId first = all.work(all.copy, 100, "932466145");
    all.branch();
    const auto second = all.copy->journal().find("request", "asked");
    const auto between = all.add(all.copy, Kind::session_open, "between", session_intent(300));
    constexpr LogId kThirdLog{kDevice, 3};
    REQUIRE(all.copy->journal().branch(kNextLog, {0, {}}, kThirdLog).has_value());
    REQUIRE(all.copy->journal().write_to(kThirdLog).has_value());

    const auto third = all.copy->journal().find("request", "asked");
    REQUIRE(third.has_value());
    CHECK(third->log == kThirdLog);
    CHECK(all.copy->journal().find("request", first.text()) == third);
    CHECK(all.copy->journal().find("request", second->text()) == third);
    CHECK(all.copy->journal().find("session", between.text()) ==
          all.copy->journal().find("session", "between"));
    CHECK(all.copy->journal()
              .append(Kind::session_open, "mine", "m.abrantes", session_intent(100))
              ->repeated);
    const auto lines = all.copy.lines({"", "", true});
    CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
              return line.find(R"("ref":"asked")") != std::string::npos;
          }) == 1);
    all.copy.open();
    CHECK(all.copy->journal().find("request", first.text()) == third);
    CHECK(all.copy->audit().check()->empty());
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
        CHECK(all.hub->quarantine().list(kStationLog).empty());
        CHECK(all.hub->quarantine().list(kNextLog).empty());
        CHECK(count_of(all.hub, "session") == 3);
        CHECK(count_of(all.hub, "request") == 3);
        CHECK(count_of(all.hub, "receipt") == 3);
        CHECK(all.hub->audit().check()->empty());
        // Both knew the first edit; neither knew the other's.
        const Json shared = all.hub.record(all.request);
        CHECK(shared["fields"]["motivo"] == "Furto");
        CHECK(shared["conflicts"] == Json{{"citizen.phone", shared["conflicts"]["citizen.phone"]}});
        CHECK(shared["conflicts"]["citizen.phone"].size() == 2);
    }
}

TEST_CASE("where nothing is shared, everything is written again") {
    Side first{Party::station, 1}, second{Party::station, 2}, hub{Party::hub, 3};
    REQUIRE(first->journal().append(Kind::session_open, "a", "m", session_intent(1)).has_value());
    const auto mine = second->journal().append(Kind::session_open, "b", "m", session_intent(2));
    REQUIRE(mine.has_value());
    REQUIRE(second->journal()
                .append(Kind::session_close, "", "m", close_intent(3, mine->record))
                .has_value());
    hand_over(first, hub, kStationLog);
    REQUIRE(*second->journal().branch(kStationLog, {}, kNextLog) == 2);
    REQUIRE(
        hub->replica().keep_branch(kNextLog, second->replica().branch_of(kNextLog)).has_value());
    CHECK(hub->replica().keep_branch(kNextLog, {2, 0}).error().code == Code::invalid);
    hand_over(second, hub, kNextLog);
    CHECK(hub->replica().keep_branch(kNextLog, {1, 1}).error().code == Code::conflict);
    CHECK(hub->quarantine().list(kNextLog).empty());
    CHECK(hub.lines().size() == 2);
    CHECK(second->audit().check()->empty());
    CHECK(hub->audit().check()->empty());
}

TEST_CASE("a copy finds out how far it goes with what the hub has") {
    Copies all;
    all.work(all.van, 100, "932466146");
    all.work(all.copy, 100, "932466145");
    hand_over(all.van, all.hub, kStationLog);
    const auto tip = all.copy->replica().tip(kStationLog).seq;
    const auto mine = all.copy->replica().entries(kStationLog, 2, tip);
    // The same events, but another process wrote them.
    CHECK(*all.hub->replica().matching(kStationLog, *mine) == all.common.seq - 1);
    const auto theirs = all.van->replica().entries(kStationLog, 1, tip);
    CHECK(*all.hub->replica().matching(kStationLog, *theirs) == theirs->size());
    CHECK(*all.hub->replica().matching(kNextLog, *theirs) == 0);
}

TEST_CASE(
    "a caller's name that is another's old id keeps its meaning, and nothing from being read") {
    Copies it;
    const RecordId first = it.add(it.copy, Kind::session_open, "first", session_intent(50));
    const std::string taken = first.text();
    it.add(it.copy, Kind::session_open, taken.c_str(), session_intent(51));
    it.branch();
    CHECK(it.copy->records().count()->records.at("session") == 3);
    const auto named = it.copy->journal().find("session", taken);
    CHECK(named->log == kNextLog);
    CHECK(named->seq == it.copy->journal().find("session", "first")->seq + 1);
    it.add(it.copy, Kind::session_open, "later", session_intent(52));
    CHECK(it.copy->records().count()->records.at("session") == 4);
    CHECK(it.copy->audit().check()->empty());
}
