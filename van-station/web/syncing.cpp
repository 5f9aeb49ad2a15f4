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

// Did the hub take what we had? Otherwise there is a next try before long.
bool was_heard(std::string_view state) {
    return state != "offline" && state != "busy" && state != "failed";
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
        Ended ended = exchange();
        rim_.post([this, ended = std::move(ended)] {
            schedule_.ended(rim_.clock.now(), was_heard(ended.state));
            heard_.ended(ended.state, ended.reason);
        });
    });
    SPOT_CHECK(given);  // one at a time
}

Syncing::Ended Syncing::exchange() {
    if (!station_) {
        auto opened = open_();
        if (!opened) return {"failed", opened.error().message};
        station_.emplace(std::move(*opened));
        open_ = nullptr;  // with the passphrase that it holds
    }
    auto ended = exchange_at(*station_);
    if (!ended) return {"failed", ended.error().message};
    return std::move(*ended);
}

core::Result<Syncing::Ended> Syncing::exchange_at(Station& station) {
    auto carrier = sync::HttpCarrier::make(
        {hub_.empty() ? station.identity.url : hub_, station.identity.tls_pin, {}});
    if (!carrier) return tl::make_unexpected(carrier.error());
    const auto lock = lock_sync(station);
    if (!lock) return tl::make_unexpected(lock.error());
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
    const SyncRim rim{rim_.clock, rim_.random, [this](int ms) { wait(ms); },
                      [&](std::uint64_t sent, std::uint64_t total) {
                          const core::Instant now = rim_.clock.now();
                          if (now >= told && now < told + kProgressMs) return;
                          told = now;
                          rim_.post([this, sent, total] { heard_.progress(sent, total); });
                      },
                      [this] { wait(kYieldMs); }, [this] { return is_stopping(); }};
    auto report = synchronise(station, **carrier, rim);
    if (!report) return tl::make_unexpected(report.error());
    return Ended{report->state, report->reason};
}

void Syncing::wait(int ms) {
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, std::chrono::milliseconds(ms), [&] { return stopping_; });
}

}  // namespace spot::station::web
