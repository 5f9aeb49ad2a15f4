#pragma once

#include "van-station/print/printer.h"
#include "van-station/print/send/line.h"

namespace spot::print {

// Over a line of our own. An ESC/POS printer is asked how it is, before and after; one that does
// not answer gets the bytes all the same.
Outcome deliver_raw(const Job& job, const Printer& printer, const Patience& patience);
Readiness readiness_raw(const Printer& printer, Deadline by);

}  // namespace spot::print
