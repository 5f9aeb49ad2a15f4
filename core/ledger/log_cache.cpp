#include "core/ledger/log_cache.h"

#include <algorithm>

namespace spot::core {
namespace {

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

Result<LogRow*> LogCache::find(Rows rows, const LogId& id) {
    if (const auto at = known_.find(id); at != known_.end()) return &at->second;
    SPOT_ASSIGN(auto row, rows.log(id));
    if (!row) return nullptr;
    return &known_.emplace(id, std::move(*row)).first->second;
}

Result<LogRow*> LogCache::find_or_make(Rows rows, const LogId& id) {
    if (id.epoch == 0 || id.epoch > kEpochMax) return fail(Code::limit, "no such epoch");
    SPOT_ASSIGN(LogRow* const found, find(rows, id));
    if (found) return found;
    SPOT_ASSIGN(const auto others, rows.summary(id.device));
    if (others.count >= kLogsOfDeviceMax)
        return fail(Code::limit, "the store holds 4,096 logs of this device");
    SPOT_ASSIGN(auto row, rows.add_log(id));
    return &known_.emplace(id, std::move(row)).first->second;
}

Result<std::uint32_t> LogCache::newest_epoch(Rows rows, std::uint64_t device) {
    SPOT_ASSIGN(const auto known, rows.summary(device));
    return known.newest_epoch;
}

Result<const std::vector<LogCache::Reach>*> LogCache::reaches(Rows rows, const LogId& id) {
    if (const auto at = reaches_.find(id); at != reaches_.end()) return &at->second;
    SPOT_ASSIGN(const auto others, rows.logs_of(id.device));
    std::vector<Reach> out;
    Reach next{0, id.epoch, kSeqMax};
    for (const LogRow& row : others) {
        if (row.branch.epoch == 0 || row.id.epoch > next.last) continue;  // of another copy
        next.first = row.id.epoch;
        out.push_back(next);
        next = {0, row.branch.epoch, row.branch.seq};
    }
    out.push_back(next);
    if (reaches_.size() >= kReachesMax) reaches_.clear();
    return &(reaches_[id] = std::move(out));
}

Result<std::vector<LogId>> LogCache::ids(Rows rows) {
    return rows.tx().logs.all();
}

Result<> LogCache::save(Rows rows, const LogRow& log) {
    reaches_.clear();
    return rows.save(log);
}

Result<const SecretKey*> LogCache::secret(Rows rows, const LogRow& log, std::uint64_t seq) {
    const std::uint64_t period = period_of(seq);
    if (period_ && period_->log == log.number && period_->period == period) return &period_->secret;
    SPOT_ASSIGN(auto found, rows.secret(log.number, period));
    if (!found) return nullptr;
    period_.emplace(Period{log.number, period, std::move(*found)});
    return &period_->secret;
}

Result<const SecretKey*> LogCache::secret_or_make(Rows rows, const LogRow& log, std::uint64_t seq) {
    SPOT_ASSIGN(const SecretKey* const found, secret(rows, log, seq));
    if (found) return found;
    SPOT_TRY(keep_secret(rows, log, period_of(seq), SecretKey::random(random_)));
    return secret(rows, log, seq);
}

Result<> LogCache::keep_secret(Rows rows, const LogRow& log, std::uint64_t period,
                               const SecretKey& secret) {
    return rows.add_secret(log.number, period, secret);
}

Result<> LogCache::destroy_secrets_after(Rows rows, const LogRow& log, std::uint64_t seq) {
    period_.reset();
    return rows.drop_secrets(log.number, (seq + kPeriodEntries - 1) / kPeriodEntries, kSeqMax);
}

Result<> LogCache::destroy_secrets(Rows rows, const LogRow& log, std::uint64_t seq) {
    period_.reset();
    const std::uint64_t whole = seq / kPeriodEntries;
    return whole == 0 ? Result<>() : rows.tx().logs.drop_secrets(log.number, 0, whole - 1);
}

void LogCache::forget() {
    known_.clear();
    reaches_.clear();
    period_.reset();
}

}  // namespace spot::core
