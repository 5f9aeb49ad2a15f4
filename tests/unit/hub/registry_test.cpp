#include "hub/registry.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "core/platform/system.h"
#include "tests/support/store_keys.h"

using namespace spot;
using core::Code;
using core::Instant;

namespace {

constexpr Instant kNow = 1'700'000'000'000;

struct Fixture {
    Fixture() {
        core::start_crypto();
        std::string name = (std::filesystem::temp_directory_path() / "spot-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder = name;
        open();
    }
    ~Fixture() {
        ledger.reset();
        std::filesystem::remove_all(folder);
    }
    void open() {
        ledger.reset();
        auto opened = core::Ledger::open(folder / "hub.db", support::store_keys(key),
                                         {core::Party::hub, &core::Catalogue::shipped(), &random});
        REQUIRE(opened);
        ledger = std::make_unique<core::Ledger>(std::move(*opened));
    }

    core::SystemRandom random;
    core::SecretKey key = core::SecretKey::random(random);
    std::filesystem::path folder;
    std::unique_ptr<core::Ledger> ledger;
};

core::SecretKey key_of(std::uint8_t number) {
    return core::SecretKey(std::array<std::uint8_t, core::SecretKey::kSize>{number});
}
const core::PublicKey kSign = core::sign_public(key_of(1));
const core::PublicKey kOther = core::sign_public(key_of(2));
const core::PublicKey kSeal = core::seal_public(key_of(3));

}  // namespace

TEST_CASE("a ticket enrols its device once, in time, with the right code only") {
    Fixture fixture;
    hub::Registry registry(*fixture.ledger);
    const auto ticket = registry.issue("van-07", "", kNow, fixture.random);
    REQUIRE(ticket);
    CHECK(ticket->device != 0);
    CHECK((ticket->device & core::kHubBit) == 0);
    CHECK(ticket->expires == kNow + 72LL * 3600 * 1000);
    REQUIRE(*registry.find(ticket->device));
    CHECK_FALSE((*registry.find(ticket->device))->enrolled);

    auto wrong = ticket->code;
    wrong[15] ^= 1;
    const auto enrol = [&](const sync::EnrolmentCode& code, const core::PublicKey& sign,
                           Instant now) {
        return registry.enrol(ticket->device, code, sign, kSeal, now);
    };
    SUBCASE("a wrong code is refused, the right one then still works") {
        REQUIRE_FALSE(enrol(wrong, kSign, kNow));
        CHECK(enrol(wrong, kSign, kNow).error().code == Code::refused);
        CHECK_FALSE((*registry.find(ticket->device))->enrolled);
        CHECK(enrol(ticket->code, kSign, kNow));
    }
    SUBCASE("too late") {
        CHECK_FALSE(enrol(ticket->code, kSign, ticket->expires + 1));
        CHECK_FALSE((*registry.find(ticket->device))->enrolled);
        CHECK(enrol(ticket->code, kSign, ticket->expires));
    }
    SUBCASE("the same keys again are welcome, even late; others are not") {
        REQUIRE(enrol(ticket->code, kSign, kNow));
        CHECK(enrol(ticket->code, kSign, ticket->expires + 1));
        const core::PublicKey other = kOther;
        REQUIRE_FALSE(enrol(ticket->code, other, kNow));
        CHECK((*registry.find(ticket->device))->sign == kSign);
        CHECK((*registry.find(ticket->device))->seal == kSeal);
    }
    SUBCASE("keys that can't be used are refused, and the slip stays good") {
        const core::PublicKey zero{}, one{1};
        for (const auto& bad : {zero, one}) {
            const auto sign = registry.enrol(ticket->device, ticket->code, bad, kSeal, kNow);
            REQUIRE_FALSE(sign);
            CHECK(sign.error().code == Code::refused);
            const auto seal = registry.enrol(ticket->device, ticket->code, kSign, bad, kNow);
            REQUIRE_FALSE(seal);
            CHECK(seal.error().code == Code::refused);
            CHECK_FALSE((*registry.find(ticket->device))->enrolled);
        }
        CHECK(enrol(ticket->code, kSign, kNow));
    }
    SUBCASE("revoked before it was used") {
        REQUIRE(registry.revoke(ticket->device));
        REQUIRE_FALSE(enrol(ticket->code, kSign, kNow));
        CHECK(enrol(ticket->code, kSign, kNow).error().code == Code::refused);
        CHECK_FALSE((*registry.find(ticket->device))->enrolled);
    }
    SUBCASE("revoked later") {
        REQUIRE(enrol(ticket->code, kSign, kNow));
        REQUIRE(registry.revoke(ticket->device));
        REQUIRE(registry.revoke(ticket->device));
        CHECK((*registry.find(ticket->device))->revoked);
        CHECK((*registry.find(ticket->device))->sign == kSign);
        CHECK_FALSE(enrol(ticket->code, kSign, kNow));
    }
    SUBCASE("an unknown device") {
        CHECK_FALSE(*registry.find(ticket->device ^ 1));
        CHECK(registry.revoke(ticket->device ^ 1).error().code == Code::not_found);
        CHECK_FALSE(registry.enrol(ticket->device ^ 1, ticket->code, kSign, kSeal, kNow));
    }
}

TEST_CASE("a second enrolment of a name is another device, and everything survives a restart") {
    Fixture fixture;
    hub::Registry registry(*fixture.ledger);
    const auto first = registry.issue("van-07", "coimbra", kNow, fixture.random);
    const auto second = registry.issue("van-07", "coimbra", kNow + 1, fixture.random);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first->device != second->device);
    CHECK(first->code != second->code);
    REQUIRE(registry.enrol(first->device, first->code, kSign, kSeal, kNow));
    core::ExchangeRow exchange;
    exchange.device = first->device;
    exchange.began_ms = kNow + 5;
    registry.heard_from(exchange, 12);

    fixture.open();
    hub::Registry again(*fixture.ledger);
    const auto all = *again.list();
    REQUIRE(all.size() == 2);
    CHECK(all[0].station.device == first->device);
    CHECK(all[0].station.name == "van-07");
    CHECK(all[0].station.enrolled);
    CHECK(all[0].team == "coimbra");
    CHECK(all[0].last_contact == kNow + 5);
    CHECK(all[0].backlog == 12);
    CHECK(all[1].station.device == second->device);
    CHECK_FALSE(all[1].station.enrolled);
    CHECK(all[1].last_contact == 0);
}

TEST_CASE("a code of one device is worth nothing at another") {
    Fixture fixture;
    hub::Registry registry(*fixture.ledger);
    const auto first = registry.issue("a", "", kNow, fixture.random);
    const auto second = registry.issue("b", "", kNow, fixture.random);
    REQUIRE(first);
    REQUIRE(second);
    CHECK_FALSE(registry.enrol(second->device, first->code, kSign, kSeal, kNow));
}

TEST_CASE("names that could spoil a list are refused") {
    Fixture fixture;
    hub::Registry registry(*fixture.ledger);
    for (const std::string& name : {std::string(), std::string("a\nb"), std::string(65, 'x')}) {
        CAPTURE(name);
        CHECK_FALSE(registry.issue(name, "", kNow, fixture.random));
        if (!name.empty()) CHECK_FALSE(registry.issue("ok", name, kNow, fixture.random));
    }
    CHECK(registry.issue(std::string(64, 'x'), "", kNow, fixture.random));
    CHECK(registry.list()->size() == 1);
}

TEST_CASE("stations that an earlier program kept in settings become rows, once") {
    Fixture fixture;
    // As issue() and enrol() of then wrote them.
    const auto setting = [&](const std::string& name, const std::string& text) {
        REQUIRE(fixture.ledger->values().set(name, text));
    };
    const std::string hash = "0000000000000000000000000000000000000000000000000000000000000007";
    setting("stations", R"(["000000000000000a","000000000000000b"])");
    setting("station/000000000000000a",
            R"({"name":"van-07","team":"coimbra","issued":5,"enrolled":true,"enrolled_at":9,)"
            R"("revoked":true,"code_hash":")" +
                hash + R"(","code_expires":6,"sign":")" + core::to_hex(kSign) + R"(","seal":")" +
                core::to_hex(kSeal) + R"("})");
    setting("contact/000000000000000a", R"({"at":11,"backlog":12})");
    const std::string second =
        R"({"name":"van-08","team":"","issued":7,"enrolled":false,"revoked":false,"code_hash":")" +
        hash + R"(","code_expires":8})";
    setting("station/000000000000000b", "{");
    REQUIRE_FALSE(hub::take_stations_from_settings(*fixture.ledger));
    CHECK(hub::Registry(*fixture.ledger).list()->empty());  // all or nothing
    setting("station/000000000000000b", second);
    REQUIRE(hub::take_stations_from_settings(*fixture.ledger));
    REQUIRE(hub::take_stations_from_settings(*fixture.ledger));

    fixture.open();
    const auto all = *hub::Registry(*fixture.ledger).list();
    REQUIRE(all.size() == 2);
    CHECK(all[0].station.device == 10);
    CHECK(all[0].station.name == "van-07");
    CHECK(all[0].station.enrolled);
    CHECK(all[0].station.revoked);
    CHECK(all[0].station.sign == kSign);
    CHECK(all[0].station.seal == kSeal);
    CHECK(all[0].team == "coimbra");
    CHECK(all[0].issued == 5);
    CHECK(all[0].last_contact == 11);
    CHECK(all[0].backlog == 12);
    CHECK(all[1].station.name == "van-08");
    CHECK_FALSE(all[1].station.enrolled);
    CHECK(all[1].last_contact == 0);
    const auto row = fixture.ledger->stations().find(11);
    CHECK((*row)->slip_expires_ms == 8);
    CHECK((*row)->slip_code[31] == 7);
    for (const char* name : {"stations", "station/000000000000000a", "contact/000000000000000a"})
        CHECK_FALSE(fixture.ledger->values().setting(name).has_value());
}
