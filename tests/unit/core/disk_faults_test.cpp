// What a store does when the disk refuses, is full, or gives back something else than was written.

#include "tests/disk/van.h"

using namespace spot;
using namespace spot::disk;
using core::Code;
using core::Result;
using support::kStationLog;
using tests::SeededRandom;

namespace {

// Goes on after what failed, as a desk does.
void work_on(SimulatedDisk& disk, SeededRandom& random, Written& written, int& failures) {
    Van van(disk, random, written);
    const auto count = [&](const Result<>& done) {
        if (done) return;
        ++failures;
        CHECK_MESSAGE(done.error().code == Code::io, done.error().message);
    };
    auto opened = van.open();
    count(opened);
    if (!opened) opened = van.open();
    REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
    for (int i = 0; i < 3; ++i) {
        count(van.open_session());
        count(van.set_mark());
        count(van.count());
        written.tried = van.ledger().replica().tip(kStationLog).seq;
    }
}

void look(SimulatedDisk& found, const Written& written) {
    SeededRandom random(9);
    auto ledger = open_ledger(found, random);
    REQUIRE_MESSAGE(ledger.has_value(), ledger.error().message);
    const auto faults = ledger->audit().check();
    REQUIRE_MESSAGE(faults.has_value(), faults.error().message);
    for (const std::string& fault : *faults) FAIL_CHECK(fault);
    CHECK(ledger->replica().tip(kStationLog).seq >= written.told);
    CHECK(std::stoull(ledger->values().setting("mark").value_or("0")) >= written.mark_told);
}

}  // namespace

TEST_CASE("a write, flush or name that the disk refuses once costs what it was for, no more") {
    std::uint64_t count = 0;
    {
        const auto disk = disk_with_a_folder();
        SeededRandom random(1);
        Written written;
        int failures = 0;
        work_on(*disk, random, written, failures);
        CHECK(failures == 0);
        CHECK(written.told == 3);
        count = disk->operations();
    }
    int failures = 0;
    for (std::uint64_t at = 2; at <= count; ++at) {
        CAPTURE(at);
        const auto disk = disk_with_a_folder();
        SeededRandom random(1);
        Written written;
        disk->fail_at(at);
        work_on(*disk, random, written, failures);
        CHECK(written.told >= 2);
        // SQLite goes on where a folder can't be flushed.
        if (disk->refused_operation().find("flush folder") != std::string::npos) continue;
        CAPTURE(disk->refused_operation());
        look(*disk->after_power_cut(Unflushed::lost), written);
        look(*disk->after_power_cut(Unflushed::drawn, at), written);
    }
    CHECK(failures > 0);
}

constexpr std::size_t kReservedBytes = 12 * 1024 * 1024;  // Ledger::reserve()

TEST_CASE("a full disk refuses what is new, and what was there stays; with room it goes on") {
    const auto disk = disk_with_a_folder();
    SeededRandom random(1);
    Written written;
    Van van(*disk, random, written);
    REQUIRE(van.open().has_value());
    REQUIRE(van.open_session().has_value());
    const std::string log = std::string(kFile) + "-wal";
    CHECK(disk->size(log) < kReservedBytes);
    CHECK(van.ledger().reserve().has_value());
    CHECK(disk->size(log) == kReservedBytes);
    CHECK(van.ledger().reserve().has_value());
    CHECK(disk->size(log) == kReservedBytes);  // it was long enough
    disk->leave_room(std::uint64_t{255} * 1024 * 1024);
    CHECK(van.ledger().reserve().error().code == Code::io);  // the last bytes are for records

    int refused = 0;
    for (std::uint64_t room = 0; room <= 64 * 1024; room += 4096 + 512) {
        CAPTURE(room);
        // Nothing is to be overwritten: the log begins at nothing.
        van.close();
        disk->leave_room(std::nullopt);
        REQUIRE(van.open().has_value());
        REQUIRE(van.open_session().has_value());
        disk->leave_room(room);
        for (Result<> done; done;) {
            done = van.queue_request();
            if (done) continue;
            ++refused;
            CHECK(done.error().code == Code::io);
            CHECK(done.error().message.find("free some space") != std::string::npos);
        }
        CHECK(van.ledger().replica().tip(kStationLog).seq == written.told);
        written.tried = written.told;
        disk->leave_room(std::nullopt);
        REQUIRE(van.queue_request().has_value());
        look(*disk->after_power_cut(Unflushed::lost), written);
    }
    CHECK(refused == 15);
}

TEST_CASE("damage in any sector of a store is told, and never taken for data") {
    const auto disk = disk_with_a_folder();
    SeededRandom random(1);
    Written written;
    Van van(*disk, random, written);
    REQUIRE(van.open().has_value());
    REQUIRE(van.open_session().has_value());
    for (int i = 0; i < 10; ++i) REQUIRE(van.queue_request().has_value());
    REQUIRE(van.count().has_value());
    van.close();
    const std::size_t size = disk->size(kFile);
    REQUIRE(size > 20 * 4096);
    for (std::size_t at = 100; at < size; at += 4096) {
        CAPTURE(at);
        const auto damaged = disk->after_power_cut(Unflushed::kept);
        damaged->damage(kFile, at);
        auto ledger = open_ledger(*damaged, random);
        if (ledger) {
            const auto faults = ledger->audit().check();
            CHECK((!faults || !faults->empty()));
        } else {
            CHECK((ledger.error().code == Code::refused || ledger.error().code == Code::corrupt ||
                   ledger.error().code == Code::io));
        }
    }
}
