#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "fieldkit/bench.h"

using namespace spot::fieldkit;
using nlohmann::json;

namespace {

const Target kAtMostTwice{Target::Of::ratio, 2.0};

Figure seconds(double measured, std::optional<double> floor, std::optional<Target> target) {
    return {"key", "name", Unit::seconds, measured, floor, target};
}
Figure rate(double measured, std::optional<double> floor, std::optional<Target> target) {
    return {"key", "name", Unit::per_second, measured, floor, target};
}

}  // namespace

TEST_CASE("a ratio above one is worse than the floor, of a rate too") {
    CHECK(seconds(0.3, 0.2, {}).ratio().value() == doctest::Approx(1.5));
    CHECK(rate(5'000, 20'000, {}).ratio().value() == doctest::Approx(4.0));
    CHECK_FALSE(seconds(0.3, {}, {}).ratio().has_value());
    CHECK_FALSE(seconds(0.3, 0.0, {}).ratio().has_value());
    CHECK_FALSE(rate(0, 10, {}).ratio().has_value());
}

TEST_CASE("a target is met at its very bound") {
    CHECK(seconds(0.4, 0.2, kAtMostTwice).is_met() == true);
    CHECK(seconds(0.41, 0.2, kAtMostTwice).is_met() == false);
    CHECK(seconds(13, {}, Target{Target::Of::measured, 13}).is_met() == true);
    CHECK(seconds(13.1, {}, Target{Target::Of::measured, 13}).is_met() == false);
    CHECK(rate(10'000, {}, Target{Target::Of::measured, 10'000}).is_met() == true);
    CHECK(rate(9'999, {}, Target{Target::Of::measured, 10'000}).is_met() == false);
    CHECK_FALSE(seconds(1, 1, {}).is_met().has_value());
}

TEST_CASE("a ratio that is asked for and can't be told is not met") {
    CHECK(seconds(0.4, {}, kAtMostTwice).is_met() == false);
}

TEST_CASE("the table says what was measured, the floor, what was asked and whether it is met") {
    const Figures figures{
        {"a", "record one event", Unit::seconds, 0.00042, 0.0002, kAtMostTwice},
        {"b", "bytes up", Unit::bytes, 51'234, {}, Target{Target::Of::measured, 69'000}},
        {"c", "committed", Unit::per_second, 12'345, 24'690, Target{Target::Of::measured, 10'000}},
        {"d", "bytes down", Unit::bytes, 342, {}, {}}};
    CHECK(figures_text(figures) ==
          "figure            measured     floor  ratio      target  met\n"
          "record one event   0.42 ms   0.20 ms   2.10    ≤ 2.00 ×  NO\n"
          "bytes up           51.2 kB         –      –   ≤ 69.0 kB  yes\n"
          "committed         12,345/s  24,690/s   2.00  ≥ 10,000/s  yes\n"
          "bytes down           342 B         –      –           –  –\n");
}

TEST_CASE("the JSON holds the numbers, null where there is none") {
    const json out = figures_json({seconds(0.4, 0.2, kAtMostTwice), rate(7, {}, {})});
    REQUIRE(out.size() == 2);
    CHECK(out[0]["ratio"].get<double>() == doctest::Approx(2.0));
    CHECK(out[0]["unit"] == "s");
    CHECK(out[0]["target"] == json{{"of", "ratio"}, {"value", 2.0}});
    CHECK(out[0]["met"] == true);
    CHECK(out[1]["floor"].is_null());
    CHECK(out[1]["target"].is_null());
    CHECK(out[1]["met"].is_null());
}
