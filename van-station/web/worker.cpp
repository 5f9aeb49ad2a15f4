#include "van-station/web/worker.h"

#include <utility>

namespace spot::station::web {

Worker::Worker() : thread_([this] { run(); }) {}

Worker::~Worker() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

bool Worker::give(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        if (jobs_.size() >= kJobsMax) return false;
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

bool Worker::is_idle() {
    const std::lock_guard lock(mutex_);
    return jobs_.empty() && !working_;
}

void Worker::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        working_ = true;
        lock.unlock();
        job();
        job = nullptr;  // what it holds goes in this thread, and not under the lock
        lock.lock();
        working_ = false;
    }
}

}  // namespace spot::station::web
