// Goal: whatever moment the power fails at, the store opens, is sound, and holds all that somebody
// was told is durable, and nothing that was never written.
// Method: a short day with the power cut at each operation of the disk in turn, and longer ones
// from a seed; then every way in which the disk may have lost what was not flushed, and on with the
// day.

#include <list>

#include "core/after_flush.h"
#include "core/program.h"
#include "core/store/sqlite/database.h"
#include "tests/disk/van.h"

using namespace spot;
using namespace spot::disk;
using core::Code;
using core::Result;
using support::kStationLog;
using tests::SeededRandom;

extern "C" const char spot_migration_0001_start[];

namespace {

constexpr std::uint64_t kDrawn = 2;  // outcomes of each cut point

// Opens what is found, and looks at it. Entries are compared with those of `hashes`.
void look(SimulatedDisk& found, const Written& written,
          const std::map<std::uint64_t, core::Hash>& hashes) {
    SeededRandom random(1);
    auto ledger = open_ledger(found, random);
    REQUIRE_MESSAGE(ledger.has_value(), ledger.error().message);
    const auto faults = ledger->audit().check();
    REQUIRE_MESSAGE(faults.has_value(), faults.error().message);
    for (const std::string& fault : *faults) FAIL_CHECK(fault);
    const core::Tip tip = ledger->replica().tip(kStationLog);
    CHECK(tip.seq >= written.told);
    CHECK(tip.seq <= written.tried);
    if (hashes.contains(tip.seq)) CHECK(tip.hash == hashes.at(tip.seq));
    const auto mark = std::stoull(ledger->values().setting("mark").value_or("0"));
    CHECK(mark >= written.mark_told);
    CHECK(mark <= written.mark_tried);
}

// What is recorded on it from now on is durable, as before.
void go_on(SimulatedDisk& found) {
    SeededRandom random(1);
    auto ledger = open_ledger(found, random);
    REQUIRE(ledger.has_value());
    REQUIRE(ledger->journal().write_to(kStationLog).has_value());
    const auto more = ledger->journal().append(core::Kind::session_open, "", "m.abrantes",
                                               support::session_intent(999));
    REQUIRE_MESSAGE(more.has_value(), more.error().message);
    const auto again = found.after_power_cut(Unflushed::lost);
    auto after = open_ledger(*again, random);
    REQUIRE(after.has_value());
    CHECK(after->replica().tip(kStationLog) == ledger->replica().tip(kStationLog));
}

// `seed`: another one for each cut.
void look_at_all(const SimulatedDisk& cut, const Written& written,
                 const std::map<std::uint64_t, core::Hash>& hashes, std::uint64_t seed) {
    {
        INFO("all is lost that was not flushed");
        look(*cut.after_power_cut(Unflushed::lost), written, hashes);
    }
    for (std::uint64_t i = 0; i < kDrawn; ++i) {
        INFO("outcome " << i);
        const auto found = cut.after_power_cut(Unflushed::drawn, seed * kDrawn + i);
        look(*found, written, hashes);
        if (i == 0) go_on(*found);
    }
}

// Runs `day` with the power cut at each operation that it takes, on a disk like `before`.
template <class Day>
void cut_everywhere(const SimulatedDisk& before, const Day& day) {
    Written whole;
    std::uint64_t count = 0;
    {
        const auto disk = before.after_power_cut(Unflushed::lost);
        SeededRandom random(1);
        const Result<> done = day(*disk, random, whole);
        REQUIRE_MESSAGE(done.has_value(), done.error().message);
        count = disk->operations();
    }
    REQUIRE(count > 0);
    for (std::uint64_t at = 1; at <= count; ++at) {
        const auto disk = before.after_power_cut(Unflushed::lost);
        SeededRandom random(1);
        Written written;
        disk->cut_power_at(at);
        const Result<> done = day(*disk, random, written);
        CAPTURE(disk->last_operation());
        REQUIRE(disk->is_off());
        look_at_all(*disk, written, whole.hashes, at);
    }
}

std::uint64_t entries_in(SimulatedDisk& found, SeededRandom& random) {
    auto ledger = open_ledger(found, random);
    REQUIRE(ledger.has_value());
    CHECK(ledger->audit().check()->empty());
    return ledger->replica().tip(kStationLog).seq;
}

// A station that has opened one session, and what a power cut leaves.
struct Day {
    std::unique_ptr<SimulatedDisk> disk = disk_with_a_folder();
    SeededRandom random{1};
    Written written;
    Van van{*disk, random, written};

    Day() {
        for (int i = 0; i < 2; ++i) REQUIRE(van.open().has_value());  // closed whole in between
        open_session();
    }
    void open_session() { REQUIRE(van.open_session().has_value()); }
    std::uint64_t recorded() { return van.ledger().replica().tip(kStationLog).seq; }
    std::uint64_t after_a_cut(Unflushed unflushed = Unflushed::lost) {
        SeededRandom other(2);
        return entries_in(*disk->after_power_cut(unflushed, recorded()), other);
    }
};

}  // namespace

TEST_CASE("what was appended is durable when the call returns") {
    Day day;
    for (int i = 0; i < 5; ++i) {
        day.open_session();
        for (const auto unflushed : {Unflushed::lost, Unflushed::drawn, Unflushed::kept})
            CHECK(day.after_a_cut(unflushed) == day.recorded());
    }
}

TEST_CASE("a station's day is cut at every operation") {
    const auto before = disk_with_a_folder();
    cut_everywhere(*before, [](SimulatedDisk& disk, SeededRandom& random, Written& written) {
        Van van(disk, random, written);
        const auto day = [&]() -> Result<> {
            SPOT_TRY(van.open());  // makes the store
            SPOT_TRY(van.open_session());
            SPOT_TRY(van.set_mark());
            SPOT_TRY(van.queue_request());
            SPOT_TRY(van.count());
            SPOT_TRY(van.edit_request());
            van.close();  // a checkpoint
            SPOT_TRY(van.open());
            SPOT_TRY(van.open_session());
            return van.print_receipt();
        };
        const auto done = day();
        van.close();
        return done;
    });
}

TEST_CASE("a day that flushes later is cut at every operation") {
    Day made;
    made.van.close();
    const auto before = made.disk->after_power_cut(Unflushed::lost);
    cut_everywhere(*before, [&](SimulatedDisk& disk, SeededRandom& random, Written& written) {
        written = made.written;
        Van van(disk, random, written);
        const auto day = [&]() -> Result<> {
            SPOT_TRY(van.open());
            SPOT_TRY(van.flush_later());
            for (int i = 0; i < 3; ++i) SPOT_TRY(van.open_session());
            SPOT_TRY(van.flush());
            SPOT_TRY(van.open_session());
            SPOT_TRY(van.queue_request());
            SPOT_TRY(van.count_in_another_process());
            return van.open_session();
        };
        const auto done = day();
        van.close();
        return done;
    });
}

TEST_CASE("bringing an older store up to date is cut at every operation") {
    const auto before = disk_with_a_folder();
    {
        auto database = core::Database::open(kFile, van_key(), *before);
        REQUIRE(database.has_value());
        REQUIRE(database->run(spot_migration_0001_start).has_value());
        // "SPOT", and the mark is 7.
        REQUIRE(database
                    ->run("PRAGMA application_id = 0x53504F54; PRAGMA user_version = 1;"
                          "INSERT INTO setting VALUES ('mark', x'37')")
                    .has_value());
    }
    cut_everywhere(*before, [](SimulatedDisk& disk, SeededRandom& random, Written& written) {
        written.mark_told = written.mark_tried = 7;
        Van van(disk, random, written);
        return van.open();
    });
}

namespace {

// One thing that somebody at the desk or a program does.
Result<> do_something(Van& van, SeededRandom& chance) {
    switch (chance.below(20)) {
        case 0:
            van.close();
            SPOT_TRY(van.open());
            return van.open_session();
        case 1:
            return van.flush_later();
        case 2:
        case 3:
            return van.flush();
        case 4:
            return van.count();
        case 5:
            return van.count_in_another_process();
        case 6:
            return van.set_mark();
        case 7:
        case 8:
            return van.open_session();
        case 9:
            return van.print_receipt();
        case 10:
            return van.has_request() ? van.edit_request() : van.queue_request();
        default:
            return van.queue_request();
    }
}

void run_days(std::uint64_t seed) {
    SeededRandom chance(seed);
    auto disk = disk_with_a_folder();
    Written written;
    for (int power = 1; power <= 3; ++power) {
        INFO("SPOT_SEED=" << seed << ", power cut " << power);
        disk->cut_power_at(disk->operations() + 1 + chance.below(1500));
        {
            Van van(*disk, chance, written);
            Result<> done = van.open();
            if (done) done = van.open_session();
            while (done) done = do_something(van, chance);
            INFO(done.error().message);
            REQUIRE(disk->is_off());
        }
        INFO("in operation " << disk->last_operation());
        look_at_all(*disk, written, written.hashes, seed * 3 + static_cast<std::uint64_t>(power));

        // The next day goes on with what is left of this one.
        disk = disk->after_power_cut(Unflushed::drawn, seed);
        auto ledger = open_ledger(*disk, chance);
        REQUIRE(ledger.has_value());
        const core::Tip tip = ledger->replica().tip(kStationLog);
        written.hashes.erase(written.hashes.upper_bound(tip.seq), written.hashes.end());
        written.hashes[tip.seq] = tip.hash;
        written.told = written.tried = tip.seq;
        written.mark_told = written.mark_tried =
            std::stoull(ledger->values().setting("mark").value_or("0"));
    }
}

}  // namespace

// SPOT_SEED=n runs one seed instead.
TEST_CASE("long days are cut at drawn operations, again and again") {
    if (const char* const seed = std::getenv("SPOT_SEED")) {
        run_days(std::strtoull(seed, nullptr, 10));
        return;
    }
    for (std::uint64_t seed = 1; seed <= 8; ++seed) run_days(seed);
}

TEST_CASE("whoever flushes later tells only of what a power cut leaves") {
    constexpr std::uint64_t kEntries = 1500;  // over two checkpoints
    Day day;
    auto flush_later = day.van.ledger().defer_flush();
    REQUIRE(flush_later.has_value());
    struct Cut {
        std::unique_ptr<SimulatedDisk> left;
        std::uint64_t told = 0;
    };
    std::list<Cut> cuts;
    std::uint64_t told = 0;
    {
        core::AfterFlush on_disk(std::move(*flush_later));
        for (std::uint64_t i = 0; i < kEntries; ++i) {
            day.open_session();
            const auto tell = [&, number = day.recorded()] {
                CHECK(number == told + (told == 0 ? 2 : 1));  // in order; one was there before
                told = number;
                if (told % 97 != 0) return;
                for (const auto unflushed : {Unflushed::lost, Unflushed::drawn})
                    cuts.push_back({day.disk->after_power_cut(unflushed, told), told});
            };
            REQUIRE(on_disk.run(tell).has_value());
            if (i % 50 < 5) REQUIRE(on_disk.finish().has_value());  // as who gives one by one
            if (i % 50 < 5) CHECK(told == day.recorded());
        }
        CHECK(on_disk.finish().has_value());
    }
    CHECK(told == day.recorded());
    CHECK(day.after_a_cut() == told);
    CHECK(cuts.size() == kEntries / 97 * 2);
    for (const Cut& cut : cuts) CHECK(entries_in(*cut.left, day.random) >= cut.told);
}

TEST_CASE("who sees what another has not flushed flushes it first") {
    struct Look {
        const char* name;
        std::function<void(core::Ledger&)> at;
    };
    for (const Look& look : std::vector<Look>{
             {"by reading",
              [](core::Ledger& other) { CHECK(other.replica().tip(kStationLog).seq == 4); }},
             {"by records",
              [](core::Ledger& other) {
                  CHECK(other.records().count()->records.at("session") == 4);
              }},
             {"by writing",
              [](core::Ledger& other) { CHECK(other.values().set("a", "b").has_value()); }}}) {
        CAPTURE(look.name);
        Day day;
        auto other = open_ledger(*day.disk, day.random);
        REQUIRE(other.has_value());
        CHECK(other->replica().tip(kStationLog).seq == 1);
        REQUIRE(day.van.flush_later().has_value());
        for (int i = 0; i < 3; ++i) day.open_session();
        CHECK(day.recorded() == 4);
        CHECK(day.after_a_cut() == 1);  // else this shows nothing
        look.at(*other);
        CHECK(day.after_a_cut() == 4);
    }
}

TEST_CASE("who can't flush what another wrote does not go by it, and changes nothing") {
    Day day;
    auto other = open_ledger(*day.disk, day.random);
    REQUIRE(other.has_value());
    CHECK(other->records().count()->records.at("session") == 1);
    REQUIRE(day.van.flush_later().has_value());
    day.open_session();
    day.disk->fail_flushes(true);
    const auto seen = other->records().count();
    const auto written = other->values().set("a", "b");
    day.disk->fail_flushes(false);
    CHECK(seen.error().code == Code::io);
    CHECK(written.error().code == Code::io);
    CHECK(other->records().count()->records.at("session") == 2);
    CHECK_FALSE(other->values().setting("a").has_value());
    CHECK(day.after_a_cut() == 2);
}

TEST_CASE("making a store is cut at every operation") {
    const std::vector<std::string> files{"keys.json", "station.db"};
    SeededRandom random(1);
    std::uint64_t worked_until = 0;
    const auto work = [&](SimulatedDisk& disk, bool fails) -> Result<> {
        SPOT_TRY(disk.create("/home/van/keys.json", "keys"));
        SPOT_ASSIGN(
            auto ledger,
            core::Ledger::open("/home/van/station.db", support::store_keys(van_key()),
                               {core::Party::station, &core::Catalogue::shipped(), &random}, disk));
        worked_until = disk.operations();
        if (fails) return core::fail(Code::invalid, "the slip is over");
        return ledger.values().set("identity", "van-07");
    };
    const auto is_whole = [&](SimulatedDisk& disk) -> Result<bool> {
        if (!disk.exists("/home/van/station.db")) return false;
        if (disk.read("/home/van/keys.json", 10) != "keys")
            return core::fail(Code::refused, "no key opens the store");
        SPOT_ASSIGN(
            auto ledger,
            core::Ledger::open("/home/van/station.db", support::store_keys(van_key()),
                               {core::Party::station, &core::Catalogue::shipped(), &random}, disk));
        return ledger.values().setting("identity").has_value();
    };
    const auto make = [&](SimulatedDisk& disk, bool fails) {
        return core::make_store(
            "/home/van", files, [&] { return work(disk, fails); }, [&] { return is_whole(disk); },
            disk);
    };
    for (const bool fails : {false, true}) {
        CAPTURE(fails);
        bool was_made = false;
        // Until its end the work is the same.
        for (std::uint64_t at = fails ? worked_until : 1; !was_made; ++at) {
            SimulatedDisk disk;
            disk.cut_power_at(at);
            const auto made = make(disk, fails);
            was_made = !disk.is_off();
            CHECK(made.has_value() == (was_made && !fails));
            CAPTURE(disk.last_operation());
            for (std::uint64_t i = 0; i < 2; ++i) {
                CAPTURE(i);
                const auto found = i == 0 ? disk.after_power_cut(Unflushed::lost)
                                          : disk.after_power_cut(Unflushed::drawn, at);
                const bool is_made = core::store_is_made("/home/van", files, *found);
                if (made) CHECK(is_made);
                if (is_made) CHECK(is_whole(*found) == true);
                const auto again = make(*found, false);
                if (!again)
                    CHECK_MESSAGE(again.error().code == Code::conflict, again.error().message);
                CHECK(core::store_is_made("/home/van", files, *found));
                CHECK(is_whole(*found) == true);
            }
        }
    }
}

TEST_CASE("making key slots, and one more, is cut at every operation") {
    constexpr char kSlots[] = "/van/keys.json";
    const core::Passphrase ana("serra da Estrela"), rui("vale do Zêzere");
    const auto before = disk_with_a_folder();
    const auto with_one = before->after_power_cut(Unflushed::lost);
    SeededRandom random(1);
    const auto key = core::Vault::create(kSlots, "ana", ana, random, *with_one);
    REQUIRE(key.has_value());
    const auto content = [&](SimulatedDisk& disk) {
        return disk.exists(kSlots) ? *disk.read(kSlots, 10'000) : std::string();
    };
    struct Row {
        const SimulatedDisk& from;
        std::function<Result<>(SimulatedDisk&, core::Random&)> work;
    };
    const std::vector<Row> rows{
        {*before,
         [&](SimulatedDisk& disk, core::Random& chance) -> Result<> {
             SPOT_TRY(core::Vault::create(kSlots, "ana", ana, chance, disk));
             return {};
         }},
        {*with_one,
         [&](SimulatedDisk& disk, core::Random& chance) {
             return core::Vault::add_slot(kSlots, "rui", key->store, rui, chance, disk);
         }},
        {*with_one, [&](SimulatedDisk& disk, core::Random& chance) {
             core::StoreKeys keys = key->clone();
             return core::Vault::add_epoch(kSlots, keys, chance, disk);
         }}};
    for (const Row& row : rows) {
        const std::string earlier = content(*row.from.after_power_cut(Unflushed::lost));
        std::string later;
        {
            const auto disk = row.from.after_power_cut(Unflushed::lost);
            SeededRandom chance(2);
            REQUIRE(row.work(*disk, chance).has_value());
            later = content(*disk);
        }
        bool is_done = false;
        for (std::uint64_t at = 1; !is_done; ++at) {
            const auto disk = row.from.after_power_cut(Unflushed::lost);
            SeededRandom chance(2);
            disk->cut_power_at(at);
            const auto done = row.work(*disk, chance);
            is_done = !disk->is_off();
            CHECK(done.has_value() == is_done);
            CAPTURE(disk->last_operation());
            for (std::uint64_t seed = 0; seed < 20; ++seed) {
                CAPTURE(seed);
                const auto found =
                    disk->after_power_cut(seed == 0 ? Unflushed::lost : Unflushed::drawn, seed);
                const std::string left = content(*found);
                CHECK((left == later || (!is_done && left == earlier)));
            }
        }
    }
}
