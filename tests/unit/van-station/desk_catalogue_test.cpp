// Goal: another version of the catalogue comes in the middle of somebody's work: what is written
// stays, what has changed is said, and what is recorded keeps the form it was made with.

#include <chrono>

#include "tests/support/desk_station.h"
#include "tests/support/next_catalogue.h"

using namespace spot;
using namespace spot::support;

namespace {

struct At : DeskStation {
    At() { first_person(); }
    // Published, and synchronised to here.
    void publish(core::Instant in_force) {
        REQUIRE(publish_into(*hub, next_catalogue(), in_force));
        take(*hub, station->ledger, {kDevice | core::kHubBit, 1});
        changes.clear();
        desk->sync_ended("ok");
    }
    void publish() { publish(clock.at); }
    Json draft_of(const std::string& session, const std::string& id) {
        const Json shown = ok(desk->session(session));
        for (const Json& one : shown.at("drafts"))
            if (one.at("id") == id) return one;
        FAIL("the draft is gone");
        return nullptr;
    }
    Json service(const char* code, const char* version = "") {
        return ok(desk->service(code, {{"version", version}}));
    }
    std::vector<std::string> found(const std::string& text) {
        std::vector<std::string> out;
        const Json answer = ok(desk->search({{"q", text}}));
        for (const Json& hit : answer.at("hits")) out.push_back(hit.at("code"));
        return out;
    }
};

bool has_field(const Json& form, const std::string& name) {
    return std::any_of(form.at("fields").begin(), form.at("fields").end(),
                       [&](const Json& one) { return one.at("name") == name; });
}
bool holds(const std::vector<std::string>& all, const char* one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

TEST_CASE("a version that came is in force without opening again, and search knows it") {
    At at;
    CHECK(at.ok(at.desk->state()).at("catalogue").at("version") ==
          core::Catalogue::shipped().version());
    at.publish();
    CHECK(at.said_changed("state"));
    CHECK(at.said_changed("session"));
    CHECK(at.ok(at.desk->state()).at("catalogue").at("version") == "2027-01");
    const Json everything = at.ok(at.desk->search({{"q", ""}, {"limit", 300}}));
    CHECK(holds(at.found("satelite"), kNewService));
    // One more, and one less.
    CHECK(everything.at("total") == core::Catalogue::shipped().services().size());
    const std::string gone = core::CatalogueTexts::shipped().service(kWithdrawnService)->name.in[0];
    CHECK_FALSE(holds(at.found(gone), kWithdrawnService));
    CHECK(has_field(at.service(kChangedService), kNewField));
    CHECK_FALSE(has_field(at.service(kChangedService), kGoneField));
    CHECK(at.service(kChangedService).at("fee_cents") == kNewFee);
    // The form of before is there for what was filled under it.
    const std::string shipped = core::Catalogue::shipped().version();
    CHECK(has_field(at.service(kChangedService, shipped.c_str()), kGoneField));
    CHECK(at.service(kChangedService, shipped.c_str()).at("version") == shipped);
    at.reopen();
    CHECK(at.ok(at.desk->state()).at("catalogue").at("version") == "2027-01");
}

TEST_CASE("a version waits for its moment") {
    At at;
    at.publish(at.clock.at + 60'000);
    CHECK(at.ok(at.desk->state()).at("catalogue").at("version") ==
          core::Catalogue::shipped().version());
    CHECK_FALSE(has_field(at.service(kChangedService), kNewField));
    at.clock.at += 60'000;
    CHECK(has_field(at.service(kChangedService), kNewField));
}

TEST_CASE("a draft of before is flagged, keeps what is written, and asks for what is new") {
    At at;
    const std::string session = at.session_with_citizen();
    const std::string id = at.draft(
        session, kChangedService,
        {{"motivo", "Perda"}, {"nacionalidade", "Portuguesa"}, {kGoneField, "Tem pressa."}});
    const std::string other = at.draft(session, "IRN-003", Json::object());
    CHECK(at.draft_of(session, id).at("changed_form") == false);
    CHECK(at.draft_of(session, id).at("gone").empty());
    at.publish();

    Json draft = at.draft_of(session, id);
    CHECK(draft.at("changed_form") == true);
    CHECK(draft.at("fields").at("motivo") == "Perda");
    CHECK(draft.at("fields").at(kGoneField) == "Tem pressa.");
    CHECK(draft.at("missing") == Json::array({kNewField}));
    REQUIRE(draft.at("gone").size() == 1);
    CHECK(draft.at("gone")[0].at("name") == kGoneField);
    CHECK(draft.at("gone")[0].at("value") == "Tem pressa.");
    CHECK(draft.at("gone")[0].at("label") ==
          core::CatalogueTexts::shipped().field(kGoneField)->label.in[0]);
    CHECK(at.draft_of(session, other).at("changed_form") == false);  // its form is the same

    CHECK(why(at.desk->queue_draft(id)) == "required");
    // A page that still shows the form of before loses no keystroke.
    at.ok(at.desk->set_draft(id, {{"set", {{kGoneField, "Tem muita pressa."}}}}));
    at.reopen();
    CHECK(at.draft_of(session, id).at("gone")[0].at("value") == "Tem muita pressa.");
    CHECK(why(at.desk->set_draft(id, {{"set", {{"niss", "1"}, {"no_such", "x"}}}})) == "no_field");
    at.ok(at.desk->set_draft(id, {{"set", {{kNewField, "12"}}}}));
    CHECK(why(at.desk->queue_draft(id)) == "form");
    at.ok(at.desk->set_draft(id, {{"set", {{kNewField, "0417"}}}}));
    const Json request = at.ok(at.desk->queue_draft(id));
    CHECK(request.at("version") == "2027-01");
    CHECK(request.at("changed_form") == false);
    CHECK(request.at("fields").at(kNewField) == "0417");
    CHECK_FALSE(request.at("fields").contains(kGoneField));
    CHECK(at.sound());
}

TEST_CASE("a draft of a service that is withdrawn stays, and is not recorded") {
    At at;
    const std::string session = at.session_with_citizen();
    const std::string id = at.draft(session, kWithdrawnService, Json::object());
    at.publish();
    CHECK(at.draft_of(session, id).at("changed_form") == true);
    CHECK(why(at.desk->queue_draft(id)) == "service_gone");
    CHECK(why(at.desk->begin_draft(session, {{"service", kWithdrawnService}})) == "service_gone");
    CHECK(at.draft_of(session, id).at("id") == id);
    at.ok(at.desk->discard_draft(id));
}

TEST_CASE("a request keeps its form: it is corrected by it, and costs what it cost") {
    At at;
    const std::string session = at.session_with_citizen();
    const std::string old = at.queued(session);
    at.publish();
    Json request = at.ok(at.desk->request(old));
    CHECK(request.at("version") == core::Catalogue::shipped().version());
    CHECK(request.at("changed_form") == true);
    request = at.ok(at.desk->edit_request(old, {{"set", {{"fields.observacoes", "Com pressa."}}}}));
    CHECK(request.at("fields").at(kGoneField) == "Com pressa.");
    CHECK(request.at("version") == core::Catalogue::shipped().version());
    CHECK_FALSE(
        at.desk->edit_request(old, {{"set", {{"fields.codigo_balcao", "0417"}}}}).has_value());

    const std::string fresh =
        at.draft(session, kChangedService,
                 {{"motivo", "Perda"}, {"nacionalidade", "Portuguesa"}, {kNewField, "0417"}});
    at.ok(at.desk->queue_draft(fresh));
    const Json receipt = at.ok(at.desk->make_receipt(session, Json::object()));
    const auto fee = core::Catalogue::shipped().service(kChangedService)->fee_cents;
    CHECK(receipt.at("total_cents") == fee + kNewFee);
    at.reach_hub();
    const core::LogId log = *at.station->log();
    CHECK(at.hub->quarantine().list(log).empty());
}

TEST_CASE("no call waits for a version that came") {
    At at;
    const std::string session = at.session_with_citizen();
    REQUIRE(publish_into(*at.hub, next_catalogue(), at.clock.at));
    DeskStation::take(*at.hub, at.station->ledger, {kDevice | core::kHubBit, 1});
    using Clock = std::chrono::steady_clock;
    const auto ms = [&](auto work) {
        const auto began = Clock::now();
        work();
        return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
    };
    const double taken_up = ms([&] { at.desk->sync_ended("ok"); });
    const double searched = ms([&] { (void)at.found("cert"); });
    MESSAGE("taken up in " << taken_up << " ms, first search " << searched << " ms");
    CHECK(taken_up < 2000);  // 50 are promised; a loaded machine must not turn this red
    CHECK(searched < 2000);
}
