#include <cstdio>
#include <nlohmann/json.hpp>

#include "van-station/cli/verbs.h"

namespace spot::station {

core::Result<Station> open_station(const core::Arguments& arguments, core::Random& random) {
    SPOT_ASSIGN(const auto passphrase, arguments.passphrase(core::Ask::once));
    return open_station(arguments.data(), passphrase, random);
}

namespace {

core::Result<core::Exit> init(const core::Arguments& arguments) {
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(const auto text,
                core::system_disk().read(arguments.value("slip"), sync::kSlipBytesMax));
    SPOT_ASSIGN(const auto slip, sync::parse_slip(text));
    SPOT_ASSIGN(const auto passphrase, arguments.passphrase(core::Ask::twice));
    SPOT_ASSIGN(const auto made,
                make_station(arguments.data(), slip, passphrase, clock.now(), random));

    if (arguments.json()) {
        core::print_line(nlohmann::json{
            {"station", made.station},
            {"team", made.team},
            {"device", sync::device_text(made.device)},
            {"hub",
             made.url}}.dump());
    } else {
        std::printf("Station %s is ready to record. It will reconcile to %s.\n",
                    made.station.c_str(), made.url.c_str());
    }
    return core::Exit::done;
}

}  // namespace

const core::Verb kInit{"init",
                       "makes keys and store from the hub's slip; works offline",
                       {{"slip", "FILE", "the slip that the hub's enrol wrote", true}},
                       init};

}  // namespace spot::station
