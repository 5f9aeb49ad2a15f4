#include "core/platform/worker_threads.h"

#include <system_error>
#include <utility>

namespace spot::core {

WorkerThreads::WorkerThreads(std::size_t count) {
    threads_.reserve(count);
    try {
        while (threads_.size() < count) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        // There are fewer to be had, or none.
    }
}

WorkerThreads::~WorkerThreads() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
        jobs_.clear();
    }
    news_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void WorkerThreads::run(std::function<void()> job) {
    if (threads_.empty()) return job();
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    news_.notify_one();
}

void WorkerThreads::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        news_.wait(lock, [this] { return is_ending_ || !jobs_.empty(); });
        if (is_ending_) return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        job = nullptr;  // what it holds goes without the lock
        lock.lock();
    }
}

}  // namespace spot::core
