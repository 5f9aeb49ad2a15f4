// Goal: a catalogue is in every station's log whole or in none, says no more than what is new in
// it, and a station that comes later ends up with the same one.
#include "hub/publish.h"

#include "core/catalogue_versions.h"
#include "core/intent.h"
#include "tests/support/hub_house.h"
#include "tests/support/ledgers.h"
#include "tests/support/next_catalogue.h"

using namespace spot;
using support::HubHouse;
using support::next_catalogue;
using Json = nlohmann::json;

namespace {

constexpr core::Instant kNow = HubHouse::kNow, kLater = kNow + 1000, kLatest = kLater + 1000;
constexpr char kFirst[] = "2027-01", kSecond[] = "2027-02";

struct House : HubHouse {
    core::Result<hub::Publication> publish(const Json& catalogue, core::Instant in_force = kNow) {
        return hub::publish(*hub, catalogue.dump(), in_force, kNow);
    }
    // Those of the log's entries that end a version: its name, and the one it is made of.
    std::vector<std::pair<std::string, std::string>> steps(const Station& station) {
        std::vector<std::pair<std::string, std::string>> out;
        for (const Json& intent : said_to(station))
            if (intent.contains("base")) out.emplace_back(intent["version"], intent["base"]);
        return out;
    }
    std::string text(const char* version) { return hub->ledger.catalogues().text(version).value(); }
    std::uint64_t length(const Station& station) {
        return hub->ledger.replica().tip(log_for(station)).seq;
    }
};

// One whose station reads what the hub wrote for it.
struct Reader {
    support::Side side{core::Party::station, 9};

    Reader(House& house, const HubHouse::Station& station) {
        const core::LogId log = house.log_for(station);
        auto& from = house.hub->ledger;
        const auto last = from.replica().tip(log).seq;
        const auto entries = from.replica().entries(log, 1, last);
        const auto secrets = from.replica().period_secrets(log, 1, last);
        REQUIRE(entries.has_value());
        REQUIRE(secrets.has_value());
        REQUIRE(side->replica().offer_period_secrets(log, *secrets));
        REQUIRE(side->replica().receive(log, *entries));
        REQUIRE(side->replica().finalize(log));
        while (side->executor().run(1000).value() > 0) {
        }
        CHECK(side->quarantine().list(log).empty());
    }
    std::string in_force(core::Instant now) {
        return side->catalogues().in_force_at(now).version();
    }
    std::string text(const char* version) { return side->catalogues().text(version).value(); }
};

// Another fee, as a later version would have.
Json after_that() {
    Json out = next_catalogue(kSecond);
    for (Json& service : out["services"])
        if (service["code"] == support::kChangedService)
            service["fee_cents"] = support::kNewFee + 100;
    return out;
}

const std::string& shipped() {
    return core::Catalogue::shipped().version();
}

}  // namespace

TEST_CASE("a version stands in the log of every station that may hear it, and only what is new") {
    House house;
    const auto first = house.enrolled("van-01"), lost = house.enrolled("van-02");
    const auto expected = house.expected("van-03");  // its slip is on the way
    house.revoke(lost);
    const auto done = house.publish(next_catalogue(), kLater);
    REQUIRE(done);
    CHECK(done->version == kFirst);
    CHECK(done->base == shipped());
    CHECK(done->in_force == kLater);
    CHECK(!done->repeated);
    CHECK(done->stations == 2);
    const auto wanted =
        core::catalogue_difference(core::shipped_catalogue(), next_catalogue().dump());
    CHECK(done->parts == wanted.size());
    CHECK(house.length(lost) == 0);
    for (const auto& station : {first, expected}) {
        const auto said = house.said_to(station);
        REQUIRE(said.size() == wanted.size() + 1);
        for (std::size_t i = 0; i < wanted.size(); ++i)
            CHECK(said[i].at("definition") == wanted[i].definition);
        CHECK(said.back().at("parts") == wanted.size());
        Reader reader(house, station);
        CHECK(reader.in_force(kNow) == shipped());
        CHECK(reader.in_force(kLater) == kFirst);
        CHECK(reader.text(kFirst) == house.text(kFirst));
    }
    CHECK(house.hub->ledger.catalogues().in_force_at(kLater).version() == kFirst);
}

TEST_CASE("the same again is told and writes nothing; another one of that name is a conflict") {
    House house;
    const auto station = house.enrolled("van-01");
    REQUIRE(house.publish(next_catalogue()));
    const auto before = house.length(station);
    const auto again = house.publish(next_catalogue());
    REQUIRE(again);
    CHECK(again->repeated);
    CHECK(again->stations == 0);
    const auto other = house.publish(
        support::Json(after_that())
            .patch(Json::array({{{"op", "replace"}, {"path", "/version"}, {"value", kFirst}}})));
    REQUIRE(!other);
    CHECK(other.error().code == core::Code::conflict);
    CHECK(house.length(station) == before);
    CHECK(house.hub->ledger.catalogues().published()->size() == 1);
}

TEST_CASE("the next version is made of the one before") {
    House house;
    const auto station = house.enrolled("van-01");
    REQUIRE(house.publish(next_catalogue(), kNow));
    const auto done = house.publish(after_that(), kLater);
    REQUIRE(done);
    CHECK(done->base == kFirst);
    CHECK(done->parts == 1);  // the one service with another fee
    CHECK(house.steps(station) ==
          std::vector<std::pair<std::string, std::string>>{{kFirst, shipped()}, {kSecond, kFirst}});
    Reader reader(house, station);
    CHECK(reader.in_force(kNow) == kFirst);
    CHECK(reader.in_force(kLater) == kSecond);
}

TEST_CASE("a station that is new gets one version with all that counts, and those still to come") {
    House house;
    REQUIRE(house.publish(next_catalogue(), kNow));
    REQUIRE(house.publish(after_that(), kLater));
    struct Row {
        core::Instant enrolled_at;
        std::vector<std::pair<std::string, std::string>> steps;
        std::string in_force, later;
    };
    for (const Row& row :
         {Row{kNow - 1, {{kFirst, shipped()}, {kSecond, kFirst}}, shipped(), kSecond},
          Row{kNow, {{kFirst, shipped()}, {kSecond, kFirst}}, kFirst, kSecond},
          Row{kLater, {{kSecond, shipped()}}, kSecond, kSecond},
          Row{kLatest, {{kSecond, shipped()}}, kSecond, kSecond}}) {
        CAPTURE(row.enrolled_at);
        const auto station = house.expected("van-01");
        REQUIRE(hub::publish_to_new(*house.hub, station.device(), row.enrolled_at));
        CHECK(house.steps(station) == row.steps);
        Reader reader(house, station);
        CHECK(reader.in_force(row.enrolled_at) == row.in_force);
        CHECK(reader.in_force(kLatest) == row.later);
        CHECK(reader.text(kSecond) == house.text(kSecond));
    }
}

TEST_CASE("with nothing published a new station gets nothing") {
    House house;
    const auto station = house.expected("van-01");
    REQUIRE(hub::publish_to_new(*house.hub, station.device(), kNow));
    CHECK(house.length(station) == 0);
}

TEST_CASE("what can't be written for one station is published for none: it is one transaction") {
    House house;
    house.enrolled("van-01");
    house.hub->keys.epoch = 0;  // there is no such log
    REQUIRE(!house.publish(next_catalogue()));
    CHECK(house.hub->ledger.catalogues().published()->empty());
    CHECK(house.hub->ledger.replica().logs().empty());
    house.hub->keys.epoch = 1;
    REQUIRE(house.publish(next_catalogue()));
}

TEST_CASE("what would be too large with what it takes over from the version before is refused") {
    House house;
    const auto station = house.enrolled("van-01");
    // Two that share nothing but their services, each within the limit.
    const auto large = [](const char* version, const std::string& mark) {
        Json out = next_catalogue(version);
        Json field = out["fields"][support::kNewField];
        field["type"] = "choice";
        field.erase("pattern");
        for (int i = 0; i < 12; ++i)  // nearly as long as a definition may be
            field["choices"].push_back(
                {{"value", std::to_string(i)}, {"label", {{"pt", std::string(900, 'a')}}}});
        for (std::size_t i = 0; i < core::kCatalogueBytesMax * 11 / 20 / field.dump().size(); ++i)
            out["fields"][mark + std::to_string(i)] = field;
        return out;
    };
    for (const char* mark : {"um_", "dois_"})
        REQUIRE(core::catalogue_faults(large(kSecond, mark).dump()).empty());
    REQUIRE(house.publish(large(kFirst, "um_")));
    const auto before = house.length(station);
    const auto refused = house.publish(large(kSecond, "dois_"));
    REQUIRE(!refused);
    CHECK(refused.error().code == core::Code::limit);
    CHECK(house.length(station) == before);
    CHECK(house.hub->ledger.catalogues().published()->size() == 1);
}
