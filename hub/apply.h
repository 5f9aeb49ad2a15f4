#pragma once

#include <optional>
#include <string_view>

#include "core/program.h"
#include "hub/hub.h"

namespace spot::hub {

// Takes operators' edits one by one; each is on disk when apply() returns. What the hub does about
// a station's records goes into the hub's own log for that station.
class Editor {
public:
    explicit Editor(Hub& hub) : hub_(hub) {}  // outlives the editor
    core::Result<core::Taken> apply(std::string_view line);

private:
    core::Result<> write_for(std::uint64_t device);
    Hub& hub_;
    std::optional<core::LogId> log_;
};

}  // namespace spot::hub
