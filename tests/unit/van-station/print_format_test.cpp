#include "van-station/print/paper/format.h"

#include <doctest/doctest.h>

#include "van-station/print/paper/words.h"

using namespace spot::print;

namespace {

constexpr Language kAll[] = {Language::pt, Language::en, Language::fr, Language::uk};

}  // namespace

TEST_CASE("money is written as each language does") {
    struct Row {
        std::int64_t cents;
        const char *pt, *en, *fr, *uk;
    };
    constexpr Row kRows[] = {
        {0, "0,00\u00A0€", "€0.00", "0,00\u00A0€", "0,00\u00A0€"},
        {5, "0,05\u00A0€", "€0.05", "0,05\u00A0€", "0,05\u00A0€"},
        {20, "0,20\u00A0€", "€0.20", "0,20\u00A0€", "0,20\u00A0€"},
        {123'456, "1234,56\u00A0€", "€1,234.56", "1\u202F234,56\u00A0€", "1\u00A0234,56\u00A0€"},
        {123'456'789, "1\u00A0234\u00A0567,89\u00A0€", "€1,234,567.89",
         "1\u202F234\u202F567,89\u00A0€", "1\u00A0234\u00A0567,89\u00A0€"},
        {-150, "−1,50\u00A0€", "−€1.50", "−1,50\u00A0€", "−1,50\u00A0€"},
    };
    for (const auto& row : kRows) {
        CHECK(money(Language::pt, row.cents) == row.pt);
        CHECK(money(Language::en, row.cents) == row.en);
        CHECK(money(Language::fr, row.cents) == row.fr);
        CHECK(money(Language::uk, row.cents) == row.uk);
    }
}

TEST_CASE("a day is the day at the station, whatever its offset") {
    constexpr const char* kLate = "2017-10-16T23:59:59.891-03:00";  // the 17th in Lisbon
    CHECK(day(Language::pt, kLate) == "16-10-2017");
    CHECK(day(Language::en, kLate) == "16/10/2017");
    CHECK(day(Language::fr, kLate) == "16/10/2017");
    CHECK(day(Language::uk, kLate) == "16.10.2017");
    CHECK(day_and_month(Language::pt, kLate) == "16-10");
    CHECK(clock_time(Language::pt, kLate) == "23:59");
    CHECK(clock_time(Language::fr, kLate) == "23\u00A0h\u00A059");
    CHECK(clock_time(Language::fr, "2017-10-16T09:05:00+01:00") == "9\u00A0h\u00A005");
    CHECK(day_in_words(Language::pt, kLate) == "16 de outubro de 2017");
    CHECK(day_in_words(Language::en, kLate) == "16 October 2017");
    CHECK(day_in_words(Language::fr, "2017-03-01T08:00:00Z") == "1er mars 2017");
    CHECK(day_in_words(Language::uk, kLate) == "16 жовтня 2017\u00A0р.");
}

TEST_CASE("what is no time is left out") {
    for (const char* wrong : {"", "yesterday", "2017-13-01", "2017-10-00", "16-10-2017", "2017"}) {
        CAPTURE(wrong);
        CHECK(day(Language::pt, wrong).empty());
        CHECK(day_in_words(Language::en, wrong).empty());
    }
    CHECK(clock_time(Language::pt, "2017-10-16").empty());
    CHECK(clock_time(Language::pt, "2017-10-16T25:00:00Z").empty());
}

TEST_CASE("plurals follow each language's rule") {
    constexpr Forms kForms{"one", "few", "many"};
    const auto form = [&](Language language, std::uint64_t count) {
        return std::string(plural(language, count, kForms));
    };
    for (const auto language : {Language::pt, Language::en}) {
        CHECK(form(language, 0) == "many");
        CHECK(form(language, 1) == "one");
        CHECK(form(language, 2) == "many");
        CHECK(form(language, 21) == "many");
    }
    CHECK(form(Language::fr, 0) == "one");
    CHECK(form(Language::fr, 1) == "one");
    CHECK(form(Language::fr, 2) == "many");
    for (const std::uint64_t one : {1, 21, 101, 1001}) CHECK(form(Language::uk, one) == "one");
    for (const std::uint64_t few : {2, 3, 4, 22, 104}) CHECK(form(Language::uk, few) == "few");
    for (const std::uint64_t many : {0, 5, 11, 12, 14, 20, 111, 112})
        CHECK(form(Language::uk, many) == "many");
}

TEST_CASE("every language has every text, and the same names to be put in") {
    const auto names = [](std::string_view text) {
        std::string out;
        for (bool within = false; const char c : text) {
            if (c == '{') within = true;
            if (within) out += c;
            if (c == '}') within = false;
        }
        return out;
    };
    // Words is texts only, so it can be walked as an array of them.
    static_assert(sizeof(Words) % sizeof(const char*) == 0);
    constexpr std::size_t kTexts = sizeof(Words) / sizeof(const char*);
    const auto text = [](Language language, std::size_t i) {
        return reinterpret_cast<const char* const*>(&words(language))[i];
    };
    for (std::size_t i = 0; i < kTexts; ++i) {
        CAPTURE(i);
        for (const auto language : kAll) {
            const char* one = text(language, i);
            REQUIRE(one != nullptr);
            // Only Ukrainian has a form for few.
            CHECK((*one != '\0') == (*text(Language::uk, i) != '\0' &&
                                     (language == Language::uk || *text(Language::pt, i) != '\0')));
        }
        CHECK(*text(Language::uk, i) != '\0');
        if (*text(Language::en, i) != '\0')
            CHECK(names(text(Language::en, i)).size() == names(text(Language::fr, i)).size());
    }
}

TEST_CASE("texts are filled, grouped and cut without harm") {
    CHECK(fill("{n} de {all}", {{"n", "3"}, {"all", "5"}}) == "3 de 5");
    CHECK(fill("{n} e {outro}", {{"n", "{outro}"}}) == "{outro} e {outro}");
    CHECK(fill("{n", {{"n", "3"}}) == "{n");
    CHECK(in_threes("228803993") == "228\u00A0803\u00A0993");
    CHECK(in_threes("+351 912 201 892") == "+351 912 201 892");
    CHECK(clean("água", 10) == "água");
    CHECK(clean("água", 1).empty());
    CHECK(clean("aágua", 2) == "a");
    CHECK(clean("a\x1B\n\xFF\xC3(z", 10) == "a    (z");
    CHECK(clean("\xF0\x9F\x98", 10) == "   ");
    CHECK(language_of("pt-BR") == Language::pt);
    CHECK(language_of("uk") == Language::uk);
    CHECK(language_of("de") == Language::pt);
}
