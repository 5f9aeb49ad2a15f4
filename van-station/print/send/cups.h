#pragma once

#include <vector>

#include "van-station/print/printer.h"
#include "van-station/print/send/line.h"

namespace spot::print {

// By the print server that CUPS_SERVER or its client.conf names, else the one on this machine. The
// document goes from memory into its spool; that spool is the server's (README.md says how to keep
// it clean).
Outcome deliver_cups(const Job& job, const Printer& printer, const Patience& patience);
std::vector<Found> cups_printers(Deadline by);
// The queue as it stands; nothing: no such queue, or no server.
std::optional<Found> cups_printer(const std::string& queue, Deadline by);

}  // namespace spot::print
