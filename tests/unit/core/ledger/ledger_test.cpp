#include "core/ledger.h"

#include <doctest/doctest.h>

#include "core/store/sealed/sealed_store.h"
#include "core/store/sqlite/database.h"
#include "core/store/sqlite/sqlite_store.h"
#include "tests/support/ledgers.h"

using namespace spot;
using namespace spot::support;
using core::Code;
using core::Kind;
using core::Party;
using core::RecordId;

namespace {

// A station with one session ("s") and one request ("r") in it.
struct Van : Side {
    explicit Van(std::uint64_t seed = 1) : Side(Party::station, seed) {
        session = add(Kind::session_open, "s", session_intent(1));
        request = add(Kind::request_queue, "r", request_intent(2, session));
    }
    RecordId add(Kind kind, std::string_view reference, const Json& intent) {
        const auto done = (*this)->journal().append(kind, reference, "m.abrantes", intent);
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
        CHECK_FALSE(done->repeated);
        return done->record;
    }
    RecordId session, request;
};

Code code_of(const core::Result<core::Journal::Appended>& result) {
    REQUIRE_FALSE(result.has_value());
    return result.error().code;
}

// Changes an entry behind the ledger's back, in a row that opens.
void change_entry(Side& side, std::uint64_t seq,
                  const std::function<void(core::EntryRow&)>& change) {
    auto file = core::open_sqlite_store(side.file(), side.key());
    REQUIRE(file.has_value());
    auto store = core::sealed_store(std::move(*file), support::store_keys(side.key()));
    REQUIRE(store.has_value());
    const auto tx = (*store)->begin(core::Store::Access::write);
    REQUIRE(tx.has_value());
    const std::int64_t key = core::entry_key(1, seq);
    auto rows = (*tx)->entries.read({&key, 1});
    REQUIRE((rows && rows->size() == 1));
    change(rows->front());
    REQUIRE((*tx)->entries.reseal(rows->front()));
    REQUIRE((*tx)->commit());
}

// Changes rows behind the ledger's back.
void tamper(Side& side, const std::string& sql) {
    auto database = core::Database::open(side.file(), side.key());
    REQUIRE(database.has_value());
    REQUIRE(database->run(sql.c_str()).has_value());
}

void set_kind(Side& side, std::uint64_t seq, Kind kind) {
    tamper(side, "UPDATE entry SET kind = " + std::to_string(static_cast<int>(kind)) +
                     " WHERE key = " + std::to_string(core::entry_key(1, seq)));
}

}  // namespace

TEST_CASE("an event that is given again is taken once; with other content it is refused") {
    Van van;
    const auto again = [&](Kind kind, std::string_view reference, const Json& intent) {
        const auto tip = van->replica().tip(kStationLog);
        const auto done = van->journal().append(kind, reference, "m.abrantes", intent);
        REQUIRE(done.has_value());
        CHECK(done->repeated);
        CHECK(van->replica().tip(kStationLog) == tip);
        return done->entry;
    };
    const Json edit = edit_intent(3, van.request, {{"fields.motivo", "Furto"}});
    const RecordId receipt = van.add(Kind::receipt_print, "p", receipt_intent(4, van.session));
    van.add(Kind::request_edit, "", edit);
    van.add(Kind::session_close, "", close_intent(5, van.session));

    for (int i = 0; i < 2; ++i) {
        CHECK(again(Kind::session_open, "s", session_intent(1)) == van.session);
        CHECK(again(Kind::request_queue, "r", request_intent(2, van.session)) == van.request);
        CHECK(again(Kind::receipt_print, "p", receipt_intent(4, van.session)) == receipt);
        CHECK(again(Kind::request_edit, "", edit).seq == 4);
        CHECK(again(Kind::session_close, "", close_intent(5, van.session)).seq == 5);
        van.open();  // and in the next process as well
    }
    CHECK(code_of(van->journal().append(Kind::session_open, "s", "", session_intent(9))) ==
          Code::conflict);
    CHECK(code_of(van->journal().append(Kind::session_close, "", "",
                                        close_intent(9, van.session))) == Code::conflict);
    CHECK(van->replica().tip(kStationLog).seq == 5);
    // The same edit at another time is another edit, although nothing differs any more.
    van.add(Kind::request_edit, "", edit_intent(9, van.request, {{"fields.motivo", "Furto"}}));
}

TEST_CASE("what an event refers to has to be here") {
    Van van;
    const RecordId nobody{{7, 1}, 99};
    struct Row {
        Kind kind;
        Json intent;
        Code code;
    };
    const std::vector<Row> rows{
        {Kind::request_queue, request_intent(3, nobody), Code::not_found},
        {Kind::request_queue, request_intent(3, van.request), Code::not_found},
        {Kind::request_queue, request_intent(3, {{8, 1}, 1}), Code::not_found},
        {Kind::receipt_print, receipt_intent(3, nobody), Code::not_found},
        {Kind::session_close, close_intent(3, nobody), Code::not_found},
        {Kind::request_edit, edit_intent(3, nobody, {{"fields.motivo", "x"}}), Code::not_found},
        {Kind::request_edit, edit_intent(3, van.session, {{"fields.motivo", "x"}}),
         Code::not_found},
        // IRN-001 has no field of this name; it has to be filled; nobody has a field like it.
        {Kind::request_edit, edit_intent(3, van.request, {{"fields.niss", "x"}}), Code::invalid},
        {Kind::request_edit, edit_intent(3, van.request, {{"fields.motivo", ""}}), Code::invalid},
        {Kind::request_edit, edit_intent(3, van.request, {{"fields.nonsense", "x"}}),
         Code::invalid},
        {Kind::request_edit, edit_intent(3, van.request, {{"status", "x"}}), Code::refused},
        {Kind::session_open, Json::array(), Code::invalid},
        {Kind::session_open, Json::object(), Code::invalid},
    };
    for (const Row& row : rows) {
        CAPTURE(row.intent.dump());
        CHECK(code_of(van->journal().append(row.kind, "new", "", row.intent)) == row.code);
    }
    CHECK(van->replica().tip(kStationLog).seq == 2);
    CHECK(van->journal().find("session", "s") == van.session);
    CHECK(van->journal().find("session", van.session.text()) == van.session);
    CHECK_FALSE(van->journal().find("request", "s"));
    CHECK_FALSE(van->journal().find("session", "new"));
    CHECK_FALSE(van->journal().find("session", nobody.text()));
}

TEST_CASE("records are shown with their edits, sorted, one line each") {
    Van van;
    van.add(Kind::request_edit, "", edit_intent(3, van.request, {{"citizen.name", "Rui Sá"}}));
    van.add(Kind::receipt_print, "p", receipt_intent(4, van.session));
    van.add(Kind::complaint_log, "c", [&] {
        Json intent = example_intent(Kind::complaint_log);
        intent["session"] = van.session.text();
        return intent;
    }());
    van.add(Kind::session_close, "", close_intent(5, van.session));

    const auto lines = van.lines();
    std::vector<std::string> names;
    for (const auto& line : lines) names.push_back(Json::parse(line)["record"]);
    CHECK(names == std::vector<std::string>{"complaint", "receipt", "request", "session"});

    const Json request = van.record(van.request);
    CHECK(request["citizen"]["name"] == "Rui Sá");
    CHECK(request["citizen"]["nif"] == "123456789");
    CHECK(request["queued_at"] == at(2));
    CHECK(request["route"] == Json{{"state", "recorded"}});
    CHECK_FALSE(request.contains("conflicts"));
    const Json receipt = Json::parse(lines[1]);
    CHECK(receipt["series"] == "00000007-1");
    CHECK(receipt["number"] == 1);
    CHECK(receipt["state"] == "reserved");
    const Json session = van.record(van.session);
    CHECK(session["opened_at"] == at(1));
    CHECK(session["closed_at"] == at(5));
    CHECK(session["notes"] == "Entregou fotocópia.");

    CHECK(van.lines({"request", "", false}).size() == 1);
    CHECK(van.lines({"", at(2), false}).size() == 3);
    CHECK(Json::parse(van.lines({"request", "", true}).front())["ref"] == "r");
    CHECK(van->records()
              .export_lines({"nonsense", "", false}, [](std::string_view) {})
              .error()
              .code == Code::invalid);
    const auto counts = van->records().count();
    REQUIRE(counts.has_value());
    CHECK(counts->records.at("request") == 1);
    CHECK(counts->records.at("feedback") == 0);
    CHECK(van->audit().check()->empty());
}

TEST_CASE("receipts count from 1 without a gap, whatever is refused between them") {
    Van van;
    for (std::uint64_t n = 1; n <= 3; ++n) {
        Json wrong = receipt_intent(9, van.session);
        wrong["total_cents"] = 1;
        CHECK(code_of(van->journal().append(Kind::receipt_print, "wrong", "", wrong)) ==
              Code::invalid);
        const RecordId id =
            van.add(Kind::receipt_print, "p" + std::to_string(n), receipt_intent(n, van.session));
        CHECK(van.record(id)["number"] == n);
        van.open();
    }
}

TEST_CASE("a failed piece of work leaves nothing behind, an inner one only what was outside") {
    Van van;
    const auto tip = van->replica().tip(kStationLog);
    const auto outer = van->atomically([&]() -> core::Result<> {
        van.add(Kind::session_open, "t", session_intent(7));
        REQUIRE(van->values().set("name", "value").has_value());
        return core::fail(Code::offline, "no");
    });
    CHECK(outer.error().code == Code::offline);
    CHECK(van->replica().tip(kStationLog) == tip);
    CHECK_FALSE(van->journal().find("session", "t"));
    CHECK_FALSE(van->values().setting("name"));

    REQUIRE(van->atomically([&]() -> core::Result<> {
                   van.add(Kind::session_open, "t", session_intent(7));
                   (void)van->atomically([&]() -> core::Result<> {
                       van.add(Kind::session_open, "u", session_intent(8));
                       return core::fail(Code::offline, "no");
                   });
                   return van->values().set("name", "value");
               })
                .has_value());
    CHECK(van->values().setting("name") == "value");
    CHECK(van->journal().find("session", "t"));
    CHECK_FALSE(van->journal().find("session", "u"));
    CHECK(van->replica().tip(kStationLog).seq == tip.seq + 1);
    CHECK(van->audit().check()->empty());
}

TEST_CASE("two processes write one log") {
    Van van;
    auto other = van.another();
    REQUIRE(other.has_value());
    REQUIRE(other->journal().write_to(kStationLog).has_value());
    for (std::uint64_t n = 1; n <= 5; ++n) {
        const Json own = edit_intent(2 * n, van.request, {{"fields.motivo", "A"}});
        const Json theirs = edit_intent(2 * n + 1, van.request, {{"fields.motivo", "B"}});
        van.add(Kind::request_edit, "", own);
        REQUIRE(other->journal().append(Kind::request_edit, "", "c.nogueira", theirs).has_value());
        CHECK(other->journal().append(Kind::request_edit, "", "", own)->repeated);
        van.add(Kind::receipt_print, "a" + std::to_string(n), receipt_intent(n, van.session));
        REQUIRE(other->journal()
                    .append(Kind::receipt_print, "b", "", receipt_intent(1, van.session))
                    .has_value());
    }
    CHECK(van->replica().tip(kStationLog) == other->replica().tip(kStationLog));
    const Json request = van.record(van.request);
    CHECK(request["fields"]["motivo"] == "B");
    CHECK_FALSE(request.contains("conflicts"));
    CHECK(van->audit().check()->empty());
}

TEST_CASE("a wrong key is refused, and no file tells a citizen's name") {
    Van van;
    van.add(Kind::request_edit, "", edit_intent(3, van.request, {{"citizen.name", "Rui Sá"}}));
    for (const char* text : {"Ana Silva", "Rui Sá", "932466144", "123456789", "m.abrantes",
                             "SQLite format", "request"})
        CHECK_FALSE(van.folder().any_file_holds(text));
    CHECK(std::filesystem::file_size(van.folder().path() / "store.db-wal") > 0);

    const core::SecretKey wrong = core::SecretKey::random(van.random());
    const auto refused =
        core::Ledger::open(van.file(), support::store_keys(wrong),
                           {Party::station, &core::Catalogue::shipped(), &van.random()});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::refused);
    van.open();
    CHECK(van->audit().check()->empty());
}

TEST_CASE("another program's database is not taken for a store") {
    Side side(Party::station, 1);
    tamper(side, "PRAGMA application_id = 5");
    CHECK(side.another().error().code == Code::corrupt);
    tamper(side, "PRAGMA application_id = 1397772116; PRAGMA user_version = 999");
    CHECK(side.another().error().code == Code::corrupt);
}

TEST_CASE("check names what was changed behind the ledger's back") {
    struct Row {
        const char* sql;
        std::size_t faults;
        const char* said;
    };
    for (const Row& row : {
             Row{"UPDATE entry SET user = 'x' WHERE kind = 1", 1, "entry 1: its row"},
             Row{"DELETE FROM entry WHERE kind = 3", 3, "entries before it are missing"},
             Row{"UPDATE record SET json = '{}' WHERE subject IS NULL", 2, "its record"},
             Row{"UPDATE record SET json = x'' WHERE document IS NOT NULL", 1,
                 "entry 2: its record"},
             Row{"DELETE FROM record WHERE subject IS NOT NULL", 1, "entry 2: its record"},
             Row{"UPDATE entry SET payload = zeroblob(90) WHERE kind = 1", 1, "entry 1: its row"},
             Row{"DELETE FROM entry WHERE key = (SELECT max(key) FROM entry)", 1,
                 "entry 4: it is missing"},
             Row{"DELETE FROM entry", 1, "entry 1: it is missing"},
         }) {
        CAPTURE(row.sql);
        Van van;
        van.add(Kind::request_edit, "", edit_intent(3, van.request, {{"fields.motivo", "Furto"}}));
        van.add(Kind::receipt_print, "", receipt_intent(4, van.session));
        CHECK(van->audit().check()->empty());
        tamper(van, row.sql);
        van.open();
        const auto faults = van->audit().check();
        REQUIRE(faults.has_value());
        CHECK(faults->size() == row.faults);
        bool said = false;
        for (const auto& fault : *faults) said = said || fault.find(row.said) != std::string::npos;
        CHECK(said);
    }
}

TEST_CASE("check notices that a log which made records is gone") {
    for (const bool between : {false, true}) {
        CAPTURE(between);
        Van van;
        Side hub(Party::hub, 2);
        hand_over(van, hub, kStationLog);
        while (*hub->executor().run(100) > 0) {
        }
        if (between) add(hub, Kind::hub_edit, hub_edit_intent(3, van.request, {{"note", "?"}}));
        CHECK(hub->audit().check()->empty());
        tamper(hub, "DELETE FROM log WHERE number = (SELECT min(key) >> 40 FROM record)");
        hub.open();
        const auto faults = hub->audit().check();
        REQUIRE((faults && !faults->empty()));
        CHECK(faults->back().find("it made records and is missing") != std::string::npos);
    }
}

TEST_CASE("check names an entry that opens and is not what was recorded") {
    Van van;
    change_entry(van, 1, [](core::EntryRow& row) { row.user = "x"; });
    van.open();
    auto faults = van->audit().check();
    REQUIRE((faults && faults->size() == 1));
    CHECK(faults->front().find("entry 1: its hash") != std::string::npos);

    change_entry(van, 1, [](core::EntryRow& row) {
        row.user = "m.abrantes";
        row.payload.back() ^= 1;
    });
    van.open();
    faults = van->audit().check();
    REQUIRE((faults && faults->size() == 1));
    CHECK(faults->front().find("entry 1: its content") != std::string::npos);
}

TEST_CASE("check names an entry whose kind was changed, whatever is made of it") {
    Van van;
    van.add(Kind::request_edit, "", edit_intent(3, van.request, {{"fields.motivo", "Furto"}}));
    const RecordId printed = van.add(Kind::receipt_print, "", receipt_intent(4, van.session));
    van.add(Kind::receipt_settle, "",
            {{"at", at(5)}, {"receipt", printed.text()}, {"state", "confirmed"}});
    van.add(Kind::session_close, "", close_intent(6, van.session));
    CHECK(van->audit().check()->empty());
    const Kind kinds[] = {Kind::session_open,  Kind::request_queue,  Kind::request_edit,
                          Kind::receipt_print, Kind::receipt_settle, Kind::session_close};
    for (std::uint64_t seq = 1; seq <= std::size(kinds); ++seq) {
        const Kind kept = kinds[seq - 1];
        for (std::uint8_t kind = 1; kind <= core::kKindMax; ++kind) {
            CAPTURE(seq);
            CAPTURE(kind);
            if (static_cast<Kind>(kind) == kept) continue;
            set_kind(van, seq, static_cast<Kind>(kind));
            van.open();
            const auto faults = van->audit().check();
            REQUIRE(faults.has_value());
            CHECK_FALSE(faults->empty());
        }
        set_kind(van, seq, kept);
    }
    van.open();
    CHECK(van->audit().check()->empty());
}

TEST_CASE("an erased person can't be read by anybody, and the chain still verifies") {
    Van van;
    Json other = request_intent(3, van.session);
    other["citizen"] = {{"name", "Rui Sá"}};
    van.add(Kind::request_queue, "other", other);
    van.add(Kind::request_edit, "", edit_intent(4, van.request, {{"fields.motivo", "Furto"}}));
    CHECK(van.lines().size() == 3);
    tamper(van,
           "UPDATE subject SET key = x'' WHERE id ="
           " (SELECT subject FROM record WHERE key & 1099511627775 = 2)");
    van.open();
    CHECK(van->audit().check()->empty());
    CHECK(van.record(van.request).is_null());
    CHECK(van.lines().size() == 2);
    CHECK(van->replica().entries(kStationLog, 2, 1).error().code == Code::not_found);
    CHECK(van->replica().entries(kStationLog, 4, 1).error().code == Code::not_found);
    CHECK(van->replica().entries(kStationLog, 3, 1).has_value());
    CHECK(code_of(van->journal().append(
              Kind::request_edit, "", "",
              edit_intent(5, van.request, {{"fields.motivo", "Perda"}}))) == Code::not_found);

    // Who comes back gets a key of its own.
    const RecordId again = van.add(Kind::request_queue, "again", request_intent(6, van.session));
    CHECK(van.record(again)["citizen"]["name"] == "Ana Silva");
    CHECK(van->audit().check()->empty());
    CHECK(van.record(van.request).is_null());
}

TEST_CASE("a period's secret goes when all its entries are in the other party's backup") {
    Van van;
    REQUIRE(van->atomically([&]() -> core::Result<> {
                   for (std::uint64_t n = 3; n <= core::kPeriodEntries + 1; ++n) {
                       Json intent = example_intent(Kind::assessment_self);
                       const auto done =
                           van->journal().append(Kind::assessment_self, "", "", intent);
                       if (!done) return tl::make_unexpected(done.error());
                   }
                   return {};
               })
                .has_value());
    const core::Tip tip = van->replica().tip(kStationLog);
    REQUIRE(tip.seq == core::kPeriodEntries + 1);
    const auto secrets = [&](std::uint64_t first) {
        return van->replica().period_secrets(kStationLog, first, tip.seq);
    };
    REQUIRE(secrets(1).has_value());
    CHECK(secrets(1)->size() == 2);
    CHECK(secrets(tip.seq)->size() == 1);

    REQUIRE(van->replica().acknowledge(kStationLog, tip, {}).has_value());
    CHECK(secrets(1).has_value());
    CHECK(van->replica().acknowledged(kStationLog) == tip);
    REQUIRE(van->replica().acknowledge(kStationLog, tip, tip).has_value());
    CHECK(secrets(1).error().code == Code::not_found);
    CHECK(secrets(tip.seq).has_value());
    CHECK(van->replica().backed_up(kStationLog) == tip);
}
