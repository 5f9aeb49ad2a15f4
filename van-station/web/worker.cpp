#include "van-station/web/worker.h"

#include <utility>

namespace spot::station::web {

bool Worker::give(std::function<void()> job) {
    if (++waiting_ > kJobsMax) {
        --waiting_;
        return false;
    }
    thread_.run([this, job = std::move(job)]() mutable {
        is_working_ = true;  // first: between the two it is not idle
        --waiting_;
        job();
        job = nullptr;  // what it holds goes before it counts as done
        is_working_ = false;
    });
    return true;
}

}  // namespace spot::station::web
