#include "core/rules/shape.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/utf8.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kSchemaPatternMemory = 256 * 1024;
constexpr std::size_t kShownNameMax = 60;

std::unique_ptr<RE2> compile(const std::string& pattern) {
    RE2::Options options;
    options.set_max_mem(kSchemaPatternMemory);
    auto compiled = std::make_unique<RE2>(pattern, options);
    SPOT_CHECK(compiled->ok());
    return compiled;
}

bool matches(const RE2& pattern, std::string_view text) {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

std::uint8_t bit(Party party) {
    return static_cast<std::uint8_t>(1U << unsigned(party));
}

std::uint8_t read_writers(const Json& names) {
    std::uint8_t writers = 0;
    for (const Json& name : names) {
        SPOT_CHECK(name == "station" || name == "hub");
        writers |= bit(name == "station" ? Party::station : Party::hub);
    }
    return writers;
}

// A stranger's member name could be anything, a person's name included.
std::string_view showable(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    };
    const bool ok = name.size() <= kShownNameMax && std::all_of(name.begin(), name.end(), plain);
    return ok ? name : "(a name not shown)";
}

}  // namespace

std::string Shape::Place::text() const {
    if (!around || around->name.empty() || around->name == "set") return std::string(name);
    return around->text() + "." + std::string(name);
}

Shape::Shape(const Json& schema, std::uint8_t writers_around) : writers_(writers_around) {
    SPOT_CHECK(schema.is_object());
    if (schema.contains("x-written-by")) writers_ = read_writers(schema["x-written-by"]);
    rule_ = schema.value("x-rule", "");
    if (const std::string check = schema.value("x-check", ""); !check.empty()) {
        check_ = check == "id"           ? Check::id
                 : check == "moment"     ? Check::moment
                 : check == "nif"        ? Check::nif
                 : check == "birth-date" ? Check::birth_date
                                         : Check::none;
        SPOT_CHECK(check_ != Check::none);
    }
    if (schema.contains("pattern")) pattern_ = compile(schema["pattern"].get<std::string>());
    SPOT_CHECK(!rule_.empty() || (!pattern_ && check_ == Check::none));

    if (schema.value("type", "") == "object")
        SPOT_CHECK(schema.at("additionalProperties") == false);
    if (schema.contains("properties"))
        for (const auto& [name, body] : schema["properties"].items())
            members_.emplace(name, Shape(body, writers_));
    if (schema.contains("patternProperties")) {
        SPOT_CHECK(schema["patternProperties"].size() == 1);
        const auto only = schema["patternProperties"].begin();
        other_names_ = compile(only.key());
        other_ = std::make_unique<Shape>(only.value(), writers_);
    }
    if (schema.contains("items")) items_ = std::make_unique<Shape>(schema["items"], writers_);
}

Result<> Shape::check(Party author, const Json& value, const Place& place) const {
    if ((writers_ & bit(author)) == 0)
        return fail(Code::refused, (place.name.empty() ? "this kind" : place.text()) +
                                       (author == Party::hub ? ": the hub" : ": a station") +
                                       " may not write it");
    if (value.is_string()) return check_text(value.get_ref<const std::string&>(), place);
    if (value.is_object()) return check_members(author, value, place);
    if (value.is_array() && items_) {
        std::size_t at = 0;
        for (const Json& item : value) {
            const std::string name = std::to_string(at++);
            SPOT_TRY(items_->check(author, item, {&place, name}));
        }
    }
    return {};
}

Result<> Shape::check_members(Party author, const Json& value, const Place& place) const {
    for (auto member = value.begin(); member != value.end(); ++member) {
        const std::string& name = member.key();
        const auto known = members_.find(name);
        const Shape* shape = known != members_.end()                        ? &known->second
                             : other_names_ && matches(*other_names_, name) ? other_.get()
                                                                            : nullptr;
        const Place inside{&place, showable(name)};
        if (!shape) return fail(Code::invalid, inside.text() + ": there is no such field");
        SPOT_TRY(shape->check(author, *member, inside));
    }
    return {};
}

Result<> Shape::check_text(const std::string& text, const Place& place) const {
    if (!text_length(text))
        return fail(Code::invalid, place.text() + ": holds a control character or is not UTF-8");
    if (pattern_ && !matches(*pattern_, text))
        return fail(Code::invalid, place.text() + ": not " + rule_);
    if (!meets_check(text))
        return fail(Code::invalid,
                    place.text() +
                        (check_ == Check::nif ? ": the check digit is wrong" : ": not " + rule_));
    return {};
}

bool Shape::meets_check(std::string_view text) const {
    switch (check_) {
        case Check::none:
            return true;
        case Check::id:
            return RecordId::parse(text).has_value();
        case Check::moment:
            return parse_moment(text).has_value();
        case Check::nif:
            return nif_valid(text);
        case Check::birth_date:
            return date_valid(text, 1880, 2100);
    }
    return false;
}

}  // namespace spot::core
