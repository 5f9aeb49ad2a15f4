// Goal: several mediators share a laptop; guessing a number gets slower on disk, not in memory.
#include "core/pin.h"
#include "tests/support/desk_station.h"

using namespace spot;
using support::DeskStation;
using support::Json;
using support::why;

TEST_CASE("the check digit finds every wrong digit and every swap of neighbours") {
    const std::string digits = "48210937";
    const char check = core::check_digit(digits);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        for (char other = '0'; other <= '9'; ++other) {
            std::string wrong = digits;
            if (wrong[i] == other) continue;
            wrong[i] = other;
            CHECK(core::check_digit(wrong) != check);
        }
        if (i + 1 == digits.size() || digits[i] == digits[i + 1]) continue;
        std::string swapped = digits;
        std::swap(swapped[i], swapped[i + 1]);
        CHECK(core::check_digit(swapped) != check);
    }
    CHECK(core::check_digit("572") == '4');  // Damm's own example
}

TEST_CASE("a PIN's hash matches the PIN only, and is salted") {
    tests::SeededRandom random(3);
    const auto first = core::pin_hash("482913", random), second = core::pin_hash("482913", random);
    REQUIRE(first.has_value());
    CHECK(*first != *second);
    CHECK(core::pin_matches(*first, "482913"));
    CHECK(!core::pin_matches(*first, "482914"));
    CHECK(!core::pin_matches("", "482913"));
    CHECK(!core::pin_matches(first->substr(1), "482913"));
}

TEST_CASE("the first person needs no code and gets the supervisor's; others need it, offline") {
    DeskStation at;
    CHECK(why(at.desk->add_person({{"name", ""}, {"pin", "482913"}})) == "required");
    CHECK(why(at.desk->add_person({{"name", "Ana"}, {"pin", "48291"}})) == "pin_form");
    CHECK(why(at.desk->add_person({{"name", "Ana"}, {"pin", "111111"}})) == "pin_form");
    CHECK(why(at.desk->add_person({{"name", "Ana"}, {"pin", "48291a"}})) == "pin_form");
    at.first_person();
    REQUIRE(at.supervisor_code.size() == 11);  // nine digits in groups of three
    at.open();
    const Json other{{"name", "Mário Abrantes"}, {"pin", "735104"}};
    CHECK(why(at.desk->add_person(other)) == "code_form");
    Json with_code = other;
    std::string wrong = at.supervisor_code;
    std::swap(wrong[0], wrong[1] == wrong[0] ? wrong[2] : wrong[1]);
    with_code["code"] = wrong;
    CHECK(why(at.desk->add_person(with_code)) == "code_form");
    with_code["code"] = at.supervisor_code;
    const Json added = DeskStation::ok(at.desk->add_person(with_code));
    CHECK(added.at("id") == "m.abrantes2");
    CHECK(!added.contains("supervisor_code"));
    CHECK(DeskStation::ok(at.desk->state()).at("people").size() == 2);
    const Json state =
        DeskStation::ok(at.desk->sign_in({{"person", "m.abrantes2"}, {"pin", "735104"}}));
    CHECK(state.at("person").at("name") == "Mário Abrantes");
    CHECK(!at.folder.any_file_holds("735104"));
}

TEST_CASE("wrong PINs cost a growing wait that a restart does not end") {
    DeskStation at;
    at.first_person();
    const auto wrong = [&] {
        const auto refused = at.desk->sign_in({{"person", "m.abrantes"}, {"pin", "000001"}});
        REQUIRE(!refused);
        CHECK(refused.error().code == "pin_wrong");
        return refused.error().wait_seconds;
    };
    CHECK(wrong() == 0);
    CHECK(wrong() == 0);
    CHECK(wrong() == 5);
    at.open();
    // Now not even the right one is looked at.
    const auto early = at.desk->sign_in({{"person", "m.abrantes"}, {"pin", "482913"}});
    REQUIRE(!early);
    CHECK(early.error().wait_seconds == 5);
    at.clock.at += 5000;
    CHECK(wrong() == 10);
    for (int i = 0; i < 12; ++i) {
        at.clock.at += 15 * 60'000;
        CHECK(wrong() <= 15 * 60);
    }
    at.clock.at -= 30LL * 24 * 3600 * 1000;  // a clock set back must not lock for a month
    const auto back = at.desk->sign_in({{"person", "m.abrantes"}, {"pin", "482913"}});
    REQUIRE(!back);
    CHECK(back.error().wait_seconds <= 15 * 60);
    at.clock.at += 31LL * 24 * 3600 * 1000;
    at.sign_in();
    CHECK(wrong() == 0);  // and it starts anew
}

TEST_CASE("another person takes over a locked screen; the running session goes on") {
    DeskStation at;
    at.first_person();
    DeskStation::ok(at.desk->add_person(
        {{"name", "Rui Dias"}, {"pin", "735104"}, {"code", at.supervisor_code}}));
    const std::string session = at.session_with_citizen();
    DeskStation::ok(at.desk->lock());
    CHECK(why(at.desk->unlock({{"pin", "735104"}})) == "pin_wrong");
    DeskStation::ok(at.desk->sign_in({{"person", "r.dias"}, {"pin", "735104"}}));
    CHECK(DeskStation::ok(at.desk->state()).at("session") == session);
    const std::string request = at.queued(session);
    const auto id = core::RecordId::parse(request);
    CHECK(at.station->ledger.replica().entries(id->log, id->seq, 1)->front().user == "r.dias");
}

TEST_CASE("one desk a station") {
    DeskStation at;
    auto second = station::Desk::open(*at.station, {at.clock, at.random, {}, {}});
    REQUIRE(!second);
    CHECK(second.error().code == core::Code::busy);
}
