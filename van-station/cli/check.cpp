#include <cstdio>
#include <nlohmann/json.hpp>

#include "van-station/cli/verbs.h"

namespace spot::station {
namespace {

core::Result<core::Exit> run_check(const core::Arguments& arguments) {
    core::SystemRandom random;
    SPOT_ASSIGN(auto station, open_station(arguments, random));
    SPOT_ASSIGN(const auto faults, station.ledger.audit().check());
    if (arguments.json()) {
        core::print_line(nlohmann::json{{"ok", faults.empty()}, {"faults", faults}}.dump());
    } else {
        for (const std::string& fault : faults) std::printf("%s\n", fault.c_str());
        if (faults.empty()) std::printf("Store, chains, records and receipt series are whole.\n");
    }
    return faults.empty() ? core::Exit::done : core::Exit::attention;
}

}  // namespace

const core::Verb kCheck{
    "check", "verifies the store, every chain and the receipt series", {}, run_check};

}  // namespace spot::station
