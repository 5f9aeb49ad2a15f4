#include <cstdio>
#include <nlohmann/json.hpp>

#include "hub/cli/verbs.h"
#include "hub/server/certificate.h"
#include "sync/http/address.h"

namespace spot::hub {

core::Result<Hub> open_hub(const core::Arguments& arguments, core::Random& random) {
    SPOT_ASSIGN(const auto passphrase, arguments.passphrase(core::Ask::once));
    return open_hub(arguments.data(), passphrase, random);
}

namespace {

core::Result<core::Exit> init(const core::Arguments& arguments) {
    const std::string url = arguments.value("url");
    if (!sync::is_hub_url(url)) {
        std::fprintf(stderr, "--url: an address like https://host:port is needed\n");
        return core::Exit::usage;
    }
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(const auto passphrase, arguments.passphrase(core::Ask::twice));
    const auto made =
        make_hub(arguments.data(), arguments.value("name"), url, passphrase, clock.now(), random);
    if (!made) return tl::make_unexpected(made.error());
    SPOT_ASSIGN(const auto pin, pin_of(arguments.data() / kCertificateFile));

    if (arguments.json()) {
        core::print_line(nlohmann::json{
            {"name", made->name},
            {"url", made->url},
            {"hub_sign", core::to_hex(made->sign)},
            {"hub_seal", core::to_hex(made->seal)},
            {"tls_pin", pin}}.dump());
    } else {
        std::printf(
            "Hub %s is made; stations will look for it at %s.\nCertificate: %s\n"
            "Next: spot-hub enrol, and spot-hub serve.\n",
            made->name.c_str(), made->url.c_str(), pin.c_str());
    }
    return core::Exit::done;
}

}  // namespace

const core::Verb kInit{"init",
                       "makes keys, store and certificate",
                       {{"url", "URL", "https://… under which stations reach it", true},
                        {"name", "NAME", "what people call it", false, "hub"}},
                       init};

}  // namespace spot::hub
