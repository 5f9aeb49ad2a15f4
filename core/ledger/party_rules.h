#pragma once

#include <cstdint>

#include "core/rules.h"

namespace spot::core {

// What one party's ledger does otherwise than the other's. Decided here alone.
struct PartyRules {
    std::uint64_t own_bit;    // of the device, in the logs that this party writes
    bool log_per_station;     // writes about each station's records in a log of that station's own
    bool projects_at_once;    // its own entries come one by one and in many logs
    bool keeps_lists;         // what was made when, and in which session
    bool asks_for_files;      // of requests that it received
    bool knows_own_epochs;    // has all epochs of its own logs: nobody can have seen a later one
    bool shows_what_is_held;  // a request that the other party has on disk is shown as held there
};

inline PartyRules rules_of(Party party) {
    switch (party) {
        case Party::hub:
            return {kHubBit, true, true, false, true, true, false};
        case Party::station:
            break;
    }
    return {0, false, false, true, false, false, true};
}

}  // namespace spot::core
