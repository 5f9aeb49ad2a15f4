// Intents that nobody honest writes: nothing aborts, and no error quotes what it was given.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/rules.h"
#include "tests/support/intents.h"

using namespace spot::core;
using Json = nlohmann::json;

namespace {

// Every place in the value, containers included.
void collect(const Json& value, const Json::json_pointer& at,
             std::vector<Json::json_pointer>& out) {
    out.push_back(at);
    if (value.is_object())
        for (const auto& [key, member] : value.items()) collect(member, at / key, out);
    if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i) collect(value[i], at / i, out);
}

const char* const kSecret = "Zulmira Quaresma 987654321";

// Checks as a peer would, does what follows, and hands back the error's message.
std::string tried(Kind kind, const Json& intent) {
    std::string message;
    for (const Party author : {Party::station, Party::hub}) {
        const auto checked = check_intent(author, kind, intent, Catalogue::shipped());
        if (!checked) {
            message += checked.error().message;
            continue;
        }
        CHECK(!canonical(intent).empty());
        for (const Operation& operation : operations_of(kind, intent))
            CHECK(!operation.path.empty());
    }
    return message;
}

template <class Change>
void at_every_place(Change change) {
    for (std::uint8_t number = 1; number <= kKindMax; ++number) {
        const Kind kind{number};
        const Json good = spot::support::example_intent(kind);
        std::vector<Json::json_pointer> places;
        collect(good, Json::json_pointer(), places);
        for (const auto& place : places) {
            CAPTURE(kind_name(kind));
            CAPTURE(place.to_string());
            change(kind, good, place);
        }
    }
}

}  // namespace

TEST_CASE("any value at any place is taken or refused, and nothing else") {
    const std::vector<Json> values{nullptr,
                                   true,
                                   0,
                                   -1,
                                   1,
                                   23,
                                   9223372036854775807,
                                   -9223372036854775807 - 1,
                                   18446744073709551615U,
                                   0.5,
                                   1e300,
                                   "",
                                   "x",
                                   kSecret,
                                   std::string(70'000, 'x'),
                                   std::string("\0", 1),
                                   "\xFF",
                                   Json::array(),
                                   Json::array({1, "x", Json::object()}),
                                   Json::object(),
                                   {{"x", {{"y", 1}}}},
                                   {{"", ""}},
                                   {{"fields.motivo", Json::array()}}};
    at_every_place([&](Kind kind, const Json& good, const Json::json_pointer& place) {
        for (const Json& value : values) {
            Json intent = good;
            intent[place] = value;
            tried(kind, intent);
        }
    });
}

TEST_CASE("no error quotes a value or a strange name") {
    at_every_place([](Kind kind, const Json& good, const Json::json_pointer& place) {
        Json intent = good;
        intent[place] = kSecret;
        CHECK(tried(kind, intent).find("Zulmira") == std::string::npos);
        if (!good[place].is_object()) return;
        intent = good;
        intent[place][kSecret] = "x";
        CHECK(tried(kind, intent).find("Zulmira") == std::string::npos);
    });
}

TEST_CASE("a nest as deep as an intent is long is refused") {
    Json nest = 1;
    for (int depth = 0; depth < 30'000; ++depth)
        nest = depth % 2 ? Json{{"x", std::move(nest)}} : Json::array({std::move(nest)});
    at_every_place([&](Kind kind, const Json& good, const Json::json_pointer& place) {
        if (place.empty() || good[place].is_object()) return;
        Json intent = good;
        intent[place].swap(nest);
        CHECK(!tried(kind, intent).empty());
        intent[place].swap(nest);
    });
}
