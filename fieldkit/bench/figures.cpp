#include <nlohmann/json.hpp>

#include "fieldkit/bench.h"
#include "fieldkit/table.h"

namespace spot::fieldkit {
namespace {

using nlohmann::json;

std::string amount(Unit unit, double value) {
    switch (unit) {
        case Unit::seconds:
            return seconds_text(value);
        case Unit::bytes:
            return bytes_text(static_cast<std::uint64_t>(value));
        case Unit::per_second:
            return grouped(static_cast<std::uint64_t>(value)) + "/s";
    }
    return {};
}

std::string target_words(const Figure& figure) {
    if (!figure.target) return "–";
    const char* bound =
        figure.unit == Unit::per_second && figure.target->of == Target::Of::measured ? "≥ " : "≤ ";
    if (figure.target->of == Target::Of::ratio)
        return bound + fixed(figure.target->value, 2) + " ×";
    return bound + amount(figure.unit, figure.target->value);
}

std::string met_words(const Figure& figure) {
    const auto is_met = figure.is_met();
    return !is_met ? "–" : *is_met ? "yes" : "NO";
}

}  // namespace

std::optional<double> Figure::ratio() const {
    if (!floor || *floor <= 0 || measured <= 0) return std::nullopt;
    return unit == Unit::per_second ? *floor / measured : measured / *floor;
}

std::optional<bool> Figure::is_met() const {
    if (!target) return std::nullopt;
    if (target->of == Target::Of::ratio) return ratio() && *ratio() <= target->value;
    return unit == Unit::per_second ? measured >= target->value : measured <= target->value;
}

std::string figures_text(const Figures& figures) {
    std::vector<std::vector<std::string>> rows{
        {"figure", "measured", "floor", "ratio", "target", "met"}};
    for (const Figure& figure : figures) {
        const auto ratio = figure.ratio();
        rows.push_back({figure.name, amount(figure.unit, figure.measured),
                        figure.floor ? amount(figure.unit, *figure.floor) : "–",
                        ratio ? fixed(*ratio, 2) : "–", target_words(figure), met_words(figure)});
    }
    using enum Align;
    return table({left, right, right, right, right, left}, rows);
}

json figures_json(const Figures& figures) {
    const auto unit_name = [](Unit unit) {
        return unit == Unit::seconds ? "s" : unit == Unit::bytes ? "B" : "1/s";
    };
    json out = json::array();
    for (const Figure& figure : figures) {
        json one{
            {"key", figure.key},           {"name", figure.name}, {"unit", unit_name(figure.unit)},
            {"measured", figure.measured}, {"floor", nullptr},    {"ratio", nullptr},
            {"target", nullptr},           {"met", nullptr}};
        if (figure.floor) one["floor"] = *figure.floor;
        if (const auto ratio = figure.ratio()) one["ratio"] = *ratio;
        if (const auto is_met = figure.is_met()) one["met"] = *is_met;
        if (figure.target)
            one["target"] = {{"of", figure.target->of == Target::Of::ratio ? "ratio" : "measured"},
                             {"value", figure.target->value}};
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace spot::fieldkit
