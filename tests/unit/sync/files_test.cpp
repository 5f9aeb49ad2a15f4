// Goal: what stands behind a head that offers files is taken only as the head says it, and only
// where the hub wants it from that very station.

#include "tests/support/filed_request.h"

#include <climits>

#include "core/platform/worker_threads.h"
#include "sync/bundle.h"
#include "sync/exchange.h"

using namespace spot;
using namespace spot::support;
using core::Bytes;
using core::Code;
using core::Instant;
using core::Ledger;
using core::Party;
using core::View;
using sync::FileOffer;
using sync::FileWanted;
using State = core::FileState;
using What = FileOffer::What;

namespace {

constexpr Instant kNow = 1'700'000'000'000;

class TwoStations final : public sync::Stations {
public:
    explicit TwoStations(const core::PublicKey& sign, const core::PublicKey& seal)
        : sign_(sign), seal_(seal) {}
    core::Result<std::optional<sync::StationRecord>> find(std::uint64_t device) override {
        return std::optional(sync::StationRecord{device, "van", sign_, seal_, true, false});
    }
    core::Result<> enrol(std::uint64_t, const sync::EnrolmentCode&, const core::PublicKey&,
                         const core::PublicKey&, Instant) override {
        return {};
    }
    void heard_from(const core::ExchangeRow&, std::optional<std::uint64_t>) override {}

private:
    core::PublicKey sign_, seal_;
};

// A hub with a request whose files it wants, and somebody with a station's keys who writes bundles
// by hand.
struct Hand {
    Side van{Party::station, 1}, hub{Party::hub, 2};
    tests::SeededRandom random{3};
    core::SecretKey sign = core::SecretKey::random(random), seal = core::SecretKey::random(random);
    sync::HubKeys keys{1, core::SecretKey::random(random), core::SecretKey::random(random)};
    TwoStations stations{core::sign_public(sign), core::seal_public(seal)};
    core::WorkerThreads workers{0};
    sync::CodecShare codecs{workers};
    const Bytes photo = some_bytes(2 * sync::kPieceBytes + 100);
    core::RequestFile file;

    Hand() {
        core::start_crypto();
        const auto opened =
            van->journal().append(core::Kind::session_open, "s", "m.abrantes", session_intent(1));
        file = file_request(*van, 2, opened->record, {photo}).files[0];
        hand_over(van, hub, kStationLog);
    }
    sync::Head head(std::uint64_t device, std::vector<FileOffer> files) {
        sync::Head out;
        out.device = device;
        out.epoch = 1;
        if (device == kDevice)
            out.from = out.last = sync::cursor_of(hub->replica().tip(kStationLog));
        out.files = std::move(files);
        return out;
    }
    Bytes bundle(const sync::Head& head, const std::vector<View>& pieces) {
        auto made = sync::BundleWriter::make(sign, core::seal_public(keys.seal_secret), random);
        REQUIRE(made.has_value());
        sync::BundleWriter& writer = *made;
        writer.head(head);
        for (const View piece : pieces) writer.frame(piece);
        writer.finish();
        return writer.take();
    }
    // The answer's head; or why there is none.
    core::Result<sync::Head> deliver(const Bytes& bundle) {
        sync::HubExchange exchange(*hub, stations, keys, random, codecs);
        SPOT_TRY(exchange.receive(bundle, kNow));
        const auto answer = exchange.finish(kNow);
        if (!answer) return core::Failure(answer.error());
        sync::BundleReader reader(seal);
        reader.feed(*answer);
        const auto message = reader.take();
        REQUIRE((message && *message));
        return sync::parse_head(**message);
    }
    View piece(std::size_t from, std::size_t size) { return View(photo).subspan(from, size); }
    std::vector<View> pieces() {
        return {piece(0, sync::kPieceBytes), piece(sync::kPieceBytes, sync::kPieceBytes),
                piece(2 * sync::kPieceBytes, 100)};
    }
    FileOffer all_of_it() { return {file, What::brings, 0, photo.size()}; }
    std::uint64_t here() {
        const auto wanted = hub->files().awaited(kStationLog, 10);
        return wanted->empty() ? photo.size() : wanted->at(0).have;
    }
};

}  // namespace

TEST_CASE("what is wanted is taken, and the answer says what became of it and what is next") {
    Hand by;
    const auto asked = by.deliver(by.bundle(by.head(kDevice, {}), {}));
    REQUIRE(asked);
    CHECK(asked->answer->told.empty());
    CHECK(asked->answer->wanted == std::vector{FileWanted{by.file, 0}});

    const auto half =
        by.deliver(by.bundle(by.head(kDevice, {{by.file, What::brings, 0, sync::kPieceBytes + 10}}),
                             {by.piece(0, sync::kPieceBytes), by.piece(sync::kPieceBytes, 10)}));
    REQUIRE(half);
    CHECK(half->answer->told == std::vector{State::awaited});
    CHECK(half->answer->wanted == std::vector{FileWanted{by.file, sync::kPieceBytes + 10}});

    const auto whole = by.deliver(by.bundle(by.head(kDevice, {by.all_of_it()}), by.pieces()));
    REQUIRE(whole);
    CHECK(whole->answer->told == std::vector{State::whole});
    CHECK(whole->answer->wanted.empty());
    CHECK(*by.hub->attachments().find(by.file.request.text(), by.file.hash) == by.photo);

    // Again, and asked about: nothing changes. Without files, the answer has no word of them.
    for (const FileOffer& offer : {by.all_of_it(), FileOffer{by.file, What::asks, 0, 0},
                                   FileOffer{by.file, What::lacks, 0, 0}}) {
        const auto pieces = offer.size > 0 ? by.pieces() : std::vector<View>{};
        const auto again = by.deliver(by.bundle(by.head(kDevice, {offer}), pieces));
        REQUIRE(again);
        CHECK(again->answer->told == std::vector{State::whole});
    }
    CHECK(*by.hub->attachments().find(by.file.request.text(), by.file.hash) == by.photo);
}

TEST_CASE("pieces that are not as the head says refuse the bundle; what came before them stays") {
    Hand by;
    const auto refused = [&](std::vector<FileOffer> offers, const std::vector<View>& pieces) {
        const auto answer = by.deliver(by.bundle(by.head(kDevice, std::move(offers)), pieces));
        return !answer && answer.error().code == Code::corrupt;
    };
    auto pieces = by.pieces();
    SUBCASE("too many") {
        pieces.push_back(by.piece(0, 5));
        CHECK(refused({by.all_of_it()}, pieces));
    }
    SUBCASE("too few") {
        pieces.pop_back();
        CHECK(refused({by.all_of_it()}, pieces));
        CHECK(by.here() == 2 * sync::kPieceBytes);
    }
    SUBCASE("a short one in between") {
        pieces[1] = by.piece(sync::kPieceBytes, 10);
        CHECK(refused({by.all_of_it()}, pieces));
    }
    SUBCASE("a long one at the end") {
        pieces[2] = by.piece(0, 101);
        CHECK(refused({by.all_of_it()}, pieces));
    }
    SUBCASE("none announced") {
        CHECK(refused({{by.file, What::asks, 0, 0}}, {by.piece(0, 10)}));
    }
    CHECK(by.here() <= by.photo.size());
    const auto answer = by.deliver(by.bundle(by.head(kDevice, {by.all_of_it()}), by.pieces()));
    REQUIRE(answer);
    CHECK(answer->answer->told == std::vector{State::whole});
}

TEST_CASE("nothing is kept of what is not wanted from that station") {
    Hand by;
    const auto told = [&](std::uint64_t device, const FileOffer& offer,
                          const std::vector<View>& pieces) {
        const auto answer = by.deliver(by.bundle(by.head(device, {offer}), pieces));
        REQUIRE(answer);
        return answer->answer->told.at(0);
    };
    // To another device the request's place means one of its own log.
    CHECK(told(kDevice + 1, by.all_of_it(), by.pieces()) == State::unknown);
    CHECK(told(kDevice + 1, {by.file, What::lacks, 0, 0}, {}) == State::unknown);
    FileOffer other = by.all_of_it();
    other.file.hash[0] ^= 1;
    CHECK(told(kDevice, other, by.pieces()) == State::unknown);
    other = by.all_of_it();
    other.file.request.seq = 1;
    CHECK(told(kDevice, other, by.pieces()) == State::unknown);
    other.file.request.seq = 99;
    CHECK(told(kDevice, other, by.pieces()) == State::unknown);
    other = by.all_of_it();
    other.offset = 5;  // not the file's beginning, and more than its length
    CHECK(told(kDevice, other, by.pieces()) == State::awaited);
    other.size = 50;
    CHECK(told(kDevice, other, {by.piece(5, 50)}) == State::awaited);  // a gap
    CHECK(by.here() == 0);
    CHECK(told(kDevice, {by.file, What::lacks, 0, 0}, {}) == State::given_up);
}

TEST_CASE("a bundle whose head does not follow brings no file either") {
    Hand by;
    sync::Head head = by.head(kDevice, {by.all_of_it()});
    head.from = head.last = {99, {1}};
    const auto answer = by.deliver(by.bundle(head, by.pieces()));
    REQUIRE(answer);
    CHECK(answer->answer->state == static_cast<std::uint8_t>(sync::State::need_from));
    CHECK(answer->answer->told == std::vector<State>{});
    CHECK(answer->answer->wanted.empty());
    CHECK(by.here() == 0);
}

TEST_CASE("bytes that are something else are dropped, and no more than three times") {
    Hand by;
    Bytes wrong = by.photo;
    wrong.back() ^= 1;
    for (int i = 0; i < 3; ++i) {
        const auto answer = by.deliver(by.bundle(
            by.head(kDevice, {by.all_of_it()}),
            {by.piece(0, sync::kPieceBytes), by.piece(sync::kPieceBytes, sync::kPieceBytes),
             View(wrong).subspan(2 * sync::kPieceBytes)}));
        REQUIRE(answer);
        CHECK(answer->answer->told == std::vector{i < 2 ? State::awaited : State::given_up});
        CHECK(answer->answer->wanted.size() == (i < 2 ? 1 : 0));
        if (i < 2) CHECK(by.here() == 0);
    }
}

TEST_CASE("what heads say of files comes back, within limits") {
    Hand by;
    const auto back = [&](const sync::Head& head) -> core::Result<sync::Head> {
        auto made = sync::BundleWriter::make(by.sign, core::seal_public(by.seal), by.random);
        REQUIRE(made.has_value());
        sync::BundleWriter& writer = *made;
        writer.head(head);
        writer.finish();
        sync::BundleReader reader(by.seal);
        reader.feed(writer.take());
        const auto message = reader.take();
        REQUIRE((message && *message));
        return sync::parse_head(**message);
    };
    const std::vector<FileOffer> offers{{by.file, What::asks, 0, 0},
                                        {by.file, What::lacks, 0, 0},
                                        {by.file, What::brings, core::kFileBytesMax - 7, 7},
                                        {by.file, What::brings, 0, sync::kFileBytesABundle - 7}};
    const auto up = back(by.head(kDevice, offers));
    REQUIRE(up);
    CHECK(up->files == offers);

    sync::Head down = by.head(kDevice, {});
    down.answer.emplace();
    down.answer->told = {State::whole, State::unknown};
    down.answer->wanted = {{by.file, 0}, {by.file, core::kFileBytesMax - 1}};
    const auto answer = back(down);
    REQUIRE(answer);
    CHECK(answer->answer->told == down.answer->told);
    CHECK(answer->answer->wanted == down.answer->wanted);

    const auto hostile_up = [&](std::vector<FileOffer> files) {
        return !back(by.head(kDevice, std::move(files)));
    };
    CHECK(hostile_up(std::vector(sync::kFilesMax + 1, offers[0])));
    CHECK(hostile_up({{by.file, What::brings, 0, 0}}));
    CHECK(hostile_up({{by.file, static_cast<What>(3), 0, 0}}));
    CHECK(hostile_up({{by.file, What::brings, core::kFileBytesMax - 7, 8}}));
    CHECK(hostile_up({{by.file, What::brings, ULLONG_MAX, 8}}));
    CHECK(hostile_up({{by.file, What::brings, 0, sync::kFileBytesABundle + 1}}));
    CHECK(hostile_up({offers[3], {by.file, What::brings, 0, 8}}));
    FileOffer nowhere = offers[0];
    nowhere.file.request.seq = 0;
    CHECK(hostile_up({nowhere}));
    sync::Head both = by.head(kDevice, {offers[0]});
    both.last.seq = both.from.seq + 1;
    CHECK(!back(both));  // entries and files

    down.answer->wanted = {{by.file, core::kFileBytesMax}};
    CHECK(!back(down));
    down.answer->wanted.assign(sync::kFilesMax + 1, {by.file, 0});
    CHECK(!back(down));
    down.answer->wanted.clear();
    down.answer->told.assign(sync::kFilesMax + 1, State::whole);
    CHECK(!back(down));
    down.answer->told = {static_cast<State>(4)};
    CHECK(!back(down));
}
