#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/catalogue.h"
#include "core/error.h"

namespace spot::fieldkit {

// Limits of what is asked for; a larger deployment is several with other stations or seeds.
constexpr int kDaysMax = 1000;
constexpr int kSessionsPerDayMax = 5000;

struct DeploymentPlan {
    std::string station = "van-11";
    int days = 10;  // working days: Monday to Friday
    int sessions_per_day = 60;
    std::string start = "2018-08-13";  // the first Monday after the fire of Monchique was out
    std::string seed = "1";
    int care_home_permille = 150;  // of the days, spent at a care home
    int surge_day = 0;             // this day (from 1) has three times the sessions; 0: none
    int edited_permille = 50;      // of the requests, edited apart by each side
};

// What one station records, in time order, as `spot-station record` takes it. The same plan and
// catalogue always give the same events. All people are invented; check digits hold.
core::Result<std::vector<nlohmann::ordered_json>> make_deployment(const DeploymentPlan& plan,
                                                                  const core::Catalogue& catalogue);

// What the two sides change in the two days after it, while apart: both sides choose the same
// requests; every second one is changed in the same field by both (a conflict), the others in
// different fields. `request` is the reference used in the deployment.
enum class Side { station, hub };
core::Result<std::vector<nlohmann::ordered_json>> make_edits_apart(const DeploymentPlan& plan,
                                                                   const core::Catalogue& catalogue,
                                                                   Side side);

}  // namespace spot::fieldkit
