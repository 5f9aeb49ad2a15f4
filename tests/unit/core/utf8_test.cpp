#include "core/utf8.h"

#include <doctest/doctest.h>

#include <string>

using spot::core::text_length;

TEST_CASE("a text's length is its code points") {
    CHECK(text_length("") == 0);
    CHECK(text_length("água\t\r\n") == 7);
    CHECK(text_length("\u20AC\u0416") == 2);
    CHECK(text_length("\U0001F600\U0010FFFF") == 2);
    CHECK(text_length("e\u0301") == 2);  // combined, not composed
    CHECK(text_length("\uD7FF\uE000\uFFFF\u0080\u07FF\u0800") == 6);
}

TEST_CASE("what is not clean UTF-8 has no length") {
    const std::string wrong[] = {
        std::string(1, '\0'),
        "a\x01",
        "\x1F",
        "\x7F",
        "\x80",  // a continuation without a lead
        "\xC3",  // ends within
        "\xE2\x82",
        "\xF0\x9F\x98",
        "\xC3(",
        "\xC0\x80",  // longer than need be
        "\xC1\xBF",
        "\xE0\x9F\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xED\xA0\x80",  // surrogates
        "\xED\xBF\xBF",
        "\xF4\x90\x80\x80",  // past the end of Unicode
        "\xF5\x80\x80\x80",
        "\xFF",
    };
    for (const std::string& text : wrong) {
        CAPTURE(text.size());
        CHECK(!text_length(text));
        CHECK(!text_length("good before " + text));
        CHECK(!text_length(text + " good after"));
    }
}
