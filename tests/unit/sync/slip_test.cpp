#include "sync/slip.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/crypto.h"
#include "tests/support/chance.h"

using namespace spot;
using Json = nlohmann::json;

namespace {

sync::Slip example() {
    tests::SeededRandom random(1);
    sync::Slip out;
    out.station = "van-07";
    out.team = "norte";
    out.device = 7;
    out.url = "https://hub.example.org:8443";
    out.hub_sign = core::sign_public(core::SecretKey::random(random));
    out.hub_seal = core::seal_public(core::SecretKey::random(random));
    out.tls_pin = "sha256//" + std::string(43, 'A') + "=";
    random.fill(out.code);
    out.expires = 1'700'000'000'000;
    return out;
}

}  // namespace

TEST_CASE("a slip comes back as it was written") {
    const sync::Slip slip = example();
    const auto back = sync::parse_slip(sync::slip_text(slip));
    REQUIRE(back.has_value());
    CHECK(back->station == slip.station);
    CHECK(back->url == slip.url);
    CHECK(back->tls_pin == slip.tls_pin);
    CHECK(back->device == slip.device);
    CHECK(back->expires == slip.expires);
}

// A station that was made from such a slip could never reach its hub.
TEST_CASE("a slip by which no hub could be reached is refused") {
    const Json good = Json::parse(sync::slip_text(example()));
    const auto refused = [&](const char* key, const char* value) {
        CAPTURE(value);
        Json slip = good;
        slip[key] = value;
        const auto parsed = sync::parse_slip(slip.dump());
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().message.find(key) != std::string::npos);
    };
    for (const char* url :
         {"", "http://hub.example.org", "https://", "https://a b", "https://hub:99999",
          "https://me:secret@hub", "https://hub?x=1", "https://hub#x"})
        refused("url", url);
    for (const char* pin : {"", "sha256//", "/etc/pin.pem", "sha1//AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                            "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                            "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;="})
        refused("tls_pin", pin);
}
