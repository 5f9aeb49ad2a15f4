#pragma once

// A real server on loopback, in a thread of its own, whose conversations echo what they are sent.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "hub/server/server.h"
#include "sync/http/carrier.h"
#include "tests/support/tls_ends.h"

namespace spot::test {

inline const TestCertificate& loopback_certificate() {
    static const TestCertificate made;
    return made;
}

// Counts in the server's thread; a test waits for it, but not for ever.
class Counter {
public:
    void add() {
        const std::lock_guard lock(mutex_);
        ++value_;
        changed_.notify_all();
    }
    bool reaches(int wanted) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return value_ >= wanted; });
    }
    int value() {
        const std::lock_guard lock(mutex_);
        return value_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int value_ = 0;
};

// What the conversations of one server went through.
struct Log {
    std::atomic<int> opened = 0, finished = 0, cut = 0;
    Counter heard, gone;
    std::atomic<std::size_t> received = 0, largest = 0;
    std::optional<core::Code> receive_fails, finish_fails;
};

// Answers with what it was sent.
class Echo final : public hub::Conversation {
public:
    explicit Echo(Log& log) : log_(log) { ++log_.opened; }
    ~Echo() override { log_.gone.add(); }
    core::Result<> receive(core::View piece) override {
        log_.received += piece.size();
        log_.heard.add();
        log_.largest = std::max(log_.largest.load(), piece.size());
        if (log_.receive_fails) return core::fail(*log_.receive_fails, "as told");
        body_.insert(body_.end(), piece.begin(), piece.end());
        return {};
    }
    core::Result<core::Bytes> finish() override {
        ++log_.finished;
        if (log_.finish_fails) return core::fail(*log_.finish_fails, "as told");
        return std::move(body_);
    }
    void cut() override { ++log_.cut; }

private:
    Log& log_;
    core::Bytes body_;
};

// A server in its own thread.
class Running {
public:
    explicit Running(hub::ServerLimits limits = {}, hub::Server::IdleWork idle_work = {})
        : server_(listen(limits, std::move(idle_work))), thread_([this] { server_.run(); }) {}
    ~Running() { stop(); }
    void stop() {
        if (!thread_.joinable()) return;
        server_.stop();
        thread_.join();
    }
    void tell_to_stop() { server_.stop(); }  // and does not wait for its end
    std::uint16_t port() const { return server_.port(); }
    std::unique_ptr<sync::HttpCarrier> carrier() const {
        const std::string url = "https://127.0.0.1:" + std::to_string(port());
        auto made = sync::HttpCarrier::make({url, loopback_certificate().pin, {}});
        REQUIRE(made);
        return std::move(*made);
    }
    Log log;

private:
    hub::Server listen(const hub::ServerLimits& limits, hub::Server::IdleWork idle_work) {
        auto made = hub::Server::listen(
            {"127.0.0.1", 0, loopback_certificate().certificate, loopback_certificate().key,
             limits},
            [this] { return std::make_unique<Echo>(log); }, std::move(idle_work));
        REQUIRE(made);
        return std::move(*made);
    }
    hub::Server server_;
    std::thread thread_;
};

}  // namespace spot::test
