#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "core/catalogue.h"
#include "core/ledger/attachments.h"
#include "core/ledger/audit.h"
#include "core/ledger/catalogues.h"
#include "core/ledger/executor.h"
#include "core/ledger/files.h"
#include "core/ledger/journal.h"
#include "core/ledger/records.h"
#include "core/ledger/replica.h"
#include "core/ledger/stations.h"
#include "core/ledger/values.h"
#include "core/random.h"
#include "core/rim/disk.h"
#include "core/rules.h"
#include "core/store/store.h"
#include "core/store_keys.h"

namespace spot::core {

// A store of logs, documents and projections, and the rules by which entries become records.
// Station and hub hold the same thing; the hub holds many logs. What can be done with it stands in
// a class for each purpose, below.
//
// One thread owns a ledger; several processes may open the same file. Every call that changes
// something is one transaction: either all of it is durable when the call returns, or nothing
// (after defer_flush(): when the flush is done).
class Ledger {
public:
    struct Options {
        Party party = Party::station;
        const Catalogue* catalogue = nullptr;  // that ships with the program; outlives the ledger
        Random* random = nullptr;              // outlives the ledger
        std::size_t record_bytes_max = kRecordBytesMax;  // other than that in tests only
    };
    // `refused`: the keys do not open the file; nothing was changed. `corrupt`: it is no store of
    // ours. What an older program left plain in it is sealed. `disk` outlives the ledger.
    static Result<Ledger> open(const std::filesystem::path& file, const StoreKeys& keys, Options,
                               Disk& disk = system_disk());
    // On a store of another kind.
    static Result<Ledger> open(std::unique_ptr<Store> store, Options);
    Ledger(Ledger&&) noexcept;
    ~Ledger();

    // Several calls as one transaction, which the calls in `work` become part of. Nothing that they
    // wrote stays if `work` fails.
    Result<> atomically(const std::function<Result<>()>& work);
    // Preallocates the write-ahead log for a batch of appends, to 12 MB where it is shorter.
    // Outside a transaction. Without room on the disk it is an error that does no harm.
    Result<> reserve();
    // Defers durability: a returned change is committed, but may be lost on power failure until a
    // flush that started later has completed. Returns that flush, which any thread may call. Other
    // processes flush before they read what was not written by them.
    Result<std::function<Result<>()>> defer_flush();

    Journal& journal();
    Replica& replica();
    Quarantine& quarantine();
    Executor& executor();
    Records& records();
    Files& files();
    Attachments& attachments();
    Catalogues& catalogues();
    Stations& stations();
    Values& values();
    Audit& audit();

private:
    explicit Ledger(std::unique_ptr<LedgerImpl> impl);
    std::unique_ptr<LedgerImpl> impl_;
};

}  // namespace spot::core
