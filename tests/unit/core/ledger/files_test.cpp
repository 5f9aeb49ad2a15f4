// Goal: of a request's files the hub takes what the request names, from its station, once, and
// nothing else; and nobody reads them without the person's key.

#include <algorithm>

#include "core/store/sqlite/database.h"
#include "tests/support/filed_request.h"

using namespace spot;
using namespace spot::support;
using core::Bytes;
using core::Code;
using core::Hash;
using core::Kind;
using core::Ledger;
using core::Party;
using core::RecordId;
using core::View;
using State = core::FileState;

namespace {

struct Ends {
    Side van{Party::station, 1}, hub{Party::hub, 2};
    RecordId session;
    std::uint64_t seconds = 1;

    Ends() {
        const auto opened =
            van->journal().append(Kind::session_open, "s", "m.abrantes", session_intent(seconds++));
        REQUIRE(opened.has_value());
        session = opened->record;
    }
    Filed file(const std::vector<Bytes>& contents) {
        return file_request(*van, seconds++, session, contents);
    }
    void up() { hand_over(van, hub, kStationLog); }

    std::vector<core::AwaitedFile> awaited(std::size_t count = 100) {
        const auto out = hub->files().awaited(kStationLog, count);
        REQUIRE(out.has_value());
        return *out;
    }
    State state(const core::RequestFile& file) {
        const auto out = hub->files().state(file);
        REQUIRE(out.has_value());
        return *out;
    }
    void bring(const core::RequestFile& file, View content, std::size_t piece = 1000) {
        for (std::size_t at = 0; at < content.size(); at += piece)
            REQUIRE(
                hub->files()
                    .add_chunk(file, at, content.subspan(at, std::min(piece, content.size() - at)))
                    .has_value());
    }
    std::optional<Bytes> at_hub(const core::RequestFile& file) {
        const auto out = hub->attachments().find(file.request.text(), file.hash);
        REQUIRE(out.has_value());
        return *out;
    }
    void at_store(Side& side, const char* sql) {
        auto opened = core::Database::open(side.file(), side.key());
        REQUIRE(opened.has_value());
        REQUIRE(opened->run(sql).has_value());
    }
};

}  // namespace

TEST_CASE("what a request names is awaited, comes in pieces and is there once it is whole") {
    Ends all;
    const Bytes photo = some_bytes(2500), paper = some_bytes(10, 2);
    const Filed first = all.file({photo});
    const Filed second = all.file({paper});
    CHECK(all.awaited().empty());
    all.up();
    const auto awaited = all.awaited();
    REQUIRE(awaited.size() == 2);
    CHECK(awaited[0].file == first.files[0]);
    CHECK(awaited[0].bytes == photo.size());
    CHECK(awaited[1].file == second.files[0]);
    CHECK(all.awaited(1).size() == 1);
    CHECK(all.hub->files().counts(kDevice)->awaited == 2);

    REQUIRE(all.hub->files().add_chunk(first.files[0], 0, View(photo).first(1000)));
    all.hub.open();
    CHECK(all.awaited()[0].have == 1000);
    CHECK(!all.at_hub(first.files[0]));
    CHECK(all.state(first.files[0]) == State::awaited);
    // Repeated ones change nothing, nor do ones that don't follow.
    REQUIRE(all.hub->files().add_chunk(first.files[0], 0, View(photo).first(1000)));
    REQUIRE(all.hub->files().add_chunk(first.files[0], 1500, View(photo).subspan(1500)));
    CHECK(all.awaited()[0].have == 1000);
    // Of what is half known the rest counts.
    REQUIRE(all.hub->files().add_chunk(first.files[0], 500, View(photo).subspan(500)));
    CHECK(all.state(first.files[0]) == State::whole);
    CHECK(all.at_hub(first.files[0]) == photo);
    REQUIRE(all.awaited().size() == 1);
    all.bring(second.files[0], paper);
    all.bring(second.files[0], paper);
    CHECK(all.at_hub(second.files[0]) == paper);
    CHECK(all.awaited().empty());
    CHECK(all.hub->files().counts(kDevice)->awaited == 0);
    CHECK(all.hub->audit().check()->empty());

    std::vector<core::ReceivedFile> listed;
    const auto keep = [&](const core::ReceivedFile& one) -> core::Result<> {
        listed.push_back(one);
        return {};
    };
    REQUIRE(all.hub->files().each(std::nullopt, keep));
    REQUIRE(listed.size() == 2);
    CHECK(listed[0].file == first.files[0]);
    CHECK(listed[0].have == photo.size());
    listed.clear();
    REQUIRE(all.hub->files().each(second.request, keep));
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].state == State::whole);
}

TEST_CASE("something else is not kept, comes last from then on, and is given up in the end") {
    Ends all;
    const Bytes photo = some_bytes(2500), other = some_bytes(2500, 9), paper = some_bytes(10, 2);
    const Filed asked = all.file({photo});
    const Filed later = all.file({paper});
    all.up();
    CHECK(all.hub->files().add_chunk(asked.files[0], 0, some_bytes(2501)).error().code ==
          Code::limit);
    CHECK(all.awaited()[0].have == 0);

    all.bring(asked.files[0], other);
    CHECK(!all.at_hub(asked.files[0]));
    auto awaited = all.awaited();
    REQUIRE(awaited.size() == 2);
    CHECK(awaited[0].file == later.files[0]);
    CHECK(awaited[1].file == asked.files[0]);
    CHECK(awaited[1].have == 0);
    SUBCASE("the right one is taken after it") {
        all.bring(asked.files[0], photo);
        CHECK(all.at_hub(asked.files[0]) == photo);
    }
    SUBCASE("three times") {
        all.bring(asked.files[0], other);
        all.bring(asked.files[0], other);
        CHECK(all.state(asked.files[0]) == State::given_up);
        all.bring(asked.files[0], photo);
        CHECK(all.state(asked.files[0]) == State::given_up);
        CHECK(all.hub->files().counts(kDevice)->given_up == 1);
    }
    SUBCASE("its station has it not") {
        REQUIRE(all.hub->files().mark_failed(asked.files[0]));
        CHECK(all.awaited().size() == 1);
        CHECK(all.state(asked.files[0]) == State::given_up);
    }
    CHECK(all.hub->files().add_chunk({asked.request, Hash{}}, 0, photo).error().code ==
          Code::not_found);
    CHECK(all.state({asked.request, Hash{}}) == State::unknown);
    CHECK(all.state({all.session, asked.files[0].hash}) == State::unknown);
}

TEST_CASE("only requests that count are asked for") {
    Ends all;
    const Bytes photo = some_bytes(2500);
    SUBCASE("not one in quarantine, until it is let out") {
        const Filed asked = all.file({photo});
        all.up();
        all.at_store(all.hub,
                     "INSERT INTO quarantine (entry, code) SELECT entry, 'diverged' FROM file_of");
        all.hub.open();
        CHECK(all.awaited().empty());
        CHECK(all.state(asked.files[0]) == State::unknown);
        CHECK(all.hub->files().counts(kDevice)->awaited == 0);
        all.at_store(all.hub, "DELETE FROM quarantine");
        all.hub.open();
        CHECK(all.awaited().size() == 1);
    }
    SUBCASE("not one that may be taken back, nor once it was") {
        const core::Mark before = *all.hub->replica().mark(kStationLog);
        all.file({photo});
        const core::Tip tip = all.van->replica().tip(kStationLog);
        const auto entries = all.van->replica().entries(kStationLog, 1, tip.seq);
        REQUIRE(all.hub->replica().offer_period_secrets(
            kStationLog, *all.van->replica().period_secrets(kStationLog, 1, tip.seq)));
        REQUIRE(all.hub->replica().receive(kStationLog, *entries));
        CHECK(all.awaited().empty());
        REQUIRE(all.hub->replica().discard_after(kStationLog, before));
        REQUIRE(
            all.hub->files().each(std::nullopt, [](const core::ReceivedFile&) -> core::Result<> {
                FAIL("a file is still named");
                return {};
            }));
        REQUIRE(all.hub->replica().receive(kStationLog, *entries));
        REQUIRE(all.hub->replica().finalize(kStationLog));
        CHECK(all.awaited().size() == 1);
    }
    SUBCASE("not of who was erased") {
        const Filed asked = all.file({photo, some_bytes(10, 2)});
        all.up();
        all.bring(asked.files[0], photo);
        CHECK(all.awaited().size() == 1);
        all.at_store(all.hub, "UPDATE subject SET key = x''");
        all.hub.open();
        CHECK(all.awaited().empty());
        CHECK(!all.at_hub(asked.files[0]));
        CHECK(all.state(asked.files[0]) == State::unknown);
        CHECK(all.hub->files().counts(kDevice)->awaited == 0);
        CHECK(all.hub->files().add_chunk(asked.files[1], 0, some_bytes(5, 2)).error().code ==
              Code::not_found);
    }
    SUBCASE("not by another device") {
        all.file({photo});
        all.up();
        CHECK(all.hub->files().awaited({kDevice + 1, 1}, 100)->empty());
        CHECK(all.hub->files().counts(kDevice + 1)->awaited == 0);
    }
}

TEST_CASE("a hub that received requests before it asked for files asks for theirs") {
    Ends all;
    const Filed asked = all.file({some_bytes(2500)});
    all.up();
    all.at_store(all.hub,
                 "DELETE FROM file_of; DELETE FROM file;"
                 " DELETE FROM setting WHERE name = 'ledger.files_named'");
    all.hub.open();
    REQUIRE(all.awaited().size() == 1);
    CHECK(all.awaited()[0].file == asked.files[0]);
    all.hub.open();
    CHECK(all.awaited().size() == 1);
}

TEST_CASE("what several requests of a person name comes once") {
    Ends all;
    const Bytes photo = some_bytes(2500);
    const Filed first = all.file({photo}), second = all.file({photo});
    all.up();
    CHECK(all.awaited().size() == 1);
    CHECK(all.hub->files().counts(kDevice)->awaited == 1);
    all.bring(first.files[0], photo);
    CHECK(all.awaited().empty());
    CHECK(all.at_hub(second.files[0]) == photo);
    const Filed third = all.file({photo});
    all.up();
    CHECK(all.awaited().empty());
    CHECK(all.state(third.files[0]) == State::whole);
}

TEST_CASE("a station asks about what the hub has not spoken of, once its request is there") {
    Ends all;
    const Filed asked = all.file({some_bytes(2500)});
    CHECK(all.van->files().unconfirmed(10)->empty());
    CHECK(all.van->files().counts(kDevice)->awaited == 1);
    all.up();
    CHECK(*all.van->files().unconfirmed(10) == asked.files);
    CHECK(*all.van->files().set_remote_state(asked.files[0], State::whole));
    CHECK(!*all.van->files().set_remote_state(asked.files[0], State::whole));
    CHECK(all.van->files().unconfirmed(10)->empty());
    CHECK(all.van->files().counts(kDevice)->awaited == 0);
    CHECK(all.van->files().remote_states(asked.request)->at(asked.files[0].hash) == State::whole);
    CHECK(*all.van->files().set_remote_state(asked.files[0], State::given_up));
    CHECK(all.van->files().counts(kDevice)->given_up == 1);
    CHECK(*all.van->files().set_remote_state(asked.files[0],
                                             State::awaited));  // the hub was restored
    CHECK(all.van->files().unconfirmed(10)->size() == 1);
    CHECK(!*all.van->files().set_remote_state({asked.request, Hash{}}, State::whole));
    all.at_store(all.van, "UPDATE subject SET key = x''");
    all.van.open();
    CHECK(all.van->files().unconfirmed(10)->empty());
    CHECK(all.van->files().counts(kDevice)->awaited == 0);
}

TEST_CASE("after a fork each copy is asked for its own, and what is there is not asked for again") {
    Ends all;
    const Bytes shared = some_bytes(100), mine = some_bytes(200, 2), theirs = some_bytes(300, 3);
    const Filed common = all.file({shared});
    all.up();
    Side copy{Party::station, 3};
    const core::Tip parted = all.van->replica().tip(kStationLog);
    all.van.copy_to(copy);
    const Filed here = all.file({mine, some_bytes(50, 4)});
    all.up();
    all.bring(here.files[1], some_bytes(50, 4));
    // The other life has one file that this one has, too.
    const Filed there = file_request(*copy, 500, all.session, {theirs, some_bytes(50, 4)});

    // A word about the old request says nothing of the one that is written again.
    REQUIRE(copy->files().set_remote_state(there.files[0], State::whole));

    constexpr core::LogId kNext{kDevice, 2};
    REQUIRE(copy->journal().branch(kStationLog, parted, kNext));
    REQUIRE(copy->journal().write_to(kNext));
    REQUIRE(all.hub->replica().keep_branch(kNext, copy->replica().branch_of(kNext)));
    hand_over(copy, all.hub, kNext);
    const auto now = copy->journal().find("request", there.request.text());
    REQUIRE(now.has_value());

    const auto of_copy = all.hub->files().awaited(kNext, 100);
    REQUIRE(of_copy->size() == 2);  // not `mine`, which the copy never had
    CHECK((*of_copy)[0].file == common.files[0]);
    CHECK((*of_copy)[1].file == core::RequestFile{*now, there.files[0].hash});
    const auto of_van = all.awaited();
    REQUIRE(of_van.size() == 2);
    CHECK(of_van[1].file == here.files[0]);

    CHECK(copy->files().unconfirmed(10)->size() == 3);
    CHECK(all.state({*now, there.files[1].hash}) == State::whole);
    all.bring((*of_copy)[1].file, theirs);
    CHECK(*all.hub->attachments().find(now->text(), there.files[0].hash) == theirs);
}
