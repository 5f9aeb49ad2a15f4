#include "core/after_flush.h"

#include <utility>

namespace spot::core {

AfterFlush::AfterFlush(Flush flush) : flush_(std::move(flush)), thread_([this] { work(); }) {}

AfterFlush::~AfterFlush() {
    (void)finish();
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    given_.notify_one();
    thread_.join();
}

Result<> AfterFlush::run(std::function<void()> then) {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return failed_ || waiting_.size() < kWaitingMax; });
    if (failed_) return tl::make_unexpected(*failed_);
    waiting_.push_back(std::move(then));
    const bool is_enough = !working_ && waiting_.size() >= kTogether;
    lock.unlock();
    if (is_enough) given_.notify_one();
    return {};
}

// The few that wait are flushed here: whoever waits for them wakes nobody.
Result<> AfterFlush::finish() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return failed_ || !working_; });
    if (!failed_ && !waiting_.empty()) flush_waiting(lock);
    if (failed_) return tl::make_unexpected(*failed_);
    return {};
}

void AfterFlush::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        given_.wait(lock, [&] { return stopping_ || (!working_ && waiting_.size() >= kTogether); });
        if (stopping_) return;
        flush_waiting(lock);
    }
}

// The lock is not held while the disk works.
void AfterFlush::flush_waiting(std::unique_lock<std::mutex>& lock) {
    const auto batch = std::exchange(waiting_, {});
    working_ = true;
    lock.unlock();
    const auto flushed = flush_();
    if (flushed)
        for (const auto& then : batch) then();
    lock.lock();
    working_ = false;
    if (!flushed) {
        failed_ = flushed.error();
        waiting_.clear();
    }
    done_.notify_one();  // no system call where nobody waits
}

}  // namespace spot::core
