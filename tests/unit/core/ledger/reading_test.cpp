// Goal: what a store tells of all it holds, without reading all of it each time: counts, exports,
// checks. Each is compared with the plain way of finding out.

#include "core/store/memory/memory_store.h"
#include "tests/support/ledgers.h"

#include <algorithm>
#include <map>

using namespace spot;
using namespace spot::support;
using core::Kind;
using core::Party;

namespace {

struct Pair {
    Side van{Party::station, 1};
    Side hub{Party::hub, 2};
    core::RecordId session, request;

    Pair() {
        session = add(Kind::session_open, "s", session_intent(1));
        request = add(Kind::request_queue, "r", request_intent(2, session));
    }
    core::RecordId add(Kind kind, std::string_view reference, Json intent) {
        const auto appended =
            van->journal().append(kind, reference, "m.abrantes", std::move(intent));
        REQUIRE_MESSAGE(appended.has_value(), appended.error().message);
        return appended->record;
    }
    void up() { hand_over(van, hub, kStationLog); }
    void down() { hand_over(hub, van, kHubLog); }
};

void compare_counts(Side& side) {
    std::map<std::string, std::uint64_t> records;
    std::uint64_t conflicts = 0;
    for (const std::string& line : side.lines()) {
        const Json record = Json::parse(line);
        ++records[record["record"]];
        conflicts += record.contains("conflicts");
    }
    const auto counts = side->records().count();
    REQUIRE(counts.has_value());
    for (const auto& [name, number] : counts->records) {
        CAPTURE(name);
        CHECK(number == records[name]);
    }
    CHECK(counts->conflicts == conflicts);
}

}  // namespace

TEST_CASE("counts are right before and after an exchange, and after the store was closed") {
    Pair pair;
    compare_counts(pair.van);
    pair.up();
    for (std::uint64_t n = 3; n < 20; ++n) {
        pair.add(Kind::receipt_print, "p" + std::to_string(n), receipt_intent(n, pair.session));
        if (n % 5 == 0) pair.up();
        compare_counts(pair.van);
        compare_counts(pair.hub);
    }
    CHECK(pair.hub->records().count()->records.at("receipt") == 13);
    pair.van.open();
    pair.hub.open();
    compare_counts(pair.van);
    compare_counts(pair.hub);

    pair.up();
    REQUIRE(pair.hub->journal()
                .append(Kind::hub_edit, "", "op",
                        {{"at", at(30)},
                         {"request", pair.request.text()},
                         {"set", {{"fields.motivo", "A"}}}})
                .has_value());
    pair.add(Kind::request_edit, "", edit_intent(31, pair.request, {{"fields.motivo", "B"}}));
    pair.down();
    pair.up();
    CHECK(pair.van->records().count()->conflicts == 1);
    CHECK(pair.hub->records().count()->conflicts == 1);
    compare_counts(pair.van);
    CHECK(pair.hub->records().count()->unexecuted == 0);
}

TEST_CASE("an export longer than what is held in memory is sorted and whole") {
    constexpr std::uint64_t kEach = 2300;  // 9 MB a kind: two kinds are more than is held
    const auto database = std::make_shared<core::MemoryDatabase>();
    tests::SeededRandom random(1);
    auto van = core::Ledger::open(core::memory_store(database),
                                  {Party::station, &core::Catalogue::shipped(), &random});
    REQUIRE(van.has_value());
    const auto add = [&](Kind kind, const std::string& reference, Json intent) {
        const auto added = van->journal().append(kind, reference, "m", std::move(intent));
        REQUIRE_MESSAGE(added.has_value(), added.error().message);
        return added->record;
    };
    // Two logs, so that there is room no longer in the second one.
    const std::string text(4000, 'a');
    for (const std::uint32_t epoch : {1U, 2U}) {
        REQUIRE(van->journal().write_to({kDevice, epoch}).has_value());
        REQUIRE(van->atomically([&]() -> core::Result<> {
                       for (std::uint64_t n = 0; n < kEach / 2; ++n) {
                           const auto session = add(Kind::session_open, "", session_intent(n));
                           add(Kind::complaint_log, std::to_string(epoch * kEach + n),
                               {{"at", at(n)},
                                {"book", "livro"},
                                {"text", text},
                                {"session", session.text()}});
                           add(Kind::feedback_training, "",
                               {{"at", at(n)}, {"mediator", "m"}, {"topic", "t"}, {"text", text}});
                       }
                       return {};
                   })
                    .has_value());
    }
    const auto lines_of = [&](const core::ExportOptions& options) {
        std::vector<std::string> out;
        REQUIRE(van->records()
                    .export_lines(options, [&](std::string_view line) { out.emplace_back(line); })
                    .has_value());
        return out;
    };
    (void)lines_of({"receipt", "", false});  // records are brought up to the entries
    const std::uint64_t before = database->entries_read();
    const auto lines = lines_of({"", "", true});
    CHECK(database->entries_read() - before == 3 * kEach);  // each once, however often its table is
    std::vector<std::pair<std::string, std::string>> order;
    std::size_t references = 0;
    for (const std::string& line : lines) {
        const Json record = Json::parse(line);
        order.emplace_back(record["record"], record["id"]);
        references += record.contains("ref");
    }
    CHECK(order.size() == 3 * kEach);
    CHECK(references == kEach);
    CHECK(std::is_sorted(order.begin(), order.end()));
    CHECK(std::adjacent_find(order.begin(), order.end()) == order.end());
    // Kind by kind, it is the same bytes.
    std::vector<std::string> apart;
    for (const char* kind : {"complaint", "feedback", "session"})
        for (auto& line : lines_of({kind, "", true})) apart.push_back(std::move(line));
    CHECK(apart == lines);
}

TEST_CASE("check executes no document, yet knows what each change has to amount to") {
    Pair pair;
    // In sequence: edits of one author, one of an equal value, a close, a settled receipt.
    pair.add(Kind::request_edit, "", edit_intent(3, pair.request, {{"fields.motivo", "A"}}));
    pair.add(
        Kind::request_edit, "",
        edit_intent(4, pair.request, {{"fields.motivo", "A"}, {"citizen.phone", "932466145"}}));
    const auto receipt = pair.add(Kind::receipt_print, "p", receipt_intent(5, pair.session));
    pair.add(Kind::receipt_settle, "",
             {{"at", at(6)}, {"receipt", receipt.text()}, {"state", "spoiled"}});
    pair.add(Kind::session_close, "", close_intent(7, pair.session));
    pair.up();
    REQUIRE(pair.hub->journal()
                .append(Kind::hub_edit, "", "op",
                        {{"at", at(8)},
                         {"request", pair.request.text()},
                         {"set", {{"route.state", "dispatched"}, {"status", "X"}}}})
                .has_value());
    pair.down();
    CHECK(pair.van->audit().check()->empty());
    CHECK(pair.hub->audit().check()->empty());
    CHECK(pair.van.record(pair.request)["route"]["state"] == "dispatched");
}

TEST_CASE("check executes the documents that people changed apart") {
    Pair pair;
    pair.up();
    REQUIRE(pair.hub->journal()
                .append(Kind::hub_edit, "", "op",
                        {{"at", at(8)},
                         {"request", pair.request.text()},
                         {"set", {{"fields.motivo", "A"}}}})
                .has_value());
    pair.add(Kind::request_edit, "", edit_intent(9, pair.request, {{"fields.motivo", "B"}}));
    pair.down();
    pair.up();
    CHECK(pair.van.record(pair.request)["conflicts"]["fields.motivo"].size() == 2);
    CHECK(pair.van->audit().check()->empty());
    CHECK(pair.hub->audit().check()->empty());
}

TEST_CASE("counts are right while the notes of what was counted lag behind") {
    constexpr std::uint64_t kRequests = 5'000;  // more than are counted at an acknowledgement
    Pair pair;
    REQUIRE(pair.van->atomically([&]() -> core::Result<> {
        for (std::uint64_t n = 1; n < kRequests; ++n)
            pair.add(Kind::request_queue, "", request_intent(3, pair.session));
        return {};
    }));
    const auto requests = [&] { return pair.van->records().count()->records.at("request"); };
    CHECK(requests() == kRequests);
    for (const std::uint64_t seq : {10U, 20U, 5'001U}) {
        const core::Tip durable{seq, *pair.van->replica().hash_at(kStationLog, seq)};
        REQUIRE(pair.van->replica().acknowledge(kStationLog, durable, {}).has_value());
        CHECK(requests() == kRequests);
    }
    pair.add(Kind::receipt_print, "p", receipt_intent(4, pair.session));
    pair.van.open();
    CHECK(requests() == kRequests);
    CHECK(pair.van->records().count()->records.at("receipt") == 1);
}
