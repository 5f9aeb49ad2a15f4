#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/catalogue.h"
#include "fieldkit/deployment.h"
#include "fieldkit/deployment/calendar.h"
#include "fieldkit/deployment/draw.h"
#include "fieldkit/deployment/people.h"

namespace spot::fieldkit {

using Event = nlohmann::ordered_json;

struct QueuedRequest {
    std::string request, session;
    const core::Catalogue::Service* service;
};

// One deployment being made up: the days, who comes, what they ask for. Plan and catalogue
// outlive it. REQUIRES a plan within its limits and a start that is a day.
class Story {
public:
    Story(const DeploymentPlan& plan, const core::Catalogue& catalogue);

    core::Result<> tell();
    std::vector<Event> take_events();  // in time order; after tell()
    const std::vector<QueuedRequest>& requests() const { return requests_; }
    Stamp end() const { return end_; }  // of the last working day

private:
    struct Day {
        std::chrono::sys_days date;
        const Place* place;
        std::string_view venue, care_home, mediator;
        bool at_care_home;
        int sessions;
    };
    struct Visit {
        Stamp now;
        std::string session;
        std::vector<const core::Catalogue::Service*> services;
        Event citizen;
    };

    std::vector<std::chrono::sys_days> working_days() const;
    void emit(Stamp stamp, const char* kind, Event rest);
    core::Result<> tell_day(const Day& day);
    core::Result<> tell_visit(const Day& day, Stamp opened);
    void tell_opening(const Day& day, const Visit& visit);
    core::Result<> tell_request(const Day& day, Visit& visit);
    core::Result<> tell_correction(const Day& day, const QueuedRequest& queued, const Place& home,
                                   Stamp queued_at);
    void tell_receipt(Visit& visit);
    void tell_evening(const Day& day);
    Event someone(const Place& home);
    const core::Catalogue::Service& draw_service();

    const DeploymentPlan& plan_;
    const core::Catalogue& catalogue_;
    Draw draw_;
    std::vector<std::uint64_t> weights_;  // cumulative, of the catalogue's services
    std::vector<Event> known_;            // citizens who may come back
    std::vector<std::pair<Stamp, Event>> told_;
    std::vector<QueuedRequest> requests_;
    Stamp end_ = 0;
};

}  // namespace spot::fieldkit
