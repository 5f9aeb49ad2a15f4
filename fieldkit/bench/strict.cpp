#include "fieldkit/bench/strict.h"

#include <chrono>

namespace spot::fieldkit {

using core::Code;
using core::fail;
using core::Result;

Result<Recorded> record_all(Box& box, const std::string& station,
                            const std::filesystem::path& events) {
    auto recorded = box.record(station, events);
    if (recorded && !recorded->refused.empty())
        return fail(Code::invalid, "the station refused events: " + recorded->refused.front());
    return recorded;
}

Result<Synced> sync_all(Box& box, const std::string& station, const std::string& address) {
    auto synced = box.sync(station, address);
    if (synced && (synced->state != "ok" || synced->quarantined > 0))
        return fail(Code::offline,
                    "the exchange did not succeed: " + synced->state + " " + synced->reason);
    return synced;
}

Result<Recorded> add_recorded(Box& box, const std::string& station,
                              const std::filesystem::path& events) {
    SPOT_TRY(box.add_station(station));
    return record_all(box, station, events);
}

Result<double> seconds_of(const Work& work) {
    const auto began = std::chrono::steady_clock::now();
    SPOT_TRY(work());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace spot::fieldkit
