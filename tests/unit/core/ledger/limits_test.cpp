// Goal: no record grows so large that it stops the store, and what copies of a store disagree about
// costs nobody anything. Method: records and logs are driven beyond their limits, and then work
// goes on.

#include "tests/support/ledgers.h"

using namespace spot;
using namespace spot::support;
using core::Code;
using core::Kind;
using core::LogId;
using core::Party;
using core::RecordId;
using core::Tip;

namespace {

constexpr std::size_t kEdits = 40;

// Within the schema: 2,000 characters, of four bytes each.
std::string long_text(std::size_t n, std::size_t characters = 1990) {
    std::string out;
    for (std::size_t i = 0; i < characters; ++i) out += "\xF0\x9F\x98\x80";
    return out + std::to_string(n);
}

}  // namespace

TEST_CASE("an edit that would make its request too large is refused, and the store goes on") {
    Side van{Party::station, 1}, hub{Party::hub, 3};
    const RecordId session = add(van, Kind::session_open, session_intent(1));
    const RecordId request = add(van, Kind::request_queue, request_intent(2, session));
    std::size_t taken = 0;
    std::optional<core::Error> refused;
    for (std::size_t n = 0; n < kEdits; ++n) {
        const auto done = van->journal().append(
            Kind::request_edit, "", "m.abrantes",
            edit_intent(n + 3, request, {{"fields.observacoes", long_text(n)}}));
        if (done)
            ++taken;
        else
            refused = done.error();
    }
    CHECK(taken > 20);
    CHECK(taken < kEdits);
    REQUIRE(refused.has_value());
    CHECK(refused->code == Code::limit);
    CHECK(refused->message.find("fields.observacoes") == 0);
    CHECK(van->records().count().has_value());
    const RecordId other = add(van, Kind::request_queue, request_intent(800, session));
    hand_over(van, hub, kStationLog);
    CHECK(hub->quarantine().list(kStationLog).empty());
    CHECK(hub.lines() == van.lines());
    CHECK(van.record(other)["service"] == "IRN-001");
    const auto faults = van->audit().check();
    REQUIRE(faults.has_value());
    CHECK(faults->empty());
}

TEST_CASE("a store that holds a record that is too large by now gets out of it") {
    // So many wait to be put into their record; so many were put there already (256) and more wait.
    struct Case {
        std::size_t edits, characters;
    };
    for (const auto& [edits, characters] : {Case{60, 1990}, Case{264, 400}}) {
        CAPTURE(edits);
        Side van{Party::station, 1}, hub{Party::hub, 3};
        van.open_with(64 * 1024 * 1024);  // as an older program had it
        const RecordId session = add(van, Kind::session_open, session_intent(1));
        const RecordId request = add(van, Kind::request_queue, request_intent(2, session));
        for (std::size_t n = 0; n < edits; ++n)
            add(van, Kind::request_edit,
                edit_intent(n + 3, request, {{"fields.observacoes", long_text(n, characters)}}));
        const RecordId after = add(van, Kind::request_queue, request_intent(800, session));
        add(van, Kind::request_edit, edit_intent(801, request, {{"fields.motivo", "Furto"}}));
        add(van, Kind::request_edit, edit_intent(802, after, {{"fields.motivo", "Furto"}}));
        van.open_with(core::kRecordBytesMax);

        REQUIRE(van->records().count().has_value());
        CHECK(van->audit().check()->empty());
        CHECK(van.record(after)["fields"]["motivo"] == "Furto");
        const auto held = van->quarantine().list(kStationLog);
        REQUIRE(held.size() > 10);
        CHECK(held.front().code == "too_large");
        CHECK(van->records().count()->quarantined == held.size());
        add(van, Kind::session_close, close_intent(803, session));
        const auto more = van->journal().append(
            Kind::request_edit, "", "m.abrantes",
            edit_intent(804, request, {{"fields.observacoes", long_text(0)}}));
        REQUIRE_FALSE(more.has_value());
        CHECK(more.error().code == Code::limit);

        // All of it goes to the hub, which takes it, and goes on with the others.
        hand_over(van, hub, kStationLog);
        CHECK(hub->replica().tip(kStationLog).seq == edits + 6);
        CHECK(hub->audit().check()->empty());
        CHECK(hub.record(after) == van.record(after));
        CHECK(hub.record(session) == van.record(session));
        CHECK(hub->quarantine().list(kStationLog).front().code == "too_large");
        if (edits < 256) CHECK(hub.lines() == van.lines());

        // And a fork loses none of it.
        const LogId next{kDevice, 2};
        REQUIRE(*van->journal().branch(kStationLog, {}, next) == edits + 6);
        REQUIRE(van->journal().write_to(next).has_value());
        REQUIRE(van->records().count().has_value());
        CHECK(van->audit().check()->empty());
        CHECK(van->quarantine().list(kStationLog).empty());
        CHECK(van->quarantine().list(next).size() == held.size());
        CHECK(van.record(*van->journal().find("request", after.text()))["fields"]["motivo"] ==
              "Furto");
    }
}

TEST_CASE("copies that pass a period's end apart keep nobody from going on") {
    Side van{Party::station, 1}, copy{Party::station, 2}, hub{Party::hub, 3};
    constexpr std::uint64_t kBefore = core::kPeriodEntries - 20;
    const auto record = [](Side& side, std::uint64_t from, std::uint64_t count) {
        for (std::uint64_t n = from; n < from + count; ++n)
            add(side, Kind::session_open, session_intent(n));
    };
    record(van, 0, kBefore);
    hand_over(van, hub, kStationLog);
    const Tip common = van->replica().tip(kStationLog);
    van.copy_to(copy);
    record(van, 10'000, 40);
    record(copy, 20'000, 40);
    hand_over(van, hub, kStationLog);

    const auto tip = copy->replica().tip(kStationLog).seq;
    const auto theirs = copy->replica().period_secrets(kStationLog, common.seq + 1, tip);
    REQUIRE(theirs.has_value());
    REQUIRE(theirs->size() == 2);
    (void)hub->replica().offer_period_secrets(kStationLog, *theirs);
    const auto entries = copy->replica().entries(kStationLog, common.seq + 1, tip);
    CHECK(*hub->replica().matching(kStationLog, *entries) == 0);

    record(van, 11'000, 10);
    hand_over(van, hub, kStationLog);
    CHECK(hub->replica().tip(kStationLog) == van->replica().tip(kStationLog));
    const LogId next{kDevice, 2};
    REQUIRE(*copy->journal().branch(kStationLog, common, next) == 40);
    REQUIRE(copy->journal().write_to(next).has_value());
    record(copy, 21'000, 10);
    REQUIRE(hub->replica().keep_branch(next, copy->replica().branch_of(next)).has_value());
    hand_over(copy, hub, next);
    CHECK(hub->records().count()->records.at("session") == kBefore + 100);
    CHECK(hub->audit().check()->empty());
}

TEST_CASE("a secret that differs is refused with its entries, and stays what it was") {
    Side van{Party::station, 1}, hub{Party::hub, 3};
    add(van, Kind::session_open, session_intent(1));
    hand_over(van, hub, kStationLog);
    add(van, Kind::session_open, session_intent(2));
    const std::array<std::uint8_t, core::SecretKey::kSize> bytes{1};
    const core::PeriodSecret other{0, core::SecretKey(bytes)};
    (void)hub->replica().offer_period_secrets(kStationLog, {&other, 1});
    const auto second = van->replica().entries(kStationLog, 2, 1);
    const auto taken = hub->replica().receive(kStationLog, *second);
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().code == Code::conflict);
    hand_over(van, hub, kStationLog);
}

TEST_CASE("entries without their period's secret are no entries") {
    Side van{Party::station, 1}, hub{Party::hub, 3};
    add(van, Kind::session_open, session_intent(1));
    const auto taken =
        hub->replica().receive(kStationLog, *van->replica().entries(kStationLog, 1, 1));
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().code == Code::corrupt);
}

TEST_CASE("who was about to write to a log that ended by then is told so") {
    Side van{Party::station, 1}, hub{Party::hub, 3};
    const RecordId session = add(van, Kind::session_open, session_intent(1));
    hand_over(van, hub, kStationLog);
    const Tip common = van->replica().tip(kStationLog);
    auto other = van.another();
    REQUIRE(other.has_value());
    REQUIRE(*other->journal().branch(kStationLog, common, {kDevice, 2}) == 0);
    const auto late =
        van->journal().append(Kind::receipt_print, "", "m.abrantes", receipt_intent(2, session));
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().code == Code::conflict);
    REQUIRE(van->journal().write_to({kDevice, 2}).has_value());
    CHECK(van->journal().append(Kind::receipt_print, "", "m.abrantes", receipt_intent(2, session)));
    CHECK(van->audit().check()->empty());
}
