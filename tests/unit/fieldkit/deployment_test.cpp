#include "fieldkit/deployment.h"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "fieldkit/deployment/calendar.h"
#include "fieldkit/deployment/draw.h"
#include "fieldkit/deployment/people.h"
#include "fieldkit/deployment/phrases.h"

using namespace spot;
using namespace spot::fieldkit;
using Event = nlohmann::ordered_json;

namespace {

std::vector<Event> deployment(const DeploymentPlan& plan) {
    auto events = make_deployment(plan, core::Catalogue::shipped());
    REQUIRE(events.has_value());
    return std::move(*events);
}

std::string text_of(const std::vector<Event>& events) {
    std::string text;
    for (const auto& event : events) text += event.dump() + "\n";
    return text;
}

DeploymentPlan small() {
    DeploymentPlan plan;
    plan.days = 3;
    plan.sessions_per_day = 25;
    return plan;
}

std::size_t count(const std::vector<Event>& events, const std::string& kind) {
    std::size_t n = 0;
    for (const auto& event : events) n += event["kind"] == kind ? 1 : 0;
    return n;
}

}  // namespace

TEST_CASE("chance from a seed is the same everywhere") {
    Draw draw("spot");
    // From a second writing of xoshiro256**, in another language.
    CHECK(draw.bits() == 0x99d2a7b220986ceb);
    CHECK(draw.bits() == 0x7b74bb81643bbcf5);
    CHECK(draw.bits() == 0x49d4f3486571ca71);
}

TEST_CASE("the same plan makes the same deployment, another seed or station another") {
    const auto first = text_of(deployment(small()));
    CHECK(text_of(deployment(small())) == first);
    auto other = small();
    other.seed = "2";
    CHECK(text_of(deployment(other)) != first);
    other = small();
    other.station = "van-12";
    CHECK(text_of(deployment(other)) != first);
}

TEST_CASE("a deployment refers backwards only, in time order, on working days") {
    DeploymentPlan plan;
    const auto events = deployment(plan);
    std::set<std::string> sessions, requests, ids;
    std::string last;
    for (const auto& event : events) {
        const std::string kind = event["kind"], at = event["at"];
        CHECK(at >= last);  // one offset in August, so text sorts as time
        last = at;
        const auto date = parse_day(at.substr(0, 10));
        REQUIRE(date.has_value());
        CHECK_FALSE(is_weekend(*date));
        if (kind == "session.open")
            CHECK(sessions.insert(event["session"]).second);
        else if (event.contains("session"))
            CHECK(sessions.contains(event["session"]));
        if (kind == "request.queue") CHECK(requests.insert(event["request"]).second);
        if (kind == "request.edit") CHECK(requests.contains(event["request"]));
        if (kind == "receipt.print") CHECK(ids.insert(event["receipt"]).second);
    }
    CHECK(sessions.size() == 600);
    CHECK(count(events, "session.close") == 600);
    CHECK(count(events, "assessment.self") == 10);
    CHECK(requests.size() > 500);
    CHECK(count(events, "request.edit") > 80);
    CHECK(count(events, "receipt.print") > 200);
}

TEST_CASE("every value is one that the catalogue and the check digits accept") {
    const auto& catalogue = core::Catalogue::shipped();
    auto plan = small();
    plan.days = 8;
    std::size_t values = 0;
    for (const auto& event : deployment(plan)) {
        if (event["kind"] != "request.queue") continue;
        const auto* service = catalogue.service(event["service"].get<std::string>());
        REQUIRE(service);
        CHECK(event["fields"].size() == service->fields.size());
        for (const auto& field : service->fields) {
            CAPTURE(field.field->name);
            const std::string value = event["fields"][field.field->name];
            CHECK(catalogue.check_value(*field.field, value, field.required).has_value());
            ++values;
        }
        CHECK(core::nif_valid(event["citizen"]["nif"].get<std::string>()));
    }
    CHECK(values > 1000);
    Draw draw("numbers");
    for (int i = 0; i < 2000; ++i) {
        CHECK(core::nif_valid(draw_nif(draw)));
        CHECK(core::niss_valid(draw_niss(draw)));
        CHECK(core::iban_valid(draw_iban(draw)));
    }
}

TEST_CASE("a receipt's total is the sum of its lines") {
    for (const auto& event : deployment(small())) {
        if (event["kind"] != "receipt.print") continue;
        std::int64_t sum = 0;
        for (const auto& line : event["lines"]) sum += line["cents"].get<std::int64_t>();
        CHECK(event["total_cents"] == sum);
        CHECK_FALSE(event["lines"].empty());
    }
}

TEST_CASE("a surge has three times the visits, a share of the days is at care homes") {
    auto plan = small();
    plan.surge_day = 2;
    std::map<std::string, int> visits;
    for (const auto& event : deployment(plan))
        if (event["kind"] == "session.open") ++visits[event["at"].get<std::string>().substr(0, 10)];
    CHECK(visits ==
          std::map<std::string, int>{{"2018-08-13", 25}, {"2018-08-14", 75}, {"2018-08-15", 25}});

    const auto bedside = [](int permille) {
        auto with = small();
        with.care_home_permille = permille;
        int n = 0;
        for (const auto& event : deployment(with))
            n += event["kind"] == "session.open" && event["channel"] == "care_home" ? 1 : 0;
        return n;
    };
    CHECK(bedside(0) == 0);
    CHECK(bedside(1000) > 45);
}

TEST_CASE("free texts hardly repeat, and the grammar has no hole") {
    Draw draw("texts");
    std::set<std::string> remarks;
    for (int i = 0; i < 1000; ++i) remarks.insert(draw_phrase(draw, Phrase::remark));
    CHECK(remarks.size() > 700);
    for (int phrase = 0; phrase <= static_cast<int>(Phrase::employer); ++phrase)
        for (int i = 0; i < 500; ++i) {
            const auto text = draw_phrase(draw, static_cast<Phrase>(phrase));
            CHECK_FALSE(text.empty());
            CHECK(text.find_first_of("{}|") == std::string::npos);
        }
}

TEST_CASE("both sides change the same requests, half of them in the same field") {
    auto plan = small();
    plan.edited_permille = 300;
    const auto& catalogue = core::Catalogue::shipped();
    const auto hub = make_edits_apart(plan, catalogue, Side::hub);
    const auto station = make_edits_apart(plan, catalogue, Side::station);
    REQUIRE(hub.has_value());
    REQUIRE(station.has_value());
    REQUIRE(hub->size() == station->size());
    REQUIRE(hub->size() > 10);
    std::map<std::string, Event> by_request;
    for (const auto& edit : *hub) {
        CHECK(edit["kind"] == "hub.edit");
        by_request[edit["request"]] = edit["set"];
    }
    std::size_t conflicts = 0;
    for (const auto& edit : *station) {
        CHECK(edit["kind"] == "request.edit");
        REQUIRE(by_request.contains(edit["request"]));
        for (const auto& [path, value] : edit["set"].items()) {
            const auto& theirs = by_request[edit["request"]];
            if (!theirs.contains(path)) continue;
            ++conflicts;
            CHECK(theirs[path] != value);
        }
    }
    CHECK(conflicts == (station->size() + 1) / 2);
}

TEST_CASE("times follow Portugal's summer time") {
    const struct {
        const char* day;
        Stamp after;
        const char* expected;
    } rows[] = {
        {"2018-08-13", 8 * 60 * kMinute + 5, "2018-08-13T09:00:00.005+01:00"},
        {"2018-01-10", 8 * 60 * kMinute, "2018-01-10T08:00:00.000+00:00"},
        {"2018-03-25", 60 * kMinute - 1, "2018-03-25T00:59:59.999+00:00"},
        {"2018-03-25", 60 * kMinute, "2018-03-25T02:00:00.000+01:00"},
        {"2018-10-28", 60 * kMinute - 1, "2018-10-28T01:59:59.999+01:00"},
        {"2018-10-28", 60 * kMinute, "2018-10-28T01:00:00.000+00:00"},
        {"2018-07-31", kDay - kMinute, "2018-08-01T00:59:00.000+01:00"},
    };
    for (const auto& row : rows)
        CHECK(moment_text(start_of(*parse_day(row.day)) + row.after) == row.expected);
    Draw draw("ids");
    CHECK(ulid(0, draw).substr(0, 10) == "0000000000");
    CHECK(ulid(1'534'147'200'000, draw).substr(0, 10) == "01CMS4S100");
}

TEST_CASE("a plan beyond its limits is refused") {
    const auto refused = [](auto change) {
        DeploymentPlan plan;
        change(plan);
        const auto made = make_deployment(plan, core::Catalogue::shipped());
        return !made && made.error().code == core::Code::invalid;
    };
    CHECK(refused([](DeploymentPlan& plan) { plan.days = 0; }));
    CHECK(refused([](DeploymentPlan& plan) { plan.sessions_per_day = kSessionsPerDayMax + 1; }));
    CHECK(refused([](DeploymentPlan& plan) { plan.surge_day = 11; }));
    CHECK(refused([](DeploymentPlan& plan) { plan.care_home_permille = 1001; }));
    CHECK(refused([](DeploymentPlan& plan) { plan.station.clear(); }));
    for (const char* day : {"", "2018-02-30", "2018-8", "yesterday", "2018-08-13x", "1999-01-01"})
        CHECK(refused([&](DeploymentPlan& plan) { plan.start = day; }));
}
