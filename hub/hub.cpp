#include "hub/hub.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/program.h"
#include "hub/registry.h"
#include "hub/server/certificate.h"

namespace spot::hub {
namespace {

using core::Code;
using core::fail;
using core::Result;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr char kKeysFile[] = "keys.json";
constexpr char kStoreFile[] = "hub.db";
const std::vector<std::string> kFiles{kKeysFile, kStoreFile, kCertificateFile, kCertificateKeyFile};
constexpr char kSlot[] = "first";
constexpr std::size_t kCatchUpSlice = 500;

core::Ledger::Options options(core::Random& random) {
    return {core::Party::hub, &core::Catalogue::shipped(), &random};
}

Result<> make(const fs::path& data, const std::string& name, const std::string& url,
              const core::Passphrase& passphrase, core::Instant now, core::Random& random,
              core::Disk& disk) {
    SPOT_ASSIGN(const auto keys,
                core::Vault::create(data / kKeysFile, kSlot, passphrase, random, disk));
    SPOT_ASSIGN(auto ledger, core::Ledger::open(data / kStoreFile, keys, options(random), disk));
    SPOT_TRY(make_certificate(data / kCertificateFile, data / kCertificateKeyFile, now, disk));
    const auto sign_seed = core::SecretKey::random(random);
    const auto seal_secret = core::SecretKey::random(random);
    const json identity{{"name", name},
                        {"url", url},
                        {"epoch", 1},
                        {"sign_seed", core::to_hex(sign_seed.bytes())},
                        {"seal_secret", core::to_hex(seal_secret.bytes())}};
    return ledger.values().set(setting::kIdentity, identity.dump());
}

core::Failure damaged() {
    return fail(Code::corrupt, "the hub's identity can't be read; nothing was changed");
}

Result<core::SecretKey> key_of(const json& identity, const char* name) {
    if (!identity.contains(name) || !identity[name].is_string()) return damaged();
    const auto bytes = core::from_hex(identity[name].get<std::string>());
    if (!bytes || bytes->size() != core::SecretKey::kSize) return damaged();
    return core::SecretKey(std::span<const std::uint8_t, core::SecretKey::kSize>(*bytes));
}

struct Keyed {
    Identity identity;
    sync::HubKeys keys;
};

Result<Keyed> identity_of(core::Ledger& ledger) {
    const auto text = ledger.values().setting(setting::kIdentity);
    const json stored = text ? json::parse(*text, nullptr, false) : json();
    if (!stored.is_object()) return damaged();
    for (const char* name : {"name", "url"})
        if (!stored.contains(name) || !stored[name].is_string()) return damaged();
    if (!stored.contains("epoch") || !stored["epoch"].is_number_unsigned()) return damaged();
    auto sign_seed = key_of(stored, "sign_seed");
    auto seal_secret = key_of(stored, "seal_secret");
    if (!sign_seed || !seal_secret) return damaged();
    return Keyed{
        {stored["name"], stored["url"], core::sign_public(*sign_seed),
         core::seal_public(*seal_secret)},
        {stored["epoch"].get<std::uint32_t>(), std::move(*sign_seed), std::move(*seal_secret)}};
}

// Of files whose making seems not to have ended; as in van-station/app/station.cpp.
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

Result<Identity> make_hub(const fs::path& data, const std::string& name, const std::string& url,
                          const core::Passphrase& passphrase, core::Instant now,
                          core::Random& random, core::Disk& disk) {
    SPOT_TRY(core::make_store(
        data, kFiles, [&] { return make(data, name, url, passphrase, now, random, disk); },
        [&] { return is_whole(data, passphrase, random, disk); }, disk));
    SPOT_ASSIGN(const auto made, open_hub(data, passphrase, random, disk));
    return made.identity;
}

Result<Hub> open_hub(const fs::path& data, const core::Passphrase& passphrase, core::Random& random,
                     core::Disk& disk) {
    if (!core::store_is_made(data, {kKeysFile, kStoreFile}, disk))
        return fail(Code::not_found, "no hub in " + data.string() + "; make one with init");
    SPOT_ASSIGN(const auto keys, core::Vault::open(data / kKeysFile, passphrase, random, disk));
    SPOT_ASSIGN(auto ledger, core::Ledger::open(data / kStoreFile, keys, options(random), disk));
    SPOT_ASSIGN(auto keyed, identity_of(ledger));
    SPOT_TRY(take_stations_from_settings(ledger));
    return Hub{std::move(keyed.identity), std::move(keyed.keys), std::move(ledger), data};
}

Result<std::string> Hub::tls_pin() {
    if (auto pin = ledger.values().setting(setting::kTlsPin)) return std::move(*pin);
    return pin_of(certificate());
}

Result<> Hub::remember_tls_pin(const std::string& pin) {
    if (ledger.values().setting(setting::kTlsPin) == pin) return {};
    return ledger.values().set(setting::kTlsPin, pin);
}

Result<> Hub::catch_up() {
    for (;;) {
        SPOT_ASSIGN(const auto done, ledger.executor().run(kCatchUpSlice));
        if (done == 0) return {};
    }
}

}  // namespace spot::hub
