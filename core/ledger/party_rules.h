#pragma once

#include <cstddef>
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
    std::size_t cache_bytes_max;  // of the store's pages
    std::size_t held_bytes_max;   // of lines that an export holds until their kind's turn
};

constexpr std::size_t kMegabyte = 1024 * 1024;
// A station may take 80 MB, and opening the store takes most of it for a moment. A hub keeps the
// lines of 350,000 records, and the pages with the keys of as many people: they lie in no order.
constexpr std::size_t kStationCacheMax = 4 * kMegabyte, kStationHeldMax = 16 * kMegabyte;
constexpr std::size_t kHubCacheMax = 32 * kMegabyte, kHubHeldMax = 192 * kMegabyte;

inline PartyRules rules_of(Party party) {
    switch (party) {
        case Party::hub:
            return {kHubBit, true, true, false, true, true, false, kHubCacheMax, kHubHeldMax};
        case Party::station:
            break;
    }
    return {0, false, false, true, false, false, true, kStationCacheMax, kStationHeldMax};
}

}  // namespace spot::core
