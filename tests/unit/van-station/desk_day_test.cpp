// Goal: what the day's pages say of each request is what the hub has confirmed, and no more.
#include "tests/support/desk_station.h"

using namespace spot;
using support::DeskStation;
using support::Json;
using support::why;

namespace {

struct Signed : DeskStation {
    Signed() { first_person(); }
    std::string state_of(const std::string& request) {
        return ok(desk->request(request)).at("state");
    }
    Json day() { return ok(desk->day(Json::object())); }
};

}  // namespace

TEST_CASE("a request's state from here to the answer") {
    Signed at;
    const std::string session = at.session_with_citizen();
    const std::string id = at.queued(session);
    CHECK(at.state_of(id) == "recorded");
    at.reach_hub();
    CHECK(at.state_of(id) == "hub");
    // A correction is here only, until the hub has it, too.
    at.clock.at += 1000;
    DeskStation::ok(at.desk->edit_request(id, {{"set", {{"citizen.phone", "912345678"}}}}));
    CHECK(at.state_of(id) == "recorded");
    at.reach_hub();
    CHECK(at.state_of(id) == "hub");
    at.hub_edits(id, {{"route.state", "held"}});
    CHECK(at.state_of(id) == "held");
    at.hub_edits(id, {{"route.state", "dispatched"}});
    CHECK(at.state_of(id) == "unsure");
    CHECK(why(at.desk->edit_request(id, {{"set", {{"fields.motivo", "Furto"}}}})) == "dispatched");
    CHECK(why(at.desk->withdraw_request(id, {{"reason", "Já não quer."}})) == "dispatched");
    at.hub_edits(id, {{"route.state", "accepted"}, {"route.reference", "IRN-2017/88"}});
    Json request = DeskStation::ok(at.desk->request(id));
    CHECK(request.at("state") == "agency");
    CHECK(request.at("agency_reference") == "IRN-2017/88");
    at.hub_edits(id, {{"route.state", "answered"}, {"route.answer", "Pronto a levantar."}});
    request = DeskStation::ok(at.desk->request(id));
    CHECK(request.at("state") == "answered");
    CHECK(request.at("history").size() == 6);
    CHECK(request.at("history")[5].at("what") == "hub_answered");

    const Json items = DeskStation::ok(at.desk->tell()).at("items");
    REQUIRE(items.size() == 1);
    CHECK(items[0].at("answer") == "Pronto a levantar.");
    CHECK(items[0].at("phone") == "912345678");
    CHECK(items[0].at("told") == false);
    CHECK(DeskStation::ok(at.desk->state()).at("link").at("need_person") == 1);
    DeskStation::ok(at.desk->told(id, {{"how", "phone"}}));
    at.reopen();
    CHECK(DeskStation::ok(at.desk->tell()).at("items")[0].at("told") == true);
    CHECK(DeskStation::ok(at.desk->state()).at("link").at("need_person") == 0);
    CHECK(at.sound());
}

TEST_CASE("the ledger refuses to change what has left, also without a desk") {
    Signed at;
    const std::string id = at.queued(at.session_with_citizen());
    at.reach_hub();
    at.hub_edits(id, {{"route.state", "dispatched"}});
    const auto refused =
        at.station->ledger.journal().append(core::Kind::request_edit, "", "m.abrantes",
                                            {{"at", core::utc_text(at.clock.at)},
                                             {"request", id},
                                             {"set", {{"fields.motivo", "Furto"}}}});
    REQUIRE(!refused);
    CHECK(refused.error().code == core::Code::refused);
}

TEST_CASE("a withdrawn request stays in the history, here and at the hub") {
    Signed at;
    const std::string session = at.session_with_citizen();
    const std::string id = at.queued(session);
    CHECK(why(at.desk->withdraw_request(id, {{"reason", "  "}})) == "required");
    at.clock.at += 60'000;
    const Json request =
        DeskStation::ok(at.desk->withdraw_request(id, {{"reason", "Mudou de ideias."}}));
    CHECK(request.at("state") == "withdrawn");
    CHECK(request.at("withdrawn") ==
          Json{{"at", "2017-10-16T09:16:55.891+01:00"}, {"reason", "Mudou de ideias."}});
    CHECK(why(at.desk->withdraw_request(id, {{"reason", "Mudou de ideias."}})) == "");
    CHECK(why(at.desk->edit_request(id, {{"set", {{"fields.motivo", "Furto"}}}})) == "withdrawn");
    CHECK(why(at.desk->make_receipt(session, Json::object())) == "nothing_to_receipt");
    at.reach_hub();
    CHECK(at.state_of(id) == "withdrawn");
    std::vector<Json> there;
    REQUIRE(at.hub->records().export_lines({"request", {}, false}, [&](std::string_view line) {
        there.push_back(Json::parse(line));
    }));
    REQUIRE(there.size() == 1);
    CHECK(there[0].at("withdrawn").at("reason") == "Mudou de ideias.");
    CHECK(there == at.records("request"));
    CHECK(at.sound());
}

TEST_CASE("two values: both are shown, with the field's name; quarantine is told, too") {
    Signed at;
    const std::string id = at.queued(at.session_with_citizen());
    at.reach_hub();
    at.clock.at += 1000;
    DeskStation::ok(at.desk->edit_request(id, {{"set", {{"fields.motivo", "Furto"}}}}));
    at.hub_edits(id, {{"fields.motivo", "Extravio"}});
    CHECK(at.state_of(id) == "conflict");
    const Json items = DeskStation::ok(at.desk->conflicts()).at("items");
    REQUIRE(items.size() == 1);
    CHECK(items[0].at("path") == "fields.motivo");
    CHECK(items[0].at("label") == "Motivo do pedido");
    CHECK(items[0].at("values").size() == 2);
    CHECK(items[0].at("initials") == "A. S.");

    const std::string other = at.queued(at.session_with_citizen());
    const auto seq = core::RecordId::parse(other)->seq;
    at.reach_hub();
    REQUIRE(at.station->ledger.values().set(
        station::setting::kLastContact, Json{{"at", "2017-10-16T08:20:00.000Z"},
                                             {"state", "ok"},
                                             {"quarantined", {{{"seq", seq}, {"code", "form"}}}}}
                                            .dump()));
    CHECK(at.state_of(other) == "quarantine");
    const Json day = at.day();
    REQUIRE(day.at("failed").size() == 1);
    CHECK(day.at("failed")[0].at("what_to_do") == "quarantine_form");
    const Json parts = day.at("reconciliation").at("text_parts");
    CHECK(parts.at("quarantined") == 1);
    CHECK(parts.at("awaited") == 0);
    CHECK(parts.at("accepted").get<int>() + 1 == parts.at("to").get<int>());
    CHECK(day.at("reconciliation").at("at") == "2017-10-16T09:20:00.000+01:00");
}

TEST_CASE("the day is the station's own, by its clock's zone") {
    Signed at;
    at.clock.at = 1'508'108'400'000;  // 2017-10-16T00:00:00+01:00
    const std::string early = at.session_with_citizen();
    (void)at.queued(early);
    at.clock.at -= 1;  // a millisecond before: the day before
    const std::string late = at.session_with_citizen();
    at.clock.at += 24 * 3600 * 1000;  // 23:59:59.999 of the 16th
    const std::string id = at.session_with_citizen();
    (void)at.queued(id);
    (void)DeskStation::ok(at.desk->make_receipt(id, Json::object()));
    const Json day = at.day();
    CHECK(day.at("date") == "2017-10-16");
    REQUIRE(day.at("sessions").size() == 2);
    CHECK(day.at("sessions")[0].at("id") == early);
    CHECK(day.at("sessions")[0].at("initials") == "A. S.");
    CHECK(day.at("sessions")[1].at("receipts") == 1);
    CHECK(day.at("requests").size() == 2);
    CHECK(day.at("receipts") ==
          Json{{"first", 1}, {"last", 1}, {"count", 1}, {"total_cents", 1800}});
    CHECK(day.at("lead").at("only_here") == 2);  // requests, not entries
    CHECK(day.at("waiting") == 6);               // three sessions, two requests, one receipt
    const Json before = DeskStation::ok(at.desk->day({{"date", "2017-10-15"}}));
    CHECK(before.at("sessions").size() == 1);
    CHECK(before.at("sessions")[0].at("initials") == "A. S.");  // typed, not yet a request
    CHECK(why(at.desk->day({{"date", "2017-02-30"}})) == "date");
    at.reach_hub();
    CHECK(at.day().at("waiting") == 0);
    CHECK(at.day().at("lead").at("only_here") == 0);
}

TEST_CASE("the link's word is what happened last") {
    Signed at;
    const auto link = [&] { return DeskStation::ok(at.desk->state()).at("link"); };
    CHECK(link().at("state") == "never");
    at.desk->sync_began();
    at.desk->sync_progress(10, 100);
    CHECK(link().at("state") == "syncing");
    CHECK(link().at("progress").at("total") == 100);
    at.desk->sync_ended("offline");
    CHECK(link().at("state") == "offline");
    CHECK_FALSE(link().contains("reason"));
    for (const char* amiss : {"revoked", "hub_forgot"}) {
        at.desk->sync_ended(amiss);
        CHECK(link().at("state") == "attention");
        CHECK(link().at("reason") == amiss);
    }
    REQUIRE(at.station->ledger.values().set(
        station::setting::kLastContact,
        R"({"at":"2017-10-16T08:20:00.000Z","state":"ok","quarantined":[]})"));
    at.desk->sync_ended("ok");
    CHECK(link().at("state") == "idle");
    CHECK(link().at("at") == "2017-10-16T09:20:00.000+01:00");
}

TEST_CASE("a visit: one resident after another, each with what is open") {
    Signed at;
    CHECK(DeskStation::ok(at.desk->visit()).at("residents").empty());
    CHECK(why(at.desk->begin_visit({{"index", 0}})) == "not_found");
    Json plan{{"home", "Lar de Arega"},
              {"residents",
               {{{"room", "12"}, {"name", "Rosa Pires"}, {"note", "ouve mal"}},
                {{"room", "14"}, {"name", "José Lima"}, {"note", ""}}}}};
    DeskStation::ok(at.desk->plan_visit(plan));
    const Json opened = DeskStation::ok(at.desk->begin_visit({{"index", 0}}));
    CHECK(opened.at("channel") == "care_home");
    CHECK(opened.at("place").at("name") == "Lar de Arega");
    const std::string session = opened.at("id");
    const Json accepted = DeskStation::ok(at.desk->answer_privacy(session, {{"accepted", true}}));
    CHECK(accepted.at("citizen").at("name") == "Rosa Pires");
    at.reopen();
    // Begun once, also under another order, and after the session has got another id.
    std::swap(plan["residents"][0], plan["residents"][1]);
    const Json replanned = DeskStation::ok(at.desk->plan_visit(plan));
    CHECK(replanned.at("residents")[1].at("state") == "open");
    CHECK(replanned.at("residents")[0].at("state") == "todo");
    CHECK(DeskStation::ok(at.desk->begin_visit({{"index", 1}})).at("id") == accepted.at("id"));
    CHECK(at.records("session").size() == 1);
    DeskStation::ok(at.desk->close_session(session, {{"outcome", "resolved"}, {"notes", ""}}));
    CHECK(DeskStation::ok(at.desk->visit()).at("residents")[1].at("state") == "done");
    // The home is not where the van stands next.
    CHECK(DeskStation::ok(at.desk->session_defaults()).at("place").at("name") != "Lar de Arega");
    CHECK(!at.folder.any_file_holds("Rosa Pires"));
}

TEST_CASE("who sleeps, or wants nothing today, is to come back to until tomorrow") {
    Signed at;
    DeskStation::ok(at.desk->plan_visit(
        {{"home", "Lar de Arega"},
         {"residents",
          {{{"room", "12"}, {"name", "Rosa Pires"}}, {{"room", "14"}, {"name", "José Lima"}}}}}));
    const auto state = [&](std::size_t i) {
        return DeskStation::ok(at.desk->visit()).at("residents")[i].at("state");
    };
    const auto rest = [&](int i, const char* how) {
        return at.desk->rest_visit({{"index", i}, {"state", how}});
    };
    CHECK(DeskStation::ok(rest(0, "asleep")).at("residents")[0].at("state") == "asleep");
    DeskStation::ok(rest(1, "not_today"));
    at.reopen();
    CHECK(state(0) == "asleep");
    CHECK(state(1) == "not_today");
    DeskStation::ok(rest(1, "todo"));
    CHECK(state(1) == "todo");
    DeskStation::ok(rest(1, "not_today"));
    CHECK(why(rest(2, "asleep")) == "not_found");
    CHECK(why(rest(-1, "asleep")) == "not_found");
    CHECK(why(rest(0, "gone")) == "choice");
    // To start with somebody takes it back; so does it when they had been begun with.
    const std::string session = DeskStation::ok(at.desk->begin_visit({{"index", 0}})).at("id");
    CHECK(state(0) == "open");
    DeskStation::ok(rest(0, "asleep"));
    CHECK(state(0) == "asleep");
    CHECK(DeskStation::ok(at.desk->visit()).at("residents")[0].at("session") == session);
    CHECK(DeskStation::ok(at.desk->begin_visit({{"index", 0}})).at("id") == session);
    CHECK(state(0) == "open");
    // A new plan keeps it, the next day does not, and who is done is done.
    DeskStation::ok(
        at.desk->plan_visit({{"home", "Lar de Arega"},
                             {"residents",
                              {{{"room", "14"}, {"name", "José Lima"}, {"note", "surdo"}},
                               {{"room", "12"}, {"name", "Rosa Pires"}}}}}));
    CHECK(state(0) == "not_today");
    at.clock.at += 24 * 3600 * 1000;
    CHECK(state(0) == "todo");
    DeskStation::ok(at.desk->answer_privacy(session, {{"accepted", true}}));
    DeskStation::ok(at.desk->close_session(session, {{"outcome", "resolved"}}));
    DeskStation::ok(rest(1, "asleep"));
    CHECK(state(1) == "done");
}

TEST_CASE("complaints, assessments and feedback are recorded facts") {
    Signed at;
    const std::string session = at.session_with_citizen();
    (void)DeskStation::ok(at.desk->complain({{"text", "Esperou muito."}, {"session", session}}));
    (void)DeskStation::ok(at.desk->complain({{"text", "Sem rampa."}}));
    (void)DeskStation::ok(at.desk->assess({{"scores", {{"courtesy", 9}, {"privacy", 10}}}}));
    (void)DeskStation::ok(at.desk->give_feedback({{"topic", "Formulários"}, {"text", "Longos."}}));
    (void)DeskStation::ok(at.desk->missing_service({{"text", "Licença de caça."}}));
    CHECK(why(at.desk->complain({{"text", " "}})) == "invalid");
    CHECK(why(at.desk->assess({{"scores", {{"courtesy", 11}}}})) == "invalid");
    REQUIRE(at.records("complaint").size() == 2);
    CHECK(at.records("complaint")[0].at("session") == session);
    CHECK(at.records("feedback").size() == 2);
    CHECK(at.records("assessment")[0].at("mediator") == "m.abrantes");
}

TEST_CASE("a form asks the person in her language, and the mediator's copy in Portuguese") {
    Signed at;
    const std::string session = at.session_with_citizen("uk");
    const std::string form = at.draft(session, "IRN-001", {{"motivo", "Perda"}});
    DeskStation::ok(
        at.desk->citizen_focus({{"screen", "form"}, {"draft", form}, {"field", "motivo"}}));
    const Json view = DeskStation::ok(at.desk->citizen_view());
    const Json& label = view.at("value").at("label").at("params");
    CHECK(label.at("text") == "Причина звернення");
    CHECK(label.at("here") == "Motivo do pedido");
    CHECK_FALSE(view.contains("why"));  // the catalogue says it in Portuguese and English only
}

TEST_CASE("the citizen's screen follows the mediator's, and shows nobody else's data ever") {
    Signed at;
    const auto view = [&] { return DeskStation::ok(at.desk->citizen_view()); };
    CHECK(view().at("screen") == "idle");
    const std::string draft = at.open_session().at("id");
    CHECK(view().at("screen") == "privacy");
    CHECK(view().at("step") == Json{{"number", 1}, {"of", 5}});
    const std::string first = at.session_with_citizen();
    DeskStation::ok(at.desk->citizen_focus({{"screen", "citizen"}, {"field", "nif"}}));
    CHECK(view().at("value").at("text") == "123 456 789");
    CHECK(!view().at("value").contains("ok"));
    // A wrong check digit is said when the number is whole, not while it is being typed.
    for (const auto& [typed, wrong] : {std::pair{"12345678", false}, {"123 456 788", true}}) {
        DeskStation::ok(at.desk->set_citizen(first, {{"set", {{"nif", typed}}}}));
        CHECK(view().at("value").contains("ok") == wrong);
    }
    CHECK(view().at("value").at("ok") == false);
    DeskStation::ok(at.desk->set_citizen(first, {{"set", {{"nif", "123456789"}}}}));
    const std::string form = at.draft(first, "IRN-001", {{"motivo", "Perda"}});
    DeskStation::ok(
        at.desk->citizen_focus({{"screen", "form"}, {"draft", form}, {"field", "motivo"}}));
    CHECK(view().at("value").at("text") == "Perda");
    CHECK(view().at("value").at("label").at("params").at("text") == "Motivo do pedido");
    CHECK(view().contains("why"));
    CHECK(view().at("who_sees").at("params").at("agency") ==
          "Instituto dos Registos e do Notariado");
    DeskStation::ok(at.desk->hide());
    CHECK(view().dump().find("Perda") == std::string::npos);
    DeskStation::ok(at.desk->show({{"pin", "482913"}}));
    DeskStation::ok(at.desk->lock());
    CHECK(view().at("screen") == "idle");
    DeskStation::ok(at.desk->unlock({{"pin", "482913"}}));

    // Another session comes up: the focus on the first one's draft shows nothing of it.
    const std::string second =
        DeskStation::ok(at.desk->answer_privacy(draft, {{"accepted", true}})).at("id");
    DeskStation::ok(
        at.desk->citizen_focus({{"screen", "form"}, {"draft", form}, {"field", "motivo"}}));
    CHECK(view().dump().find("Perda") == std::string::npos);
    CHECK(view().dump().find("Ana") == std::string::npos);
    CHECK(DeskStation::ok(at.desk->state()).at("session") == second);

    DeskStation::ok(
        at.desk->citizen_display({{"type", "large"}, {"contrast", "x"}, {"language", "uk"}}));
    at.reopen();
    CHECK(view().at("type") == "large");
    CHECK(view().at("contrast") == "normal");
    CHECK(view().at("language") == "uk");
}

TEST_CASE("the hotline stands on the last screen and on paper, where it is set") {
    Signed at;
    const auto view = [&] { return DeskStation::ok(at.desk->citizen_view()); };
    const std::string session = at.session_with_citizen();
    DeskStation::ok(at.desk->citizen_focus({{"screen", "receipt"}}));
    CHECK(!view().contains("help"));
    CHECK(at.desk->help(core::Language::pt).phone == "");
    CHECK(DeskStation::ok(at.desk->state()).at("help").is_null());
    const Json set{
        {"phone", "300003990"}, {"days", "workdays"}, {"from", "09:00"}, {"to", "18:00"}};
    CHECK(DeskStation::ok(at.desk->set_help(set)).at("help") == set);
    CHECK(view().at("help").at("phone") == "300003990");
    CHECK(view().at("help").at("hours") ==
          Json{{"key", "help.workdays"}, {"params", {{"from", "09:00"}, {"to", "18:00"}}}});
    DeskStation::ok(at.desk->citizen_focus({{"screen", "citizen"}}));
    CHECK(!view().contains("help"));
    DeskStation::ok(at.desk->close_session(session, {{"outcome", "information"}}));
    CHECK(view().at("screen") == "closed");
    CHECK(view().contains("help"));
    at.reopen();
    CHECK(at.desk->help(core::Language::uk).phone == "300003990");
    CHECK(at.desk->help(core::Language::uk).hours == "робочі дні, 09:00–18:00");

    struct Row {
        const char *member, *value, *why;
    };
    for (const Row& row :
         {Row{"phone", "30x", "phone"}, Row{"phone", "12", "phone"},
          Row{"days", "sundays", "choice"}, Row{"from", "9", "hours"},
          Row{"from", "24:00", "hours"}, Row{"to", "09:00", "hours"}, Row{"to", "", "hours"}}) {
        CAPTURE(std::string(row.value));
        Json other = set;
        other[row.member] = row.value;
        CHECK(why(at.desk->set_help(other)) == row.why);
    }
    CHECK(DeskStation::ok(at.desk->state()).at("help") == set);
    Json none = set;
    none["phone"] = none["from"] = none["to"] = "";
    CHECK(DeskStation::ok(at.desk->set_help(none)).at("help").is_null());
}

TEST_CASE("to look at a session changes nothing; to work on it is said") {
    Signed at;
    const std::string first = at.session_with_citizen(), second = at.session_with_citizen();
    const auto working = [&] { return DeskStation::ok(at.desk->state()).at("session"); };
    CHECK(working() == second);
    at.changes.clear();
    CHECK(DeskStation::ok(at.desk->session(first)).at("id") == first);
    CHECK(working() == second);
    CHECK(at.changes.empty());
    CHECK(DeskStation::ok(at.desk->work_on_session(first)).at("id") == first);
    CHECK(at.said_changed("citizen"));
    at.reopen();
    CHECK(working() == first);
    DeskStation::ok(at.desk->close_session(first, {{"outcome", "information"}}));
    DeskStation::ok(at.desk->work_on_session(second));
    DeskStation::ok(at.desk->work_on_session(first));  // a closed one is only shown
    CHECK(working() == second);
    CHECK(why(at.desk->work_on_session("nobody")) == "not_found");
}

TEST_CASE("the catalogue speaks the mediator's language; codes stay") {
    Signed at;
    Json hits =
        DeskStation::ok(at.desk->search({{"q", "renvoar cartao"}, {"limit", 3}})).at("hits");
    REQUIRE(hits.size() == 3);
    CHECK(hits[0].at("code") == "IRN-001");
    CHECK(hits[0].at("agency_short") == "Registos e Notariado");
    DeskStation::ok(at.desk->language({{"language", "en"}}));
    at.reopen();
    hits = DeskStation::ok(at.desk->search({{"q", "citizen card renewal"}})).at("hits");
    CHECK(hits[0].at("name") == "Citizen Card renewal");
    const Json service = DeskStation::ok(at.desk->service("IRN-001", Json::object()));
    CHECK(service.at("fields")[0].at("required") == true);
    CHECK(service.at("fields")[0].at("label") == "Reason for the request");
    CHECK(service.at("fields").back().at("required") == false);
    const Json catalogue = DeskStation::ok(at.desk->catalogue());
    CHECK(catalogue.at("agencies").size() == 17);
    CHECK(why(at.desk->language({{"language", "de"}})) == "choice");
    CHECK(why(at.desk->service("NO-001", Json::object())) == "not_found");
}
