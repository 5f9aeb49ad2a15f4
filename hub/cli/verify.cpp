#include "core/verify_receipt.h"
#include "hub/cli/verbs.h"
#include "hub/registry.h"

namespace spot::hub {
namespace {

core::Result<core::Exit> run_verify(const core::Arguments& arguments) {
    core::SystemRandom random;
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    SPOT_TRY(hub.catch_up());
    Registry registry(hub.ledger);
    const auto key_of = [&](std::uint64_t device) -> std::optional<core::PublicKey> {
        const auto station = registry.find(device);
        if (!station || !*station || !(*station)->enrolled) return std::nullopt;
        return (*station)->sign;
    };
    return core::verify_receipt(hub.ledger,
                                {key_of, [](std::uint64_t) { return true; }, "the hub",
                                 "Its entry is not at the hub: it is still on its way, or a copy "
                                 "of that station's store made it."},
                                arguments);
}

}  // namespace

const core::Verb kVerify{"verify",
                         "says whether a receipt's QR code is genuine, and which receipt it is",
                         core::verify_options(), run_verify};

}  // namespace spot::hub
