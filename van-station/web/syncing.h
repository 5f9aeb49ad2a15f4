#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/random.h"
#include "van-station/app/station.h"
#include "van-station/web/sync_schedule.h"
#include "van-station/web/worker.h"

namespace spot::sync {
class HttpCarrier;
}

namespace spot::station::web {

// Synchronises by itself, in a thread of its own with the store opened for itself: the mediator's
// work goes on meanwhile. All calls from the desk's thread.
class Syncing {
public:
    // What it tells, in the desk's thread.
    struct Heard {
        std::function<void()> began;
        std::function<void(std::uint64_t sent, std::uint64_t total)> progress;
        // The exchange is over; `ended` follows, with room for other calls in between.
        std::function<void()> arrived;
        std::function<void(const std::string& state)> ended;  // as Desk::sync_ended()
    };
    struct Rim {
        core::Clock& clock;  // this and the next are used from both threads
        core::Random& random;
        std::function<void(std::function<void()>)> post;  // has it done in the desk's thread
    };
    // Opens the store again, in the other thread, the first time it is needed.
    using Open = std::function<core::Result<Station>()>;

    // `hub`: another address of the same hub; empty: the slip's.
    Syncing(Open open, std::string hub, Rim rim, Heard heard);
    // As stop(); waits until the exchange under way has broken off.
    ~Syncing();

    void changed() { schedule_.changed(rim_.clock.now()); }
    void now();   // a person wants it
    void tick();  // about once a second
    // For good: breaks off the exchange under way. What was delivered of it stays delivered, the
    // rest is for the next launch.
    void stop();
    bool is_idle() { return worker_->is_idle(); }

private:
    std::string exchange();
    core::Result<std::string> exchange_at(Station& station);
    void wait(int ms);
    bool is_stopping();

    Open open_;
    std::string hub_;
    Rim rim_;
    Heard heard_;
    SyncSchedule schedule_;

    // Of the other thread.
    std::optional<Station> station_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;                  // these two of both threads, under the mutex
    sync::HttpCarrier* carrying_ = nullptr;  // an exchange that is under way
    std::unique_ptr<Worker> worker_;
};

}  // namespace spot::station::web
