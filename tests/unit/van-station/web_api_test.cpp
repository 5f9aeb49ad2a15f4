// Goal: every operation of schemas/station.openapi.json is there and answers as it says, and a
// day's work goes through it: people, a session, a request, a receipt and its paper, a visit.

#include <doctest/doctest.h>

#include "tests/support/served_station.h"
#include "van-station/web/routes.h"

namespace {

using namespace spot;
using tests::ContractClient;
using tests::Json;
using tests::ServedStation;
using tests::WebClient;

constexpr char kPin[] = "271828";
constexpr char kOtherPin[] = "161803";

// A value that a form's field takes.
std::string value_for(const Json& field) {
    if (!field.at("choices").empty()) return field.at("choices").at(0).at("value");
    const std::string type = field.at("type");
    if (type == "nif") return "123456789";
    if (type == "date") return "2017-10-01";
    if (type == "number" || type == "money") return "1";
    return "Texto";
}

struct Day {
    ServedStation station;
    ContractClient api{station};

    Json call(const std::string& operation, const ContractClient::Given& given = {},
              unsigned status = 200) {
        return api.call(operation, given, status);
    }
    void sign_in() {
        const Json made = call("add_person", {.body = {{"name", "Marta Abrantes"}, {"pin", kPin}}});
        code = made.at("supervisor_code");
        person = made.at("id");
        call("sign_in", {.body = {{"person", person}, {"pin", kPin}}});
    }
    std::string open_session() {
        const Json opened =
            call("open_session", {.body = {{"place", {{"name", "Adro"}, {"municipality", "Arega"}}},
                                           {"channel", "van"},
                                           {"language", "pt"}}});
        const Json session = call(
            "answer_privacy", {.path = {{"id", opened.at("id")}}, .body = {{"accepted", true}}});
        const std::string id = session.at("id");
        call("set_citizen", {.path = {{"id", id}},
                             .body = {{"set", {{"name", "Aldina Fontes"}, {"nif", "123456789"}}}}});
        return id;
    }
    Json draft(const std::string& session) {
        const Json form = call("service", {.path = {{"code", "IRN-001"}}});
        const Json begun =
            call("begin_draft", {.path = {{"id", session}}, .body = {{"service", "IRN-001"}}});
        Json set = Json::object();
        for (const Json& field : form.at("fields"))
            if (field.at("required") == true) set[field.at("name")] = value_for(field);
        return call("set_draft", {.path = {{"id", begun.at("id")}}, .body = {{"set", set}}});
    }
    std::string queued(const std::string& session) {
        const Json request = call("queue_draft", {.path = {{"id", draft(session).at("id")}}});
        CHECK(request.at("state") == "recorded");
        return request.at("id");
    }
    std::string code, person;
};

void before_anybody_signs_in(Day& day) {
    CHECK(day.call("state").at("first_run") == true);
    for (const char* shown : {"session_defaults", "catalogue", "search", "day", "tell", "conflicts",
                              "visit", "printers", "closing_pdf"})
        CHECK(day.call(shown, {}, 423).at("error").at("code") == "signed_out");
}

void people(Day& day) {
    day.sign_in();
    day.call("add_person", {.body = {{"name", "Rui Vaz"}, {"pin", kOtherPin}}}, 400);
    day.call("add_person", {.body = {{"name", "Rui Vaz"}, {"pin", kOtherPin}, {"code", day.code}}});
    const Json help{
        {"phone", "300 003 990"}, {"days", "workdays"}, {"from", "09:00"}, {"to", "18:00"}};
    CHECK(day.call("set_help", {.body = help}).at("help") == help);
    day.call("lock");
    CHECK(day.call("catalogue", {}, 423).at("error").at("code") == "locked");
    CHECK(day.call("unlock", {.body = {{"pin", kOtherPin}}}, 403).at("error").at("code") ==
          "pin_wrong");
    day.call("unlock", {.body = {{"pin", kPin}}});
    day.call("language", {.body = {{"language", "en"}}});
    day.call("hide");
    CHECK(day.call("state").at("hidden") == true);
    day.call("show", {.body = {{"pin", kPin}}});
}

void catalogue(Day& day) {
    CHECK(day.call("catalogue").at("agencies").size() == 17);
    const Json found = day.call("search", {.query = "q=cart%C3%A3o+cidad&limit=5"});
    CHECK(found.at("hits").size() <= 5);
    CHECK(found.at("total") > 0);
    day.call("search", {.query = "limit=none"}, 400);
    day.call("service", {.path = {{"code", "XXX-999"}}}, 404);
}

void scraps(Day& day, const std::string& session) {
    const Json scrap = day.call("open_scrap", {.body = {{"what", "close"}, {"of", session}}});
    const std::string id = scrap.at("id");
    day.call("set_scrap", {.path = {{"id", id}}, .body = {{"set", {{"notes", "volta"}}}}});
    CHECK(day.call("open_scrap", {.body = {{"what", "close"}, {"of", session}}}).at("set") ==
          Json{{"notes", "volta"}});
    day.call("discard_scrap", {.path = {{"id", id}}});
    day.call("set_scrap", {.path = {{"id", id}}, .body = {{"set", {{"notes", "a"}}}}}, 404);
    day.call("open_scrap", {.body = {{"what", "elsewhere"}}}, 400);
}

void requests(Day& day, const std::string& session) {
    const Json draft = day.draft(session);
    const std::string id = draft.at("id");
    const std::string png = std::string("\x89PNG\r\n\x1A\n", 8) + std::string(300'000, '\1');
    const Json with =
        day.call("attach",
                 {.path = {{"id", id}}, .query = "name=a+b.png", .file = png, .type = "image/png"});
    const std::string hash = with.at("attachments").at(0).at("hash");
    CHECK(day.call("attachment", {.path = {{"of", id}, {"hash", hash}}}) ==
          Json(png).get<std::string>());
    day.call("remove_attachment", {.path = {{"id", id}}, .body = {{"hash", hash}}});
    day.call("attachment", {.path = {{"of", id}, {"hash", hash}}}, 404);
    day.call("attach",
             {.path = {{"id", id}}, .query = "name=x", .file = "<html>", .type = "image/png"}, 400);
    CHECK(
        day.call("close_session", {.path = {{"id", session}}, .body = {{"outcome", "queued"}}}, 409)
            .at("error")
            .at("code") == "drafts_wait");
    day.call("discard_draft", {.path = {{"id", id}}});

    const std::string request = day.queued(session);
    day.call("request", {.path = {{"id", request}}});
    day.call("edit_request",
             {.path = {{"id", request}}, .body = {{"set", {{"citizen.phone", "912000417"}}}}});
    const std::string second = day.queued(session);
    const Json gone =
        day.call("withdraw_request", {.path = {{"id", second}}, .body = {{"reason", "Engano"}}});
    CHECK(gone.at("state") == "withdrawn");
}

void paper(Day& day, const std::string& session) {
    const Json receipt = day.call("make_receipt", {.path = {{"id", session}}});
    const std::string id = receipt.at("id");
    CHECK(day.call("receipt_pdf", {.path = {{"id", id}}}, 409).at("error").at("code") ==
          "not_printed");
    day.call("print_receipt",
             {.path = {{"id", id}}, .body = {{"printer", "pdf"}, {"format", "a5"}}});
    const std::string original =
        day.call("receipt_pdf", {.path = {{"id", id}}, .query = "format=a5"});
    CHECK(original.starts_with("%PDF-"));
    const Json confirmed = day.call("receipt", {.path = {{"id", id}}});
    CHECK(confirmed.at("state") == "confirmed");
    CHECK(confirmed.at("prints") == 1);
    // Not twice by a second click, and a duplicate is another sheet.
    CHECK(day.call("print_receipt",
                   {.path = {{"id", id}}, .body = {{"printer", "pdf"}, {"format", "a5"}}}, 409)
              .at("error")
              .at("code") == "already_printed");
    day.call("print_receipt", {.path = {{"id", id}},
                               .body = {{"printer", "pdf"}, {"format", "a5"}, {"copy", true}}});
    const std::string duplicate =
        day.call("receipt_pdf", {.path = {{"id", id}}, .query = "format=a5"});
    CHECK(duplicate != original);
    const std::string looked =
        day.call("receipt_pdf", {.path = {{"id", id}}, .query = "format=large"});
    CHECK(looked.starts_with("%PDF-"));
    CHECK(day.call("receipt", {.path = {{"id", id}}}).at("prints") == 2);  // a look is no print
    day.call("settle_receipt", {.path = {{"id", id}}, .body = {{"came_out", false}}}, 409);
    day.call("summary_pdf", {.path = {{"id", session}}, .query = "format=large"});
    day.call("closing_pdf");
    CHECK(day.call("printers").at("printers").at(0).at("name") == "pdf");

    // A printer that is not there: no byte left, so the number still has its original.
    const Json other =
        day.call("make_receipt",
                 {.path = {{"id", session}},
                  .body = {{"lines", {{{"service", "COPIAS"}, {"qty", 2}, {"cents", 20}}}}}});
    const std::string unprinted = other.at("id");
    day.call("print_receipt",
             {.path = {{"id", unprinted}}, .body = {{"printer", "127.0.0.1:1"}, {"format", "80"}}});
    std::string state = "sent";
    for (int i = 0; i < 200 && state == "sent"; ++i) {
        state = day.call("receipt", {.path = {{"id", unprinted}}}).at("state");
        std::this_thread::sleep_for(
            std::chrono::milliseconds(20));  // the printer is another thread's
    }
    CHECK(state == "reserved");
    // Locked, what was drawn is forgotten.
    day.call("lock");
    day.call("receipt_pdf", {.path = {{"id", id}}, .query = "format=a5"}, 423);
    day.call("unlock", {.body = {{"pin", kPin}}});
}

void rest_of_the_day(Day& day) {
    day.call("day");
    day.call("tell");
    day.call("told", {.path = {{"id", "0"}}, .body = {{"how", "telefone"}}}, 404);
    day.call("conflicts");
    const Json complaint{
        {"text", "A fila era longa."},
        {"scrap", day.call("open_scrap", {.body = {{"what", "complaint"}}}).at("id")}};
    const Json made = day.call("complain", {.body = complaint});
    CHECK(day.call("complain", {.body = complaint}) == made);  // the first answer was lost
    day.call("assess", {.body = {{"scores",
                                  {{"waiting_time", 7},
                                   {"courtesy", 9},
                                   {"accuracy", 8},
                                   {"accessibility", 6},
                                   {"privacy", 10},
                                   {"equipment", 5}}}}});
    day.call("give_feedback", {.body = {{"topic", "IRN"}, {"text", "Faltou treino."}}});
    day.call("missing_service", {.body = {{"text", "Licença de pesca"}}});
    day.call("plan_visit", {.body = {{"home", "Lar da Sertã"},
                                     {"residents", {{{"room", "12"}, {"name", "Ilda Rosa"}}}}}});
    day.call("visit");
    CHECK(day.call("rest_visit", {.body = {{"index", 0}, {"state", "asleep"}}})
              .at("residents")
              .at(0)
              .at("state") == "asleep");
    const std::string resident = day.call("begin_visit", {.body = {{"index", 0}}}).at("id");
    day.call("close_session", {.path = {{"id", resident}}, .body = {{"outcome", "abandoned"}}});
    day.call("session_defaults");
    day.call("sync");
}

void citizens_screen(Day& day) {
    CHECK(day.call("citizen_view").at("screen") == "privacy");
    day.call("citizen_focus", {.body = {{"screen", "citizen"}, {"field", "name"}}});
    day.call("citizen_display",
             {.body = {{"type", "large"}, {"contrast", "high"}, {"language", "uk"}}});
    CHECK(day.call("citizen_view").at("type") == "large");
}

TEST_CASE("a day through every operation of the contract") {
    Day day;
    before_anybody_signs_in(day);
    people(day);
    catalogue(day);
    const Json opened =
        day.call("open_session", {.body = {{"place", {{"name", "Adro"}, {"municipality", "Arega"}}},
                                           {"channel", "van"},
                                           {"language", "pt"}}});
    citizens_screen(day);
    day.call("close_session",
             {.path = {{"id", opened.at("id")}}, .body = {{"outcome", "abandoned"}}});
    const std::string session = day.open_session();
    scraps(day, session);
    requests(day, session);
    paper(day, session);
    day.call("session", {.path = {{"id", session}}});
    day.call("work_on_session", {.path = {{"id", session}}});
    day.call("close_session",
             {.path = {{"id", session}}, .body = {{"outcome", "queued"}, {"notes", ""}}});
    rest_of_the_day(day);
    for (const auto& one : day.station.api->contract().operations()) {
        if (one.stream) continue;  // the next test
        CAPTURE(one.id);
        CHECK(day.api.called.contains(one.id));
    }
}

// An event's data, of the shape that the contract gives it.
Json event(ServedStation& station, WebClient& from, const std::string& name, const char* shape) {
    const std::string marker = "event: " + name + "\ndata: ";
    from.read_until(marker);
    const Json out = Json::parse(from.read_until("\n\n"), nullptr, false);
    REQUIRE(!out.is_discarded());
    const auto& document = station.api->contract().document();
    const station::web::JsonShape wanted(document,
                                         document.at("components").at("schemas").at(shape));
    CHECK_MESSAGE(wanted.fault(out).empty(), name, ": ", wanted.fault(out), out.dump());
    return out;
}

TEST_CASE("events bring state and citizen's view as the contract shapes them") {
    Day day;
    WebClient mediator(day.station.server->port()), citizen(day.station.server->port());
    const auto& tokens = day.station.tokens;
    mediator.write(day.station.head("GET", "/api/events", tokens.mediator, "", 0));
    citizen.write(day.station.head("GET", "/api/citizen/events", tokens.citizen, "", 0));
    CHECK(event(day.station, mediator, "state", "State").at("first_run") == true);
    CHECK(event(day.station, citizen, "citizen", "CitizenView").at("screen") == "idle");
    day.sign_in();
    Json state;
    while (state.is_null() || state.at("person").is_null())
        state = event(day.station, mediator, "state", "State");
    const std::string session = day.open_session();
    CHECK(event(day.station, mediator, "changed", "Changed").contains("what"));
    day.call("citizen_focus", {.body = {{"screen", "citizen"}, {"field", "name"}}});
    Json view;
    while (view.is_null() || view.dump().find("Aldina") == std::string::npos)
        view = event(day.station, citizen, "citizen", "CitizenView");
    day.call("hide");
    while (view.at("hidden") == false) view = event(day.station, citizen, "citizen", "CitizenView");
    CHECK(view.dump().find("Aldina") == std::string::npos);
    while (state.at("hidden") == false) state = event(day.station, mediator, "state", "State");
}

TEST_CASE("a store that is held is 503, and when to come again; every fault has its number") {
    const auto status = [](core::Code code) {
        return station::web::refusal_of(station::Fault(core::Error{code, "x: y"}));
    };
    const auto busy = status(core::Code::busy);
    CHECK(busy.status == 503);
    CHECK(busy.retry_after_s > 0);
    CHECK(Json::parse(busy.body).at("error").at("code") == "busy");
    CHECK(status(core::Code::invalid).status == 400);
    CHECK(status(core::Code::refused).status == 403);
    CHECK(status(core::Code::not_found).status == 404);
    CHECK(status(core::Code::conflict).status == 409);
    CHECK(status(core::Code::io).status == 500);
}

TEST_CASE("what is not of the contract changes nothing") {
    Day day;
    day.sign_in();
    struct Row {
        const char* path;
        std::string body;
        unsigned status;
    };
    const Row rows[] = {
        {"/api/sessions", "{}", 400},
        {"/api/sessions", "[]", 400},
        {"/api/sessions",
         "{\"place\":{\"name\":\"a\",\"municipality\":\"b\"},\"channel\":1,\"language\":\"pt\"}",
         400},
        {"/api/complaints", "{\"text\":\"a\",\"more\":1}", 400},
        {"/api/complaints", "{\"text\":" + std::string(100'000, '[') + "}", 400},
        {"/api/complaints", "{\"text\":\"" + std::string(4001, 'a') + "\"}", 400},
        {"/api/complaints", "{\"text\":\"" + std::string(300'000, 'a') + "\"}", 413},
        {"/api/nothing", "{}", 404},
        {"/api/state", "{}", 405},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.path));
        CHECK(day.station.ask("POST", row.path, row.body).status == row.status);
    }
    CHECK(day.call("state").at("link").at("waiting") == 0);
}

}  // namespace
