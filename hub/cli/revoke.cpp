#include <cstdio>
#include <nlohmann/json.hpp>

#include "hub/cli/verbs.h"
#include "hub/registry.h"
#include "sync/slip.h"

namespace spot::hub {
namespace {

using core::Code;
using core::fail;
using core::Result;

std::string about(const Registry::Listed& listed) {
    const std::string last = listed.last_contact == 0
                                 ? std::string("never heard of")
                                 : "last heard of " + core::utc_text(listed.last_contact);
    return sync::device_text(listed.station.device) + " (" +
           (listed.station.revoked ? "revoked, " : "") + last + ")";
}

// Which of the devices that people call so, or that has this number. A name may stand for a lost
// laptop and the one that replaced it: then only a number says which.
Result<Registry::Listed> one_called(const std::string& called, Registry& registry) {
    std::vector<Registry::Listed> found;
    const auto device = sync::parse_device(called);
    SPOT_ASSIGN(auto all, registry.list());
    for (Registry::Listed& listed : all)
        if (listed.station.name == called || listed.station.device == device)
            found.push_back(std::move(listed));
    if (found.empty()) return fail(Code::not_found, "no station is called " + called);
    if (found.size() == 1) return std::move(found.front());
    std::string which;
    for (const Registry::Listed& one : found) which += (which.empty() ? "" : ", ") + about(one);
    return fail(Code::invalid, called + " has " + std::to_string(found.size()) +
                                   " devices; give the number of the lost one: " + which);
}

Result<core::Exit> revoke(const core::Arguments& arguments) {
    core::SystemRandom random;
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    Registry registry(hub.ledger);
    SPOT_ASSIGN(const auto lost, one_called(arguments.value("station"), registry));
    SPOT_TRY(registry.revoke(lost.station.device));

    const std::string device = sync::device_text(lost.station.device);
    if (arguments.json()) {
        core::print_line(nlohmann::json{{"station", lost.station.name},
                                        {"device", device},
                                        {"revoked", true},
                                        {"was_revoked", lost.station.revoked}}
                             .dump());
    } else if (lost.station.revoked) {
        std::printf("%s (%s) was revoked before. Nothing changed.\n", lost.station.name.c_str(),
                    device.c_str());
    } else {
        std::printf(
            "%s (%s) is revoked. What it delivered stays and its receipts stay good. What it "
            "sends from now on is held, and shown by status; it is told nothing more.\n",
            lost.station.name.c_str(), device.c_str());
    }
    return core::Exit::done;
}

}  // namespace

const core::Verb kRevoke{"revoke",
                         "trusts a lost or stolen station no more, from this moment",
                         {{"station", "NAME", "what people call it, or its device's number", true}},
                         revoke};

}  // namespace spot::hub
