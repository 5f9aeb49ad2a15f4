#include "fieldkit/table.h"

#include <doctest/doctest.h>

using namespace spot::fieldkit;

TEST_CASE("columns stand under each other, whatever the alphabet") {
    CHECK(table({Align::left, Align::right, Align::left},
                {{"", "número", "x"}, {"sessões", "7", "yes"}, {"≤", "1,000", ""}}) ==
          "         número  x\n"
          "sessões       7  yes\n"
          "≤         1,000\n");
    CHECK(table({Align::left}, {{"a", "left out"}}) == "a\n");
    CHECK(table({Align::left, Align::right}, {{"short"}, {"a", "b"}}) == "short\na      b\n");
    CHECK(table({Align::left}, {}).empty());
}

TEST_CASE("numbers as people read them") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1'000) == "1,000");
    CHECK(grouped(12'345'678) == "12,345,678");
    CHECK(bytes_text(999) == "999 B");
    CHECK(bytes_text(51'234) == "51.2 kB");
    CHECK(bytes_text(999'949) == "999.9 kB");
    CHECK(bytes_text(999'950) == "1.0 MB");
    CHECK(fixed(0.456, 2) == "0.46");
    CHECK(seconds_text(0.000214) == "0.21 ms");
    CHECK(seconds_text(0.0994) == "99.40 ms");
    CHECK(seconds_text(0.0996) == "0.10 s");
    CHECK(seconds_text(13.24) == "13.2 s");
    CHECK(counted(1, "event", "events") == "1 event");
    CHECK(counted(2'481, "event", "events") == "2,481 events");
}

TEST_CASE("the median is the middle value, of an even number the lower one") {
    CHECK(median({}) == 0);
    CHECK(median({3}) == 3);
    CHECK(median({9, 1, 5}) == 5);
    CHECK(median({4, 1, 3, 2}) == 2);
}
