// Goal: a session from privacy to close; nothing typed is lost or doubled, whenever the process
// dies between two calls.
#include <algorithm>

#include "tests/support/desk_station.h"

using namespace spot;
using support::DeskStation;
using support::Json;
using support::why;

namespace {

struct Signed : DeskStation {
    Signed() { first_person(); }
};

}  // namespace

TEST_CASE("nothing goes without a person; a locked or hidden screen tells nothing") {
    DeskStation at;
    CHECK(DeskStation::ok(at.desk->state()).at("first_run") == true);
    CHECK(why(at.desk->session_defaults()) == "signed_out");
    at.first_person();
    CHECK(why(at.desk->session_defaults()) == "");
    DeskStation::ok(at.desk->lock());
    CHECK(why(at.desk->day(Json::object())) == "locked");
    CHECK(station::status_of(at.desk->day(Json::object()).error().what) == 423);
    DeskStation::ok(at.desk->unlock({{"pin", "482913"}}));
    DeskStation::ok(at.desk->hide());
    CHECK(why(at.desk->tell()) == "hidden");
    CHECK(DeskStation::ok(at.desk->citizen_view()).at("screen") == "hidden");
    CHECK(why(at.desk->show({{"pin", "111111"}})) == "pin_wrong");
    CHECK(DeskStation::ok(at.desk->show({{"pin", "482913"}})).at("hidden") == false);
}

TEST_CASE("a session is a draft until its privacy notice is answered") {
    Signed at;
    const Json opened = at.open_session();
    const std::string draft = opened.at("id");
    CHECK(opened.at("draft") == true);
    CHECK(opened.at("step") == "privacy");
    CHECK(opened.at("opened_at") == "2017-10-16T09:15:55.891+01:00");
    CHECK(at.records("session").empty());
    CHECK(why(at.desk->set_citizen(draft, {{"set", {{"name", "Ana"}}}})) == "privacy_first");

    at.clock.at += 90'000;
    at.reopen();
    CHECK(DeskStation::ok(at.desk->state()).at("session") == draft);
    const Json answered = DeskStation::ok(at.desk->answer_privacy(draft, {{"accepted", true}}));
    CHECK(answered.at("draft") == false);
    CHECK(answered.at("step") == "citizen");
    CHECK(answered.at("opened_at") == "2017-10-16T09:15:55.891+01:00");
    CHECK(answered.at("privacy").at("accepted") == true);
    REQUIRE(at.records("session").size() == 1);
    // The page may still hold the old id, and may ask twice.
    CHECK(DeskStation::ok(at.desk->session(draft)).at("id") == answered.at("id"));
    CHECK(why(at.desk->answer_privacy(draft, {{"accepted", true}})) == "");
    CHECK(why(at.desk->answer_privacy(draft, {{"accepted", false}})) == "privacy_answered");
    CHECK(at.records("session").size() == 1);
    CHECK(at.sound());
}

TEST_CASE("whoever declines is not asked for data") {
    Signed at;
    const std::string id = at.open_session().at("id");
    const Json session = DeskStation::ok(at.desk->answer_privacy(id, {{"accepted", false}}));
    CHECK(session.at("step") == "close");
    CHECK(why(at.desk->set_citizen(id, {{"set", {{"name", "Ana"}}}})) == "privacy_declined");
    CHECK(why(at.desk->begin_draft(id, {{"service", "IRN-001"}})) == "privacy_declined");
    CHECK(DeskStation::ok(at.desk->close_session(id, {{"outcome", "information"}, {"notes", ""}}))
              .at("step") == "closed");
}

TEST_CASE("each field typed is on disk when the call returns, and nowhere in the log") {
    Signed at;
    const std::string session = at.session_with_citizen();
    const auto entries = at.station->ledger.replica().tip(*at.station->log()).seq;
    const std::string id =
        DeskStation::ok(at.desk->begin_draft(session, {{"service", "IRN-001"}})).at("id");
    std::string typed;
    for (const char letter : std::string("Perda em casa")) {
        typed += letter;
        DeskStation::ok(at.desk->set_draft(id, {{"set", {{"motivo", typed}}}}));
        at.reopen();
        const Json drafts = DeskStation::ok(at.desk->session(session)).at("drafts");
        REQUIRE(drafts.size() == 1);
        CHECK(drafts[0].at("fields").at("motivo") == typed);
    }
    CHECK(at.station->ledger.replica().tip(*at.station->log()).seq == entries);
    CHECK(!at.folder.any_file_holds("Perda em casa"));
    CHECK(!at.folder.any_file_holds("Ana Silva"));
}

TEST_CASE("to queue a draft is one step: after any number of tries there is one request") {
    Signed at;
    const std::string session = at.session_with_citizen();
    const std::string id =
        at.draft(session, "IRN-001", {{"motivo", "Perda"}, {"nacionalidade", "Portuguesa"}});
    const Json first = DeskStation::ok(at.desk->queue_draft(id));
    at.reopen();
    const Json again = DeskStation::ok(at.desk->queue_draft(id));  // the answer was lost
    CHECK(again.at("id") == first.at("id"));
    REQUIRE(at.records("request").size() == 1);
    const Json record = at.records("request")[0];
    CHECK(record.at("citizen").at("nif") == "123456789");
    CHECK(record.at("catalogue") == "2026-11");
    CHECK(!record.contains("withdrawn"));
    CHECK(DeskStation::ok(at.desk->session(session)).at("drafts").empty());
    CHECK(first.at("state") == "recorded");
    CHECK(first.at("history").size() == 1);
    CHECK(at.sound());
}

TEST_CASE("a draft with something wrong stays, and the first wrong field is named") {
    Signed at;
    const std::string session = at.session_with_citizen();
    const std::string id =
        at.draft(session, "IRN-001", {{"iban", "PT50 0002 0123 1234 5678 9015 5"}});
    const auto refused = at.desk->queue_draft(id);
    REQUIRE(!refused);
    CHECK(refused.error().code == "required");
    CHECK(refused.error().field == "fields.motivo");
    const Json shown = DeskStation::ok(
        at.desk->set_draft(id, {{"set", {{"motivo", "Perda"}, {"nacionalidade", "Portuguesa"}}}}));
    CHECK(shown.at("missing").empty());
    CHECK(shown.at("checks").at("iban") == Json{{"ok", false}, {"code", "iban"}});
    CHECK(at.desk->queue_draft(id).error().field == "fields.iban");
    DeskStation::ok(
        at.desk->set_draft(id, {{"set", {{"iban", "pt50 0002 0123 1234 5678 9015 4"}}}}));
    CHECK(DeskStation::ok(at.desk->queue_draft(id)).at("fields").at("iban") ==
          "PT50000201231234567890154");
    CHECK(why(at.desk->set_draft(id, {{"set", {{"motivo", "x"}}}})) == "not_found");

    const std::string other = at.draft(session, "IRN-001", {{"motivo", "Furto"}});
    CHECK(why(at.desk->set_draft(other, {{"set", {{"niss", "1"}}}})) == "no_field");
    DeskStation::ok(at.desk->set_citizen(session, {{"set", {{"nif", "123456780"}}}}));
    CHECK(at.desk->queue_draft(other).error().field == "citizen.nif");
}

TEST_CASE("what the person said is put in again; what belongs to one request is not") {
    Signed at;
    const std::string session = at.session_with_citizen();
    DeskStation::ok(at.desk->queue_draft(at.draft(session, "IRN-001",
                                                  {{"motivo", "Perda"},
                                                   {"nacionalidade", "Portuguesa"},
                                                   {"iban", "PT50000201231234567890154"},
                                                   {"observacoes", "Só hoje."}})));
    const Json next = DeskStation::ok(at.desk->begin_draft(session, {{"service", "IRN-001"}}));
    CHECK(next.at("fields").at("iban") == "PT50000201231234567890154");
    CHECK(next.at("fields").at("nacionalidade") == "Portuguesa");
    CHECK(next.at("offered").contains("iban"));
    CHECK(!next.at("fields").contains("motivo"));
    CHECK(!next.at("fields").contains("observacoes"));
    // Another citizen gets nothing of it.
    const std::string other = at.session_with_citizen();
    CHECK(DeskStation::ok(at.desk->begin_draft(other, {{"service", "IRN-001"}}))
              .at("fields")
              .empty());
}

TEST_CASE("closing waits for drafts; afterwards nothing of the person is kept beside the log") {
    Signed at;
    const std::string session = at.session_with_citizen();
    (void)at.queued(session);
    const std::string id = at.draft(session, "AT-001", Json::object());
    const auto waits = at.desk->close_session(session, {{"outcome", "queued"}, {"notes", ""}});
    REQUIRE(!waits);
    CHECK(waits.error().code == "drafts_wait");
    CHECK(waits.error().names.size() == 1);
    at.clock.at += 8 * 60'000 + 1;
    const Json closed = DeskStation::ok(at.desk->close_session(
        session,
        {{"outcome", "queued"}, {"notes", "Entregou fotocópia."}, {"discard_drafts", true}}));
    CHECK(closed.at("closed").at("minutes") == 9);
    CHECK(closed.at("citizen").at("name") == "Ana Silva");  // from the request
    CHECK(why(at.desk->set_draft(id, {{"set", Json::object()}})) == "not_found");
    CHECK(at.station->ledger.values().get("citizen", session).value() == std::nullopt);
    CHECK(DeskStation::ok(at.desk->state()).at("session").is_null());
    CHECK(why(at.desk->close_session(session, {{"outcome", "queued"}, {"notes", ""}})) == "");
    CHECK(why(at.desk->begin_draft(session, {{"service", "IRN-001"}})) == "session_closed");
    CHECK(at.sound());
}

TEST_CASE("a session given up before the notice leaves no record") {
    Signed at;
    const std::string id = at.open_session().at("id");
    DeskStation::ok(at.desk->close_session(id, {{"outcome", "abandoned"}, {"notes", ""}}));
    CHECK(at.records("session").empty());
    CHECK(why(at.desk->session(id)) == "not_found");
}

TEST_CASE("files: only what they say they are, once, and the person's when queued") {
    Signed at;
    const std::string session = at.session_with_citizen();
    const std::string id =
        at.draft(session, "IRN-001", {{"motivo", "Perda"}, {"nacionalidade", "Portuguesa"}});
    const std::string picture = "\x89PNG\r\n\x1A\n" + std::string(5000, 'x') + "segredo na foto";
    CHECK(why(at.desk->attach(id, "foto.png", "application/pdf", picture)) == "attachment_type");
    CHECK(why(at.desk->attach(id, "a.txt", "text/plain", "abc")) == "attachment_type");
    CHECK(why(at.desk->attach(id, "g.png", "image/png",
                              "\x89PNG\r\n\x1A\n" + std::string(4 << 20, 'x'))) ==
          "attachment_large");
    DeskStation::ok(at.desk->attach(id, "foto.png", "image/png", picture));
    Json draft = DeskStation::ok(at.desk->attach(id, "outra.png", "image/png", picture));
    REQUIRE(draft.at("attachments").size() == 1);
    const std::string pdf = "%PDF-1.7 anexo";
    draft = DeskStation::ok(at.desk->attach(id, "anexo.pdf", "application/pdf", pdf));
    const std::string hash = draft.at("attachments")[0].at("hash");
    const std::string second = draft.at("attachments")[1].at("hash");
    at.reopen();
    CHECK(at.desk->attachment(id, hash)->bytes == picture);
    DeskStation::ok(at.desk->remove_attachment(id, {{"hash", second}}));
    CHECK(why(at.desk->attachment(id, second)) == "not_found");

    const Json request = DeskStation::ok(at.desk->queue_draft(id));
    const std::string record = request.at("id");
    REQUIRE(request.at("attachments").size() == 1);
    CHECK(request.at("attachments")[0].at("name") == "foto.png");
    // At the hub when the hub says so, and not when its request is there.
    const auto place = [&] {
        return DeskStation::ok(at.desk->request(record)).at("attachments")[0].at("at");
    };
    const auto waiting = [&] { return DeskStation::ok(at.desk->state()).at("link").at("files"); };
    CHECK(place() == "here");
    CHECK(waiting() == 1);
    at.reach_hub();
    CHECK(waiting() == 1);  // "nothing left to send" would be green too early
    CHECK(place() == "here");
    core::Hash content{};
    std::copy_n(core::from_hex(hash)->begin(), content.size(), content.begin());
    const core::RequestFile file{*core::RecordId::parse(record), content};
    REQUIRE(at.station->ledger.files().set_remote_state(file, core::FileState::whole));
    CHECK(place() == "hub");
    CHECK(waiting() == 0);
    REQUIRE(at.station->ledger.files().set_remote_state(file, core::FileState::given_up));
    CHECK(place() == "refused");
    const auto day = [&] { return DeskStation::ok(at.desk->day({})); };
    REQUIRE(day().at("failed").size() == 1);
    CHECK(day().at("failed")[0].at("what_to_do") == "file_refused");
    CHECK(day().at("failed")[0].at("id") == record);
    CHECK(day().at("lead").at("need_you") == 1);
    CHECK(at.desk->attachment(record, hash)->bytes == picture);
    CHECK(why(at.desk->attachment(id, hash)) == "");  // the draft's id still names the request
    CHECK(at.records("request")[0].at("attachments").at(hash).at("bytes") == picture.size());
    DeskStation::ok(at.desk->withdraw_request(record, {{"reason", "Vai num pedido novo."}}));
    CHECK(day().at("lead").at("need_you") == 0);
    CHECK(!at.folder.any_file_holds("segredo na foto"));
    CHECK(at.sound());
}

TEST_CASE("the changes that pages wait for are told after the call") {
    Signed at;
    const std::string session = at.session_with_citizen();
    at.changes.clear();
    (void)at.queued(session);
    for (const char* what : {"session", "request", "day", "citizen", "state"})
        CHECK(at.said_changed(what));
    at.changes.clear();
    (void)at.desk->begin_draft(session, {{"service", "NO-001"}});
    CHECK(at.changes.empty());
}
