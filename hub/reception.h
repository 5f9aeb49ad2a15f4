#pragma once

#include <cstdint>

#include "hub/registry.h"

namespace spot::hub {

// The registry as the exchanges have it. A station that enrols is told the keys of all others, and
// they its key, as entries of the hub's logs for them: so any station can verify any other's
// receipts offline. A hub of one station tells nothing.
class Reception final : public sync::Stations {
public:
    // `epoch`: of the hub's logs. `ledger` outlives it.
    Reception(core::Ledger& ledger, std::uint32_t epoch)
        : ledger_(ledger), epoch_(epoch), registry_(ledger) {}

    core::Result<std::optional<sync::StationRecord>> find(std::uint64_t device) override;
    core::Result<> enrol(std::uint64_t device, const sync::EnrolmentCode& code,
                         const core::PublicKey& sign, const core::PublicKey& seal,
                         core::Instant now) override;
    void heard_from(const core::ExchangeRow& exchange,
                    std::optional<std::uint64_t> backlog) override;

private:
    core::Result<> introduce(const sync::StationRecord& station, core::Instant now);
    core::Result<> tell(std::uint64_t device, const sync::StationRecord& other, core::Instant now);

    core::Ledger& ledger_;
    std::uint32_t epoch_;
    Registry registry_;
};

}  // namespace spot::hub
