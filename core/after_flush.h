#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/error.h"

namespace spot::core {

// Runs, in order and never two at once, what may be done only when something is on disk: while the
// disk works on some changes, the next are made. One thread gives.
class AfterFlush {
public:
    using Flush = std::function<Result<>()>;
    // One flush serves at least so many: to wake the thread costs about as much as a change.
    static constexpr std::size_t kTogether = 16;
    // As many again may be under way. A power cut can take back both; nobody was told of them.
    static constexpr std::size_t kWaitingMax = 64;

    explicit AfterFlush(Flush flush);  // Ledger::defer_flush()
    ~AfterFlush();                     // finish()
    AfterFlush(const AfterFlush&) = delete;
    AfterFlush& operator=(const AfterFlush&) = delete;

    // `then`: after a flush that begins from now on, as soon as kTogether wait for one, or in the
    // next finish(). Waits where kWaitingMax are waiting. Error: a flush has failed; neither this
    // nor what waited will be done, now or later.
    Result<> run(std::function<void()> then);
    // For who has nothing more to give for now: returns when all has been done; the same error.
    Result<> finish();

private:
    void work();
    void flush_waiting(std::unique_lock<std::mutex>& lock);

    Flush flush_;
    std::mutex mutex_;
    std::condition_variable given_;  // for the thread
    std::condition_variable done_;   // for who gives
    std::vector<std::function<void()>> waiting_;
    bool working_ = false;
    bool stopping_ = false;
    std::optional<Error> failed_;
    std::thread thread_;  // last: it uses what stands above
};

}  // namespace spot::core
