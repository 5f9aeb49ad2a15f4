#pragma once

#include "core/error.h"
#include "van-station/app/station.h"

namespace spot::station {

// Begins the station's next epoch after a fork (Journal::branch): what stands after `common` in
// `from` is written again in `to`. In the same transaction the desk's own rows, which name records
// by their ids, go over to the new ids: drafts, a person's data, states of prints, and so on.
core::Result<> branch(Station& station, const core::LogId& from, const core::Tip& common,
                      const core::LogId& to);

}  // namespace spot::station
