// Goal: the station synchronises soon after changes and now and then without, backs off from a hub
// that is not there, and not all vans at once.

#include "van-station/web/sync_schedule.h"

#include <doctest/doctest.h>

#include "tests/support/chance.h"

namespace {

using namespace spot;
using core::Instant;
using station::web::SyncSchedule;

constexpr Instant kStart = 1'700'000'000'000;

// The first second at which it is due, from `now` on.
Instant next(const SyncSchedule& schedule, Instant now, Instant longest = 3'600'000) {
    for (Instant at = now; at <= now + longest; at += 100)
        if (schedule.due(at)) return at - now;
    return -1;
}

struct Scene {
    tests::SeededRandom random{7};
    SyncSchedule schedule{random, kStart};
    Instant now = kStart;
    void exchange(bool reached) {
        schedule.began();
        now += 1000;
        schedule.ended(now, reached);
    }
};

TEST_CASE("soon after the start, then every ten minutes or a little less") {
    Scene scene;
    CHECK(next(scene.schedule, scene.now) == SyncSchedule::kFirstMs);
    scene.exchange(true);
    for (int i = 0; i < 20; ++i) {
        const Instant wait = next(scene.schedule, scene.now);
        CHECK(wait >= SyncSchedule::kEveryMs * 3 / 4);
        CHECK(wait <= SyncSchedule::kEveryMs + 100);
        scene.now += wait;
        scene.exchange(true);
    }
}

TEST_CASE("after a change when it is quiet, but not never") {
    Scene scene;
    scene.exchange(true);
    scene.schedule.changed(scene.now);
    CHECK(next(scene.schedule, scene.now) == SyncSchedule::kQuietMs);
    const Instant first = scene.now;
    while (!scene.schedule.due(scene.now)) {  // somebody types on and on
        scene.now += 1000;
        scene.schedule.changed(scene.now);
        REQUIRE(scene.now < first + 60'000);
    }
    CHECK(scene.now - first == SyncSchedule::kQuietMaxMs);
    scene.exchange(true);
    CHECK(next(scene.schedule, scene.now) > SyncSchedule::kQuietMaxMs);  // it went along
}

TEST_CASE("a change during an exchange goes with the next one") {
    Scene scene;
    scene.schedule.began();
    scene.schedule.changed(scene.now);
    CHECK(!scene.schedule.due(scene.now + 3'600'000));
    scene.now += 500;
    scene.schedule.ended(scene.now, true);
    CHECK(next(scene.schedule, scene.now) <= SyncSchedule::kQuietMs);
}

TEST_CASE("a hub that is not there is tried less and less, whatever is recorded") {
    Scene scene;
    Instant longest = SyncSchedule::kRetryMs;
    for (int i = 0; i < 10; ++i) {
        scene.exchange(false);
        scene.schedule.changed(scene.now);
        const Instant wait = next(scene.schedule, scene.now);
        CHECK(wait >= longest * 3 / 4);
        CHECK(wait <= longest + 100);
        longest = std::min(2 * longest, SyncSchedule::kEveryMs);
    }
    scene.exchange(true);  // it is back: changes count again
    scene.schedule.changed(scene.now);
    CHECK(next(scene.schedule, scene.now) == SyncSchedule::kQuietMs);
}

TEST_CASE("a person does not wait") {
    Scene scene;
    scene.exchange(false);
    CHECK(!scene.schedule.due(scene.now));
    scene.schedule.asked();
    CHECK(scene.schedule.due(scene.now));
    scene.schedule.began();
    CHECK(!scene.schedule.due(scene.now));
}

TEST_CASE("a clock that is set back holds nothing up") {
    Scene scene;
    scene.exchange(true);
    const Instant yesterday = scene.now - 86'400'000;
    CHECK(next(scene.schedule, yesterday) == 0);
    scene.schedule.began();
    scene.schedule.ended(yesterday, true);
    CHECK(next(scene.schedule, yesterday) > 0);
}

TEST_CASE("two vans don't come at the same moment") {
    tests::SeededRandom one(1), two(2);
    SyncSchedule first(one, kStart), second(two, kStart);
    first.began();
    second.began();
    first.ended(kStart, true);
    second.ended(kStart, true);
    CHECK(next(first, kStart) != next(second, kStart));
}

}  // namespace
