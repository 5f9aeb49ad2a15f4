// Goal: a version comes into force whole or not at all, at its moment; a request is checked by the
// version that it names, at its author and at the hub.

#include "tests/support/ledgers.h"
#include "tests/support/next_catalogue.h"

using namespace spot;
using namespace spot::support;
using core::Instant;
using core::Kind;
using core::Party;

namespace {

constexpr Instant kBefore = 1'800'000'000'000, kMoment = kBefore + 1000, kAfter = kMoment + 1000;

struct Pair {
    Side van{Party::station, 1};
    Side hub{Party::hub, 2};
    core::RecordId session;

    Pair() {
        const auto opened =
            van->journal().append(Kind::session_open, "s", "m.abrantes", session_intent(1));
        REQUIRE(opened.has_value());
        session = opened->record;
    }
    Json request(std::uint64_t n, const char* service = "IRN-001") const {
        Json intent = request_intent(n, session);
        intent["service"] = service;
        return intent;
    }
    Json next_request(std::uint64_t n) const {
        Json intent = request(n);
        intent["fields"].erase(kGoneField);
        intent["fields"][kNewField] = "0417";
        intent["catalogue"] = "2027-01";
        return intent;
    }
    // Empty: it was taken.
    std::string fault(const char* reference, const Json& intent) {
        const auto done =
            van->journal().append(Kind::request_queue, reference, "m.abrantes", intent);
        return done ? "" : done.error().message;
    }
    void down() { hand_over(hub, van, kHubLog); }
    void up() { hand_over(van, hub, kStationLog); }
    const std::string& in_force(Instant now) {
        return van->catalogues().in_force_at(now).version();
    }
};

}  // namespace

TEST_CASE("with nothing published the shipped one is in force, and no other is known") {
    Pair pair;
    CHECK(pair.in_force(kAfter) == core::Catalogue::shipped().version());
    CHECK(&pair.van->catalogues().in_force_at(kAfter) == &core::Catalogue::shipped());
    CHECK(pair.van->catalogues().published()->empty());
    CHECK(pair.fault("r", pair.next_request(2)) == "catalogue: is no version that is known here");
    Json named = pair.request(2);
    named["catalogue"] = core::Catalogue::shipped().version();
    CHECK(pair.fault("r", named) == "");
}

TEST_CASE("a version is in force from its moment on, in every process, and after opening again") {
    Pair pair;
    auto other = pair.van.another();
    REQUIRE(other.has_value());
    CHECK(other->catalogues().in_force_at(kAfter).version() ==
          core::Catalogue::shipped().version());
    REQUIRE(publish_into(*pair.hub, next_catalogue(), kMoment));
    pair.down();
    CHECK(pair.van->quarantine().list(kHubLog).empty());
    CHECK(pair.in_force(kBefore) == core::Catalogue::shipped().version());
    CHECK(pair.in_force(kMoment) == "2027-01");
    CHECK(other->catalogues().in_force_at(kAfter).version() == "2027-01");
    const core::Catalogue* const before = &pair.van->catalogues().in_force_at(kAfter);
    CHECK(*pair.van->catalogues().find("2027-01") == before);
    pair.van.open();
    CHECK(pair.in_force(kAfter) == "2027-01");
    CHECK(pair.van->catalogues().in_force_at(kAfter).service(kWithdrawnService)->withdrawn);
    CHECK(core::to_hex(core::catalogue_hash(*pair.van->catalogues().text("2027-01"))) ==
          core::to_hex(pair.van->catalogues().published()->front().hash));
    CHECK(pair.van->audit().check()->empty());
    CHECK(pair.hub->audit().check()->empty());
    CHECK(pair.van.lines().size() == 1);  // the session: nothing of it is a record
    CHECK(pair.van->records().count()->quarantined == 0);
}

TEST_CASE("a request keeps to the version that it names; the hub judges by the same") {
    Pair pair;
    CHECK(pair.fault("old", pair.request(2)) == "");
    CHECK(pair.fault("gone", pair.request(3, kWithdrawnService)) != "catalogue");
    REQUIRE(publish_into(*pair.hub, next_catalogue(), kMoment));
    pair.down();
    CHECK(pair.fault("new", pair.next_request(4)) == "");
    Json lacks = pair.next_request(5);
    lacks["fields"].erase(kNewField);
    CHECK(pair.fault("x", lacks) == "fields.codigo_balcao: missing");
    Json gone = pair.next_request(6);
    gone["fields"][kGoneField] = "x";
    CHECK(pair.fault("x", gone) == "fields.observacoes: not a field of IRN-001");
    Json withdrawn = pair.next_request(7);
    withdrawn["service"] = kWithdrawnService;
    CHECK(pair.fault("x", withdrawn) == "service: withdrawn, by the catalogue 2027-01");
    // The same event again, under whichever version: it was recorded once.
    CHECK(pair.van->journal()
              .append(Kind::request_queue, "old", "m.abrantes",
                      [&] {
                          Json again = pair.request(2);
                          again["catalogue"] = "2027-01";
                          return again;
                      }())
              ->repeated);
    pair.up();
    CHECK(pair.hub->quarantine().list(kStationLog).empty());
    CHECK(pair.van.lines() == pair.hub.lines());
}

TEST_CASE("an edit keeps to the form that its request was filled under") {
    Pair pair;
    const auto old = pair.van->journal().append(Kind::request_queue, "old", "", pair.request(2));
    REQUIRE(publish_into(*pair.hub, next_catalogue(), kMoment));
    pair.down();
    const auto fresh =
        pair.van->journal().append(Kind::request_queue, "new", "", pair.next_request(3));
    REQUIRE(old.has_value());
    REQUIRE(fresh.has_value());
    const auto edit = [&](Side& side, Kind kind, const core::RecordId& request, const char* path,
                          std::uint64_t n) {
        const auto done =
            side->journal().append(kind, "", "", edit_intent(n, request, {{path, "0001"}}));
        return done ? std::string() : done.error().message;
    };
    CHECK(edit(pair.van, Kind::request_edit, old->record, "fields.observacoes", 4) == "");
    CHECK(edit(pair.van, Kind::request_edit, old->record, "fields.codigo_balcao", 5) != "");
    CHECK(edit(pair.van, Kind::request_edit, fresh->record, "fields.codigo_balcao", 6) == "");
    CHECK(edit(pair.van, Kind::request_edit, fresh->record, "fields.observacoes", 7) ==
          "fields.observacoes: not a field of the request's service");
    pair.up();
    CHECK(edit(pair.hub, Kind::hub_edit, old->record, "fields.observacoes", 8) == "");
    CHECK(edit(pair.hub, Kind::hub_edit, fresh->record, "fields.codigo_balcao", 9) == "");
    pair.down();
    CHECK(pair.van->quarantine().list(kHubLog).empty());
    CHECK(pair.hub->quarantine().list(kStationLog).empty());
}

TEST_CASE("a version that is not whole, or not what its hash says, never comes into force") {
    const std::pair<const char*, Json> cases[] = {
        {"hash", std::string(64, '0')}, {"parts", 3}, {"parts", 9999}, {"base", "2019-01"}};
    for (const auto& [member, value] : cases) {
        CAPTURE(member);
        Pair pair;
        REQUIRE(publish_into(
            *pair.hub, core::shipped_catalogue(), next_catalogue(), kMoment,
            [&, name = member, wrong = value](Json& intent) { intent[name] = wrong; }));
        pair.down();
        CHECK(pair.in_force(kAfter) == core::Catalogue::shipped().version());
        const auto held = pair.van->quarantine().list(kHubLog);
        REQUIRE(held.size() == 1);
        CHECK(held[0].code == "diverged");
        CHECK(pair.van->catalogues().published()->empty());
        CHECK(pair.van->audit().check()->empty());
    }
}

TEST_CASE("half of it changes nothing; the rest brings it") {
    Pair pair;
    REQUIRE(publish_into(*pair.hub, next_catalogue(), kMoment));
    const core::Tip all = pair.hub->replica().tip(kHubLog);
    REQUIRE(all.seq > 2);
    const auto entries = pair.hub->replica().entries(kHubLog, 1, all.seq - 1);
    REQUIRE(pair.van->replica().offer_period_secrets(
        kHubLog, *pair.hub->replica().period_secrets(kHubLog, 1, all.seq)));
    REQUIRE(pair.van->replica().receive(kHubLog, *entries));
    REQUIRE(pair.van->replica().finalize(kHubLog));
    while (*pair.van->executor().run(1) > 0) continue;
    CHECK(pair.in_force(kAfter) == core::Catalogue::shipped().version());
    CHECK(pair.fault("r", pair.request(2)) == "");
    pair.down();
    CHECK(pair.in_force(kAfter) == "2027-01");
}

TEST_CASE("a station that writes of the catalogue is refused, and quarantined by the hub") {
    Pair pair;
    for (const Kind kind : {Kind::catalogue_set, Kind::catalogue_publish}) {
        const auto done = pair.van->journal().append(kind, "", "", example_intent(kind));
        REQUIRE_FALSE(done.has_value());
        CHECK(done.error().code == core::Code::refused);
    }
    pair.up();
    core::Entry forged;
    forged.log = kStationLog;
    forged.seq = pair.van->replica().tip(kStationLog).seq + 1;
    forged.kind = Kind::catalogue_publish;
    forged.intent = core::canonical(example_intent(forged.kind));
    REQUIRE(pair.hub->replica().receive(kStationLog, std::vector{forged}));
    REQUIRE(pair.hub->replica().finalize(kStationLog));
    while (*pair.hub->executor().run(100) > 0) continue;
    const auto held = pair.hub->quarantine().list(kStationLog);
    REQUIRE(held.size() == 1);
    CHECK(held[0].code == "authority");
    CHECK(pair.hub->catalogues().published()->empty());
}
