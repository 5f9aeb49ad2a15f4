#pragma once

#include "core/ledger/files.h"
#include "core/ledger/replica.h"

namespace spot::sync {

// What an exchange works on: the parts of a ledger that sync knows. Copies refer to the same parts,
// which outlive them.
class LedgerView {
public:
    LedgerView(core::Replica& replica, core::Quarantine& quarantine, core::Files& files)
        : replica_(&replica), quarantine_(&quarantine), files_(&files) {}
    // Of whatever has them, as core::Ledger does.
    template <class Ledger>
    LedgerView(Ledger& ledger)
        : LedgerView(ledger.replica(), ledger.quarantine(), ledger.files()) {}
    LedgerView(LedgerView&) = default;
    LedgerView(const LedgerView&) = default;
    LedgerView& operator=(const LedgerView&) = default;

    core::Replica& replica() const { return *replica_; }
    core::Quarantine& quarantine() const { return *quarantine_; }
    core::Files& files() const { return *files_; }

private:
    core::Replica* replica_;
    core::Quarantine* quarantine_;
    core::Files* files_;
};

}  // namespace spot::sync
