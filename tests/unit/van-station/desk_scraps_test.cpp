// Goal: whatever somebody types survives the process, nobody else reads it, and it goes in the very
// transaction that records what it was for, so that nothing is recorded twice.
#include <optional>

#include "core/store/sqlite/database.h"
#include "core/vault.h"
#include "tests/support/desk_station.h"

using namespace spot;
using support::DeskStation;
using support::Json;
using support::why;

namespace {

struct Writing : DeskStation {
    Writing() { first_person(); }

    Json open_scrap(const std::string& what, const std::string& of = {}) {
        Json in{{"what", what}};
        if (!of.empty()) in["of"] = of;
        return ok(desk->open_scrap(in));
    }
    // Opens the scrap of a place and types into it.
    std::string write(const std::string& what, Json set, const std::string& of = {}) {
        const std::string id = open_scrap(what, of).at("id");
        ok(desk->set_scrap(id, {{"set", std::move(set)}}));
        return id;
    }
    Json set(const std::string& what, const std::string& of = {}) {
        return open_scrap(what, of).at("set");
    }
    Json unfinished() { return ok(desk->day(Json::object())).at("unfinished"); }
    void second_person() {
        ok(desk->add_person({{"name", "Rui Vaz"}, {"pin", "161803"}, {"code", supervisor_code}}));
        ok(desk->sign_in({{"person", "r.vaz"}, {"pin", "161803"}}));
    }
    std::size_t scraps() {
        const auto rows = station->ledger.values().list("scrap", station::kScrapsMax);
        REQUIRE(rows);
        return rows->size();
    }
};

// A store that refuses one kind of statement, by a trigger that another connection made.
class Refusing {
public:
    Refusing(DeskStation& at, const char* make)
        : keys_(core::Vault::open(at.data() / "keys.json", at.passphrase, at.random)) {
        REQUIRE(keys_.has_value());
        auto opened = core::Database::open(at.data() / "station.db", keys_->store);
        REQUIRE(opened.has_value());
        database_.emplace(std::move(*opened));
        REQUIRE(database_->run(make));
    }
    ~Refusing() { CHECK(database_->run("DROP TRIGGER refusal")); }
    Refusing(const Refusing&) = delete;
    Refusing& operator=(const Refusing&) = delete;

private:
    core::Result<core::StoreKeys> keys_;
    std::optional<core::Database> database_;
};

constexpr char kNoEntry[] =
    "CREATE TRIGGER refusal BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'as told'); END";
constexpr char kNoScrapGoes[] =
    "CREATE TRIGGER refusal BEFORE DELETE ON kept WHEN OLD.shelf = 'scrap' "
    "BEGIN SELECT RAISE(ABORT, 'as told'); END";
// What a plan of a visit, or a session that is opened, is kept as: neither has an entry yet.
constexpr char kNothingKept[] =
    "CREATE TRIGGER refusal BEFORE INSERT ON kept BEGIN SELECT RAISE(ABORT, 'as told'); END";

constexpr char kStoreRefuses[] = "broken";

constexpr char kWords[] = "Esperou-se duas horas ao sol.";

}  // namespace

TEST_CASE("what is typed is there after a kill, as a page or another one finds it") {
    Writing at;
    const std::string id = at.write("complaint", {{"text", "Esp"}});
    DeskStation::ok(at.desk->set_scrap(id, {{"set", {{"text", kWords}}}}));
    DeskStation::ok(at.desk->set_scrap(id, {{"set", {{"about", "none"}}}}));
    at.reopen();
    const Json again = at.open_scrap("complaint");
    CHECK(again.at("id") == id);
    CHECK(again.at("set") == Json{{"text", kWords}, {"about", "none"}});
    CHECK(again.at("saved_at") == "2017-10-16T09:15:55.891+01:00");
    CHECK(at.unfinished() == Json::array({{{"what", "complaint"}}}));
    CHECK(DeskStation::ok(at.desk->state()).at("link").at("waiting") == 0);  // it never travels
    CHECK(!at.folder.any_file_holds("duas horas"));
    DeskStation::ok(at.desk->discard_scrap(id));
    CHECK(at.set("complaint").empty());
    CHECK(why(at.desk->set_scrap(id, {{"set", {{"text", "a"}}}})) == "not_found");
    CHECK(at.unfinished().empty());  // a place that was only opened is no work
}

TEST_CASE("a record takes its scrap along, and a repeated call finds the record") {
    Writing at;
    struct Row {
        const char *what, *record;
        std::function<station::Answer(const std::string&)> call;
    };
    const Row rows[] = {
        {"complaint", "complaint",
         [&](const std::string& scrap) {
             return at.desk->complain({{"text", kWords}, {"scrap", scrap}});
         }},
        {"assessment", "assessment",
         [&](const std::string& scrap) {
             return at.desk->assess({{"scores", {{"courtesy", 9}}}, {"scrap", scrap}});
         }},
        {"feedback", "feedback",
         [&](const std::string& scrap) {
             return at.desk->give_feedback({{"topic", "tools"}, {"text", "a"}, {"scrap", scrap}});
         }},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.what));
        const std::string scrap = at.write(row.what, {{"text", "a"}});
        const Json made = DeskStation::ok(row.call(scrap));
        CHECK(at.scraps() == 0);
        at.clock.at += 60'000;
        at.reopen();  // the answer was lost
        CHECK(DeskStation::ok(row.call(scrap)) == made);
        CHECK(at.records(row.record).size() == 1);
        // Another text is another record.
        DeskStation::ok(row.call(at.write(row.what, {{"text", "a"}})));
        CHECK(at.records(row.record).size() == 2);
    }
    const std::string scrap = at.write("missing_service", {{"text", "Caça"}});
    DeskStation::ok(at.desk->missing_service({{"text", "Caça"}, {"scrap", scrap}}));
    DeskStation::ok(at.desk->missing_service({{"text", "Caça"}, {"scrap", scrap}}));
    CHECK(at.records("feedback").size() == 3);
    CHECK(at.scraps() == 0);
    CHECK(at.sound());
}

TEST_CASE("a record and the going of its scrap are one transaction, whichever of them fails") {
    Writing at;
    const std::string session = at.session_with_citizen();
    const std::string changed = at.queued(session), withdrawn = at.queued(session);
    struct Row {
        const char* what;
        std::string of;
        const char* refusal;  // of what is recorded
        std::function<station::Answer(const std::string& scrap)> call;
    };
    const Row rows[] = {
        {"complaint", "", kNoEntry,
         [&](auto& scrap) {
             return at.desk->complain({{"text", kWords}, {"scrap", scrap}});
         }},
        {"assessment", "", kNoEntry,
         [&](auto& scrap) {
             return at.desk->assess({{"scores", {{"courtesy", 9}}}, {"scrap", scrap}});
         }},
        {"feedback", "", kNoEntry,
         [&](auto& scrap) {
             return at.desk->give_feedback({{"topic", "tools"}, {"text", "a"}, {"scrap", scrap}});
         }},
        {"missing_service", "", kNoEntry,
         [&](auto& scrap) {
             return at.desk->missing_service({{"text", "Caça"}, {"scrap", scrap}});
         }},
        {"correction", changed, kNoEntry,
         [&](auto&) {
             return at.desk->edit_request(changed, {{"set", {{"citizen.phone", "912233440"}}}});
         }},
        {"withdrawal", withdrawn, kNoEntry,
         [&](auto&) {
             return at.desk->withdraw_request(withdrawn, {{"reason", "Engano"}});
         }},
        {"close", session, kNoEntry,
         [&](auto&) {
             return at.desk->close_session(session, {{"outcome", "referred"}});
         }},
        {"visit", "", kNothingKept,
         [&](auto&) {
             return at.desk->plan_visit(
                 {{"home", "Lar"},
                  {"residents", {{{"room", "1"}, {"name", "Rosa"}, {"note", ""}}}}});
         }},
        {"help", "", kNothingKept,
         [&](auto&) {
             return at.desk->set_help(
                 {{"phone", "300003990"}, {"days", "workdays"}, {"from", ""}, {"to", ""}});
         }},
        {"opening", "", kNothingKept,
         [&](auto& scrap) {
             return at.desk->open_session({{"place", {{"name", "Arega"}}},
                                           {"channel", "van"},
                                           {"language", "pt"},
                                           {"scrap", scrap}});
         }},
    };
    const auto everything = [&] {
        std::vector<std::string> out;
        REQUIRE(at.station->ledger.records().export_lines(
            {}, [&](std::string_view line) { out.emplace_back(line); }));
        const Json state = DeskStation::ok(at.desk->state());
        out.push_back(state.value("session", Json()).dump() + state.at("link").dump() +
                      state.value("help", Json()).dump());
        out.push_back(DeskStation::ok(at.desk->visit()).dump());
        return out;
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.what));
        const std::string scrap = at.write(row.what, {{"text", kWords}}, row.of);
        const auto before = everything();
        for (const char* refusal : {row.refusal, kNoScrapGoes}) {
            const Refusing refusing(at, refusal);
            CHECK(why(row.call(scrap)) == kStoreRefuses);
        }
        at.reopen();
        CHECK(everything() == before);
        CHECK(at.open_scrap(row.what, row.of).at("id") == scrap);
        CHECK(at.set(row.what, row.of) == Json{{"text", kWords}});
        DeskStation::ok(row.call(scrap));
        CHECK(everything() != before);
        CHECK(at.scraps() == 0);
    }
    CHECK(at.sound());
}

TEST_CASE("what is refused leaves the scrap where it is") {
    Writing at;
    const std::string scrap = at.write("complaint", {{"text", " "}});
    CHECK(why(at.desk->complain({{"text", " "}, {"scrap", scrap}})) == "invalid");
    CHECK(at.open_scrap("complaint").at("id") == scrap);
    CHECK(at.records("complaint").empty());
}

TEST_CASE("a session that is opened twice from one scrap is one") {
    Writing at;
    const std::string scrap = at.write("opening", {{"place-name", "Arega"}});
    const Json in{
        {"place", {{"name", "Arega"}}}, {"channel", "van"}, {"language", "pt"}, {"scrap", scrap}};
    const Json opened = DeskStation::ok(at.desk->open_session(in));
    CHECK(at.scraps() == 0);
    at.reopen();
    CHECK(DeskStation::ok(at.desk->open_session(in)).at("id") == opened.at("id"));
    CHECK(DeskStation::ok(at.desk->state()).at("session") == opened.at("id"));
    CHECK(at.set("opening").empty());
}

TEST_CASE("notes of a closing session belong to it, and go when it closes") {
    Writing at;
    const std::string session = at.session_with_citizen();
    at.write("close", {{"notes", "volta na quinta"}, {"outcome", "referred"}}, session);
    at.second_person();  // takes the session over
    CHECK(at.set("close", session).at("notes") == "volta na quinta");
    DeskStation::ok(at.desk->close_session(session, {{"outcome", "referred"}, {"notes", "a"}}));
    CHECK(at.scraps() == 0);
    CHECK(why(at.desk->open_scrap({{"what", "close"}, {"of", session}})) == "session_closed");
    const std::string draft = at.open_session().at("id");
    CHECK(why(at.desk->open_scrap({{"what", "close"}, {"of", draft}})) == "session_closed");
}

TEST_CASE("a correction and a withdrawal keep their words until they are recorded") {
    Writing at;
    const std::string session = at.session_with_citizen();
    const std::string request = at.queued(session), other = at.queued(session);
    at.write("correction", {{"citizen.phone", "91223"}}, request);
    at.write("correction", {{"citizen.phone", "9"}}, other);
    at.reopen();
    CHECK(at.set("correction", request).at("citizen.phone") == "91223");
    const Json begun = at.unfinished();
    REQUIRE(begun.size() == 2);
    CHECK(begun[0].at("of") == request);
    CHECK(begun[0].at("name") == "Renovação do Cartão de Cidadão");
    DeskStation::ok(at.desk->edit_request(request, {{"set", {{"citizen.phone", "912233440"}}}}));
    CHECK(at.unfinished().size() == 1);
    // The same values again record nothing, and what was typed since goes, too.
    at.write("correction", {{"citizen.phone", "912233440"}}, request);
    DeskStation::ok(at.desk->edit_request(request, {{"set", {{"citizen.phone", "912233440"}}}}));
    CHECK(DeskStation::ok(at.desk->request(request)).at("history").size() == 2);
    at.write("withdrawal", {{"reason", "Eng"}}, other);
    at.write("withdrawal", {{"reason", "Já não"}}, request);
    DeskStation::ok(at.desk->withdraw_request(other, {{"reason", "Engano"}}));
    CHECK(at.scraps() == 1);  // what was begun of the other request is not about this one
    CHECK(at.set("withdrawal", request).at("reason") == "Já não");
    CHECK(why(at.desk->open_scrap({{"what", "correction"}, {"of", "nobody"}})) == "not_found");
}

TEST_CASE("a visit's plan goes when it is kept") {
    Writing at;
    at.write("visit", {{"home", "Lar"}, {"name-0", "Rosa"}});
    DeskStation::ok(at.desk->plan_visit(
        {{"home", "Lar"}, {"residents", {{{"room", "1"}, {"name", "Rosa"}, {"note", ""}}}}}));
    CHECK(at.scraps() == 0);
}

TEST_CASE("no other mediator sees, changes or drops it") {
    Writing at;
    const std::string session = at.session_with_citizen();
    const std::string request = at.queued(session);
    const std::string mine = at.write("complaint", {{"text", kWords}});
    at.write("correction", {{"citizen.phone", "9"}}, request);
    at.second_person();
    CHECK(at.set("complaint").empty());
    CHECK(at.set("correction", request).empty());
    CHECK(at.unfinished().empty());
    CHECK(why(at.desk->set_scrap(mine, {{"set", {{"text", "x"}}}})) == "not_found");
    CHECK(why(at.desk->discard_scrap(mine)) == "not_found");
    const std::string theirs = at.write("complaint", {{"text", "b"}});
    DeskStation::ok(at.desk->complain({{"text", "b"}, {"scrap", theirs}}));
    at.sign_in();
    CHECK(at.set("complaint").at("text") == kWords);
    DeskStation::ok(at.desk->lock());
    CHECK(why(at.desk->open_scrap({{"what", "complaint"}})) == "locked");
}

TEST_CASE("a scrap is bounded in every way, and does not live for ever") {
    Writing at;
    const std::string id = at.write("feedback", {{"text", kWords}});
    const auto set = [&](Json values) {
        return why(at.desk->set_scrap(id, {{"set", std::move(values)}}));
    };
    CHECK(set({{"text", 7}}) == "no_field");
    CHECK(set({{std::string(200, 'a'), "x"}}) == "no_field");
    CHECK(set({{"text", std::string(20'000, 'a')}}) == "too_long");
    Json many = Json::object(), long_ones = Json::object();
    for (std::size_t i = 0; i <= station::kScrapFieldsMax; ++i) many["f" + std::to_string(i)] = "x";
    for (int i = 0; i < 10; ++i) long_ones["f" + std::to_string(i)] = std::string(15'000, 'x');
    CHECK(set(many) == "too_long");
    CHECK(set(long_ones) == "too_long");
    CHECK(at.set("feedback") == Json{{"text", kWords}});
    CHECK(why(at.desk->open_scrap({{"what", "elsewhere"}})) == "invalid");

    at.clock.at += station::kScrapLifeMs;
    at.reopen();
    CHECK(at.set("feedback") == Json{{"text", kWords}});
    at.clock.at += 1;
    at.reopen();
    CHECK(at.scraps() == 0);

    REQUIRE(at.station->ledger.atomically([&]() -> core::Result<> {
        for (std::size_t i = 0; i < station::kScrapsMax; ++i)
            SPOT_TRY(at.station->ledger.values().put("scrap", "x" + std::to_string(i), "", "{}"));
        return {};
    }));
    CHECK(why(at.desk->open_scrap({{"what", "feedback"}})) == "scraps_full");
}
