#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include "core/platform/worker_threads.h"

namespace spot::station::web {

// A thread for what is too slow for the one that serves: its jobs run one after the other.
class Worker {
public:
    static constexpr std::size_t kJobsMax = 16;  // that wait

    Worker() = default;
    // The job under way comes to its end; those that wait are dropped.
    ~Worker() = default;
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // False: too many wait already; it will not be done. From any thread.
    bool give(std::function<void()> job);
    // Nothing is being done, and nothing waits.
    bool is_idle() const { return waiting_ == 0 && !is_working_; }

private:
    std::atomic<std::size_t> waiting_ = 0;
    std::atomic<bool> is_working_ = false;
    core::WorkerThreads thread_{1};  // last: its jobs use what stands above
};

}  // namespace spot::station::web
