#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <re2/re2.h>
#include <nlohmann/json_fwd.hpp>

#include "core/error.h"
#include "core/rules.h"

namespace spot::core {

// What a schema says in words that JSON Schema lacks, or for which its library is too slow:
// - x-written-by: who may write the field; one without it takes it from what it stands in
// - x-check: id, moment, nif, birth-date
// - pattern, patternProperties: the library compiles the latter at every use
// - x-rule: the pattern or check, in words for people
// It also refuses unknown members and texts that are not clean UTF-8, so that the library, which
// counts up to the first null, meets clean texts only. Types, lengths and bounds are the library's.
class Shape {
public:
    // Where a value stands. Made into text for an error only.
    struct Place {
        const Place* around = nullptr;
        std::string_view name;
        std::string text() const;  // "citizen.nif"; a path in `set` as it is
    };

    // Aborts on a schema that is not of our dialect: they are part of the program.
    Shape(const nlohmann::json& schema, std::uint8_t writers_around);

    Result<> check(Party author, const nlohmann::json& value, const Place& place) const;

private:
    enum class Check : std::uint8_t { none, id, moment, nif, birth_date };

    Result<> check_members(Party author, const nlohmann::json& value, const Place& place) const;
    Result<> check_text(const std::string& text, const Place& place) const;
    bool meets_check(std::string_view text) const;

    std::uint8_t writers_ = 0;  // a bit for each Party
    Check check_ = Check::none;
    std::string rule_;
    std::unique_ptr<RE2> pattern_;
    std::map<std::string, Shape, std::less<>> members_;
    std::unique_ptr<RE2> other_names_;  // patternProperties: one at most
    std::unique_ptr<Shape> other_;
    std::unique_ptr<Shape> items_;
};

}  // namespace spot::core
