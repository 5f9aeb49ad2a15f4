#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "core/rim/workers.h"

namespace spot::core {

// Threads that take jobs in the order in which they were handed over. Where there is none, because
// none was asked for or the system has none to give, the caller does the job.
class WorkerThreads final : public Workers {
public:
    explicit WorkerThreads(std::size_t count = std::thread::hardware_concurrency());
    // Jobs that have begun end; the others are dropped.
    ~WorkerThreads() override;
    void run(std::function<void()> job) override;

private:
    void work();

    std::mutex mutex_;
    std::condition_variable news_;
    std::deque<std::function<void()>> jobs_;
    bool is_ending_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace spot::core
