#include "van-station/cli/verbs.h"

namespace spot::station {
namespace {

core::Result<core::Exit> run_export(const core::Arguments& arguments) {
    core::SystemRandom random;
    SPOT_ASSIGN(auto station, open_station(arguments, random));
    return core::export_records(station.ledger, arguments);
}

}  // namespace

const core::Verb kExport{"export", "prints the records as JSON Lines, sorted by record, then id",
                         core::export_options(), run_export};

}  // namespace spot::station
