#pragma once

#include <functional>
#include <vector>

#include "core/ledger.h"
#include "core/program.h"
#include "core/receipt_code.h"

namespace spot::core {

// What `verify` takes: --qr or --code.
std::vector<Option> verify_options();

// What a program knows of the stations whose receipts it is asked about.
struct ReceiptKeeper {
    DeviceKeys keys;
    std::function<bool(std::uint64_t device)> holds_log;  // do that station's entries come here?
    const char* where;                                    // "this station", "the hub"
    const char* absent;  // a sentence: why an entry of a log that comes here may not be here
};

// Says whether a receipt's QR text is genuine, or which receipt a short code belongs to.
// Exit: done, it is good; refused, forged; attention, it can't be told here, its entry is not here,
// it was spoiled, or no receipt here has the code. `invalid`, `corrupt`: it is neither.
Result<Exit> verify_receipt(Ledger& ledger, const ReceiptKeeper& keeper,
                            const Arguments& arguments);

}  // namespace spot::core
