#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "hub/hub.h"

namespace spot::hub {

// What a publication came to.
struct Publication {
    std::string version, base;
    core::Instant in_force = 0;
    std::size_t parts = 0;     // things that are other than in `base`
    std::size_t stations = 0;  // in whose logs it stands now
    bool repeated = false;     // it was published before: nothing was written
};

// Makes a good catalogue (core/catalogue_faults is empty) the newest version: writes what is other
// than in the one before into the hub's log for each station, and keeps it here, in one
// transaction. `conflict`: a version of that name says something else.
core::Result<Publication> publish(Hub& hub, std::string_view catalogue, core::Instant in_force,
                                  core::Instant now);

// What a station that is new has to have: one version with all that is other than in the shipped
// one and in force, and those that will be in force later. In the caller's transaction.
core::Result<> publish_to_new(Hub& hub, std::uint64_t device, core::Instant now);

}  // namespace spot::hub
