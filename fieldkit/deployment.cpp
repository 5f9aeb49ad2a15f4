#include "fieldkit/deployment.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "fieldkit/deployment/phrases.h"
#include "fieldkit/deployment/story.h"

namespace spot::fieldkit {
namespace {

core::Result<> check(const DeploymentPlan& plan, const core::Catalogue& catalogue) {
    const auto within = [](int value, int low, int high) { return value >= low && value <= high; };
    if (catalogue.services().empty())
        return core::fail(core::Code::invalid, "the catalogue has no services");
    if (plan.station.empty() || plan.station.size() > 100)
        return core::fail(core::Code::invalid, "a station's name has 1 to 100 bytes");
    if (!within(plan.days, 1, kDaysMax))
        return core::fail(core::Code::invalid, "days: 1 to " + std::to_string(kDaysMax));
    if (!within(plan.sessions_per_day, 1, kSessionsPerDayMax))
        return core::fail(core::Code::invalid,
                          "sessions a day: 1 to " + std::to_string(kSessionsPerDayMax));
    if (!within(plan.care_home_permille, 0, 1000) || !within(plan.edited_permille, 0, 1000))
        return core::fail(core::Code::invalid, "a share is between 0 and 1");
    if (!within(plan.surge_day, 0, plan.days))
        return core::fail(core::Code::invalid, "the day of the surge is not one of the days");
    if (auto day = parse_day(plan.start); !day) return tl::make_unexpected(std::move(day).error());
    return {};
}

bool has_remarks(const core::Catalogue::Service& service) {
    return std::any_of(service.fields.begin(), service.fields.end(),
                       [](const auto& field) { return field.field->name == "observacoes"; });
}

// What one side writes into the field that both change.
void change_the_same(Event& set, Draw& draw, const QueuedRequest& queued, bool phone, Side side) {
    if (phone || !has_remarks(*queued.service))
        set["citizen.phone"] = draw_phone(draw);
    else
        set["fields.observacoes"] = (side == Side::hub ? "Serviços centrais: " : "Na carrinha: ") +
                                    draw_phrase(draw, Phrase::remark);
}

void change_apart(Event& set, Draw& draw, Side side) {
    if (side == Side::hub) {
        set["status"] = draw_phrase(draw, Phrase::hub_status);
        set["note"] = draw_phrase(draw, Phrase::hub_note);
    } else {
        set["citizen.address"] = draw_address(draw, draw_place(draw));
        set["citizen.name"] = draw_name(draw);
    }
}

}  // namespace

core::Result<std::vector<Event>> make_deployment(const DeploymentPlan& plan,
                                                 const core::Catalogue& catalogue) {
    SPOT_TRY(check(plan, catalogue));
    Story story(plan, catalogue);
    SPOT_TRY(story.tell());
    return story.take_events();
}

core::Result<std::vector<Event>> make_edits_apart(const DeploymentPlan& plan,
                                                  const core::Catalogue& catalogue, Side side) {
    SPOT_TRY(check(plan, catalogue));
    Story story(plan, catalogue);
    SPOT_TRY(story.tell());

    // The choice is the same for both sides; what each writes is its own.
    Draw choice("apart/" + plan.seed + "/" + plan.station);
    Draw draw((side == Side::hub ? "hub/" : "station/") + plan.seed + "/" + plan.station);
    std::vector<std::pair<Stamp, Event>> edits;
    for (const auto& queued : story.requests()) {
        if (!choice.chance(plan.edited_permille)) continue;
        const auto index = edits.size();
        const Stamp at = story.end() + draw.between(11 * 60, 45 * 60) * kMinute;
        Event set = Event::object();
        if (index % 2 == 0)
            change_the_same(set, draw, queued, index % 4 == 0, side);
        else
            change_apart(set, draw, side);
        Event edit{{"at", moment_text(at)},
                   {"kind", side == Side::hub ? "hub.edit" : "request.edit"},
                   {"request", queued.request}};
        if (side == Side::station) edit["session"] = queued.session;
        edit["station"] = plan.station;
        if (side == Side::hub) edit["operator"] = draw.chance(600) ? "op.faro" : "op.beja";
        edit["set"] = std::move(set);
        edits.emplace_back(at, std::move(edit));
    }
    std::stable_sort(edits.begin(), edits.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Event> events;
    for (auto& [at, edit] : edits) events.push_back(std::move(edit));
    return events;
}

}  // namespace spot::fieldkit
