// Goal: what the desk answers in its rarer states, after the hub has decided this and that, has the
// shape that the contract gives it; and that shape lets nothing else through.

#include <doctest/doctest.h>

#include "tests/support/desk_station.h"
#include "van-station/web/contract.h"
#include "van-station/web/json_shape.h"

namespace {

using namespace spot;
using support::DeskStation;
using support::Json;

const Json& document() {
    static const auto contract = station::web::Contract::built_in();
    return contract.document();
}

const Json& schema(const char* name) {
    return document().at("components").at("schemas").at(name);
}

void check(const char* name, const station::Answer& answer) {
    INFO(name);
    const Json value = DeskStation::ok(answer);
    const station::web::JsonShape shape(document(), schema(name));
    CHECK_MESSAGE(shape.fault(value).empty(), shape.fault(value), value.dump());
    Json other = value;
    other["unknown"] = 1;
    CHECK(!shape.fault(other).empty());
}

// Every object says whether it may hold members that it does not name; none says that any may be.
void walk(const Json& part, const std::string& place) {
    if (!part.is_structured()) return;
    const Json* type = part.is_object() && part.contains("type") ? &part.at("type") : nullptr;
    if (type && (*type == "object" || (type->is_array() && type->front() == "object"))) {
        CAPTURE(place);
        REQUIRE(part.contains("additionalProperties"));
        const Json& more = part.at("additionalProperties");
        CHECK((more == false || more.is_object()));
        for (const Json& needed : part.value("required", Json::array()))
            CHECK(part.at("properties").contains(needed.get<std::string>()));
    }
    for (const auto& [name, inside] : part.items()) walk(inside, place + "/" + name);
}

TEST_CASE("the contract's shapes are strict") {
    walk(document(), "");
}

struct Day : DeskStation {
    Day() {
        first_person();
        session = session_with_citizen();
    }
    void check_all() {
        const Json nothing = Json::object();
        check("State", desk->state());
        check("Day", desk->day(nothing));
        check("Tell", desk->tell());
        check("Conflicts", desk->conflicts());
        check("Visit", desk->visit());
        check("Session", desk->session(session));
        check("CitizenView", desk->citizen_view());
        check("Defaults", desk->session_defaults());
    }
    std::string session;
};

TEST_CASE("requests on their way, refused, in conflict and in quarantine") {
    Day at;
    at.check_all();
    const std::string refused = at.queued(at.session), answered = at.queued(at.session),
                      differs = at.queued(at.session), gone = at.queued(at.session);
    DeskStation::ok(at.desk->withdraw_request(gone, {{"reason", "Engano"}}));
    at.reach_hub();
    at.clock.at += 1000;
    DeskStation::ok(at.desk->edit_request(differs, {{"set", {{"fields.motivo", "Furto"}}}}));
    at.hub_edits(differs, {{"fields.motivo", "Extravio"}});
    at.hub_edits(refused, {{"route.state", "refused"}, {"note", "Falta um papel."}});
    at.hub_edits(answered, {{"route.state", "answered"},
                            {"route.reference", "IRN-2017/88"},
                            {"route.answer", "Pronto."}});
    REQUIRE(at.station->ledger.values().set(
        station::setting::kLastContact,
        R"({"at":"2017-10-16T08:20:00.000Z","state":"ok","quarantined":[{"seq":2,"code":"form"}]})"));
    at.desk->sync_began();
    at.desk->sync_progress(10, 100);
    check("State", at.desk->state());
    at.desk->sync_ended("revoked");
    at.check_all();
    for (const std::string& one : {refused, answered, differs, gone})
        check("Request", at.desk->request(one));
    CHECK(DeskStation::ok(at.desk->conflicts()).at("items").size() == 1);
    CHECK(DeskStation::ok(at.desk->day(Json::object())).at("failed").size() == 2);
}

TEST_CASE("receipts, what is being written, and every screen of the citizen's") {
    Day at;
    const std::string draft = at.draft(at.session, "IRN-001", {{"motivo", "Perda"}});
    check("Draft", at.desk->set_draft(draft, {{"set", {{"nacionalidade", ""}}}}));
    const std::string request = at.queued(at.session);
    const std::string receipt =
        DeskStation::ok(at.desk->make_receipt(at.session, Json::object())).at("id");
    REQUIRE(at.desk->reserve_print(receipt).has_value());
    check("Receipt", at.desk->receipt(receipt));
    at.reopen();  // died in the middle of the print
    check("Receipt", at.desk->receipt(receipt));
    check("Day", at.desk->day(Json::object()));
    const auto scrap = at.desk->open_scrap({{"what", "correction"}, {"of", request}});
    check("Scrap", scrap);
    check("Saved", at.desk->set_scrap(scrap->at("id").get<std::string>(),
                                      {{"set", {{"citizen.phone", "9"}}}}));
    CHECK(DeskStation::ok(at.desk->day(Json::object())).at("unfinished").size() == 1);
    check("State",
          at.desk->set_help(
              {{"phone", "300003990"}, {"days", "workdays"}, {"from", "09:00"}, {"to", "18:00"}}));
    DeskStation::ok(at.desk->set_citizen(at.session, {{"set", {{"nif", "123456788"}}}}));
    for (const char* screen :
         {"idle", "privacy", "citizen", "search", "form", "recorded", "receipt", "closed"}) {
        DeskStation::ok(at.desk->citizen_focus({{"screen", screen}, {"field", "nif"}}));
        check("CitizenView", at.desk->citizen_view());
    }
    DeskStation::ok(at.desk->plan_visit({{"home", "Lar"},
                                         {"residents",
                                          {{{"room", "1"}, {"name", "Rosa"}, {"note", "surda"}},
                                           {{"room", "2"}, {"name", "José"}}}}}));
    DeskStation::ok(at.desk->begin_visit({{"index", 0}}));
    check("Visit", at.desk->rest_visit({{"index", 1}, {"state", "asleep"}}));
    at.check_all();
}

}  // namespace
