#pragma once

#include <functional>

#include "fieldkit/box.h"

namespace spot::fieldkit {

// As Box does it, but what a benchmark can't use is an error: a refused event, an exchange that
// did not bring both in step.
core::Result<Recorded> record_all(Box& box, const std::string& station,
                                  const std::filesystem::path& events);
core::Result<Synced> sync_all(Box& box, const std::string& station, const std::string& address);
// A new station that has recorded these events.
core::Result<Recorded> add_recorded(Box& box, const std::string& station,
                                    const std::filesystem::path& events);

using Work = std::function<core::Result<>()>;
// How long it took; its own error where it failed.
core::Result<double> seconds_of(const Work& work);

}  // namespace spot::fieldkit
