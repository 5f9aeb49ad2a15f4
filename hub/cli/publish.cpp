#include "hub/publish.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/catalogue_versions.h"
#include "core/intent.h"
#include "hub/cli/verbs.h"

namespace spot::hub {
namespace {

using core::Exit;
using core::Result;
using nlohmann::json;

void tell_faults(const core::Arguments& arguments, const std::vector<std::string>& faults) {
    if (arguments.json()) core::print_line(json{{"ok", false}, {"faults", faults}}.dump());
    for (const std::string& fault : faults) std::fprintf(stderr, "%s\n", fault.c_str());
    const bool all = faults.size() < core::kCatalogueFaultsMax;
    std::fprintf(stderr, "%s%zu faults. Nothing was published; mend them and publish again.\n",
                 all ? "" : "At least ", faults.size());
}

void tell(const core::Arguments& arguments, const Publication& done) {
    const std::string in_force = core::utc_text(done.in_force);
    if (arguments.json()) {
        core::print_line(json{
            {"ok", true},
            {"version", done.version},
            {"base", done.base},
            {"in_force", in_force},
            {"parts", done.parts},
            {"stations", done.stations},
            {"repeated",
             done.repeated}}.dump());
    } else if (done.repeated) {
        std::printf("The catalogue %s was published before. Nothing was changed.\n",
                    done.version.c_str());
    } else {
        std::printf(
            "The catalogue %s is published: %zu things are other than in %s. It waits for "
            "%zu stations, and is in force from %s.\n",
            done.version.c_str(), done.parts, done.base.c_str(), done.stations, in_force.c_str());
    }
}

Result<Exit> run_publish(const core::Arguments& arguments) {
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(const auto catalogue,
                core::system_disk().read(arguments.value("file"), core::kCatalogueBytesMax));
    core::Instant in_force = clock.now();
    if (arguments.has("in-force")) {
        const auto given = core::parse_moment(arguments.value("in-force"));
        if (!given) return core::fail(core::Code::invalid, "--in-force: " + given.error().message);
        in_force = given->ms;
    }
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    if (const auto faults = core::catalogue_faults(catalogue); !faults.empty()) {
        tell_faults(arguments, faults);
        return Exit::failed;
    }
    SPOT_ASSIGN(const auto done, publish(hub, catalogue, in_force, clock.now()));
    tell(arguments, done);
    return Exit::done;
}

}  // namespace

const core::Verb kPublish{
    "catalogue publish",
    "checks a catalogue and hands what is new in it to every station, whole or not at all",
    {{"file", "NEW.json", "the whole catalogue, as schemas/catalogue/ has it", true},
     {"in-force", "MOMENT", "from when on, like 2027-01-01T00:00:00+00:00 (else from now on)"}},
    run_publish};

}  // namespace spot::hub
