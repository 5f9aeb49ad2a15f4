// Goal: a database without SQLCipher beneath shows no more than one with it.
// Method: everything that a ledger keeps is recorded, the file is copied without encryption, and
// the copy's bytes are searched for what each sealed cell holds.

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "core/store/sealed/sealed_store.h"
#include "core/store/sqlite/database.h"
#include "core/store/sqlite/sqlite_store.h"
#include "tests/support/cells.h"
#include "tests/support/filed_request.h"
#include "tests/support/ledgers.h"

using namespace spot;
using namespace spot::support;
using core::Kind;
using core::Party;
using core::RecordId;
using core::Store;

namespace {

constexpr std::size_t kShortestLooked = 6;  // shorter ones stand in random bytes by chance
constexpr const char* kCanaries[] = {
    "Praca Canario",      "c.canario",       "Canario Amarelo", "999888777",
    "Reclama do canario", "ref-canario",     "canario-value",   "canario-owner",
    "canario-draft",      "canario-setting", "canario-key",     "canario-file",
};

// The store's pages as they are without SQLCipher, large enough that no cell is cut.
std::string plain_copy(Side& side) {
    const auto copy = side.folder().path() / "plain.db";
    {
        auto database = core::Database::open(side.file(), side.key());
        REQUIRE(database.has_value());
        const std::string attach = "ATTACH DATABASE '" + copy.string() +
                                   "' AS plain KEY ''; PRAGMA plain.page_size = 65536;"
                                   " SELECT sqlcipher_export('plain'); DETACH DATABASE plain";
        REQUIRE(database->run(attach.c_str()).has_value());
    }
    std::ifstream in(copy, std::ios::binary);
    std::string out{std::istreambuf_iterator<char>(in), {}};
    REQUIRE(out.starts_with("SQLite format 3"));
    std::filesystem::remove(copy);
    return out;
}

// A session, what belongs to it, and all that stands beside the log.
void tell(core::Ledger& ledger, std::uint64_t second) {
    const auto add = [&](Kind kind, const std::string& reference, Json intent) {
        const auto done = ledger.journal().append(kind, reference, "c.canario", std::move(intent));
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
        return done->record;
    };
    const std::string number = std::to_string(second);
    Json opening = session_intent(second);
    opening["place"]["name"] = "Praca Canario";
    const RecordId session = add(Kind::session_open, "ref-canario-session" + number, opening);
    Json asking = request_intent(second, session);
    asking["citizen"] = {{"name", "Canario Amarelo"}, {"phone", "999888777"}};
    const RecordId request = add(Kind::request_queue, "ref-canario-request" + number, asking);
    add(Kind::request_edit, "", edit_intent(second + 1, request, {{"fields.motivo", "Furto"}}));
    add(Kind::receipt_print, "ref-canario-receipt" + number, receipt_intent(second, session));
    Json complaint = example_intent(Kind::complaint_log);
    complaint["session"] = session.text();
    complaint["text"] = "Reclama do canario";
    add(Kind::complaint_log, "", complaint);
    add(Kind::session_close, "", close_intent(second, session));
    REQUIRE(ledger.records().count().has_value());  // what follows from the entries is there, too

    const std::string file = "canario-file" + number;
    const auto given = ledger.attachments().add("draft" + number, core::view(file));
    REQUIRE(given.has_value());
    REQUIRE(ledger.attachments().transfer("draft" + number, request, std::vector{*given}));
    REQUIRE(ledger.attachments().add("another" + number, core::view(file)).has_value());
    for (const char* space : {"draft", "person"})
        REQUIRE(ledger.values().put(space, "canario-key" + number, "canario-owner",
                                    std::string("canario-value, canario-draft")));
    REQUIRE(ledger.values().set("setting" + number, "canario-setting"));
    // A new person whose key has no row yet.
    Json late = request_intent(second, session);
    late["citizen"] = {{"name", "Canario Amarelo"}};
    add(Kind::request_queue, "", late);
}

core::Result<core::Ledger> unsealed(Side& side) {
    auto store = core::open_sqlite_store(side.file(), side.key());
    REQUIRE(store.has_value());
    return core::Ledger::open(std::move(*store), {Party::station, &core::Catalogue::shipped(),
                                                  &side.random(), core::kRecordBytesMax});
}

std::vector<std::pair<std::string, std::string>> opened_cells(Side& side) {
    std::vector<std::pair<std::string, std::string>> out;
    auto file = core::open_sqlite_store(side.file(), side.key());
    REQUIRE(file.has_value());
    auto store = core::sealed_store(std::move(*file), store_keys(side.key()));
    REQUIRE(store.has_value());
    const auto tx = (*store)->begin(Store::Access::write);
    REQUIRE(tx.has_value());
    EachCell look(
        [&](std::string_view column, std::string& cell) { out.emplace_back(column, cell); });
    REQUIRE((*tx)->rewrite(look).has_value());
    return out;
}

void expect_sealed(Side& side) {
    const std::string plain = plain_copy(side);
    for (const char* canary : kCanaries)
        CHECK_MESSAGE(plain.find(canary) == std::string::npos, canary);
    std::set<std::string> columns;
    for (const auto& [column, cell] : opened_cells(side)) {
        columns.insert(column);
        if (cell.size() < kShortestLooked) continue;
        CHECK_MESSAGE(plain.find(cell) == std::string::npos, column);
    }
    CHECK(columns == std::set<std::string>{"attached.key", "entry.payload", "entry.reference",
                                           "entry.user", "record.document", "record.json", "secret",
                                           "setting", "subject.key", "value", "value.key",
                                           "value.owner"});
}

}  // namespace

TEST_CASE("without SQLCipher a store shows no person, no text and no key") {
    Side van(Party::station, 1);
    tell(*van, 10);
    expect_sealed(van);
    // The search is not blind.
    const std::string plain = plain_copy(van);
    const auto hash = van->replica().hash_at(kStationLog, 1);
    REQUIRE(hash.has_value());
    CHECK(plain.find(core::text(*hash)) != std::string::npos);
    CHECK(plain.find("setting10") != std::string::npos);
    CHECK(van->audit().check()->empty());
}

TEST_CASE("what an older program left plain is sealed when the store is opened") {
    Side van(Party::station, 1);
    van.close();
    std::filesystem::remove(van.file());
    std::vector<std::string> lines;
    {
        auto before = unsealed(van);
        REQUIRE(before.has_value());
        REQUIRE(before->journal().write_to(kStationLog).has_value());
        tell(*before, 10);
        REQUIRE(before->records().export_lines(
            {}, [&](std::string_view line) { lines.emplace_back(line); }));
    }
    CHECK(plain_copy(van).find("Praca Canario") != std::string::npos);
    for (int opening = 0; opening < 2; ++opening) {
        van.open();
        CHECK(van.lines() == lines);
        CHECK(van->audit().check()->empty());
    }
    expect_sealed(van);
    tell(*van, 20);
    CHECK(van->audit().check()->empty());
    expect_sealed(van);
}

TEST_CASE("a program with the file's key and without its epochs' opens no person's data") {
    Side van(Party::station, 1);
    tell(*van, 10);
    REQUIRE(van->records().count().has_value());
    core::StoreKeys copied{van.key().clone(), {}};
    copied.epochs.emplace(1, core::SecretKey::random(van.random()));
    const core::Ledger::Options options{Party::station, &core::Catalogue::shipped(), &van.random(),
                                        core::kRecordBytesMax};
    CHECK(core::Ledger::open(van.file(), copied, options).error().code == core::Code::refused);
    copied.epochs.clear();
    copied.epochs.emplace(2, core::SecretKey::random(van.random()));
    auto opened = core::Ledger::open(van.file(), copied, options);
    REQUIRE(opened.has_value());
    std::string shown;
    REQUIRE(opened->records().export_lines({{}, {}, true},
                                           [&](std::string_view line) { shown += line; }));
    for (const char* canary : {"Canario Amarelo", "999888777", "canario-draft"})
        CHECK_MESSAGE(shown.find(canary) == std::string::npos, canary);
    CHECK(shown.find("Praca Canario") != std::string::npos);  // no person's
    CHECK(opened->values().list("draft", 10)->empty());
    CHECK(opened->values().list("person", 10)->size() == 1);
}
