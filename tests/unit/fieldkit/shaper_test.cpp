#include "fieldkit/link/shaper.h"

#include <doctest/doctest.h>

#include <limits>

using namespace spot::fieldkit;

namespace {

constexpr Micros kSecondMicros = 1'000'000;

LinkConditions slow() {
    LinkConditions conditions;
    conditions.rate_kbit = 64;
    conditions.rtt_ms = 600;
    return conditions;
}

// Offers `count` segments as soon as each is taken; returns when the last one arrives.
Micros send_all(Shaper& shaper, int count) {
    Micros arrival = 0;
    for (int i = 0; i < count; ++i) arrival = shaper.send(kSegment, shaper.free_at());
    return arrival;
}

}  // namespace

TEST_CASE("a shaped direction sends at its rate and delivers half a round trip later") {
    Shaper shaper(slow(), "up");
    const Micros one = kSegment * 8 * 1000 / 64;
    CHECK(shaper.send(kSegment, 0) == one + 300'000);
    CHECK(shaper.free_at() == one);
    CHECK(send_all(shaper, 49) == 50 * one + 300'000);
}

TEST_CASE("an idle shaper starts when it is offered something, a busy one forgives a late offer") {
    Shaper shaper(slow(), "up");
    const Micros one = kSegment * 8 * 1000 / 64;
    shaper.send(kSegment, 0);
    CHECK(shaper.send(kSegment, one + 2'000) == 2 * one + 300'000);
    CHECK(shaper.send(kSegment, 10 * kSecondMicros) == 10 * kSecondMicros + one + 300'000);
}

TEST_CASE("without a rate only the delay counts") {
    LinkConditions conditions;
    conditions.rtt_ms = 40;
    Shaper shaper(conditions, "up");
    CHECK(shaper.segment_max() > kSegment);
    CHECK(shaper.send(shaper.segment_max(), 5) == 20'005);
    CHECK(shaper.send(1, 6) == 20'006);
}

TEST_CASE("lost segments stall the direction, in about the share asked for, and stay in order") {
    LinkConditions conditions = slow();
    conditions.loss_ppm = 20'000;
    Shaper shaper(conditions, "up");
    const Micros one = kSegment * 8 * 1000 / 64;
    Micros last = 0;
    for (int i = 0; i < 10'000; ++i) {
        const Micros arrival = shaper.send(kSegment, shaper.free_at());
        REQUIRE(arrival >= last + one);
        last = arrival;
    }
    CHECK(shaper.lost() > 140);
    CHECK(shaper.lost() < 270);
    // Each costs a round trip and 200 ms, the few lost twice in a row more.
    const Micros stalls = last - 10'000 * one - 300'000;
    CHECK(stalls >= static_cast<Micros>(shaper.lost()) * 800'000);
    CHECK(stalls < static_cast<Micros>(shaper.lost()) * 900'000);
}

TEST_CASE("the same seed loses the same segments, each direction others") {
    LinkConditions conditions = slow();
    conditions.loss_ppm = 100'000;
    Shaper first(conditions, "up"), same(conditions, "up"), other_way(conditions, "down");
    conditions.seed = 2;
    Shaper other_seed(conditions, "up");
    const Micros expected = send_all(first, 500);
    CHECK(send_all(same, 500) == expected);
    CHECK(send_all(other_way, 500) != expected);
    CHECK(send_all(other_seed, 500) != expected);
}

TEST_CASE("after a cut nothing that was under way holds the link up") {
    Shaper shaper(slow(), "up");
    send_all(shaper, 100);
    shaper.reset(1000);
    CHECK(shaper.free_at() == 1000);
    CHECK(shaper.send(64, 1000) == 1000 + 8000 + 300'000);
}

TEST_CASE("cuts begin with the first connection and come back") {
    LinkConditions conditions;
    conditions.cut_every_ms = 20'000;
    conditions.cut_for_ms = 5'000;
    CutPlan plan(conditions);
    CHECK_FALSE(plan.is_cut(22 * kSecondMicros));
    CHECK(plan.next_change(0) == std::numeric_limits<Micros>::max());
    const Micros start = 100 * kSecondMicros;
    plan.start(start);
    plan.start(start + kSecondMicros);  // a second connection changes nothing
    const struct {
        Micros second;
        bool is_cut;
        Micros next;
    } rows[] = {{0, false, 20}, {19, false, 20}, {20, true, 25},
                {24, true, 25}, {25, false, 45}, {46, true, 50}};
    for (const auto& row : rows) {
        CAPTURE(row.second);
        const Micros now = start + row.second * kSecondMicros;
        CHECK(plan.is_cut(now) == row.is_cut);
        CHECK(plan.next_change(now) == start + row.next * kSecondMicros);
    }
}
