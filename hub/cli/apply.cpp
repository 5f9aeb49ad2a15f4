#include "hub/apply.h"

#include <cstdio>

#include "hub/cli/verbs.h"

namespace spot::hub {
namespace {

using core::Exit;

core::Result<Exit> run_apply(const core::Arguments& arguments) {
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    // An edit counts as made in the knowledge of all that has arrived.
    SPOT_TRY(hub.catch_up());
    SPOT_ASSIGN(const auto before, hub.ledger.records().count());

    Editor editor(hub);
    const auto exit = core::take_events(arguments, clock, hub.ledger,
                                        [&](std::string_view line) { return editor.apply(line); });
    if (!exit) return exit;
    SPOT_ASSIGN(const auto after, hub.ledger.records().count());
    if (after.conflicts <= before.conflicts) return exit;
    std::fprintf(stderr, "%llu more records hold two values for one field; see export.\n",
                 static_cast<unsigned long long>(after.conflicts - before.conflicts));
    return Exit::attention;
}

}  // namespace

const core::Verb kApply{"apply",
                        "records the hub's own edits, one durable transaction each",
                        {{"events", "FILE", "JSON Lines of hub.edit; - is standard input", true}},
                        run_apply};

}  // namespace spot::hub
