#pragma once

#include "fieldkit/bench.h"
#include "fieldkit/box.h"

namespace spot::fieldkit {

// What a station that is in step sends and receives when nothing is new, and when one request is.
// The keys begin with `key`, the names end in `where`.
core::Result<Figures> measure_small_exchanges(Box& box, const std::string& station,
                                              const std::string& key, const std::string& where);

}  // namespace spot::fieldkit
