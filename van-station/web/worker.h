#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace spot::station::web {

// A thread for what is too slow for the one that serves: its jobs run one after the other.
class Worker {
public:
    static constexpr std::size_t kJobsMax = 16;  // that wait

    Worker();
    // The job under way comes to its end; those that wait are dropped.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // False: too many wait already; it will not be done. From any thread.
    bool give(std::function<void()> job);
    // Nothing is being done, and nothing waits.
    bool is_idle();

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> jobs_;
    bool stopping_ = false;
    bool working_ = false;
    std::thread thread_;  // last: it uses what stands above
};

}  // namespace spot::station::web
