#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/id.h"
#include "core/ledger.h"
#include "core/store/keys.h"
#include "core/store/sqlite/database.h"

namespace spot::core {

// The tables `log` and `period`, with what was read of them kept until forget().
class Logs {
public:
    struct Log {
        std::int64_t number = 0;
        LogId id;
        Tip tip;
        std::uint64_t settled = 0;    // these two of another party's log; of one's own …
        std::uint64_t executed = 0;   // … everything is, …
        std::uint64_t projected = 0;  // … and this tells what stands in `record` (catch_up.cpp)
        std::uint64_t receipts = 0;
        Tip acknowledged;
        Tip backed_up;
        std::array<std::uint64_t, kRecordNames.size()> tally{};  // of records made, by place, …
        std::uint64_t tallied = 0;                               // … up to this entry
        Seen branch;  // up to where its author knew the earlier epochs; epoch 0: all of them
        std::optional<std::uint64_t> ended;  // what stands after it was written again elsewhere
        std::uint64_t last() const { return ended.value_or(tip.seq); }
    };

    Logs(Database& database, Random& random) : database_(database), random_(random) {}

    // Null: unknown. The pointer lasts until forget().
    Result<Log*> find(const LogId& id);
    Result<Log*> find_or_make(const LogId& id);
    Result<std::vector<LogId>> ids();  // sorted
    // Writes everything but the tip, which is what `entry` holds.
    Result<> save(const Log& log);

    // The secret of the period that `seq` stands in. Null: not here (any more).
    Result<const SecretKey*> secret(const Log& log, std::uint64_t seq);
    // Makes it where it lacks.
    Result<const SecretKey*> secret_or_make(const Log& log, std::uint64_t seq);
    Result<> keep_secret(const Log& log, std::uint64_t period, const SecretKey& secret);
    // Destroys those of the whole periods at and before `seq`.
    Result<> destroy_secrets(const Log& log, std::uint64_t seq);

    // What another process committed, or a rollback took back, is read anew.
    void forget();

private:
    struct Period {
        std::int64_t log = 0;
        std::uint64_t period = 0;
        SecretKey secret;
    };

    Database& database_;
    Random& random_;
    std::map<LogId, Log> known_;
    std::optional<Period> period_;  // the one used last
};

}  // namespace spot::core
