#include <cstdio>
#include <nlohmann/json.hpp>

#include "hub/cli/verbs.h"
#include "hub/publish.h"
#include "hub/registry.h"
#include "sync/slip.h"

namespace spot::hub {
namespace {

core::Result<core::Exit> enrol(const core::Arguments& arguments) {
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    SPOT_ASSIGN(const auto pin, hub.tls_pin());
    const std::string name = arguments.value("station");
    core::Result<Registry::Ticket> ticket = Registry::Ticket();
    SPOT_TRY(hub.ledger.atomically([&]() -> core::Result<> {
        ticket = Registry(hub.ledger).issue(name, arguments.value("team"), clock.now(), random);
        if (!ticket) return tl::make_unexpected(ticket.error());
        return publish_to_new(hub, ticket->device, clock.now());
    }));

    sync::Slip slip;
    slip.station = name;
    slip.team = arguments.value("team");
    slip.device = ticket->device;
    slip.url = hub.identity.url;
    slip.hub_sign = hub.identity.sign;
    slip.hub_seal = hub.identity.seal;
    slip.tls_pin = pin;
    slip.code = ticket->code;
    slip.expires = ticket->expires;
    const std::string out = arguments.value("out");
    SPOT_TRY(core::system_disk().replace(out, sync::slip_text(slip)));

    if (arguments.json()) {
        core::print_line(nlohmann::json{{"station", name},
                                        {"team", slip.team},
                                        {"device", sync::device_text(slip.device)},
                                        {"out", out},
                                        {"expires", core::utc_text(slip.expires)}}
                             .dump());
    } else {
        std::printf(
            "%s holds the slip for %s. It works once, until %s. Whoever has it can be "
            "this station.\n",
            out.c_str(), name.c_str(), core::utc_text(slip.expires).c_str());
    }
    return core::Exit::done;
}

}  // namespace

const core::Verb kEnrol{"enrol",
                        "writes the slip with which a new station begins: works once, for 72 h",
                        {{"station", "NAME", "what people call it", true},
                         {"team", "TEAM", "with whom it shares a van"},
                         {"out", "FILE", "where the slip goes", true}},
                        enrol};

}  // namespace spot::hub
