#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/ledger.h"
#include "core/random.h"
#include "sync/exchange.h"

namespace spot::hub {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::int64_t kExchangesKeptMs = std::int64_t{90} * 24 * 3600 * 1000;

// Knows the hub's stations, and decides who may enrol. It keeps an enrolment code's hash, never the
// code. Several processes that have the ledger open may each have a registry.
class Registry final : public sync::Stations {
public:
    explicit Registry(core::Ledger& ledger) : ledger_(ledger) {}  // outlives the registry

    struct Ticket {
        std::uint64_t device = 0;
        sync::EnrolmentCode code{};
        core::Instant expires = 0;
    };
    // A new device number and a code that works once. A name that is there already gets a second
    // device, to replace a lost one: what the first has delivered, and still delivers, stays.
    // `invalid`: the name or the team is empty, too long, no UTF-8, or holds a control character.
    core::Result<Ticket> issue(const std::string& name, const std::string& team, core::Instant now,
                               core::Random& random);

    core::Result<std::optional<sync::StationRecord>> find(std::uint64_t device) override;
    // The same keys again are `refused` only if the code is wrong: an answer may have been lost.
    // Keys that prove nothing, or to which nothing can be sealed, are `refused`.
    core::Result<> enrol(std::uint64_t device, const sync::EnrolmentCode& code,
                         const core::PublicKey& sign, const core::PublicKey& seal,
                         core::Instant now) override;
    // From now on what the device sends is held, and it is told nothing; a slip that was not used
    // yet is void. Revoked again: nothing changes. `not_found`: no such device.
    core::Result<> revoke(std::uint64_t device);
    void heard_from(const core::ExchangeRow& exchange,
                    std::optional<std::uint64_t> backlog) override;
    // The latest first.
    core::Result<std::vector<core::ExchangeRow>> exchanges(std::uint64_t device, std::size_t count);

    struct Listed {
        sync::StationRecord station;
        std::string team;
        core::Instant issued = 0;
        core::Instant last_contact = 0;  // 0: never
        std::uint64_t backlog = 0;       // entries it still held at its last contact
    };
    core::Result<std::vector<Listed>> list();

private:
    core::Ledger& ledger_;
};

// An earlier program kept them in settings ("stations", "station/<device>", "contact/<device>"):
// they become rows, once.
core::Result<> take_stations_from_settings(core::Ledger& ledger);

}  // namespace spot::hub
