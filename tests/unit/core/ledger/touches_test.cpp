// Goal: however many entries a frame or a slice holds, and whatever they say, the store is asked at
// most three times for it.

#include "core/store/memory/memory_store.h"
#include "tests/support/counted_store.h"
#include "tests/support/ledgers.h"
#include "tests/support/next_catalogue.h"

using namespace spot;
using namespace spot::support;
using core::Entry;
using core::Kind;
using core::LogId;
using core::Party;
using core::RecordId;

namespace {

constexpr std::size_t kTouchesMax = 3;
constexpr std::size_t kFrame = 64, kSlice = 64;

// A ledger on a store that counts.
class Counted {
public:
    Counted(Party party, std::uint64_t seed) : party_(party), random_(seed) { open(); }

    // Nothing is remembered then.
    void open() {
        ledger_.reset();
        auto opened = core::Ledger::open(
            std::make_unique<CountedStore>(core::memory_store(database_), touches),
            {party_, &core::Catalogue::shipped(), &random_});
        REQUIRE(opened.has_value());
        ledger_.emplace(std::move(*opened));
        const LogId own = party_ == Party::hub ? kHubLog : kStationLog;
        REQUIRE(ledger_->journal().write_to(own).has_value());
    }
    // Whoever is in an entry's payload or record so far can't be read any more.
    void erase_everybody() {
        const auto store = core::memory_store(database_);
        const auto tx = store->begin(core::Store::Access::write);
        REQUIRE(tx.has_value());
        std::set<core::SubjectId> all;
        REQUIRE((*tx)
                    ->entries
                    .each({0, std::numeric_limits<std::int64_t>::max()},
                          [&](core::EntryRow& row) -> core::Result<> {
                              if (row.subject) all.insert(*row.subject);
                              return {};
                          })
                    .has_value());
        for (const auto& id : all) REQUIRE((*tx)->subjects.erase(id).has_value());
        REQUIRE((*tx)->commit().has_value());
    }
    core::Ledger* operator->() { return &*ledger_; }
    core::Ledger& operator*() { return *ledger_; }

    Touches touches;

private:
    Party party_;
    std::shared_ptr<core::MemoryDatabase> database_ = std::make_shared<core::MemoryDatabase>();
    tests::SeededRandom random_;
    std::optional<core::Ledger> ledger_;
};

struct Most {
    std::size_t receiving = 0, executing = 0;
};

// Brings what `to` lacks of the log, frame by frame and slice by slice, and says what cost most.
template <class From>
Most bring(From& from, Counted& to, const LogId& log, bool cold = false) {
    Most most;
    for (;;) {
        const core::Tip have = to->replica().tip(log), all = from->replica().tip(log);
        if (have == all) break;
        const std::uint64_t last = std::min<std::uint64_t>(have.seq + kFrame, all.seq);
        const auto entries = from->replica().entries(log, have.seq + 1, last - have.seq);
        REQUIRE(entries.has_value());
        const auto secrets = from->replica().period_secrets(log, have.seq + 1, last);
        REQUIRE(secrets.has_value());
        if (cold) to.open();
        REQUIRE(to->replica().offer_period_secrets(log, *secrets).has_value());
        to.touches = {};
        REQUIRE(to->replica().receive(log, *entries).has_value());
        most.receiving = std::max(most.receiving, to.touches.all());
    }
    REQUIRE(to->replica().finalize(log).has_value());
    for (;;) {
        if (cold) to.open();
        to.touches = {};
        const auto done = to->executor().run(kSlice);
        REQUIRE(done.has_value());
        most.executing = std::max(most.executing, to.touches.all());
        if (*done == 0) break;
    }
    return most;
}

// The n-th person's, with its check digit.
std::string nif(std::uint64_t n) {
    std::string out = std::to_string(21000000 + n);
    int sum = 0;
    for (int i = 0; i < 8; ++i) sum += (out[static_cast<std::size_t>(i)] - '0') * (9 - i);
    const int rest = sum % 11;
    return out + static_cast<char>('0' + (rest < 2 ? 0 : 11 - rest));
}

Json about(Json request, std::uint64_t person) {
    request["citizen"]["nif"] = nif(person);
    request["citizen"]["name"] = "Pessoa " + std::to_string(person);
    return request;
}

RecordId append(core::Ledger& ledger, Kind kind, const std::string& reference, const Json& intent) {
    const auto done = ledger.journal().append(kind, reference, "m.abrantes", intent);
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
    return done->record;
}

// A working day, in which each of `people` comes once: queues, corrects, pays and goes.
std::vector<RecordId> a_day(core::Ledger& van, std::uint64_t first, std::uint64_t people) {
    std::vector<RecordId> requests;
    for (std::uint64_t n = first; n < first + people; ++n) {
        const std::string name = std::to_string(n);
        const RecordId session =
            append(van, Kind::session_open, "s" + name, session_intent(10 * n));
        Json intent = about(request_intent(10 * n + 1, session), n % 40);
        if (n % 3 == 0) intent["citizen"].erase("nif");
        intent["attachments"] = {
            {std::string(64, 'a'), {{"bytes", 7 + n}, {"name", "a.png"}, {"type", "image/png"}}}};
        const RecordId request = append(van, Kind::request_queue, "r" + name, intent);
        for (std::uint64_t k = 0; k < n % 5; ++k)
            append(van, Kind::request_edit, "",
                   edit_intent(10 * n + 2 + k, request,
                               {{"fields.motivo", "Furto " + name + std::to_string(k)}}));
        const RecordId receipt =
            append(van, Kind::receipt_print, "p" + name, receipt_intent(10 * n + 7, session));
        if (n % 7 == 0)
            append(van, Kind::receipt_settle, "",
                   {{"at", at(10 * n + 8)}, {"receipt", receipt.text()}, {"state", "spoiled"}});
        append(van, Kind::session_close, "", close_intent(10 * n + 9, session));
        requests.push_back(request);
    }
    return requests;
}

}  // namespace

TEST_CASE("receiving a frame and executing a slice touch the store at most three times") {
    Side van{Party::station, 1};
    Counted hub{Party::hub, 2};
    a_day(*van, 1, 60);
    const Most first = bring(van, hub, kStationLog);
    CHECK(first.receiving <= kTouchesMax);
    CHECK(first.executing <= kTouchesMax);
    CHECK(first.receiving >= 2);  // it is counted at all
    CHECK(first.executing >= 2);

    SUBCASE("also by a program that has just started") {
        a_day(*van, 100, 60);
        const Most cold = bring(van, hub, kStationLog, true);
        CHECK(cold.receiving <= kTouchesMax);
        CHECK(cold.executing <= kTouchesMax);
    }
    SUBCASE("also of people who were erased and come back") {
        hub.erase_everybody();
        a_day(*van, 100, 60);
        const Most back = bring(van, hub, kStationLog, true);
        CHECK(back.receiving <= kTouchesMax);
        CHECK(back.executing <= kTouchesMax);
    }
    CHECK(hub->audit().check()->empty());
}

TEST_CASE("taking back what a bundle brought reads nothing that stays") {
    Side van{Party::station, 1};
    Counted hub{Party::hub, 2};
    a_day(*van, 1, 60);
    (void)bring(van, hub, kStationLog);
    const core::Mark mark = *hub->replica().mark(kStationLog);
    CHECK(mark.receipts > 0);
    a_day(*van, 100, 60);
    const auto entries = van->replica().entries(kStationLog, mark.tip.seq + 1, kFrame);
    REQUIRE(hub->replica().receive(kStationLog, *entries).has_value());
    CHECK(hub->replica().mark(kStationLog)->receipts > mark.receipts);

    hub.touches = {};
    REQUIRE(hub->replica().discard_after(kStationLog, mark).has_value());
    CHECK(hub.touches.entries == 0);
    CHECK(hub->replica().tip(kStationLog) == mark.tip);
    (void)bring(van, hub, kStationLog);
    CHECK(hub->quarantine().list(kStationLog).empty());
    CHECK(hub->audit().check()->empty());
    CHECK(hub.touches.entries > 0);  // check() reads all: they are counted
}

TEST_CASE("what was just recorded is put into records without being read again") {
    Counted van{Party::station, 1};
    a_day(*van, 1, 60);
    REQUIRE(van->records().count().has_value());
    CHECK(van.touches.entries == 0);
    a_day(*van, 1000, 10);
    van.open();
    REQUIRE(van->records().count().has_value());
    CHECK(van.touches.entries > 0);  // another program's are
}

TEST_CASE("few large entries are put into records as early as many small ones") {
    constexpr std::size_t kLarge = 100;  // of 16 kB, more than are kept in memory
    std::string text;
    for (int i = 0; i < 4000; ++i) text += "𝐚";
    const auto database = std::make_shared<core::MemoryDatabase>();
    tests::SeededRandom random(1);
    auto van = core::Ledger::open(core::memory_store(database),
                                  {Party::station, &core::Catalogue::shipped(), &random});
    REQUIRE(van.has_value());
    REQUIRE(van->journal().write_to(kStationLog).has_value());
    for (std::size_t n = 0; n < kLarge; ++n)
        append(*van, Kind::feedback_training, "",
               {{"at", at(n)}, {"mediator", "m"}, {"topic", "t"}, {"text", text}});
    const auto store = core::memory_store(database);
    const auto tx = store->begin(core::Store::Access::read);
    REQUIRE(tx.has_value());
    const auto log = (*tx)->logs.find(kStationLog);
    CHECK((*log)->projected > 50);
    CHECK((*log)->projected < kLarge);
}

TEST_CASE("records that changed before the program started cost no more") {
    Side van{Party::station, 1};
    Counted hub{Party::hub, 2};
    const auto requests = a_day(*van, 1, 60);
    bring(van, hub, kStationLog);
    for (std::uint64_t round = 0; round < 4; ++round) {
        for (std::size_t i = 0; i < requests.size(); ++i)
            append(*van, Kind::request_edit, "",
                   edit_intent(2000 + round, requests[i],
                               {{"citizen.phone", "93246614" + std::to_string(round)}}));
        const Most most = bring(van, hub, kStationLog, true);
        CHECK(most.receiving <= kTouchesMax);
        CHECK(most.executing <= kTouchesMax);
    }
    CHECK(hub->audit().check()->empty());
}

TEST_CASE("a station that takes the hub's edits and a new catalogue touches its store as little") {
    Side hub{Party::hub, 2};
    Counted van{Party::station, 1};
    const auto requests = a_day(*van, 1, 30);
    {
        const auto entries = van->replica().entries(kStationLog, 1, 1000);
        REQUIRE(entries.has_value());
        const auto secrets = van->replica().period_secrets(kStationLog, 1, entries->size());
        REQUIRE(hub->replica().offer_period_secrets(kStationLog, *secrets).has_value());
        REQUIRE(hub->replica().receive(kStationLog, *entries).has_value());
        REQUIRE(hub->replica().finalize(kStationLog).has_value());
        while (*hub->executor().run(100) > 0) {
        }
    }
    const auto edit_all = [&](const std::string& status) {
        for (const RecordId& request : requests) {
            Json intent = example_intent(Kind::hub_edit);
            intent["request"] = request.text();
            intent["set"] = {{"status", status}, {"fields.motivo", "Perda, " + status}};
            append(*hub, Kind::hub_edit, "", intent);
        }
    };
    edit_all("Em análise");
    REQUIRE(publish_into(*hub, next_catalogue(), 1'800'000'000'000));
    edit_all("Pronto");
    REQUIRE(van->audit().check()->empty());  // its own records are up to date
    const Most most = bring(hub, van, kHubLog);
    CHECK(most.receiving <= kTouchesMax);
    CHECK(most.executing <= kTouchesMax);
    CHECK(van->quarantine().list(kHubLog).empty());
    CHECK(van->audit().check()->empty());
}

TEST_CASE("requests by a catalogue that the program has not read yet cost no more") {
    Side van{Party::station, 1};
    Counted hub{Party::hub, 2};
    REQUIRE(publish_into(*hub, next_catalogue(), 1'800'000'000'000));
    const core::Tip all = hub->replica().tip(kHubLog);
    const auto entries = hub->replica().entries(kHubLog, 1, all.seq);
    const auto secrets = hub->replica().period_secrets(kHubLog, 1, all.seq);
    REQUIRE(van->replica().offer_period_secrets(kHubLog, *secrets).has_value());
    REQUIRE(van->replica().receive(kHubLog, *entries).has_value());
    REQUIRE(van->replica().finalize(kHubLog).has_value());
    while (*van->executor().run(100) > 0) {
    }

    const RecordId session = append(*van, Kind::session_open, "s", session_intent(1));
    for (std::uint64_t n = 0; n < 20; ++n) {
        Json intent = about(request_intent(2 + n, session), n);
        intent["fields"].erase(kGoneField);
        intent["fields"][kNewField] = "0417";
        intent["catalogue"] = "2027-01";
        const RecordId request = append(*van, Kind::request_queue, "r" + std::to_string(n), intent);
        append(*van, Kind::request_edit, "",
               edit_intent(100 + n, request, {{std::string("fields.") + kNewField, "0418"}}));
    }
    const Most most = bring(van, hub, kStationLog, true);
    CHECK(most.receiving <= kTouchesMax);
    CHECK(most.executing <= kTouchesMax);
    CHECK(hub->quarantine().list(kStationLog).empty());
}

TEST_CASE("entries in which everything is wrong cost no more") {
    Side van{Party::station, 1};
    Counted hub{Party::hub, 2};
    a_day(*van, 1, 20);
    bring(van, hub, kStationLog);
    a_day(*van, 100, 20);
    const core::Tip have = hub->replica().tip(kStationLog), all = van->replica().tip(kStationLog);
    auto entries = van->replica().entries(kStationLog, have.seq + 1, all.seq);
    REQUIRE(entries.has_value());
    const auto secrets = van->replica().period_secrets(kStationLog, have.seq + 1, all.seq);
    std::uint64_t n = 0;
    for (Entry& entry : *entries) {
        ++n;
        if (n % 4 == 0) entry.intent = "{";
        if (n % 4 == 1) entry.intent = "{\"citizen\":{\"nif\":7},\"request\":\"0\",\"session\":[]}";
        if (n % 4 == 2) {
            Json intent = Json::parse(entry.intent);
            intent["catalogue"] = "1999-0" + std::to_string(n % 9);
            for (const char* member : {"session", "request", "receipt"})
                if (intent.contains(member))
                    intent[member] = RecordId{{kDevice, 1}, all.seq + 100 + n}.text();
            entry.intent = intent.dump();
        }
        entry.seen = {1, n};
    }
    for (std::size_t from = 0; from < entries->size(); from += kFrame) {
        const std::size_t count = std::min(kFrame, entries->size() - from);
        REQUIRE(hub->replica().offer_period_secrets(kStationLog, *secrets).has_value());
        hub.touches = {};
        REQUIRE(hub->replica().receive(kStationLog, some_of(*entries, from, count)).has_value());
        CHECK(hub.touches.all() <= kTouchesMax);
    }
    REQUIRE(hub->replica().finalize(kStationLog).has_value());
    for (std::size_t done = 1; done > 0;) {
        hub.touches = {};
        const auto some = hub->executor().run(kSlice);
        REQUIRE(some.has_value());
        done = *some;
        CHECK(hub.touches.all() <= kTouchesMax);
    }
}
