#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace spot::core {

// A JSON schema (draft 7, without "$ref"), ready to check values. Checking changes nothing in it:
// threads may share one. json_schema.cpp alone includes the library, which is slow to compile.
class JsonSchema {
public:
    // Aborts on what is no schema: they are part of the program.
    explicit JsonSchema(const nlohmann::json& schema);
    JsonSchema(JsonSchema&&) noexcept;
    ~JsonSchema();

    struct Fault {
        std::vector<std::string> place;  // "<root>", then "[member]" or "[index]" for each step
        std::string rule;                // in the library's words; holds no value
    };
    bool is_met_by(const nlohmann::json& value) const;
    // The innermost first; empty: it is met.
    std::vector<Fault> faults(const nlohmann::json& value) const;

private:
    struct Inside;
    std::unique_ptr<const Inside> inside_;
};

}  // namespace spot::core
