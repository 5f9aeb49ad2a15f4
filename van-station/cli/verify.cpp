#include "core/verify_receipt.h"

#include "van-station/cli/verbs.h"

namespace spot::station {
namespace {

using core::Exit;
using core::Result;

// Of this station's receipts all is known; of others' their keys, as far as the hub has told them.
Result<Exit> run_verify(const core::Arguments& arguments) {
    core::SystemRandom random;
    SPOT_ASSIGN(auto station, open_station(arguments, random));
    SPOT_ASSIGN(const auto keys, station.keys());
    const std::uint64_t own = station.identity.device;
    const auto key_of = [&](std::uint64_t device) -> std::optional<core::PublicKey> {
        if (device == own) return core::sign_public(keys.sign_seed);
        const auto told = station.ledger.catalogues().station_key(device);
        if (!told || !*told) return std::nullopt;
        return (*told)->key;
    };
    return core::verify_receipt(
        station.ledger,
        {key_of, [own](std::uint64_t device) { return device == own; }, "this station",
         "But it is not in this store, which holds all of this station's receipts: a copy of the "
         "store made it. Tell the hub."},
        arguments);
}

}  // namespace

const core::Verb kVerify{"verify",
                         "says whether a receipt's QR code is genuine, and which receipt it is",
                         core::verify_options(), run_verify};

}  // namespace spot::station
