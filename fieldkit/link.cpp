#include "fieldkit/link.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

#include "fieldkit/link/pump.h"

namespace spot::fieldkit {
namespace {

using core::Code;

Micros steady_now() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

core::Result<> check(const LinkConditions& conditions) {
    constexpr std::int64_t kRateMax = 10'000'000, kTimeMax = 3'600'000;
    const auto within = [](std::int64_t value, std::int64_t max) {
        return value >= 0 && value <= max;
    };
    if (!within(conditions.rate_kbit, kRateMax))
        return core::fail(Code::invalid, "a rate is at most 10,000,000 kbit/s");
    if (!within(conditions.rtt_ms, kTimeMax) || !within(conditions.cut_every_ms, kTimeMax) ||
        !within(conditions.cut_for_ms, kTimeMax))
        return core::fail(Code::invalid, "a time is between 0 and an hour");
    if (conditions.loss_ppm > kLossMax)
        return core::fail(Code::invalid, "at most nine in ten segments may be lost");
    if (conditions.cut_for_ms > 0 && conditions.cut_every_ms == 0)
        return core::fail(Code::invalid, "how long the link is up between cuts is missing");
    return {};
}

}  // namespace

std::string LinkCounters::json() const {
    return nlohmann::ordered_json{{"bytes_up", bytes_up},
                                  {"bytes_down", bytes_down},
                                  {"connections", connections},
                                  {"refused", refused},
                                  {"cuts", cuts},
                                  {"segments", segments},
                                  {"lost_segments", lost_segments}}
        .dump();
}

struct LinkProxy::Running {
    Running(const LinkConditions& conditions, Listener listener, const SocketAddress& target)
        : address(std::move(listener.address)),
          wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
          pump(conditions, std::move(listener.socket), target, steady_now()) {}

    void signal() {
        const std::uint64_t one = 1;
        (void)!::write(wake.get(), &one, sizeof one);  // full: it is awake already
    }

    void run() {
        std::unique_lock lock(mutex);
        while (!is_stopping) {
            const auto taking = asked;
            const bool is_cut_now = is_cut;
            lock.unlock();
            pump.step(steady_now(), is_cut_now);
            lock.lock();
            counters = pump.counters();
            taken = taking;
            done.notify_all();
            lock.unlock();
            pump.wait(wake, steady_now());
            std::uint64_t drained = 0;
            (void)!::read(wake.get(), &drained, sizeof drained);
            lock.lock();
        }
        pump.reset_all();
    }

    // Returns when the link is as asked: whoever connects afterwards finds it so.
    void make(bool cut) {
        std::unique_lock lock(mutex);
        is_cut = cut;
        const auto mine = ++asked;
        signal();
        done.wait(lock, [&] { return taken >= mine || is_stopping; });
    }

    const std::string address;
    Descriptor wake;
    Pump pump;         // the thread's
    std::mutex mutex;  // guards what follows
    std::condition_variable done;
    bool is_stopping = false, is_cut = false;
    std::uint64_t asked = 0, taken = 0;
    LinkCounters counters;
    std::thread thread;  // not guarded
};

LinkProxy::LinkProxy(std::unique_ptr<Running> running) : running_(std::move(running)) {}

LinkProxy::~LinkProxy() {
    stop();
}

core::Result<std::unique_ptr<LinkProxy>> LinkProxy::start(const std::string& listen,
                                                          const std::string& to,
                                                          const LinkConditions& conditions) {
    SPOT_TRY(check(conditions));
    SPOT_ASSIGN(auto target, look_up(to));
    SPOT_ASSIGN(auto listener, listen_at(listen));
    auto running = std::make_unique<Running>(conditions, std::move(listener), target);
    if (!running->wake) return core::fail(Code::io, "no event descriptor is left");
    running->thread = std::thread(&Running::run, running.get());
    return std::unique_ptr<LinkProxy>(new LinkProxy(std::move(running)));
}

const std::string& LinkProxy::address() const {
    return running_->address;
}

LinkCounters LinkProxy::counters() const {
    const std::lock_guard lock(running_->mutex);
    return running_->counters;
}

void LinkProxy::cut() {
    running_->make(true);
}

void LinkProxy::heal() {
    running_->make(false);
}

void LinkProxy::stop() {
    {
        const std::lock_guard lock(running_->mutex);
        running_->is_stopping = true;
    }
    running_->done.notify_all();
    running_->signal();
    if (running_->thread.joinable()) running_->thread.join();
}

}  // namespace spot::fieldkit
