#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "fieldkit/arrived.h"
#include "fieldkit/box.h"
#include "fieldkit/link.h"

namespace spot::fieldkit {

// What `fieldkit run` did and found.
struct RunReport {
    std::string station;
    LinkConditions link;
    std::uint64_t json_bytes = 0;  // of the events, as they were recorded
    std::uint64_t zstd_bytes = 0;  // the same, by zstd -19
    Recorded recorded;
    Synced synced;
    LinkCounters crossed;  // with TLS, and what was sent in vain
    Arrived at_station, at_hub;
    bool both_same = false;  // the two exports, byte for byte
};

// All that was recorded is on the hub's disk, shown the same on both sides, receipts without a gap.
bool reconciled(const RunReport& report);

// For people: plain words, in lines of at most 80 places.
std::string report_text(const RunReport& report);
nlohmann::json report_json(const RunReport& report);

}  // namespace spot::fieldkit
