// Goal: recording writes entries alone, and nobody can tell. Method: the same story is told to two
// stores, one of which is looked at after every line, and both have to show the same at any end.

#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "core/store/sqlite/database.h"
#include "tests/support/ledgers.h"

using namespace spot;
using namespace spot::support;
using core::Code;
using core::Kind;
using core::Party;
using core::RecordId;

namespace {

constexpr std::size_t kSessions = 60;  // some 300 entries: several times as many as may be pending

constexpr std::int64_t kRowsOfFirst = 3;  // to settle a receipt, its rows are needed

// Tells a store sessions with requests, edits, receipts and closes, some of them in each other's
// middle; `look` is called after each entry.
class Story {
public:
    Story(core::Ledger& ledger, std::function<void()> look)
        : ledger_(ledger), look_(std::move(look)) {}

    void tell(std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
            const auto number = std::to_string(i);
            const RecordId session = add(Kind::session_open, "s" + number, session_intent(next()));
            const RecordId request =
                add(Kind::request_queue, "r" + number, request_intent(next(), session));
            if (i % 3 == 0)
                add(Kind::request_edit, "",
                    edit_intent(next(), request, {{"fields.motivo", "Furto"}}));
            const RecordId receipt =
                add(Kind::receipt_print, "p" + number, receipt_intent(next(), session));
            if (i % 7 == 0)
                add(Kind::receipt_settle, "",
                    {{"at", at(next())}, {"receipt", receipt.text()}, {"state", "confirmed"}});
            if (i % 11 == 0)
                add(Kind::request_withdraw, "",
                    {{"at", at(next())}, {"request", request.text()}, {"reason", "Engano."}});
            // The session before stays open until now.
            if (i > 0) close(i - 1);
            sessions_.push_back(session);
        }
    }

private:
    std::uint64_t next() { return ++second_; }
    void close(std::size_t i) {
        add(Kind::session_close, "", close_intent(next(), sessions_.at(i)));
    }
    RecordId add(Kind kind, std::string_view reference, Json intent) {
        const auto done =
            ledger_.journal().append(kind, reference, "m.abrantes", std::move(intent));
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
        CHECK_FALSE(done->repeated);
        look_();
        return done->record;
    }

    core::Ledger& ledger_;
    std::function<void()> look_;
    std::uint64_t second_ = 0;
    std::vector<RecordId> sessions_;
};

const core::ExportOptions kWithReferences{{}, {}, true};

std::vector<std::string> told_and_looked_at(std::size_t sessions) {
    Side van(Party::station, 1);
    Story(*van, [&] { REQUIRE(van->records().count().has_value()); }).tell(0, sessions);
    CHECK(van->audit().check()->empty());
    return van.lines(kWithReferences);
}

std::int64_t rows_of_records(Side& side) {
    auto database = core::Database::open(side.file(), side.key());
    REQUIRE(database.has_value());
    return *database->integer("SELECT count(*) FROM record");
}

}  // namespace

TEST_CASE("a store that nobody looked at shows what one shows that was looked at all the time") {
    const auto expected = told_and_looked_at(kSessions);
    Side van(Party::station, 1);
    Story(*van, [] {}).tell(0, kSessions);
    CHECK(van.lines(kWithReferences) == expected);
    CHECK(van->audit().check()->empty());
    CHECK(van->records().count()->records.at("receipt") == kSessions);
}

TEST_CASE("wherever the program ends, what it recorded is there in the next one") {
    const auto expected = told_and_looked_at(7);
    for (std::size_t end = 1; end < 7; ++end) {
        CAPTURE(end);
        Side van(Party::station, 1);
        auto story = std::make_unique<Story>(*van, [] {});
        story->tell(0, end);
        CHECK(rows_of_records(van) == kRowsOfFirst);  // else this shows nothing
        const auto before = van->replica().tip(kStationLog);
        van.open();
        CHECK(van->replica().tip(kStationLog) == before);
        CHECK(van->journal().find("session", "s0") == RecordId{kStationLog, 1});
        CHECK(van->audit().check()->empty());
        for (const std::string& line : van.lines(kWithReferences))
            if (Json::parse(line)["record"] == "receipt")
                CHECK(std::find(expected.begin(), expected.end(), line) != expected.end());
        CHECK(van->records().count()->records.at("request") == end);
    }
}

TEST_CASE("numbers and names go on in another process, whoever recorded last") {
    Side van(Party::station, 1);
    auto other = van.another();
    REQUIRE(other.has_value());
    REQUIRE(other->journal().write_to(kStationLog).has_value());
    const RecordId session =
        van->journal().append(Kind::session_open, "s", "m.abrantes", session_intent(1))->record;
    CHECK(other->journal().find("session", "s") == session);
    CHECK(other->journal().find("session", session.text()) == session);
    for (std::uint64_t n = 1; n <= 10; ++n) {
        core::Ledger& writer = n % 2 ? *van : *other;
        const auto printed = writer.journal().append(Kind::receipt_print, "p" + std::to_string(n),
                                                     "m.abrantes", receipt_intent(n + 1, session));
        REQUIRE(printed.has_value());
        // Given again, here or at the other one, it is the same.
        for (core::Ledger* any : {&writer, &*van, &*other}) {
            const auto again = any->journal().append(Kind::receipt_print, "p" + std::to_string(n),
                                                     "m.abrantes", receipt_intent(n + 1, session));
            REQUIRE(again.has_value());
            CHECK(again->repeated);
            CHECK(again->record == printed->record);
        }
    }
    std::uint64_t number = 0;
    for (const std::string& line : van.lines())
        if (const Json record = Json::parse(line); record["record"] == "receipt")
            CHECK(record["number"] == ++number);
    CHECK(number == 10);
    CHECK(other->journal()
              .append(Kind::session_close, "", "m.abrantes", close_intent(20, session))
              .has_value());
    CHECK(van.record(session)["outcome"] == "queued");
    CHECK(van->audit().check()->empty());
}

TEST_CASE("what was just recorded is found though hundreds of older records were opened since") {
    constexpr std::size_t kOlder = 300;  // more than are kept open
    Side van(Party::station, 1);
    std::vector<RecordId> sessions;
    const auto open = [&](std::uint64_t second) {
        sessions.push_back(van->journal()
                               .append(Kind::session_open, "", "m.abrantes", session_intent(second))
                               ->record);
    };
    const auto close = [&](std::size_t i) {
        return van->journal().append(Kind::session_close, "", "m.abrantes",
                                     close_intent(5000 + i, sessions[i]));
    };
    for (std::size_t i = 0; i <= kOlder; ++i) open(i);
    for (std::size_t i = 0; i < kOlder; ++i) REQUIRE(close(i));
    REQUIRE(van->records().count());
    open(kOlder + 1);
    CHECK_FALSE(close(kOlder)->repeated);
    // The caller says again what is there.
    for (std::size_t i = 0; i < kOlder; ++i) CHECK(close(i)->repeated);
    CHECK(close(kOlder)->repeated);
    for (std::size_t i = 0; i < kOlder; ++i) CHECK(close(i)->repeated);
    CHECK_FALSE(close(kOlder + 1)->repeated);
    CHECK(van->audit().check()->empty());
}

TEST_CASE("what was refused or rolled back leaves the names of what was recorded before") {
    Side van(Party::station, 1);
    const RecordId session =
        van->journal().append(Kind::session_open, "s", "m.abrantes", session_intent(1))->record;
    CHECK_FALSE(van->journal()
                    .append(Kind::request_queue, "bad", "m.abrantes", Json::object())
                    .has_value());
    CHECK(van->journal().find("session", "s") == session);
    CHECK_FALSE(van->journal().find("request", "bad").has_value());
    const auto undone = van->atomically([&]() -> core::Result<> {
        REQUIRE(van->journal().append(Kind::request_queue, "r", "m.abrantes",
                                      request_intent(2, session)));
        CHECK(van->journal().find("request", "r").has_value());
        CHECK(van->records().of_session(session, 10)->size() == 1);
        return core::fail(Code::invalid, "changed one's mind");
    });
    CHECK_FALSE(undone.has_value());
    CHECK_FALSE(van->journal().find("request", "r").has_value());
    CHECK(van->journal()
              .append(Kind::request_queue, "r", "m.abrantes", request_intent(2, session))
              ->record == RecordId{kStationLog, 2});
    CHECK(van.lines().size() == 2);
}

TEST_CASE("where the disk is full, what was recorded is shown all the same") {
    Side van(Party::station, 1);
    Story(*van, [] {}).tell(0, 6);
    const auto expected = told_and_looked_at(6).size();
    // No file of this process may grow from here: as on a full disk, but for this test alone.
    const auto wal = std::filesystem::file_size(van.file().string() + "-wal");
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{wal, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &full) == 0);
    std::size_t lines = 0;
    const auto shown = van->records().export_lines({}, [&](std::string_view) { ++lines; });
    const auto refused =
        van->journal().append(Kind::session_open, "late", "m.abrantes", session_intent(99));
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, ignored);

    CHECK(shown.has_value());
    CHECK(lines == expected);
    CHECK_FALSE(refused.has_value());
    CHECK(rows_of_records(van) == kRowsOfFirst);  // it was not kept, …
    CHECK(van.lines().size() == expected);
    CHECK(rows_of_records(van) == static_cast<std::int64_t>(expected));  // … and now it is
    CHECK(van->audit().check()->empty());
}

TEST_CASE("room that was made in the write-ahead log stays, and takes what is recorded") {
    Side van(Party::station, 1);
    const auto length = [&] { return std::filesystem::file_size(van.file().string() + "-wal"); };
    Story story(*van, [] {});
    story.tell(0, 8);
    CHECK(length() < 1024 * 1024);
    REQUIRE(van->reserve());
    const auto room = length();
    CHECK(room > 8 * 1024 * 1024);
    story.tell(8, 40);
    CHECK(length() == room);
    CHECK(van->audit().check()->empty());
}
