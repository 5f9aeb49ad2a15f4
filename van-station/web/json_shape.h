#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/json_schema.h"

namespace spot::station::web {

// A schema of the OpenAPI file, ready to check values.
class JsonShape {
public:
    // `schema` may refer to `document`'s components. Aborts on one that is none: the file is part
    // of the program.
    JsonShape(const nlohmann::json& document, const nlohmann::json& schema);

    // Empty: `value` has this shape. Else where it has not and why, for whoever builds pages; it
    // holds names of members and no values.
    std::string fault(const nlohmann::json& value) const;

private:
    core::JsonSchema schema_;
};

}  // namespace spot::station::web
