#include "hub/cli/verbs.h"

namespace spot::hub {
namespace {

core::Result<core::Exit> run_export(const core::Arguments& arguments) {
    core::SystemRandom random;
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    SPOT_TRY(hub.catch_up());
    return core::export_records(hub.ledger, arguments);
}

}  // namespace

const core::Verb kExport{"export", "prints the records as JSON Lines, sorted by record, then id",
                         core::export_options(), run_export};

}  // namespace spot::hub
