#include "core/store/memory/memory_store.h"

#include <atomic>
#include <limits>
#include <mutex>

#include "core/store/memory/state.h"

namespace spot::core {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

Failure disk_refused() {
    return fail(Code::io, "the store: the disk refused; nothing was changed");
}

}  // namespace

bool MemoryState::same_as(const MemoryState& other) const {
    return logs.same_as(other.logs) && stations.same_as(other.stations) &&
           exchanges.same_as(other.exchanges) && log_ids.same_as(other.log_ids) &&
           secrets.same_as(other.secrets) && entries.same_as(other.entries) &&
           quarantine.same_as(other.quarantine) && records.same_as(other.records) &&
           names.same_as(other.names) && made.same_as(other.made) && parts.same_as(other.parts) &&
           subjects.same_as(other.subjects) && files.same_as(other.files) &&
           file_numbers.same_as(other.file_numbers) && named.same_as(other.named) &&
           pieces.same_as(other.pieces) && contents.same_as(other.contents) &&
           attached.same_as(other.attached) && settings.same_as(other.settings) &&
           values.same_as(other.values) && value_numbers.same_as(other.value_numbers);
}

struct MemoryDatabase::Shared {
    std::mutex mutex;
    MemoryState state;
    MemoryState durable;          // what a power cut leaves
    std::uint64_t version = 0;    // of `state`: how often it changed
    int open = 0;                 // transactions
    bool written = false;         // one of them writes
    std::uint64_t left = kNever;  // commits and flushes until the disk refuses
    std::int64_t log_number_max = kLogNumberMax;
    std::atomic<std::uint64_t> entries_read = 0;

    // With the mutex held. False: the disk refuses.
    bool reach_disk() {
        if (left == 0) return false;
        if (left != kNever) --left;
        return true;
    }
    // With the mutex held.
    Result<> flush() {
        if (!reach_disk()) return disk_refused();
        durable = state;
        return {};
    }
};

class MemoryStore final : public Store {
public:
    explicit MemoryStore(std::shared_ptr<MemoryDatabase> database)
        : database_(std::move(database)), shared_(*database_->shared_) {}
    ~MemoryStore() override { SPOT_CHECK(!open_); }

    Result<std::unique_ptr<Tx>> begin(Access access) override;
    Result<std::function<Result<>()>> defer_flush() override {
        deferred_ = true;
        return [database = database_]() -> Result<> {
            MemoryDatabase::Shared& shared = *database->shared_;
            const std::lock_guard lock(shared.mutex);
            return shared.flush();
        };
    }
    Result<> reserve() override { return {}; }
    Result<std::vector<std::string>> check() override { return std::vector<std::string>(); }

private:
    friend class MemoryTx;

    std::shared_ptr<MemoryDatabase> database_;
    MemoryDatabase::Shared& shared_;
    std::uint64_t seen_ = kNever;  // the state's version at the latest transaction; none: kNever
    bool stale_ = false;           // the latest one was to write and was not committed
    bool deferred_ = false;
    bool open_ = false;
};

// In front of Tx, which takes references to the tables.
struct MemoryTables {
    MemoryWork work;
    std::unique_ptr<LogTable> log_table = memory_logs(work);
    std::unique_ptr<EntryTable> entry_table = memory_entries(work);
    std::unique_ptr<RecordTable> record_table = memory_records(work);
    std::unique_ptr<SubjectTable> subject_table = memory_subjects(work);
    std::unique_ptr<FileTable> file_table = memory_files(work);
    std::unique_ptr<AttachmentTable> attachment_table = memory_attachments(work);
    std::unique_ptr<StationTable> station_table = memory_stations(work);
    std::unique_ptr<ValueTable> value_table = memory_values(work);
};

class MemoryTx final : private MemoryTables, public Tx {
public:
    // With the mutex held.
    MemoryTx(MemoryStore& store, bool writes, bool stale)
        : Tx(*log_table, *entry_table, *record_table, *subject_table, *file_table,
             *attachment_table, *station_table, *value_table),
          store_(store),
          stale_(stale) {
        auto& shared = store.shared_;
        work.state = shared.state;
        work.writes = writes;
        work.log_number_max = shared.log_number_max;
        work.entries_read = &shared.entries_read;
    }
    ~MemoryTx() override {
        if (over_) return;
        const std::lock_guard lock(store_.shared_.mutex);
        end(false);
    }

    Result<> commit() override;
    Result<std::unique_ptr<Savepoint>> savepoint() override;
    bool stale() const override { return stale_; }
    bool writes() const override { return work.writes; }
    Result<> rewrite(RowRewriter& rows) override { return core::rewrite(work.change(), rows); }
    bool ended() const override { return over_; }

private:
    class MemorySavepoint final : public Savepoint {
    public:
        explicit MemorySavepoint(MemoryTx& tx) : tx_(tx), before_(tx.work.state) {
            depth_ = ++tx_.depth_;
        }
        ~MemorySavepoint() override {
            if (released_) return;
            SPOT_CHECK(depth_ == tx_.depth_ && "savepoints end in the order opposite to begin");
            --tx_.depth_;
            tx_.work.state = before_;
        }
        Result<> release() override {
            SPOT_CHECK(!released_ && depth_ == tx_.depth_);
            released_ = true;
            --tx_.depth_;
            return {};
        }

    private:
        MemoryTx& tx_;
        MemoryState before_;
        int depth_ = 0;
        bool released_ = false;
    };

    // With the mutex held.
    void end(bool committed) {
        over_ = true;
        store_.stale_ = work.writes && !committed;
        store_.open_ = false;
        --store_.shared_.open;
        if (work.writes) store_.shared_.written = false;
    }

    MemoryStore& store_;
    bool stale_;
    int depth_ = 0;  // savepoints that are neither released nor gone
    bool over_ = false;
};

Result<> MemoryTx::commit() {
    SPOT_CHECK(!over_ && depth_ == 0);
    auto& shared = store_.shared_;
    const std::lock_guard lock(shared.mutex);
    const bool changed = work.writes && !work.state.same_as(shared.state);
    const bool refused = changed && !shared.reach_disk();
    end(!refused);
    if (refused) return disk_refused();
    if (!changed) return {};
    shared.state = work.state;
    if (!store_.deferred_) shared.durable = shared.state;
    store_.seen_ = ++shared.version;
    return {};
}

Result<std::unique_ptr<Tx::Savepoint>> MemoryTx::savepoint() {
    SPOT_CHECK(!over_);
    return std::make_unique<MemorySavepoint>(*this);
}

Result<std::unique_ptr<Tx>> MemoryStore::begin(Access access) {
    SPOT_CHECK(!open_ && "a store has one transaction at a time");
    const std::lock_guard lock(shared_.mutex);
    const bool writes = access == Access::write;
    if (writes && shared_.written)
        return fail(Code::busy, "the store: another one writes; nothing was changed, try later");
    const bool others_wrote = seen_ != shared_.version;
    // Nobody goes by what a power cut may take back.
    if (others_wrote && !shared_.durable.same_as(shared_.state)) SPOT_TRY(shared_.flush());
    auto tx = std::make_unique<MemoryTx>(*this, writes, stale_ || others_wrote);
    seen_ = shared_.version;
    stale_ = false;
    open_ = true;
    ++shared_.open;
    if (writes) shared_.written = true;
    return tx;
}

MemoryDatabase::MemoryDatabase() : shared_(std::make_unique<Shared>()) {}
MemoryDatabase::~MemoryDatabase() = default;

void MemoryDatabase::fail_after(std::uint64_t count) {
    const std::lock_guard lock(shared_->mutex);
    shared_->left = count;
}

void MemoryDatabase::mend() {
    fail_after(kNever);
}

void MemoryDatabase::cut_power() {
    const std::lock_guard lock(shared_->mutex);
    SPOT_CHECK(shared_->open == 0);
    shared_->state = shared_->durable;
    ++shared_->version;
}

void MemoryDatabase::limit_log_numbers(std::int64_t last) {
    const std::lock_guard lock(shared_->mutex);
    shared_->log_number_max = last;
}

std::uint64_t MemoryDatabase::entries_read() const {
    return shared_->entries_read;
}

std::unique_ptr<Store> memory_store(std::shared_ptr<MemoryDatabase> database) {
    return std::make_unique<MemoryStore>(std::move(database));
}

}  // namespace spot::core
