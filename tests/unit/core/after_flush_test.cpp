#include "core/after_flush.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace spot;

TEST_CASE("after a flush that failed nothing more is told, and who goes on hears of it") {
    for (const std::size_t given : {std::size_t{1}, core::AfterFlush::kTogether}) {
        CAPTURE(given);  // the one here, the others on the thread
        std::atomic<int> flushes = 0;
        std::atomic<int> told = 0;
        core::AfterFlush on_disk([&]() -> core::Result<> {
            if (++flushes < 3) return {};
            return core::fail(core::Code::io, "the disk is broken");
        });
        const auto tell = [&] { ++told; };
        for (int i = 0; i < 2; ++i) {
            CHECK(on_disk.run(tell).has_value());
            CHECK(on_disk.finish().has_value());
        }
        CHECK(told == 2);
        for (std::size_t i = 0; i < given; ++i) (void)on_disk.run(tell);
        CHECK(on_disk.finish().error().code == core::Code::io);
        CHECK(on_disk.run(tell).error().message == "the disk is broken");
        CHECK(on_disk.finish().error().message == "the disk is broken");
        CHECK(told == 2);
        CHECK(flushes == 3);
    }
}

TEST_CASE("no more than its limit waits for a disk that takes its time, and all of it is done") {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_free = false;
    std::atomic<std::size_t> given = 0;
    std::size_t done = 0;
    {
        core::AfterFlush on_disk([&]() -> core::Result<> {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return is_free; });
            return {};
        });
        std::thread giver([&] {
            for (std::size_t i = 0; i < 3 * core::AfterFlush::kWaitingMax; ++i) {
                CHECK(on_disk.run([&] { ++done; }).has_value());
                ++given;
            }
        });
        while (given < core::AfterFlush::kWaitingMax) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        // Those that wait, and those under way.
        CHECK(given <= 2 * core::AfterFlush::kWaitingMax);
        {
            const std::lock_guard lock(mutex);
            is_free = true;
        }
        changed.notify_all();
        giver.join();
    }
    CHECK(done == 3 * core::AfterFlush::kWaitingMax);
}
