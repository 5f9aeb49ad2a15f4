// Goal: no entry of another party stops a store, or costs more than what is in it. Method: entries
// that no honest program writes are received and executed, and honest ones after them.

#include <chrono>
#include <limits>

#include "core/intent.h"
#include "core/store/sqlite/database.h"
#include "tests/support/ledgers.h"

using namespace spot;
using namespace spot::support;
using core::Code;
using core::Entry;
using core::Kind;
using core::LogId;
using core::Party;
using core::RecordId;
using core::Seen;
using core::Tip;

namespace {

// As any device could write it: the check is made up.
Entry entry_of(const LogId& log, std::uint64_t seq, Kind kind, const Json& intent, Seen seen = {}) {
    Entry out;
    out.log = log;
    out.seq = seq;
    out.kind = kind;
    out.run = 5;
    out.seen = seen;
    out.check = 1;
    out.user = "m.abrantes";
    out.intent = core::canonical(intent);
    return out;
}

void keep_a_secret(Side& side, const LogId& log) {
    const std::array<std::uint8_t, core::SecretKey::kSize> bytes{1};
    const core::PeriodSecret secret{0, core::SecretKey(bytes)};
    REQUIRE(side->replica().offer_period_secrets(log, {&secret, 1}).has_value());
}

core::Result<Tip> receive(Side& side, const LogId& log, const std::vector<Entry>& entries) {
    if (side->replica().tip(log).seq == 0) keep_a_secret(side, log);
    auto tip = side->replica().receive(log, entries);
    if (tip) REQUIRE(side->replica().finalize(log).has_value());
    return tip;
}

void execute_all(Side& side) {
    for (;;) {
        const auto done = side->executor().run(100);
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
        if (*done == 0) return;
    }
}

// A station with a request, and the hub that has it.
struct Pair {
    Side van{Party::station, 1}, hub{Party::hub, 3};
    RecordId session, request;

    Pair() {
        session = add(van, Kind::session_open, session_intent(1));
        request = add(van, Kind::request_queue, request_intent(2, session));
        hand_over(van, hub, kStationLog);
    }
    void hub_edits(std::uint64_t n) {
        add(hub, Kind::hub_edit, hub_edit_intent(n, request, {{"note", "?"}}));
    }
};

// Walking epochs that are not there takes 15 s for each change.
template <class Work>
void takes_no_time(const Work& work) {
    const auto began = std::chrono::steady_clock::now();
    work();
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(3));
}

}  // namespace

TEST_CASE("an epoch far beyond the last known one makes no log") {
    Pair it;
    const LogId far{kDevice, core::kEpochMax};
    const auto edit =
        entry_of(far, 1, Kind::request_edit, edit_intent(9, it.request, {{"fields.motivo", "X"}}));
    CHECK_FALSE(receive(it.hub, far, {edit}).has_value());
    for (const LogId& log : it.hub->replica().logs()) CHECK(log.epoch == 1);
}

TEST_CASE("an entry costs what the store holds, not what its epoch's number is") {
    Pair it;
    it.hub_edits(5);
    const LogId far{kDevice, core::kEpochMax};
    REQUIRE(it.hub->replica().keep_branch(far, {core::kEpochMax - 1, 5}).has_value());
    const auto edit =
        entry_of(far, 1, Kind::request_edit, edit_intent(9, it.request, {{"fields.motivo", "X"}}));
    REQUIRE(receive(it.hub, far, {edit}).has_value());
    takes_no_time([&] { execute_all(it.hub); });
    takes_no_time([&] { CHECK(it.hub->files().awaited(far, 10).has_value()); });
}

TEST_CASE("what an author says to have seen costs nothing, and is no number that can't be") {
    Pair it;
    it.hub_edits(5);
    hand_over(it.hub, it.van, kHubLog);
    SUBCASE("a station's, at the hub") {
        const auto edit = [&](std::uint64_t seq, Seen seen) {
            return entry_of(kStationLog, seq, Kind::request_edit,
                            edit_intent(seq + 10, it.request, {{"fields.motivo", "X"}}), seen);
        };
        REQUIRE(receive(it.hub, kStationLog, {edit(3, {core::kEpochMax, 5})}).has_value());
        takes_no_time([&] { execute_all(it.hub); });
        const std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
        REQUIRE(receive(it.hub, kStationLog,
                        {edit(4, {most, 5}), edit(5, {0, 5}), edit(6, {1, core::kSeqMax + 1})})
                    .has_value());
        const auto held = it.hub->quarantine().list(kStationLog);
        REQUIRE(held.size() == 4);
        for (const auto& one : held) CHECK(one.code == "form");
    }
    SUBCASE("the hub's, at a station") {
        const auto edit = [&](std::uint64_t seq, Seen seen) {
            return entry_of(kHubLog, seq, Kind::hub_edit,
                            hub_edit_intent(seq + 10, it.request, {{"note", "!"}}), seen);
        };
        // Another copy of this store may be so far.
        REQUIRE(receive(it.van, kHubLog, {edit(2, {core::kEpochMax, 5})}).has_value());
        takes_no_time([&] { execute_all(it.van); });
        const std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
        REQUIRE(receive(it.van, kHubLog, {edit(3, {most, 5})}).has_value());
        const auto held = it.van->quarantine().list(kHubLog);
        REQUIRE(held.size() == 2);
        CHECK(held[1] == core::Quarantined{3, "form"});
    }
}

TEST_CASE("a station that forked twice before it was heard of again is let in") {
    Pair it;
    add(it.van, Kind::session_open, session_intent(20));
    const Tip common{2, *it.van->replica().hash_at(kStationLog, 2)};
    const LogId second{kDevice, 2}, third{kDevice, 3};
    REQUIRE(*it.van->journal().branch(kStationLog, common, second) == 1);
    REQUIRE(it.van->journal().write_to(second).has_value());
    REQUIRE(*it.van->journal().branch(second, {}, third) == 1);
    REQUIRE(it.van->journal().write_to(third).has_value());
    add(it.van, Kind::request_edit, edit_intent(21, it.request, {{"fields.motivo", "Furto"}}));
    REQUIRE(it.hub->replica().keep_branch(third, it.van->replica().branch_of(third)).has_value());
    hand_over(it.van, it.hub, third);
    CHECK(it.hub->quarantine().list(third).empty());
    CHECK(it.hub.record(it.request) == it.van.record(it.request));
}

TEST_CASE("one log that can't be executed keeps no other waiting") {
    Pair it;
    add(it.van, Kind::session_open, session_intent(20));
    add(it.van, Kind::session_open, session_intent(21));
    const auto more = it.van->replica().entries(kStationLog, 3, 2);
    REQUIRE(receive(it.hub, kStationLog, *more).has_value());
    const LogId other{kDevice + 1, 1};
    const Json opening = session_intent(22);
    REQUIRE(receive(it.hub, other, {entry_of(other, 1, Kind::session_open, opening)}).has_value());
    {
        auto database = core::Database::open(it.hub.file(), it.hub.key());
        REQUIRE(database.has_value());
        REQUIRE(database->run("UPDATE entry SET payload = x'00' WHERE key & 1099511627775 = 4"));
    }
    core::Result<std::size_t> done;
    for (int i = 0; i < 5; ++i) done = it.hub->executor().run(100);
    CHECK_FALSE(done.has_value());  // somebody has to be told
    std::uint64_t unexecuted = 0;
    const auto count = it.hub->records().count();
    if (count) unexecuted = count->unexecuted;
    CHECK(unexecuted == 1);
}

TEST_CASE("a person's name that is no text is a fault of its entry alone") {
    Pair it;
    auto entry = entry_of(kStationLog, 3, Kind::session_open, session_intent(20));
    entry.user = "\xE9";
    REQUIRE(receive(it.hub, kStationLog, {entry}).has_value());
    const auto held = it.hub->quarantine().list(kStationLog);
    REQUIRE(held.size() == 1);
    CHECK(held[0].code == "form");
}

TEST_CASE("whatever an entry in quarantine holds, whatever walks over it goes on") {
    const Json values[] = {nullptr, true, 5, -1, 1e300, "x", Json::array({1}), {{"a", 1}}};
    const char* members[] = {"session", "request", "receipt",  "series", "number",  "at",
                             "state",   "set",     "service",  "lines",  "citizen", "catalogue",
                             "version", "parts",   "part",     "files",  "ref",     "device",
                             "key",     "station", "operator", "vat",    "in_force"};
    Pair it;
    std::vector<Entry> entries;
    for (std::uint8_t kind = 1; kind <= core::kKindMax; ++kind)
        for (const Json& value : values) {
            Json intent = value;
            if (&value != &values[0]) {
                intent = Json::object();
                for (const char* member : members) intent[member] = value;
            }
            entries.push_back(
                entry_of(kStationLog, 3 + entries.size(), static_cast<Kind>(kind), intent));
        }
    REQUIRE(receive(it.hub, kStationLog, entries).has_value());
    execute_all(it.hub);
    it.hub_edits(3);

    const auto faults = it.hub->audit().check();
    REQUIRE(faults.has_value());
    CHECK(faults->empty());
    CHECK(it.hub.lines().size() == 2);
    CHECK(it.hub->quarantine().list(kStationLog).size() == entries.size());
    CHECK(it.hub->records().count()->quarantined == entries.size());
    for (const Entry& entry : entries)
        static_cast<void>(it.hub->quarantine().causal_history(kStationLog, entry.seq));
    REQUIRE(it.hub->quarantine().revalidate(kStationLog).has_value());
    it.hub.open();
    CHECK(it.hub->audit().check()->empty());
}

TEST_CASE("of many entries in quarantine as many are read as are asked for") {
    Pair it;
    std::vector<Entry> entries;
    for (std::uint64_t seq = 3; seq < 23; ++seq)
        entries.push_back(entry_of(kStationLog, seq, Kind::session_open, Json::object()));
    REQUIRE(receive(it.hub, kStationLog, entries).has_value());
    CHECK(it.hub->quarantine().list(kStationLog).size() == 20);
    CHECK(it.hub->records().count()->quarantined == 20);
}

TEST_CASE("what throws within a transaction leaves nothing of it, and the next one is kept") {
    Side van{Party::station, 1};
    for (const bool inner : {false, true}) {
        CAPTURE(inner);
        const auto throwing = [&]() -> core::Result<> {
            REQUIRE(van->values().set("a", "1").has_value());
            throw std::bad_alloc();
        };
        const auto whole = [&]() -> core::Result<> {
            return inner ? van->atomically(throwing) : throwing();
        };
        CHECK_THROWS_AS((void)van->atomically(whole), std::bad_alloc);
        CHECK_FALSE(van->values().setting("a").has_value());
    }
    REQUIRE(van->values().set("b", "2").has_value());
    auto other = van.another();
    REQUIRE(other.has_value());
    CHECK_FALSE(other->values().setting("a").has_value());
    CHECK(other->values().setting("b") == "2");
}
