#pragma once

// A hub's store with stations in its registry, without wire or programs.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hub/hub.h"
#include "hub/registry.h"
#include "sync/slip.h"
#include "tests/support/chance.h"
#include "tests/support/store_keys.h"
#include "tests/support/temporary_folder.h"

namespace spot::support {

class HubHouse {
public:
    static constexpr core::Instant kNow = 1'800'000'000'000;

    explicit HubHouse(std::uint64_t seed = 5) : random(seed) {
        core::start_crypto();
        auto opened = core::Ledger::open(folder.path() / "hub.db",
                                         store_keys(core::SecretKey::random(random)),
                                         {core::Party::hub, &core::Catalogue::shipped(), &random});
        REQUIRE(opened.has_value());
        hub.emplace(hub::Hub{{},
                             {1, core::SecretKey::random(random), core::SecretKey::random(random)},
                             std::move(*opened),
                             folder.path()});
    }

    struct Station {
        hub::Registry::Ticket ticket;
        std::string name;
        core::PublicKey sign{};
        std::uint64_t device() const { return ticket.device; }
    };
    // One that has a slip, and has not come yet.
    Station expected(const std::string& name) {
        const auto ticket = registry().issue(name, "", kNow, random);
        REQUIRE(ticket.has_value());
        Station out{*ticket, name, {}};
        out.sign = core::sign_public(core::SecretKey::random(random));
        return out;
    }
    // Its first exchange, at the reception or the registry.
    core::Result<> enrol(sync::Stations& at, const Station& station) const {
        return at.enrol(station.device(), station.ticket.code, station.sign, station.sign, kNow);
    }
    Station enrolled(const std::string& name) {
        const Station out = expected(name);
        hub::Registry at = registry();
        REQUIRE(enrol(at, out).has_value());
        return out;
    }
    void revoke(const Station& station) {
        REQUIRE(registry().revoke(station.device()).has_value());
        REQUIRE((*registry().find(station.device()))->revoked);
    }

    hub::Registry registry() { return hub::Registry(hub->ledger); }
    core::LogId log_for(const Station& station) const {
        return {station.device() | core::kHubBit, hub->keys.epoch};
    }
    // What the hub's log for this station says, an intent each.
    std::vector<nlohmann::json> said_to(const Station& station) {
        const auto entries = hub->ledger.replica().entries(log_for(station), 1, 1000);
        REQUIRE(entries.has_value());
        std::vector<nlohmann::json> out;
        for (const core::Entry& entry : *entries)
            out.push_back(nlohmann::json::parse(entry.intent));
        return out;
    }

    TemporaryFolder folder;
    tests::SeededRandom random;
    std::optional<hub::Hub> hub;
};

}  // namespace spot::support
