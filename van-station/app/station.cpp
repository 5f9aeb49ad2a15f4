#include "van-station/app/station.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/program.h"

namespace spot::station {
namespace {

using core::Code;
using core::fail;
using core::Result;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr char kKeysFile[] = "keys.json";
constexpr char kStoreFile[] = "station.db";
const std::vector<std::string> kFiles{kKeysFile, kStoreFile};
constexpr char kSlot[] = "first";

core::Failure damaged() {
    return fail(Code::corrupt, "the station's identity can't be read; nothing was changed");
}

template <std::size_t N>
bool take_hex(const std::string& text, std::array<std::uint8_t, N>& out) {
    const auto bytes = core::from_hex(text);
    if (!bytes || bytes->size() != N) return false;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return true;
}

core::Ledger::Options options(core::Random& random) {
    return {core::Party::station, &core::Catalogue::shipped(), &random};
}

Result<> fill(core::Ledger& ledger, const sync::Slip& slip, core::Random& random) {
    const auto sign_seed = core::SecretKey::random(random);
    const auto seal_secret = core::SecretKey::random(random);
    const json identity{{"station", slip.station},
                        {"team", slip.team},
                        {"device", sync::device_text(slip.device)},
                        {"url", slip.url},
                        {"tls_pin", slip.tls_pin},
                        {"hub_sign", core::to_hex(slip.hub_sign)},
                        {"hub_seal", core::to_hex(slip.hub_seal)},
                        {"sign_seed", core::to_hex(sign_seed.bytes())},
                        {"seal_secret", core::to_hex(seal_secret.bytes())}};
    return ledger.atomically([&]() -> Result<> {
        SPOT_TRY(ledger.values().set(setting::kIdentity, identity.dump()));
        SPOT_TRY(ledger.values().set(setting::kEpoch, "1"));
        return ledger.values().set(setting::kEnrolment, core::to_hex(slip.code));
    });
}

Result<> make(const fs::path& data, const sync::Slip& slip, const core::Passphrase& passphrase,
              core::Random& random, core::Disk& disk) {
    SPOT_ASSIGN(const auto keys,
                core::Vault::create(data / kKeysFile, kSlot, passphrase, random, disk));
    SPOT_ASSIGN(auto ledger, core::Ledger::open(data / kStoreFile, keys, options(random), disk));
    return fill(ledger, slip, random);
}

Result<json> identity_json(core::Ledger& ledger) {
    const auto text = ledger.values().setting(setting::kIdentity);
    if (!text) return damaged();
    auto identity = json::parse(*text, nullptr, false);
    if (!identity.is_object()) return damaged();
    for (const char* key : {"station", "team", "device", "url", "tls_pin", "hub_sign", "hub_seal",
                            "sign_seed", "seal_secret"})
        if (!identity.contains(key) || !identity[key].is_string()) return damaged();
    return identity;
}

Result<Identity> identity_of(core::Ledger& ledger) {
    SPOT_ASSIGN(const auto text, identity_json(ledger));
    Identity out;
    out.station = text["station"];
    out.team = text["team"];
    out.url = text["url"];
    out.tls_pin = text["tls_pin"];
    const auto device = sync::parse_device(text["device"].get<std::string>());
    if (!device || !take_hex(text["hub_sign"], out.hub_sign) ||
        !take_hex(text["hub_seal"], out.hub_seal))
        return damaged();
    out.device = *device;
    return out;
}

// Of files whose making seems not to have ended. The identity is written last, and what stands in a
// log was recorded since.
Result<bool> is_whole(const fs::path& data, const core::Passphrase& passphrase,
                      core::Random& random, core::Disk& disk) {
    if (!disk.exists(data / kStoreFile)) return false;
    const auto kept = [&](const core::Error& error) {
        return fail(error.code, "in " + data.string() +
                                    " is a store that does not open, and it may hold records; "
                                    "nothing was changed. Call init with the passphrase that it "
                                    "was made with, or move the folder away. (" +
                                    error.message + ")");
    };
    const auto keys = core::Vault::open(data / kKeysFile, passphrase, random, disk);
    if (!keys) return kept(keys.error());
    auto ledger = core::Ledger::open(data / kStoreFile, *keys, options(random), disk);
    if (!ledger) return kept(ledger.error());
    return identity_of(*ledger).has_value() || !ledger->replica().logs().empty();
}

}  // namespace

Result<Identity> make_station(const fs::path& data, const sync::Slip& slip,
                              const core::Passphrase& passphrase, core::Instant now,
                              core::Random& random, core::Disk& disk) {
    if (slip.expires <= now)
        return fail(Code::refused, "the slip is over since " + core::utc_text(slip.expires) +
                                       "; ask the hub for a new one");
    SPOT_TRY(core::make_store(
        data, kFiles, [&] { return make(data, slip, passphrase, random, disk); },
        [&] { return is_whole(data, passphrase, random, disk); }, disk));
    return Identity{slip.station, slip.team,     slip.device,  slip.url,
                    slip.tls_pin, slip.hub_sign, slip.hub_seal};
}

Result<Station> open_station(const fs::path& data, const core::Passphrase& passphrase,
                             core::Random& random, core::Disk& disk) {
    if (!core::store_is_made(data, kFiles, disk))
        return fail(Code::not_found, "no station in " + data.string() +
                                         "; make one with init, which keeps a store that is whole");
    SPOT_ASSIGN(const auto keys, core::Vault::open(data / kKeysFile, passphrase, random, disk));
    SPOT_ASSIGN(auto ledger, core::Ledger::open(data / kStoreFile, keys, options(random), disk));
    SPOT_ASSIGN(auto identity, identity_of(ledger));
    return Station{std::move(identity), std::move(ledger), data};
}

Result<std::uint32_t> Station::epoch() {
    const auto text = ledger.values().setting(setting::kEpoch);
    std::uint32_t out = 0;
    if (!text) return damaged();
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
    if (error != std::errc() || end != text->data() + text->size() || out == 0 ||
        out > core::kEpochMax)
        return damaged();
    return out;
}

Result<core::LogId> Station::log() {
    SPOT_ASSIGN(const auto number, epoch());
    return core::LogId{identity.device, number};
}

Result<sync::StationKeys> Station::keys() {
    SPOT_ASSIGN(const auto text, identity_json(ledger));
    SPOT_ASSIGN(const auto own, log());
    std::array<std::uint8_t, core::SecretKey::kSize> sign_seed{};
    std::array<std::uint8_t, core::SecretKey::kSize> seal_secret{};
    if (!take_hex(text["sign_seed"], sign_seed) || !take_hex(text["seal_secret"], seal_secret))
        return damaged();

    sync::StationKeys out{own,
                          core::SecretKey(sign_seed),
                          core::SecretKey(seal_secret),
                          identity.hub_sign,
                          identity.hub_seal,
                          std::nullopt};
    const auto code = ledger.values().setting(setting::kEnrolment);
    if (sync::EnrolmentCode bytes{}; code && !code->empty()) {
        if (!take_hex(*code, bytes)) return damaged();
        out.enrolment = bytes;
    }
    return out;
}

}  // namespace spot::station
