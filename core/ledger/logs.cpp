#include "core/ledger/logs.h"

#include <algorithm>

namespace spot::core {
namespace {

Hash hash_of(View bytes) {
    Hash out{};
    if (bytes.size() == out.size()) std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

bool same(const SecretKey& one, const SecretKey& other) {
    return std::ranges::equal(one.bytes(), other.bytes());
}

constexpr std::size_t kReachesMax = 64;  // remembered

}  // namespace

void OfferedSecrets::offer(const LogId& log, std::span<const PeriodSecret> secrets) {
    std::erase(order_, log);
    if (order_.size() == kLogsMax) {
        secrets_.erase(order_.front());
        order_.pop_front();
    }
    order_.push_back(log);
    auto& all = secrets_[log];
    all.clear();
    for (const PeriodSecret& one : secrets) all.push_back({one.period, one.secret.clone()});
}

const SecretKey* OfferedSecrets::find(const LogId& log, std::uint64_t period) const {
    const auto at = secrets_.find(log);
    if (at == secrets_.end()) return nullptr;
    const auto one = std::find_if(at->second.begin(), at->second.end(),
                                  [&](const PeriodSecret& it) { return it.period == period; });
    return one == at->second.end() ? nullptr : &one->secret;
}

Result<Logs::Log*> Logs::find(Tx& tx, const LogId& id) {
    if (const auto at = known_.find(id); at != known_.end()) return &at->second;
    auto row = database_.prepare(
        "SELECT number, executed, receipts, acked_seq, acked_hash, backed_up_seq, backed_up_hash,"
        " settled, tallied, tally, branch_epoch, branch_seq, ended, projected FROM log"
        " WHERE device = ?1 AND epoch = ?2");
    SPOT_ASSIGN(const auto found, row.with(id.device, id.epoch).step());
    if (!found) return nullptr;
    Log log;
    log.number = row.integer(0);
    log.id = id;
    log.executed = row.number(1);
    log.receipts = row.number(2);
    log.acknowledged = {row.number(3), hash_of(row.blob(4))};
    log.backed_up = {row.number(5), hash_of(row.blob(6))};
    log.settled = row.number(7);
    ByteReader tally(row.blob(9));
    for (std::uint64_t& number : log.tally) number = tally.varint();
    // One that does not read is counted anew.
    if (tally.failed())
        log.tally.fill(0);
    else
        log.tallied = row.number(8);
    log.branch = {static_cast<std::uint32_t>(row.integer(10)), row.number(11)};
    if (!row.null(12)) log.ended = row.number(12);
    log.projected = row.number(13);

    auto last = database_.prepare(
        "SELECT key, hash FROM entry WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC LIMIT 1");
    SPOT_ASSIGN(const auto any,
                last.with(entry_key(log.number, 0), entry_key(log.number, kSeqMax)).step());
    if (any) log.tip = {seq_of(last.integer(0)), hash_of(last.blob(1))};
    return &known_.emplace(id, log).first->second;
}

Result<Logs::Log*> Logs::find_or_make(Tx& tx, const LogId& id) {
    if (id.epoch == 0 || id.epoch > kEpochMax) return fail(Code::limit, "no such epoch");
    const auto found = find(tx, id);
    if (!found || *found) return found;
    SPOT_ASSIGN(const auto last, database_.integer("SELECT coalesce(max(number), 0) FROM log"));
    if (last >= kLogNumberMax) return fail(Code::limit, "the store holds a million logs");
    auto others = database_.prepare("SELECT count(*) FROM log WHERE device = ?1");
    SPOT_TRY(others.with(id.device).step());
    if (others.integer(0) >= kLogsOfDeviceMax)
        return fail(Code::limit, "the store holds 4,096 logs of this device");
    SPOT_TRY(database_.prepare("INSERT INTO log (number, device, epoch) VALUES (?1, ?2, ?3)")
                 .with(last + 1, id.device, id.epoch)
                 .run());
    return find(tx, id);
}

Result<std::uint32_t> Logs::newest_epoch(Tx& tx, std::uint64_t device) {
    auto row = database_.prepare("SELECT coalesce(max(epoch), 0) FROM log WHERE device = ?1");
    SPOT_TRY(row.with(device).step());
    return static_cast<std::uint32_t>(row.integer(0));
}

Result<const std::vector<Logs::Reach>*> Logs::reaches(Tx& tx, const LogId& id) {
    if (const auto at = reaches_.find(id); at != reaches_.end()) return &at->second;
    auto rows = database_.prepare(
        "SELECT epoch, branch_epoch, branch_seq FROM log WHERE device = ?1 AND epoch <= ?2"
        " AND branch_epoch > 0 ORDER BY epoch DESC");
    rows.with(id.device, id.epoch);
    std::vector<Reach> out;
    Reach next{0, id.epoch, kSeqMax};
    for (;;) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) break;
        const auto epoch = static_cast<std::uint32_t>(rows.integer(0));
        if (epoch > next.last) continue;  // of another copy of the store
        next.first = epoch;
        out.push_back(next);
        next = {0, static_cast<std::uint32_t>(rows.integer(1)), rows.number(2)};
    }
    out.push_back(next);
    if (reaches_.size() >= kReachesMax) reaches_.clear();
    return &(reaches_[id] = std::move(out));
}

Result<std::vector<LogId>> Logs::ids(Tx& tx) {
    std::vector<LogId> out;
    auto rows = database_.prepare("SELECT device, epoch FROM log");
    for (;;) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) break;
        out.push_back({rows.number(0), static_cast<std::uint32_t>(rows.integer(1))});
    }
    std::sort(out.begin(), out.end());
    return out;
}

Result<> Logs::save(Tx& tx, const Log& log) {
    reaches_.clear();
    ByteWriter tally;
    for (const std::uint64_t number : log.tally) tally.varint(number);
    return database_
        .prepare(
            "UPDATE log SET executed = ?2, receipts = ?3, acked_seq = ?4, acked_hash = ?5,"
            " backed_up_seq = ?6, backed_up_hash = ?7, settled = ?8, tallied = ?9, tally = ?10,"
            " branch_epoch = ?11, branch_seq = ?12, ended = ?13, projected = ?14 WHERE number = ?1")
        .with(log.number, log.executed, log.receipts, log.acknowledged.seq, log.acknowledged.hash,
              log.backed_up.seq, log.backed_up.hash, log.settled, log.tallied, tally.take(),
              log.branch.epoch, log.branch.seq, log.ended, log.projected)
        .run();
}

Result<const SecretKey*> Logs::secret(Tx& tx, const Log& log, std::uint64_t seq) {
    const std::uint64_t period = period_of(seq);
    if (period_ && period_->log == log.number && period_->period == period) return &period_->secret;
    auto row = database_.prepare("SELECT secret FROM period WHERE log = ?1 AND period = ?2");
    SPOT_ASSIGN(const auto found, row.with(log.number, period).step());
    if (!found) return nullptr;
    const View bytes = row.blob(0);
    if (bytes.size() != SecretKey::kSize)
        return fail(Code::corrupt, "a period's secret is damaged");
    period_.emplace(Period{log.number, period, SecretKey(bytes.first<SecretKey::kSize>())});
    return &period_->secret;
}

Result<const SecretKey*> Logs::secret_or_make(Tx& tx, const Log& log, std::uint64_t seq) {
    const auto found = secret(tx, log, seq);
    if (!found || *found) return found;
    SPOT_TRY(keep_secret(tx, log, period_of(seq), SecretKey::random(random_)));
    return secret(tx, log, seq);
}

Result<> Logs::keep_secret(Tx& tx, const Log& log, std::uint64_t period, const SecretKey& secret) {
    SPOT_ASSIGN(const auto* const before, this->secret(log, period * kPeriodEntries + 1));
    if (before)
        return same(*before, secret)
                   ? Result<>()
                   : fail(Code::conflict, "another secret of that period is here");
    return database_.prepare("INSERT INTO period (log, period, secret) VALUES (?1, ?2, ?3)")
        .with(log.number, period, View(secret.bytes()))
        .run();
}

Result<> Logs::destroy_secrets_after(Tx& tx, const Log& log, std::uint64_t seq) {
    period_.reset();
    return database_.prepare("DELETE FROM period WHERE log = ?1 AND period * ?3 >= ?2")
        .with(log.number, seq, kPeriodEntries)
        .run();
}

Result<> Logs::destroy_secrets(Tx& tx, const Log& log, std::uint64_t seq) {
    period_.reset();
    return database_.prepare("DELETE FROM period WHERE log = ?1 AND period < ?2")
        .with(log.number, seq / kPeriodEntries)
        .run();
}

void Logs::forget() {
    known_.clear();
    reaches_.clear();
    period_.reset();
}

}  // namespace spot::core
