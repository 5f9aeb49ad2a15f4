#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "van-station/app/desk.h"
#include "van-station/web/http.h"

namespace spot::station::web {

// What a request gives to a use case.
struct Given {
    const std::vector<std::string>& values;  // of the path's parameters
    const nlohmann::json& in;                // body, or query
    const Request& request;                  // a file's bytes and type
};

// What is done by one call of the desk, at once. Null: no such operation is.
using Route = Answer (*)(Desk& desk, const Given& given);
Route route_of(std::string_view operation);

Answer answer_of(const station::Answer& answer);
Answer refusal_of(const Fault& fault);

}  // namespace spot::station::web
