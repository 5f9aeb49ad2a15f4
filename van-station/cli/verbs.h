#pragma once

#include "core/platform/system.h"
#include "core/program.h"
#include "van-station/app/station.h"

namespace spot::station {

extern const core::Verb kInit, kRecord, kSync, kExport, kStatus, kCheck, kPrint, kVerify, kServe;

// The station in --data, opened with the passphrase that the arguments lead to.
core::Result<Station> open_station(const core::Arguments& arguments, core::Random& random);

}  // namespace spot::station
