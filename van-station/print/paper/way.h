#pragma once

// From the state of requests to the way that is drawn, and to what PROVISÓRIO says.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "van-station/print/paper.h"

namespace spot::print {

// `requests`: Request of the API. One way where all have one state, else one for each state,
// labelled with the requests' numbers on the sheet (from 1).
std::vector<Way> ways_of(Language, const std::vector<const nlohmann::json*>& requests);

// The state's word alone, as on lists.
std::string state_in_words(Language, const nlohmann::json& request);

// Nothing: all of them have reached the hub.
std::optional<Frame> provisional(Language, const std::vector<const nlohmann::json*>& requests,
                                 const std::string& phone);

}  // namespace spot::print
