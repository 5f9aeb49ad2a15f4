// What travels is what the other side lacks, and nothing else. On vectors: this executable holds
// neither SQLCipher nor Automerge nor a catalogue (see tests/CMakeLists.txt).

#include <doctest/doctest.h>

#include "core/platform/worker_threads.h"
#include "sync/exchange.h"
#include "tests/support/vector_ledger.h"

namespace {

using namespace spot;
using support::VectorLedger;

constexpr core::Instant kNow = 1'800'000'000'000;
constexpr std::uint64_t kDevice = 7;
constexpr core::LogId kStationLog{kDevice, 1};
constexpr core::LogId kHubLog{kDevice | core::kHubBit, 1};

class OneStation final : public sync::Stations {
public:
    core::Result<std::optional<sync::StationRecord>> find(std::uint64_t device) override {
        record_.device = device;
        return std::optional(record_);
    }
    core::Result<> enrol(std::uint64_t, const sync::EnrolmentCode&, const core::PublicKey& sign,
                         const core::PublicKey& seal, core::Instant) override {
        record_.sign = sign;
        record_.seal = seal;
        record_.enrolled = true;
        return {};
    }
    void heard_from(const core::ExchangeRow&, std::optional<std::uint64_t>) override {}

private:
    sync::StationRecord record_;
};

// A station and a hub, and one exchange after another.
struct Pair {
    tests::SeededRandom random{3};
    sync::HubKeys hub_keys{1, core::SecretKey::random(random), core::SecretKey::random(random)};
    sync::StationKeys keys{kStationLog,
                           core::SecretKey::random(random),
                           core::SecretKey::random(random),
                           core::sign_public(hub_keys.sign_seed),
                           core::seal_public(hub_keys.seal_secret),
                           sync::EnrolmentCode{1}};
    VectorLedger station{4}, hub{5};
    OneStation stations;
    core::WorkerThreads workers{0};
    sync::CodecShare codecs{workers};

    sync::Outcome meet() {
        sync::StationExchange asking(station, keys, random);
        auto body = asking.request(kNow, sync::StationExchange::What::everything);
        REQUIRE(body.has_value());
        sync::HubExchange answering(hub, stations, hub_keys, random, codecs);
        const auto bundle = sync::whole(std::move(*body));
        REQUIRE(bundle.has_value());
        REQUIRE(answering.receive(*bundle, kNow).has_value());
        const auto answer = answering.finish(kNow);
        REQUIRE(answer.has_value());
        const auto outcome = asking.answer(*answer, kNow);
        REQUIRE(outcome.has_value());
        keys.enrolment.reset();
        return *outcome;
    }
};

}  // namespace

TEST_CASE("the cursor moves with what the hub acknowledged") {
    Pair pair;
    for (std::uint64_t i = 1; i <= 10; ++i) pair.station.replica().write(kStationLog, i);
    auto outcome = pair.meet();
    CHECK(outcome.state == sync::State::ok);
    CHECK(outcome.sent_entries == 10);
    CHECK(outcome.durable == pair.station.replica().tip(kStationLog));
    CHECK(pair.hub.replica().tip(kStationLog) == pair.station.replica().tip(kStationLog));

    CHECK(pair.meet().sent_entries == 0);
    pair.station.replica().write(kStationLog, 11);
    CHECK(pair.meet().sent_entries == 1);
    CHECK(pair.hub.replica().tip(kStationLog).seq == 11);
}

TEST_CASE("a hub that forgot entries says from where it needs them") {
    Pair pair;
    for (std::uint64_t i = 1; i <= 6; ++i) pair.station.replica().write(kStationLog, i);
    CHECK(pair.meet().state == sync::State::ok);
    pair.hub.replica().forget_after(kStationLog, 2);
    pair.station.replica().write(kStationLog, 7);
    const auto outcome = pair.meet();
    CHECK(outcome.state == sync::State::need_from);
    CHECK(outcome.durable.seq == 2);
    CHECK(pair.hub.replica().tip(kStationLog).seq == 2);
}

TEST_CASE("other entries under the same numbers are a fork") {
    Pair pair;
    for (std::uint64_t i = 1; i <= 3; ++i) pair.station.replica().write(kStationLog, i);
    CHECK(pair.meet().state == sync::State::ok);
    // As a store that was set back would: two more in its place than the hub has by then.
    pair.station.replica().write(kStationLog, 4);
    CHECK(pair.meet().state == sync::State::ok);
    pair.station.replica().forget_after(kStationLog, 3);
    pair.station.replica().write(kStationLog, 40);
    pair.station.replica().write(kStationLog, 50);
    const auto outcome = pair.meet();
    CHECK(outcome.state == sync::State::fork);
    CHECK(pair.hub.replica().tip(kStationLog).seq == 4);
}

TEST_CASE("the hub's own log comes down once") {
    Pair pair;
    CHECK(pair.meet().received_entries == 0);
    pair.hub.replica().write(kHubLog, 1);
    pair.hub.replica().write(kHubLog, 2);
    CHECK(pair.meet().received_entries == 2);
    CHECK(pair.station.replica().tip(kHubLog) == pair.hub.replica().tip(kHubLog));
    CHECK(pair.meet().received_entries == 0);
}
