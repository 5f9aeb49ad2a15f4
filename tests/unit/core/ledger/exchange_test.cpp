#include <doctest/doctest.h>

#include <algorithm>

#include "core/intent.h"
#include "tests/support/ledgers.h"

using namespace spot;
using namespace spot::support;
using core::Code;
using core::Entry;
using core::Kind;
using core::Party;
using core::Quarantined;
using core::RecordId;

namespace {

// A station's ledger and the hub's. The station has one session, and one request in it.
struct Pair {
    explicit Pair(std::uint64_t seed = 1)
        : station(Party::station, seed), hub(Party::hub, seed + 1'000'000) {
        session = add(Kind::session_open, session_intent(1));
        request = add(Kind::request_queue, request_intent(2, session));
    }
    RecordId add(Kind kind, const Json& intent) {
        const auto done = station->journal().append(kind, "", "m.abrantes", intent);
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
        return done->record;
    }
    void edit(std::uint64_t n, const RecordId& of, const Json& set) {
        add(Kind::request_edit, edit_intent(n, of, set));
    }
    void hub_edit(std::uint64_t n, const RecordId& of, const Json& set) {
        const auto done = hub->journal().append(Kind::hub_edit, "", "op", edit_intent(n, of, set));
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
        CHECK(done->entry.log == kHubLog);
        CHECK(done->record == of);
    }
    void up() { hand_over(station, hub, kStationLog); }
    void down() { hand_over(hub, station, kHubLog); }
    void reconcile() {
        up();
        down();
    }

    Side station, hub;
    RecordId session, request;
};

// The station's log so far, with what the hub needs to take it.
std::vector<Entry> entries_for(Pair& pair) {
    const auto tip = pair.station->replica().tip(kStationLog);
    REQUIRE(pair.hub->replica()
                .offer_period_secrets(
                    kStationLog, *pair.station->replica().period_secrets(kStationLog, 1, tip.seq))
                .has_value());
    auto entries = pair.station->replica().entries(kStationLog, 1, tip.seq);
    REQUIRE(entries.has_value());
    return *entries;
}

// What becomes of the log when one of its entries is other than the ledger would write it.
std::vector<Quarantined> quarantined_after(Pair& pair, const std::vector<Entry>& entries) {
    REQUIRE(pair.hub->replica().receive(kStationLog, entries).has_value());
    REQUIRE(pair.hub->replica().finalize(kStationLog).has_value());
    CHECK(*pair.hub->executor().run(1000) == entries.size());
    CHECK(*pair.hub->executor().run(1000) == 0);
    CHECK(pair.hub->audit().check()->empty());
    return pair.hub->quarantine().list(kStationLog);
}

void set_intent(Entry& entry, const char* pointer, const Json& value) {
    Json intent = Json::parse(entry.intent);
    intent[Json::json_pointer(pointer)] = value;
    entry.intent = core::canonical(intent);
}

}  // namespace

TEST_CASE("different fields merge; the same field shows both values at both") {
    Pair pair;
    pair.reconcile();
    pair.edit(3, pair.request, {{"fields.motivo", "Furto"}, {"citizen.phone", "911111111"}});
    pair.hub_edit(4, pair.request, {{"fields.motivo", "Mau estado"}, {"status", "Em análise"}});
    pair.reconcile();

    const Json shown = pair.station.record(pair.request);
    CHECK(shown["citizen"]["phone"] == "911111111");
    CHECK(shown["status"] == "Em análise");
    CHECK(shown["route"]["state"] == "held");
    REQUIRE(shown["conflicts"].size() == 1);
    Json both = shown["conflicts"]["fields.motivo"];
    CHECK(both.back() == shown["fields"]["motivo"]);
    std::sort(both.begin(), both.end());
    CHECK(both == Json{"Furto", "Mau estado"});
    CHECK(pair.station.lines() == pair.hub.lines());
    CHECK(pair.station->records().count()->conflicts == 1);
    CHECK(pair.hub->records().count()->conflicts == 1);

    // An ordinary change settles it, everywhere.
    pair.hub_edit(5, pair.request, {{"fields.motivo", "Perda"}});
    pair.reconcile();
    CHECK_FALSE(pair.station.record(pair.request).contains("conflicts"));
    CHECK(pair.station.record(pair.request)["fields"]["motivo"] == "Perda");
    CHECK(pair.station->records().count()->conflicts == 0);
    CHECK(pair.station.lines() == pair.hub.lines());
}

TEST_CASE("the hub's route replaces what the station says of it") {
    Pair pair;
    CHECK(pair.station.record(pair.request)["route"] == Json{{"state", "recorded"}});
    pair.up();
    CHECK(pair.station.record(pair.request)["route"] == Json{{"state", "held"}});
    CHECK(pair.hub.record(pair.request)["route"] == Json{{"state", "held"}});
    pair.hub_edit(4, pair.request, {{"route.state", "dispatched"}, {"route.reference", "A-1"}});
    pair.down();
    CHECK(pair.station.record(pair.request)["route"] ==
          Json{{"state", "dispatched"}, {"reference", "A-1"}});
    CHECK(pair.station.lines() == pair.hub.lines());
}

TEST_CASE("the hub may only edit requests it has, and repeats nothing") {
    Pair pair;
    const Json edit = edit_intent(3, pair.request, {{"status", "Aceite"}});
    CHECK(pair.hub->journal().append(Kind::hub_edit, "", "op", edit).error().code ==
          Code::not_found);
    pair.up();
    CHECK_FALSE(pair.hub->journal().append(Kind::hub_edit, "", "op", edit)->repeated);
    CHECK(pair.hub->journal().append(Kind::hub_edit, "", "op", edit)->repeated);
    CHECK(
        pair.hub->journal().append(Kind::session_open, "", "op", session_intent(3)).error().code ==
        Code::refused);
    CHECK(pair.hub->replica().tip(kHubLog).seq == 1);
}

TEST_CASE("other stations' keys come with the hub's log; the last word counts") {
    constexpr std::uint64_t kOther = 0x48aef944a224403e;
    Pair pair;
    pair.reconcile();
    CHECK_FALSE(pair.station->catalogues().station_key(kOther)->has_value());
    const auto before = pair.station.lines();
    auto told = example_intent(Kind::station_key);
    REQUIRE(pair.hub->journal().write_to(kHubLog).has_value());
    for (const char* key : {"00", "a7"}) {
        std::string digits;
        while (digits.size() < 64) digits += key;
        told["key"] = digits;
        REQUIRE(pair.hub->journal().append(Kind::station_key, "", "", told).has_value());
        pair.down();
        const auto known = pair.station->catalogues().station_key(kOther);
        REQUIRE(known.has_value());
        REQUIRE(known->has_value());
        CHECK((*known)->station == "van-11");
        CHECK(core::to_hex((*known)->key) == digits);
    }
    CHECK_FALSE(pair.station->catalogues().station_key(kOther + 1)->has_value());
    CHECK(pair.station.lines() == before);
    CHECK(pair.station->audit().check()->empty());
    CHECK(pair.hub->audit().check()->empty());
}

TEST_CASE("an entry that breaks a rule is quarantined alone") {
    struct Row {
        const char* what;
        std::function<void(Entry&)> change;
        std::uint64_t seq;
        const char* code;
    };
    // The log: 1 session, 2 request, 3 edit, 4 receipt, 5 receipt, 6 close.
    const std::vector<Row> rows{
        {"a NIF that does not add up", [](Entry& e) { set_intent(e, "/citizen/nif", "123456788"); },
         2, "form"},
        {"a hub's field",
         [](Entry& e) { e.intent.insert(e.intent.find("}}"), ",\"status\":\"x\""); }, 3,
         "authority"},
        {"a field of another service",
         [](Entry& e) {
             set_intent(e, "/set", {{"fields.niss", "x"}});
         },
         3, "form"},
        {"no JSON", [](Entry& e) { e.intent = "{"; }, 5, "form"},
        {"not canonical", [](Entry& e) { e.intent.insert(1, " "); }, 5, "form"},
        {"another kind", [](Entry& e) { e.kind = Kind::hub_edit; }, 3, "authority"},
        {"an unknown session",
         [](Entry& e) {
             set_intent(e, "/session", RecordId{{7, 1}, 6}.text());
         },
         4, "unknown_record"},
        {"a session of another device",
         [](Entry& e) {
             set_intent(e, "/session", RecordId{{8, 1}, 1}.text());
         },
         4, "unknown_record"},
        {"a number left out", [](Entry& e) { set_intent(e, "/number", 3); }, 5, "receipt_gap"},
        {"a number again", [](Entry& e) { set_intent(e, "/number", 1); }, 5, "duplicate"},
        {"another series", [](Entry& e) { set_intent(e, "/series", "x"); }, 5, "receipt_series"},
        {"another change", [](Entry& e) { e.check ^= 1; }, 3, "diverged"},
        {"another station's key",
         [](Entry& e) {
             e.kind = Kind::station_key;
             e.intent = core::canonical(example_intent(Kind::station_key));
         },
         3, "authority"},
        {"another process", [](Entry& e) { e.run ^= 1; }, 6, "diverged"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        Pair pair;
        pair.edit(3, pair.request, {{"fields.motivo", "Furto"}});
        pair.add(Kind::receipt_print, receipt_intent(4, pair.session));
        pair.add(Kind::receipt_print, receipt_intent(5, pair.session));
        pair.add(Kind::session_close, close_intent(6, pair.session));
        auto entries = entries_for(pair);
        row.change(entries[row.seq - 1]);
        std::vector<Quarantined> expected{{row.seq, row.code}};
        if (row.seq == 2) expected.push_back({3, "unknown_record"});  // the edit of that request
        CHECK(quarantined_after(pair, entries) == expected);
        CHECK(pair.hub->records().count()->quarantined == expected.size());
        CHECK(pair.hub->records().count()->unexecuted == 0);
    }
}

TEST_CASE("what depends on an entry that diverged follows it") {
    Pair pair;
    pair.edit(3, pair.request, {{"fields.motivo", "Furto"}});
    auto entries = entries_for(pair);
    entries[0].check ^= 1;
    CHECK(quarantined_after(pair, entries) ==
          std::vector<Quarantined>{{1, "diverged"}, {2, "unknown_record"}, {3, "unknown_record"}});
    CHECK(pair.hub.lines().empty());
}

TEST_CASE("an author's later change to a record that diverged is held with the first") {
    Pair other;
    other.add(Kind::receipt_print, receipt_intent(3, other.session));
    other.edit(4, other.request, {{"fields.motivo", "Perda"}});
    Pair pair;
    pair.edit(3, pair.request, {{"fields.motivo", "Furto"}});
    auto entries = entries_for(pair);
    entries.push_back(
        entries_for(other)[3]);  // right by itself, as its author wrote no edit before
    entries[2].check ^= 1;
    CHECK(quarantined_after(pair, entries) ==
          std::vector<Quarantined>{{3, "diverged"}, {4, "diverged"}});

    Pair without;
    without.add(Kind::receipt_print, receipt_intent(3, without.session));
    auto right = entries_for(without);
    right.push_back(entries[3]);
    CHECK(quarantined_after(without, right).empty());
}

namespace {

// As a reader sees a log whose author writes the same records in other bytes: here they are another
// process's.
std::vector<Entry> in_other_bytes(std::vector<Entry> entries) {
    for (Entry& entry : entries) entry.run ^= 1;
    return entries;
}

// Sends the changes of what the hub has as diverged, until that is nothing more. Returns how often.
int bring_over(Pair& pair) {
    for (int times = 0;; ++times) {
        const auto held = pair.hub->quarantine().list(kStationLog);
        const auto first = std::find_if(held.begin(), held.end(),
                                        [](const auto& one) { return one.code == "diverged"; });
        if (first == held.end() || times == 10) return times;
        const auto changes = pair.station->quarantine().causal_history(kStationLog, first->seq);
        REQUIRE(changes.has_value());
        const auto taken =
            pair.hub->quarantine().accept_diverged(kStationLog, first->seq, *changes);
        REQUIRE(taken.has_value());
        CHECK(*taken);
        REQUIRE(pair.hub->quarantine().revalidate(kStationLog).has_value());
    }
}

}  // namespace

TEST_CASE("what diverged is taken once its author's changes show the same record") {
    Pair pair;
    pair.edit(3, pair.request, {{"fields.motivo", "Furto"}});
    pair.add(Kind::receipt_print, receipt_intent(4, pair.session));
    pair.edit(5, pair.request, {{"fields.motivo", "Perda"}, {"citizen.phone", "911111111"}});
    pair.add(Kind::receipt_print, receipt_intent(6, pair.session));
    pair.add(Kind::session_close, close_intent(7, pair.session));
    const auto entries = in_other_bytes(entries_for(pair));

    // The session was executed, and is held back, when the others come. Among them a second
    // receipt, whose number has to be the next one when it is judged again.
    REQUIRE(pair.hub->replica().receive(kStationLog, some_of(entries, 0, 1)).has_value());
    REQUIRE(pair.hub->replica().finalize(kStationLog).has_value());
    REQUIRE(*pair.hub->executor().run(9) == 1);
    REQUIRE(pair.hub->replica().receive(kStationLog, some_of(entries, 1)).has_value());
    REQUIRE(pair.hub->replica().finalize(kStationLog).has_value());
    REQUIRE(*pair.hub->executor().run(9) == 6);
    CHECK(pair.hub->quarantine().list(kStationLog).size() == 7);
    CHECK(pair.hub.lines().empty());

    CHECK(bring_over(pair) == 5);  // all but the receipts, which have no document
    CHECK(pair.hub->quarantine().list(kStationLog).empty());
    REQUIRE(pair.hub.lines().size() == 4);
    CHECK(pair.hub.record(pair.request)["fields"] == pair.station.record(pair.request)["fields"]);
    CHECK(pair.hub.record(pair.request)["citizen"]["phone"] == "911111111");
    CHECK(pair.hub.record(pair.session) == pair.station.record(pair.session));
    CHECK(pair.hub->audit().check()->empty());
    CHECK(pair.hub->records().count()->records == pair.station->records().count()->records);

    // Life goes on over it when the store is opened anew.
    pair.hub.open();
    pair.hub_edit(8, pair.request, {{"status", "Aceite"}});
    CHECK(pair.hub.record(pair.request)["status"] == "Aceite");
    CHECK(pair.hub->audit().check()->empty());
}

TEST_CASE("what is held is kept, executed by nobody, and named once for what it is") {
    Pair pair;
    pair.reconcile();
    pair.edit(3, pair.request, {{"fields.motivo", "Furto"}});
    const RecordId session = pair.add(Kind::session_open, session_intent(4));
    pair.add(Kind::session_close, close_intent(5, session));  // of what is held itself
    auto late = *pair.station->replica().entries(kStationLog, 3, 3);
    late[0].intent = "rubbish";
    const auto before = pair.hub.lines();
    REQUIRE(
        pair.hub->replica().receive(kStationLog, late, core::ReceiveMode::quarantine).has_value());
    REQUIRE(pair.hub->replica().finalize(kStationLog).has_value());
    REQUIRE(pair.hub->executor().run(9).has_value());
    const auto held = pair.hub->quarantine().list(kStationLog);
    REQUIRE(held.size() == 3);
    CHECK(held[0].code == "form");
    CHECK(held[1].code == "revoked");
    CHECK(held[2].code == "revoked");
    CHECK(pair.hub.lines() == before);
    CHECK(pair.hub->audit().check()->empty());
}

TEST_CASE("what an author saw while others changed the record is compared with just that") {
    Pair pair;
    pair.reconcile();
    pair.hub_edit(3, pair.request, {{"fields.motivo", "Mau estado"}});
    pair.edit(4, pair.request, {{"fields.motivo", "Furto"}});
    auto late = *pair.station->replica().entries(kStationLog, 3, 1);
    late = in_other_bytes(std::move(late));
    REQUIRE(pair.hub->replica().receive(kStationLog, late).has_value());
    REQUIRE(pair.hub->replica().finalize(kStationLog).has_value());
    REQUIRE(*pair.hub->executor().run(9) == 1);
    CHECK(bring_over(pair) == 1);
    CHECK(pair.hub.record(pair.request)["conflicts"]["fields.motivo"].size() == 2);
    CHECK(pair.hub->audit().check()->empty());
}

TEST_CASE("changes that are no proof leave an entry where it is, for good") {
    Pair other;
    other.edit(3, other.request, {{"fields.motivo", "Perda"}});
    const auto another = *other.station->quarantine().causal_history(kStationLog, 3);
    constexpr std::size_t kWrong = 8;
    for (std::size_t i = 0; i <= kWrong; ++i) {
        CAPTURE(i);
        Pair pair;
        pair.edit(3, pair.request, {{"fields.motivo", "Furto"}});
        auto entries = entries_for(pair);
        entries[2].run ^= 1;
        REQUIRE(quarantined_after(pair, entries) == std::vector<Quarantined>{{3, "diverged"}});
        const auto before = pair.hub.lines();
        const auto right = *pair.station->quarantine().causal_history(kStationLog, 3);
        REQUIRE(right.size() == 2);
        auto flipped = right;
        flipped[1][flipped[1].size() / 2] ^= 1;
        const std::vector<std::vector<core::Bytes>> wrong{
            {},
            {right[0]},
            {right[1]},
            another,
            flipped,
            {core::Bytes(64, 0xff)},
            {core::Bytes()},
            std::vector<core::Bytes>(2000, core::Bytes(110))};
        REQUIRE(wrong.size() == kWrong);
        // Nothing else is there to be taken.
        for (const std::uint64_t seq : {1, 2, 4, 99})
            CHECK_FALSE(*pair.hub->quarantine().accept_diverged(kStationLog, seq, right));
        CHECK_FALSE(*pair.hub->quarantine().accept_diverged({8, 1}, 3, right));
        if (i == kWrong) {
            CHECK(*pair.hub->quarantine().accept_diverged(kStationLog, 3, right));
            CHECK_FALSE(*pair.hub->quarantine().accept_diverged(kStationLog, 3, right));
            CHECK(pair.hub.lines() != before);
            continue;
        }
        CHECK_FALSE(*pair.hub->quarantine().accept_diverged(kStationLog, 3, wrong[i]));
        CHECK(pair.hub->quarantine().list(kStationLog) == std::vector<Quarantined>{{3, "differs"}});
        CHECK_FALSE(*pair.hub->quarantine().accept_diverged(kStationLog, 3, right));
        CHECK(pair.hub.lines() == before);
    }
    CHECK(other.station->quarantine().causal_history(kStationLog, 99).error().code ==
          Code::not_found);
    other.add(Kind::receipt_print, receipt_intent(4, other.session));
    CHECK(other.station->quarantine().causal_history(kStationLog, 4).error().code ==
          Code::not_found);
}

TEST_CASE("entries have to follow on the tip, with their period's secret") {
    Pair pair;
    const auto entries = *pair.station->replica().entries(kStationLog, 1, 2);
    CHECK(pair.hub->replica().receive(kStationLog, entries).error().code == Code::corrupt);
    (void)entries_for(pair);
    CHECK(pair.hub->replica().receive(kStationLog, some_of(entries, 1)).error().code ==
          Code::conflict);
    CHECK(pair.hub->replica().receive({8, 1}, entries).error().code == Code::conflict);
    CHECK(pair.hub->replica().receive(kHubLog, entries).error().code == Code::refused);
    CHECK(pair.station->replica().receive(kStationLog, entries).error().code == Code::refused);
    CHECK(pair.hub->replica().tip(kStationLog).seq == 0);

    CHECK(pair.hub->replica().receive(kStationLog, entries)->seq == 2);
    CHECK(pair.hub->replica().receive(kStationLog, entries).error().code == Code::conflict);
    CHECK(pair.hub->replica().tip(kStationLog) == pair.station->replica().tip(kStationLog));
    CHECK(pair.hub->replica().hash_at(kStationLog, 1) ==
          pair.station->replica().hash_at(kStationLog, 1));
    CHECK(*pair.hub->replica().entries(kStationLog, 1, 9) == entries);
}

TEST_CASE("what is not settled can be taken back, and is not executed before") {
    Pair pair;
    pair.add(Kind::receipt_print, receipt_intent(3, pair.session));
    const auto entries = entries_for(pair);
    REQUIRE(pair.hub->replica().receive(kStationLog, some_of(entries, 0, 1)).has_value());
    const core::Mark first = *pair.hub->replica().mark(kStationLog);
    REQUIRE(pair.hub->replica().receive(kStationLog, some_of(entries, 1, 1)).has_value());
    const core::Mark second = *pair.hub->replica().mark(kStationLog);
    CHECK(*pair.hub->executor().run(9) == 0);
    REQUIRE(pair.hub->replica().finalize(kStationLog).has_value());
    REQUIRE(pair.hub->replica().receive(kStationLog, some_of(entries, 2)).has_value());
    CHECK(*pair.hub->executor().run(9) == 2);
    CHECK(pair.hub->replica().discard_after(kStationLog, first).error().code == Code::conflict);
    CHECK(pair.hub->replica()
              .discard_after(kStationLog, {{2, first.tip.hash}, second.receipts})
              .error()
              .code == Code::conflict);
    REQUIRE(pair.hub->replica().discard_after(kStationLog, second).has_value());
    CHECK(pair.hub->replica().tip(kStationLog).seq == 2);
    CHECK(pair.hub->replica().tip(kStationLog).hash ==
          *pair.station->replica().hash_at(kStationLog, 2));

    pair.hub.open();
    REQUIRE(pair.hub->replica().receive(kStationLog, some_of(entries, 2)).has_value());
    REQUIRE(pair.hub->replica().finalize(kStationLog).has_value());
    CHECK(*pair.hub->executor().run(9) == 1);
    CHECK(pair.hub->quarantine().list(kStationLog).empty());
    CHECK(pair.hub.lines().size() == 3);
}

// Goal: whoever edits what while apart, both end with the same records, and their stores are sound.
// Method: edits of few fields, exchanges in either direction and restarts, drawn from one seed.
TEST_CASE("after any edits on both sides and any exchanges, both show the same") {
    const std::vector<std::string> paths{"fields.motivo", "fields.observacoes", "citizen.phone",
                                         "citizen.address"};
    const auto value_of = [](const std::string& path, std::uint64_t n) {
        return path == "citizen.phone" ? "91000000" + std::to_string(n) : "v" + std::to_string(n);
    };
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        tests::SeededRandom chance(seed);
        Pair pair(seed * 100);
        std::vector<RecordId> requests{pair.request};
        std::size_t at_hub = 0;
        for (std::uint64_t n = 10; n < 90; ++n) {
            const auto set = [&] {
                Json out = Json::object();
                for (std::uint64_t i = chance.below(2) + 1; i > 0; --i) {
                    const auto& path = paths[chance.below(paths.size())];
                    out[path] = value_of(path, chance.below(4));
                }
                return out;
            };
            switch (chance.below(9)) {
                case 0: {
                    requests.push_back(
                        pair.add(Kind::request_queue, request_intent(n, pair.session)));
                    break;
                }
                case 1:
                case 2:
                case 3:
                    pair.edit(n, requests[chance.below(requests.size())], set());
                    break;
                case 4:
                case 5:
                case 6:
                    if (at_hub > 0) pair.hub_edit(n, requests[chance.below(at_hub)], set());
                    break;
                case 7:
                    pair.up();
                    at_hub = requests.size();
                    break;
                case 8:
                    pair.down();
                    break;
            }
            if (chance.below(20) == 0) pair.station.open();
            if (chance.below(20) == 0) pair.hub.open();
        }
        pair.up();
        pair.down();
        CHECK(pair.station.lines() == pair.hub.lines());
        CHECK(pair.station->quarantine().list(kHubLog).empty());
        CHECK(pair.hub->quarantine().list(kStationLog).empty());
        CHECK(pair.station->audit().check()->empty());
        CHECK(pair.hub->audit().check()->empty());
        CHECK(pair.hub->replica().tip(kHubLog) == pair.station->replica().tip(kHubLog));
    }
}
