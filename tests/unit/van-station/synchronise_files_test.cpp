// Goal: a request's files come to the hub whatever the link does: after all records, each byte
// about once, and the station says "at the hub" only of what the hub has said to have.

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/filed_request.h"
#include "tests/support/on_a_link.h"

using namespace spot;
using core::Bytes;
using core::Ledger;
using support::Fate;
using support::Filed;
using support::OnALink;
using support::some_bytes;
using State = core::FileState;

namespace {

constexpr std::size_t kIdleBytes = 500;
constexpr std::size_t kAskingBytes = 1000;  // a head that speaks of as many files as it may

// A van whose requests have files.
struct Filing : OnALink {
    core::RecordId session;
    std::uint64_t seconds = 1;
    std::vector<std::pair<core::RequestFile, Bytes>> all;

    Filing() { open_session(); }
    void open_session() {
        REQUIRE(van->ledger.journal().write_to(*van->log()));
        const auto done = van->ledger.journal().append(core::Kind::session_open, "", "m.abrantes",
                                                       support::session_intent(seconds++));
        REQUIRE(done);
        session = done->record;
    }
    Filed file(const std::vector<Bytes>& contents) {
        const Filed done = support::file_request(van->ledger, seconds++, session, contents);
        for (std::size_t i = 0; i < contents.size(); ++i)
            all.emplace_back(done.files[i], contents[i]);
        return done;
    }
    State told(const core::RequestFile& file) {
        return van->ledger.files().remote_states(file.request)->at(file.hash);
    }
    bool at_hub(const core::RequestFile& file, const Bytes& content) {
        const auto found = hub->attachments().find(file.request.text(), file.hash);
        return found && *found == content;
    }
    bool all_there() {
        return std::all_of(all.begin(), all.end(), [&](const auto& one) {
            return at_hub(one.first, one.second) && told(one.first) == State::whole;
        });
    }
    std::size_t sent() const {
        std::size_t out = 0;
        for (const std::size_t size : carrier->sizes) out += size;
        return out;
    }
    bool idle() {
        const auto report = sync({Fate::deliver});
        return report.round_trips == 1 && sent() < kIdleBytes && report.received_bytes < kIdleBytes;
    }
};

}  // namespace

TEST_CASE("records go first, files in a bundle of their own, and then nothing is said of them") {
    Filing f;
    f.file({some_bytes(10'000), some_bytes(1, 2), some_bytes(sync::kPieceBytes, 3)});
    f.file({some_bytes(2 * sync::kPieceBytes, 4)});
    const auto report = f.sync({Fate::deliver});
    CHECK(report.state == "ok");
    CHECK(report.exit() == core::Exit::done);
    CHECK(report.round_trips == 2);
    CHECK(report.sent_files == 4);
    CHECK(report.waiting_files == 0);
    CHECK(f.carrier->sizes[0] < 2000);
    CHECK(f.all_there());
    CHECK(f.idle());
    CHECK(f.hub->audit().check()->empty());
}

TEST_CASE("more and larger files than a bundle holds") {
    Filing f;
    for (std::uint64_t i = 0; i < 20; ++i) f.file({some_bytes(1000 + i, 10 + i)});
    f.file({some_bytes(core::kFileBytesMax, 5)});
    const auto report = f.sync({Fate::deliver});
    CHECK(report.state == "ok");
    CHECK(report.sent_files == 21);
    CHECK(report.round_trips == 7);  // records, 16 files, 5 and most of a MiB, and three more
    for (const std::size_t size : f.carrier->sizes)
        CHECK(size < sync::kFileBytesABundle * 101 / 100);
    CHECK(f.all_there());
    CHECK(f.idle());
}

TEST_CASE("a cut anywhere loses a piece at most") {
    Filing f;
    const std::size_t sizes[] = {3000, 2 * sync::kPieceBytes, 5000};
    const std::size_t whole = sizes[0] + sizes[1] + sizes[2];
    constexpr std::size_t kAround = 700;  // heads, seals, and what a chunk costs
    for (std::size_t at = 1; at < whole + kAround; at += 577) {
        CAPTURE(at);
        f.file({some_bytes(sizes[0], 3 * at), some_bytes(sizes[1], 3 * at + 1),
                some_bytes(sizes[2], 3 * at + 2)});
        f.carrier->cut_at = at;
        const auto report =
            f.sync({Fate::deliver, Fate::cut_in_middle, Fate::not_reached, Fate::deliver});
        CHECK(report.state == "ok");
        CHECK(report.sent_files == 3);
        REQUIRE(f.carrier->sizes.size() == 5);  // records, cut, gone, probe, rest
        CHECK(f.carrier->sizes[3] < kAskingBytes);
        const std::size_t arrived = at - std::min(at, kAround);
        CHECK(f.carrier->sizes[4] <=
              whole + kAround - std::min(arrived, whole) + sync::kPieceBytes);
    }
    CHECK(f.all_there());
    CHECK(f.idle());
}

TEST_CASE("a link that swallows much when it breaks gets less at once, until it holds") {
    Filing f;
    f.file({some_bytes(1'500'000)});
    f.carrier->cut_at = 200'000;
    const auto report = f.sync({Fate::deliver, Fate::cut_in_middle, Fate::deliver, Fate::deliver});
    CHECK(report.state == "ok");
    CHECK(f.all_there());
    const auto& sizes = f.carrier->sizes;
    REQUIRE(sizes.size() > 50);
    CHECK(sizes[1] > 1'000'000);  // handed over, and 200 kB of it arrived
    const std::size_t first = sizes[3];
    CHECK(first < 200'000 / station::kShareAtOnce + 500);
    CHECK(first > station::kFileBytesAtOnceMin);
    std::size_t small = 0;
    while (sizes[3 + small] == first) ++small;
    CHECK(small >= 3 * station::kShareAtOnce - 1);  // 600 kB went without a cut
    CHECK(sizes[3 + small] > 2 * first - 1000);
}

TEST_CASE("what came through before a cut says how much goes at once after it") {
    Filing f;
    f.file({some_bytes(3'000'000)});
    f.carrier->cut_at = 200'000;
    const auto report =
        f.sync({Fate::deliver, Fate::deliver, Fate::cut_in_middle, Fate::deliver, Fate::deliver});
    CHECK(report.state == "ok");
    CHECK(f.all_there());
    const auto& sizes = f.carrier->sizes;
    REQUIRE(sizes.size() > 10);
    CHECK(sizes[1] > 1'000'000);  // came through, and 200 kB of the next
    CHECK(sizes[4] > sizes[1] / station::kShareAtOnce);
    CHECK(sizes[4] < (sizes[1] + 200'000) / station::kShareAtOnce + 500);
}

TEST_CASE("a link that breaks again and again never gets more at once, whoever sees it break") {
    Filing f;
    f.file({some_bytes(3'500'000)});
    f.carrier->cut_at = 200'000;
    std::vector<Fate> fates{Fate::deliver, Fate::cut_in_middle, Fate::deliver};
    for (int cuts = 0; cuts < 30; ++cuts) {
        for (int whole = 0; whole < 20; ++whole) fates.push_back(Fate::deliver);
        if (cuts % 10 < 5)
            fates.push_back(Fate::reconnect);
        else  // a bundle of which nothing arrives, and the question after it
            fates.insert(fates.end(), {Fate::not_reached, Fate::not_reached, Fate::deliver});
    }
    const auto report = f.sync(fates);
    CHECK(report.state == "ok");
    CHECK(f.all_there());
    const auto& sizes = f.carrier->sizes;
    REQUIRE(sizes.size() > 400);
    for (std::size_t i = 4; i < sizes.size(); ++i) CHECK(sizes[i] < sizes[3] + 100);
}

TEST_CASE("what came before a lost answer is not sent again") {
    const std::vector<std::vector<Bytes>> requests{
        {some_bytes(100'000)}, {some_bytes(300, 2)}, {some_bytes(301, 3), some_bytes(40'000, 4)}};
    Filing f;
    SUBCASE("within a call") {
        for (const auto& contents : requests) {
            f.file(contents);
            const auto report = f.sync({Fate::deliver, Fate::lose_answer, Fate::deliver});
            CHECK(report.state == "ok");
            CHECK(report.sent_files == contents.size());
            for (std::size_t i = 2; i < f.carrier->sizes.size(); ++i)
                CHECK(f.carrier->sizes[i] < kAskingBytes);
        }
    }
    SUBCASE("and the program ended") {
        for (const auto& contents : requests) {
            const Filed asked = f.file(contents);
            f.sync({Fate::deliver, Fate::lose_answer, Fate::not_reached});
            CHECK(f.told(asked.files[0]) == State::awaited);
            f.open("van");
            const auto report = f.sync({Fate::deliver});
            CHECK(report.sent_files == contents.size());
            CHECK(f.sent() < 2 * kAskingBytes);
            REQUIRE(f.van->ledger.journal().write_to(*f.van->log()));
        }
    }
    CHECK(f.all_there());
    CHECK(f.idle());
}

TEST_CASE("what is recorded while files are on their way goes before the next of them") {
    Filing f;
    f.file({some_bytes(3'000'000)});
    f.carrier->fates = {Fate::deliver};
    std::vector<std::uint64_t> at_hub;
    const auto report =
        station::synchronise(*f.van, *f.carrier,
                             {f.clock,
                              f.random,
                              [&](int ms) { f.clock.pass(ms); },
                              {},
                              {},
                              [&] {
                                  at_hub.push_back(f.hub->replica().tip(support::kStationLog).seq);
                                  if (at_hub.size() == 2) f.record(1);
                                  return false;
                              }});
    REQUIRE(report);
    CHECK(report->state == "ok");
    // It was recorded when the second MiB was about to go; the third goes after it.
    CHECK(at_hub == std::vector<std::uint64_t>{2, 2, 2, 3});
    CHECK(report->sent_entries == 3);
    CHECK(f.all_there());
}

TEST_CASE("a hub that was restored from an older copy wants again what it forgot") {
    Filing f;
    const auto copy = [&](const char* from, const char* to) {
        f.hub.reset();
        std::filesystem::copy_file(f.folder / from, f.folder / to,
                                   std::filesystem::copy_options::overwrite_existing);
        f.open_hub();
    };
    f.file({some_bytes(20'000)});
    std::vector<Fate> until_asked{Fate::deliver};
    SUBCASE("the file alone") {
        f.carrier->cut_at = 10'000;
        f.sync({Fate::deliver, Fate::cut_in_middle, Fate::not_reached});
        copy("hub.db", "older.db");
        CHECK(f.sync({Fate::deliver}).sent_files == 1);
    }
    SUBCASE("the request, too") {
        f.record(1);
        until_asked.push_back(Fate::deliver);  // the records first
        copy("hub.db", "older.db");
        CHECK(f.sync({Fate::deliver}).sent_files == 1);
    }
    CHECK(f.all_there());
    copy("older.db", "hub.db");
    CHECK(!f.all_there());
    until_asked.push_back(Fate::not_reached);
    f.sync(until_asked);
    CHECK(f.told(f.all[0].first) == State::awaited);
    CHECK(f.sync({Fate::deliver}).sent_files == 1);
    CHECK(f.all_there());
    CHECK(f.idle());
}

TEST_CASE("what the station has not, or can't read any more, keeps nothing else here") {
    Filing f;
    const Filed gone = f.file({some_bytes(5000)}), good = f.file({some_bytes(6000, 2)});
    auto store = f.van_store();
    SUBCASE("damaged") {
        REQUIRE(store.run("UPDATE attachment SET content = zeroblob(5040) WHERE number = 1"));
    }
    SUBCASE("shorter than the hub has it already") {
        f.carrier->cut_at = 5000;
        f.sync({Fate::deliver, Fate::cut_in_middle, Fate::not_reached});
        REQUIRE(store.run("UPDATE attachment SET content = zeroblob(40) WHERE number = 1"));
    }
    const auto report = f.sync({Fate::deliver});
    CHECK(report.state == "ok");
    CHECK(report.sent_files == 1);
    CHECK(report.refused_files == 1);
    CHECK(report.exit() == core::Exit::attention);
    CHECK(f.told(gone.files[0]) == State::given_up);
    CHECK(f.told(good.files[0]) == State::whole);
    CHECK(f.idle());
    // Of a request that is not wanted any more it needs nobody.
    REQUIRE(f.van->ledger.files().refused(9)->size() == 1);
    REQUIRE(
        f.van->ledger.journal()
            .append(
                core::Kind::request_withdraw, "", "m.abrantes",
                {{"at", support::at(500)}, {"request", gone.request.text()}, {"reason", "Engano."}})
            .has_value());
    CHECK(f.van->ledger.files().refused(9)->empty());
    const auto after = f.sync({Fate::deliver});
    CHECK(after.refused_files == 0);
    CHECK(after.exit() == core::Exit::done);
}

TEST_CASE("a hub that never takes a file is not sent it for ever") {
    Filing f;
    const Filed asked = f.file({some_bytes(3000)});
    // The hub was told of other content of that length.
    f.sync({Fate::deliver, Fate::not_reached});
    auto store = f.hub_store();
    REQUIRE(
        store.run("UPDATE file SET hash = zeroblob(32); UPDATE file_of SET hash = zeroblob(32)"));
    const auto lacking = f.sync({Fate::deliver});
    CHECK(lacking.state == "ok");
    CHECK(f.carrier->tries <= 4);
    CHECK(f.told(asked.files[0]) != State::whole);
    CHECK(lacking.sent_files == 0);
    CHECK(f.sync({Fate::deliver}).round_trips <= 2);
    CHECK(f.idle());
}

TEST_CASE("a file that comes to nothing is sent once a call") {
    Filing f;
    f.file({some_bytes(3000)});
    f.sync({Fate::deliver, Fate::not_reached});
    auto store = f.hub_store();
    REQUIRE(
        store.run("CREATE TRIGGER forgetful AFTER UPDATE ON file"
                  " BEGIN UPDATE file SET have = 0, state = 0; DELETE FROM piece; END"));
    const auto report = f.sync({Fate::deliver});
    CHECK(report.state == "ok");
    CHECK(report.waiting_files == 1);
    CHECK(f.carrier->tries == 2);
    REQUIRE(store.run("DROP TRIGGER forgetful"));
    CHECK(f.sync({Fate::deliver}).sent_files == 1);
}

TEST_CASE("of a request that stands in quarantine nothing is sent until it is let out") {
    Filing f;
    f.file({some_bytes(5000)});
    f.sync({Fate::deliver, Fate::not_reached});
    auto store = f.hub_store();
    REQUIRE(store.run("INSERT INTO quarantine (entry, code) SELECT entry, 'form' FROM file_of"));
    const auto report = f.sync({Fate::deliver});
    CHECK(report.state == "ok");
    CHECK(report.sent_files == 0);
    CHECK(report.refused_files == 1);
    CHECK(f.idle());
    REQUIRE(store.run("DELETE FROM quarantine"));
    CHECK(f.sync({Fate::deliver}).sent_files == 1);
    CHECK(f.all_there());
}

TEST_CASE("of a revoked station no file is taken") {
    Filing f;
    f.file({some_bytes(50'000)});
    f.sync({Fate::deliver, Fate::not_reached});
    f.carrier->stations.trusted_finds = f.carrier->stations.finds + 3;
    const auto report = f.sync({Fate::deliver});
    CHECK(report.state == "revoked");
    CHECK(f.hub->files().awaited(support::kStationLog, 1)->at(0).have < 50'000);
    CHECK(f.told(f.all[0].first) == State::awaited);
}

TEST_CASE("a copied store's files come once, whoever sends them") {
    Filing f;
    f.file({some_bytes(5000)});
    f.sync({Fate::deliver});
    f.van.reset();
    std::filesystem::copy(f.folder / "van", f.folder / "copy",
                          std::filesystem::copy_options::recursive);
    f.open("van");
    REQUIRE(f.van->ledger.journal().write_to(*f.van->log()));
    f.file({some_bytes(6000, 2)});
    REQUIRE(f.sync({Fate::deliver}).sent_files == 1);

    f.open("copy");
    REQUIRE(f.van->ledger.journal().write_to(*f.van->log()));
    const Filed mine = f.file({some_bytes(7000, 3)});
    CHECK(f.sync({Fate::deliver}).state == "fork");
    const auto report = f.sync({Fate::deliver});
    CHECK(report.state == "ok");
    CHECK(report.sent_files == 1);
    CHECK(report.refused_files == 0);
    const auto now = f.van->ledger.journal().find("request", mine.request.text());
    REQUIRE(now);
    CHECK(f.at_hub({*now, mine.files[0].hash}, some_bytes(7000, 3)));
    CHECK(f.idle());
}
