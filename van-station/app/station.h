#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/ledger.h"
#include "core/random.h"
#include "core/vault.h"
#include "sync/exchange.h"
#include "sync/slip.h"

namespace spot::station {

// Names of the settings that a station keeps in its ledger.
namespace setting {
inline constexpr char kIdentity[] = "identity";      // JSON, see Identity
inline constexpr char kEpoch[] = "epoch";            // decimal; apart, as every append looks at it
inline constexpr char kEnrolment[] = "enrolment";    // the one-time code in hex; empty once used
inline constexpr char kAttempt[] = "sync.attempt";   // "1": an exchange was begun, no answer came
inline constexpr char kLastContact[] = "sync.last";  // JSON of the last answer
}  // namespace setting

// Who this station is. Written once, by init.
struct Identity {
    std::string station;
    std::string team;
    std::uint64_t device = 0;
    std::string url;
    std::string tls_pin;
    core::PublicKey hub_sign{};
    core::PublicKey hub_seal{};
};

// An open store and the keys in it. One thread owns it.
struct Station {
    Identity identity;
    core::Ledger ledger;
    std::filesystem::path data;

    core::Result<std::uint32_t> epoch();
    core::Result<core::LogId> log();
    core::Result<sync::StationKeys> keys();
};

// Makes keys and store in `data`. `conflict`: there is one already; `refused`: the slip is over.
core::Result<Identity> make_station(const std::filesystem::path& data, const sync::Slip& slip,
                                    const core::Passphrase& passphrase, core::Instant now,
                                    core::Random& random, core::Disk& disk = core::system_disk());

// `refused`: the passphrase does not open it. `not_found`: no station was made here.
// `random` and `disk` outlive the station.
core::Result<Station> open_station(const std::filesystem::path& data,
                                   const core::Passphrase& passphrase, core::Random& random,
                                   core::Disk& disk = core::system_disk());

}  // namespace spot::station
