#include "van-station/web/syncing.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "sync/http/carrier.h"
#include "van-station/app/synchronise.h"

namespace spot::station::web {
namespace {

constexpr core::Instant kProgressMs = 200;  // between two reports: people see no more
// Left between two transactions, so that who waits for the store gets it: they look each
// millisecond.
constexpr int kYieldMs = 3;

const std::string kFailed = "failed";

// Did the hub take what we had? Otherwise there is a next try before long.
bool was_heard(std::string_view state) {
    return state != "offline" && state != "busy" && state != kFailed;
}

}  // namespace

Syncing::Syncing(Open open, std::string hub, Rim rim, Heard heard)
    : open_(std::move(open)),
      hub_(std::move(hub)),
      rim_(std::move(rim)),
      heard_(std::move(heard)),
      schedule_(rim_.random, rim_.clock.now()),
      worker_(std::make_unique<Worker>()) {}

Syncing::~Syncing() {
    stop();
    worker_.reset();
}

void Syncing::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        if (carrying_) carrying_->give_up();
    }
    stopped_.notify_all();
}

bool Syncing::is_stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void Syncing::now() {
    schedule_.asked();
    tick();
}

void Syncing::tick() {
    if (!schedule_.due(rim_.clock.now())) return;
    schedule_.began();
    heard_.began();
    const bool given = worker_->give([this] {
        const std::string state = exchange();
        rim_.post([this] { heard_.arrived(); });
        rim_.post([this, state] {
            schedule_.ended(rim_.clock.now(), was_heard(state));
            heard_.ended(state);
        });
    });
    SPOT_CHECK(given);  // one at a time
}

std::string Syncing::exchange() {
    if (!station_) {
        auto opened = open_();
        if (!opened) return kFailed;
        station_.emplace(std::move(*opened));
        open_ = nullptr;  // with the passphrase that it holds
    }
    auto ended = exchange_at(*station_);
    return ended ? std::move(*ended) : kFailed;
}

core::Result<std::string> Syncing::exchange_at(Station& station) {
    auto carrier = sync::HttpCarrier::make(
        {hub_.empty() ? station.identity.url : hub_, station.identity.tls_pin, {}});
    if (!carrier) return tl::make_unexpected(carrier.error());
    SPOT_TRY(lock_sync(station));
    struct Carrying {
        Carrying(Syncing& of, sync::HttpCarrier* carrier) : syncing(of) { set(carrier); }
        Carrying(const Carrying&) = delete;
        Carrying& operator=(const Carrying&) = delete;
        ~Carrying() { set(nullptr); }
        void set(sync::HttpCarrier* carrier) const {
            const std::lock_guard guard(syncing.mutex_);
            syncing.carrying_ = carrier;
            if (carrier && syncing.stopping_) carrier->give_up();
        }
        Syncing& syncing;
    };
    const Carrying carrying(*this, carrier->get());
    core::Instant told = 0;
    const SyncRim rim{rim_.clock,
                      rim_.random,
                      [this](int ms) { wait(ms); },
                      [&](std::uint64_t sent, std::uint64_t total) {
                          const core::Instant now = rim_.clock.now();
                          if (now >= told && now < told + kProgressMs) return;
                          told = now;
                          rim_.post([this, sent, total] { heard_.progress(sent, total); });
                      },
                      [this] { wait(kYieldMs); },
                      [this] { return is_stopping(); }};
    SPOT_ASSIGN(auto report, synchronise(station, **carrier, rim));
    // In step as for what we wrote, and yet something to tell.
    return report.hub_forgot && report.state == "ok" ? "hub_forgot" : report.state;
}

void Syncing::wait(int ms) {
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, std::chrono::milliseconds(ms), [&] { return stopping_; });
}

}  // namespace spot::station::web
