#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/id.h"
#include "core/ledger/replica.h"
#include "core/ledger/rows.h"
#include "core/store/keys.h"

namespace spot::core {

// How many epochs a device's log may go on by at once where its author does not say from where: a
// party may restart this often without the other hearing of it, as after being restored.
constexpr std::uint32_t kEpochStepMax = 16;
// Logs of one device: each fork makes one. A bound for whoever walks over them.
constexpr std::uint64_t kLogsOfDeviceMax = 4096;

// Secrets of another party's periods that came with a bundle and belong to no entry here yet. In
// memory alone: see Replica::offer_period_secrets().
class OfferedSecrets {
public:
    // In the place of those that were offered for this log before.
    void offer(const LogId& log, std::span<const PeriodSecret> secrets);
    // Null: none was offered.
    const SecretKey* find(const LogId& log, std::uint64_t period) const;

private:
    static constexpr std::size_t kLogsMax = 4096;  // as many as a hub serves connections
    std::map<LogId, std::vector<PeriodSecret>> secrets_;
    std::deque<LogId> order_;  // of offering, the oldest first
};

// Logs and the secrets of their periods, remembered until forget().
class LogCache {
public:
    explicit LogCache(Random& random) : random_(random) {}

    // Null: unknown. The pointer lasts until forget().
    Result<LogRow*> find(Rows rows, const LogId& id);
    // `limit`: there are too many, of this device or in the store.
    Result<LogRow*> find_or_make(Rows rows, const LogId& id);
    Result<std::uint32_t> newest_epoch(Rows rows, std::uint64_t device);  // 0: there is none
    // Epochs first … last, of which all was known; of the last one, up to `seq`.
    struct Reach {
        std::uint32_t first = 0, last = 0;
        std::uint64_t seq = kSeqMax;
    };
    // What the author of entries in `id` knew of its device's logs: from the newest epochs, which
    // end with `id`'s own, back over the places where one epoch went on from another. Costs a row
    // for each log that did so, whatever the epochs' numbers are. Lasts until the next save().
    Result<const std::vector<Reach>*> reaches(Rows rows, const LogId& id);
    Result<std::vector<LogId>> ids(Rows rows);  // sorted
    // Writes everything but the tip, which is what `entry` holds.
    Result<> save(Rows rows, const LogRow& log);

    // The secret of the period that `seq` stands in. Null: not here (any more).
    Result<const SecretKey*> secret(Rows rows, const LogRow& log, std::uint64_t seq);
    // Makes it where it lacks.
    Result<const SecretKey*> secret_or_make(Rows rows, const LogRow& log, std::uint64_t seq);
    // `conflict`: another one is here.
    Result<> keep_secret(Rows rows, const LogRow& log, std::uint64_t period,
                         const SecretKey& secret);
    // Destroys those of the periods that begin after `seq`: they have no entry.
    Result<> destroy_secrets_after(Rows rows, const LogRow& log, std::uint64_t seq);
    // Destroys those of the whole periods at and before `seq`.
    Result<> destroy_secrets(Rows rows, const LogRow& log, std::uint64_t seq);

    // What another process committed, or a rollback took back, is read anew.
    void forget();

private:
    struct Period {
        std::int64_t log = 0;
        std::uint64_t period = 0;
        SecretKey secret;
    };

    Random& random_;
    std::map<LogId, LogRow> known_;
    std::optional<Period> period_;  // the one used last
    std::map<LogId, std::vector<Reach>> reaches_;
};

}  // namespace spot::core
