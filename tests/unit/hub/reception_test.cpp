// Goal: once two stations have come, each knows the other's key, told once, and all of it stands or
// falls with the enrolment.
#include "hub/reception.h"

#include "tests/support/hub_house.h"

using namespace spot;
using support::HubHouse;
using Json = nlohmann::json;

namespace {

struct Desk : HubHouse {
    hub::Reception reception{hub->ledger, hub->keys.epoch};

    Station comes(const std::string& name) {
        const Station out = expected(name);
        REQUIRE(enrol(reception, out).has_value());
        return out;
    }
    // The names of the stations whose keys this one was told, each as it enrolled, in that order.
    std::vector<std::string> knows(const Station& station, const std::vector<Station>& all) {
        std::vector<std::string> out;
        for (const Json& intent : said_to(station)) {
            const auto of = std::find_if(all.begin(), all.end(), [&](const Station& one) {
                return intent.at("device") == sync::device_text(one.device());
            });
            REQUIRE(of != all.end());
            CHECK(intent.at("station") == of->name);
            CHECK(intent.at("key") == core::to_hex(of->sign));
            CHECK(intent.at("at") == core::utc_text(kNow));
            out.push_back(of->name);
        }
        return out;
    }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a hub of one station tells it nothing") {
    Desk at;
    const auto only = at.comes("van-01");
    CHECK(at.said_to(only).empty());
    CHECK(at.hub->ledger.replica().logs().empty());
    at.expected("van-02");  // has a slip, but no keys yet
    CHECK(at.said_to(only).empty());
}

TEST_CASE("who comes is told the keys of all who came before, and they its own") {
    Desk at;
    std::vector<HubHouse::Station> all;
    for (const char* name : {"van-01", "van-02", "van-03"}) all.push_back(at.comes(name));
    CHECK(at.knows(all[0], all) == Names{"van-02", "van-03"});
    CHECK(at.knows(all[1], all) == Names{"van-01", "van-03"});
    CHECK(at.knows(all[2], all) == Names{"van-01", "van-02"});
    CHECK((*at.reception.find(all[2].device()))->sign == all[2].sign);
}

TEST_CASE("the same enrolment again, because its answer was lost, tells nothing twice") {
    Desk at;
    const auto first = at.comes("van-01");
    const auto second = at.comes("van-02");
    for (const auto& station : {first, second}) REQUIRE(at.enrol(at.reception, station));
    CHECK(at.said_to(first).size() == 1);
    CHECK(at.said_to(second).size() == 1);
}

TEST_CASE("who is refused is not introduced") {
    Desk at;
    const auto first = at.comes("van-01");
    auto stranger = at.expected("van-02");
    stranger.ticket.code[0] ^= 1;
    const auto refused = at.enrol(at.reception, stranger);
    REQUIRE(!refused);
    CHECK(refused.error().code == core::Code::refused);
    CHECK(at.said_to(first).empty());
    CHECK(!(*at.reception.find(stranger.device()))->enrolled);
}

TEST_CASE(
    "a revoked station hears nothing more; its key stays known, as its old receipts are good") {
    Desk at;
    const auto lost = at.comes("van-01");
    at.revoke(lost);
    const auto next = at.comes("van-02");
    CHECK(at.said_to(lost).empty());
    CHECK(at.knows(next, {lost, next}) == Names{"van-01"});
}

TEST_CASE("what can't be told enrols nobody: it is one transaction") {
    Desk at;
    const auto first = at.comes("van-01");
    const auto second = at.expected("van-02");
    hub::Reception broken(at.hub->ledger, 0);  // there is no such log
    REQUIRE(!at.enrol(broken, second));
    CHECK(!(*at.registry().find(second.device()))->enrolled);
    REQUIRE(at.enrol(at.reception, second));  // the code was not used up
    CHECK(at.knows(first, {first, second}) == Names{"van-02"});
    CHECK(at.knows(second, {first, second}) == Names{"van-01"});
}

TEST_CASE("the last contact, and 90 days of exchanges, are kept for operators") {
    Desk at;
    const auto station = at.comes("van-01");
    core::ExchangeRow exchange;
    exchange.device = station.device();
    exchange.began_ms = HubHouse::kNow;
    exchange.duration_ms = 1;
    at.reception.heard_from(exchange, 12);
    const auto listed = *at.registry().list();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].last_contact == HubHouse::kNow + 1);
    CHECK(listed[0].backlog == 12);

    // One that was not answered is kept, and says nothing of what the station holds.
    exchange.began_ms += 50;
    exchange.end = core::ExchangeRow::End::cut;
    at.reception.heard_from(exchange, std::nullopt);
    CHECK((*at.registry().list())[0].last_contact == HubHouse::kNow + 1);
    auto kept = *at.registry().exchanges(station.device(), 10);
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].end == core::ExchangeRow::End::cut);
    CHECK(kept[1].began_ms == HubHouse::kNow);
    CHECK(at.registry().exchanges(station.device() + 1, 10)->empty());

    // After 90 days they go.
    exchange.began_ms = HubHouse::kNow + hub::kExchangesKeptMs + 10;
    at.reception.heard_from(exchange, 3);
    kept = *at.registry().exchanges(station.device(), 10);
    REQUIRE(kept.size() == 2);
    CHECK(kept[1].began_ms == HubHouse::kNow + 50);
}
