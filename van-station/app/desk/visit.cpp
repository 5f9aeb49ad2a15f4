// A visit of a care home: who lives in which room, one after another. The plan stays on this
// laptop, in the encrypted store only.
#include "core/utf8.h"
#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Result;
using What = Fault::What;

constexpr const char* kPlan = shelf::kVisit;
constexpr std::size_t kHomeCharsMax = 200;
struct Member {
    const char* name;
    std::size_t chars_max;
};
constexpr Member kMembers[] = {{"room", 40}, {"name", 200}, {"note", 1000}};

bool fits(const std::string& text, std::size_t chars_max) {
    const auto length = core::text_length(text);
    return length && *length <= chars_max;
}

// "asleep", "not_today", or empty. Both are of one day: tomorrow everybody is there again.
std::string rest_of(const Json& resident, std::string_view today) {
    const Json& rest = object_at(resident, "rest");
    return text_at(rest, "day") == today ? text_at(rest, "state") : std::string();
}

// What is still to do in a session: the pages have words for each.
Json open_in(const Json& session) {
    Json out = Json::array();
    for (const Json& draft : session.at("drafts"))
        out.push_back({{"what", "draft"}, {"service", text_at(draft.at("service"), "name")}});
    const std::string step = text_at(session, "step");
    if (step != "closed") out.push_back({{"what", step}});
    return out;
}

}  // namespace

Answer Desk::Inside::visit() {
    const auto plan = kept_json(shelf::kDesk, kPlan);
    if (!plan) return tl::make_unexpected(Fault(plan.error()));
    Json out{{"home", text_at(*plan, "home")}, {"residents", Json::array()}};
    if (!plan->is_object()) return out;
    const std::string today = moment(now()).substr(0, 10);
    for (const Json& one : plan->at("residents")) {
        Json resident{{"room", text_at(one, "room")},
                      {"name", text_at(one, "name")},
                      {"note", text_at(one, "note")},
                      {"session", nullptr},
                      {"state", "todo"},
                      {"open", Json::array()}};
        const auto at = text_at(one, "session");
        const auto begun = at.empty() ? Done<Visit>(unknown("session")) : find_session(at);
        if (begun) {
            const auto session = session_json(*begun);
            if (!session) return session;
            resident["session"] = begun->id;
            resident["state"] = begun->closed() ? "done" : "open";
            resident["open"] = open_in(*session);
        }
        if (std::string rest = rest_of(one, today); !rest.empty() && resident["state"] != "done")
            resident["state"] = std::move(rest);
        out["residents"].push_back(std::move(resident));
    }
    return out;
}

Answer Desk::Inside::plan_visit(const Json& in) {
    const std::string home = trimmed(text_at(in, "home"));
    const Json none = Json::array();
    const Json& given = in.is_object() && in.contains("residents") ? in.at("residents") : none;
    if (home.empty() || !fits(home, kHomeCharsMax))
        return refuse(What::invalid, "required", "Falta o nome do lar.", "home");
    if (!given.is_array() || given.size() > kResidentsMax)
        return refuse(What::invalid, "limit", "Uma visita leva até 200 pessoas.", "residents");
    SPOT_ASSIGN(const auto before, kept_json(shelf::kDesk, kPlan));
    Json residents = Json::array();
    for (const Json& one : given) {
        Json resident = Json::object();
        for (const auto& [member, chars_max] : kMembers) {
            resident[member] = trimmed(text_at(one, member));
            if (!fits(resident[member].get<std::string>(), chars_max))
                return refuse(What::invalid, "too_long", "É comprido demais.", "residents");
        }
        // Who was begun with or rests stays so, also when the list is put in another order.
        if (before.is_object())
            for (const Json& old : before.at("residents"))
                if (old.at("room") == resident["room"] && old.at("name") == resident["name"])
                    for (const char* member : {"session", "rest"})
                        if (old.contains(member)) resident[member] = old.at(member);
        residents.push_back(std::move(resident));
    }
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        if (auto gone = drop_scrap("visit"); !gone) return gone;
        return keep_json(shelf::kDesk, kPlan, "",
                         {{"home", home}, {"residents", std::move(residents)}});
    }));
    change("day");
    change("state");
    return visit();
}

Answer Desk::Inside::begin_visit(std::size_t index) {
    const auto kept = kept_json(shelf::kDesk, kPlan);
    if (!kept) return tl::make_unexpected(Fault(kept.error()));
    if (!kept->is_object() || index >= kept->at("residents").size()) return unknown("resident");
    Json plan = *kept;
    Json& resident = plan["residents"][index];
    const bool rested = resident.erase("rest") > 0;
    if (const auto at = text_at(resident, "session"); !at.empty())
        if (const auto begun = find_session(at)) {
            SPOT_TRY(ledger().atomically([&]() -> Result<> {
                if (rested)
                    if (auto saved = keep_json(shelf::kDesk, kPlan, "", plan); !saved) return saved;
                return work_on(*begun);
            }));
            change("day");
            change("state");
            return session_json(*begun);
        }
    const auto defaults = session_defaults();
    if (!defaults) return defaults;
    Json place{{"name", text_at(plan, "home")}};
    const std::string municipality = text_at(object_at(*defaults, "place"), "municipality");
    if (!municipality.empty()) place["municipality"] = municipality;
    Answer opened;
    SPOT_TRY(atomically([&]() -> Done<> {
        opened = open_session({{"place", std::move(place)},
                               {"channel", "care_home"},
                               {"language", text_at(*defaults, "language")}},
                              {{"name", resident.at("name")}});
        if (!opened) return tl::make_unexpected(opened.error());
        resident["session"] = opened->at("id");  // stays good: it is the record's reference
        auto saved = keep_json(shelf::kDesk, kPlan, "", plan);
        if (!saved) return tl::make_unexpected(Fault(saved.error()));
        return {};
    }));
    return opened;
}

Answer Desk::Inside::rest_visit(std::size_t index, std::string_view state) {
    if (state != "asleep" && state != "not_today" && state != "todo")
        return refuse(What::invalid, "choice", "Não há esse estado.", "state");
    auto plan = kept_json(shelf::kDesk, kPlan);
    if (!plan) return tl::make_unexpected(Fault(plan.error()));
    if (!plan->is_object() || index >= plan->at("residents").size()) return unknown("resident");
    Json& resident = (*plan)["residents"][index];
    resident.erase("rest");
    if (state != "todo") {
        const std::string today = moment(now()).substr(0, 10);
        resident["rest"] = {{"state", state}, {"day", today}};
    }
    SPOT_TRY(keep_json(shelf::kDesk, kPlan, "", *plan));
    change("day");
    return visit();
}

}  // namespace spot::station
