// Goal: jobs run one after the other elsewhere, no more wait than may, and an end is an end.

#include "van-station/web/worker.h"

#include <doctest/doctest.h>

#include <future>
#include <vector>

namespace {

using spot::station::web::Worker;

TEST_CASE("jobs are done in their order, in another thread") {
    std::vector<int> done;
    std::promise<std::thread::id> other;
    Worker worker;
    for (int i = 0; i < 10; ++i) REQUIRE(worker.give([&done, i] { done.push_back(i); }));
    REQUIRE(worker.give([&] { other.set_value(std::this_thread::get_id()); }));
    CHECK(other.get_future().get() != std::this_thread::get_id());
    CHECK(done == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("a queue has an end, and what waits in it at the end is dropped") {
    std::promise<void> go, began;
    int done = 0;
    {
        Worker worker;
        CHECK(worker.is_idle());
        REQUIRE(worker.give([&] {
            began.set_value();
            go.get_future().wait();
        }));
        began.get_future().wait();
        CHECK(!worker.is_idle());
        for (std::size_t i = 0; i < Worker::kJobsMax; ++i) REQUIRE(worker.give([&] { ++done; }));
        CHECK(!worker.give([&] { ++done; }));
        // The first job ends while the worker is being taken down, or before.
        std::thread later([&] { go.set_value(); });
        later.join();
    }
    CHECK(done <= static_cast<int>(Worker::kJobsMax));
}

}  // namespace
