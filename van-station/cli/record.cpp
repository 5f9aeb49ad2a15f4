#include "van-station/app/record.h"

#include "van-station/cli/verbs.h"

namespace spot::station {
namespace {

core::Result<core::Exit> run_record(const core::Arguments& arguments) {
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(auto station, open_station(arguments, random));
    Recorder recorder(station, clock);
    return core::take_events(arguments, clock, station.ledger,
                             [&](std::string_view line) { return recorder.record(line); });
}

}  // namespace

const core::Verb kRecord{"record",
                         "records events, one durable transaction each",
                         {{"events", "FILE", "JSON Lines; - is standard input", true}},
                         run_record};

}  // namespace spot::station
