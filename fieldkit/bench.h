#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/error.h"

namespace spot::fieldkit {

inline constexpr char kBenchStation[] = "van-11";  // the one that is measured

enum class Unit { seconds, bytes, per_second };

// What the project asks of a figure: of itself, or of its ratio to the floor.
struct Target {
    enum class Of { measured, ratio } of = Of::measured;
    double value = 0;  // rates: at least; all else: at most
};

// Something measured, beside what nobody could do better, measured in the same run.
struct Figure {
    std::string key;   // for machines: "record.row.median"
    std::string name;  // for people
    Unit unit = Unit::seconds;
    double measured = 0;
    std::optional<double> floor;
    std::optional<Target> target;

    // How many times as dear as the floor; of a rate: as slow.
    std::optional<double> ratio() const;
    std::optional<bool> is_met() const;  // nothing: there is no target
};
using Figures = std::vector<Figure>;

std::string figures_text(const Figures& figures);  // a table
nlohmann::json figures_json(const Figures& figures);

struct BenchPlan {
    bool is_quick = false;
    std::filesystem::path own;    // events of fieldkit's own deployment
    std::filesystem::path other;  // the caller's; empty: none
    // Tells what is being done.
    std::function<void(const std::string&)> say;

    const std::filesystem::path& subject() const { return other.empty() ? own : other; }
};

// The parts. Each has a hub and stations of its own, in a folder that goes at its end.
core::Result<Figures> measure_record(const BenchPlan& plan);  // an event, durably
core::Result<Figures> measure_bytes(const BenchPlan& plan);   // on the wire
core::Result<Figures> measure_bad_link(const BenchPlan& plan);
core::Result<Figures> measure_hub(const BenchPlan& plan);    // events a second
core::Result<Figures> measure_large(const BenchPlan& plan);  // with 100,000 records; minutes
core::Result<Figures> measure_sizes(const BenchPlan& plan);  // a record at two sizes; minutes

}  // namespace spot::fieldkit
