#include "hub/reception.h"

#include <nlohmann/json.hpp>

#include "sync/slip.h"

namespace spot::hub {

using core::Result;

Result<std::optional<sync::StationRecord>> Reception::find(std::uint64_t device) {
    return registry_.find(device);
}

Result<> Reception::enrol(std::uint64_t device, const sync::EnrolmentCode& code,
                          const core::PublicKey& sign, const core::PublicKey& seal,
                          core::Instant now) {
    return ledger_.atomically([&]() -> Result<> {
        SPOT_ASSIGN(const auto before, registry_.find(device));
        SPOT_TRY(registry_.enrol(device, code, sign, seal, now));
        if (before && before->enrolled) return {};  // the same again: its answer was lost
        SPOT_ASSIGN(const auto station, registry_.find(device));
        return station ? introduce(*station, now) : Result<>();
    });
}

void Reception::heard_from(const core::ExchangeRow& exchange,
                           std::optional<std::uint64_t> backlog) {
    registry_.heard_from(exchange, backlog);
}

Result<> Reception::introduce(const sync::StationRecord& station, core::Instant now) {
    SPOT_ASSIGN(const auto all, registry_.list());
    for (const Registry::Listed& listed : all) {
        const sync::StationRecord& other = listed.station;
        if (other.device == station.device || !other.enrolled) continue;
        SPOT_TRY(tell(station.device, other, now));
        if (other.revoked) continue;  // its old receipts stay good, but it hears nothing more
        SPOT_TRY(tell(other.device, station, now));
    }
    return {};
}

Result<> Reception::tell(std::uint64_t device, const sync::StationRecord& other,
                         core::Instant now) {
    SPOT_TRY(ledger_.journal().write_to({device | core::kHubBit, epoch_}));
    const auto told = ledger_.journal().append(core::Kind::station_key, "", "",
                                               {{"at", core::utc_text(now)},
                                                {"station", other.name},
                                                {"device", sync::device_text(other.device)},
                                                {"key", core::to_hex(other.sign)}});
    return told ? Result<>() : tl::make_unexpected(told.error());
}

}  // namespace spot::hub
