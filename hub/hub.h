#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/clock.h"
#include "core/ledger.h"
#include "core/random.h"
#include "core/vault.h"
#include "sync/exchange.h"

namespace spot::hub {

// Names of the settings that a hub keeps in its ledger.
namespace setting {
inline constexpr char kIdentity[] = "identity";  // JSON, see Identity
inline constexpr char kTlsPin[] = "tls_pin";     // of the certificate that serve used last
}  // namespace setting

inline constexpr char kCertificateFile[] = "certificate.pem";
inline constexpr char kCertificateKeyFile[] = "certificate-key.pem";

struct Identity {
    std::string name;
    std::string url;  // what slips tell the stations
    core::PublicKey sign{};
    core::PublicKey seal{};
};

// An open store and the keys in it. One thread owns it; several processes may have it open.
struct Hub {
    Identity identity;
    sync::HubKeys keys;
    core::Ledger ledger;
    std::filesystem::path data;

    std::filesystem::path certificate() const { return data / kCertificateFile; }
    std::filesystem::path certificate_key() const { return data / kCertificateKeyFile; }
    // What slips pin: of the certificate that serve used last, else of the self-made one.
    core::Result<std::string> tls_pin();
    core::Result<> remember_tls_pin(const std::string& pin);
    // Executes what was received, to its end, so that what is read next is complete.
    core::Result<> catch_up();
};

// Makes keys, store and certificate in `data`. `conflict`: they are there already.
core::Result<Identity> make_hub(const std::filesystem::path& data, const std::string& name,
                                const std::string& url, const core::Passphrase& passphrase,
                                core::Instant now, core::Random& random,
                                core::Disk& disk = core::system_disk());

// `refused`: the passphrase does not open it. `not_found`: no hub was made here.
// `random` and `disk` outlive the hub.
core::Result<Hub> open_hub(const std::filesystem::path& data, const core::Passphrase& passphrase,
                           core::Random& random, core::Disk& disk = core::system_disk());

}  // namespace spot::hub
