#pragma once

// A station and a hub, real but for the link between them, on which each try has a fate.

#include <doctest/doctest.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <string>
#include <vector>

#include "core/platform/system.h"
#include "core/platform/worker_threads.h"
#include "core/store/sqlite/database.h"
#include "core/vault.h"
#include "sync/exchange.h"
#include "tests/support/ledgers.h"
#include "tests/support/store_keys.h"
#include "van-station/app/record.h"
#include "van-station/app/synchronise.h"

namespace spot::support {

using core::Bytes;
using core::Code;
using core::Instant;
using station::SyncReport;

constexpr Instant kNow = 1'700'000'000'000;

class VirtualClock final : public core::Clock {
public:
    Instant now() override { return now_; }
    void pass(Instant ms) { now_ += ms; }

private:
    Instant now_ = kNow;
};

// Whoever comes is known: enrolment is the registry's test.
class OneStation final : public sync::Stations {
public:
    core::Result<std::optional<sync::StationRecord>> find(std::uint64_t device) override {
        record_.device = device;
        record_.revoked = ++finds > trusted_finds;
        return std::optional(record_);
    }
    core::Result<> enrol(std::uint64_t, const sync::EnrolmentCode&, const core::PublicKey& sign,
                         const core::PublicKey& seal, Instant) override {
        record_.sign = sign;
        record_.seal = seal;
        record_.enrolled = true;
        return {};
    }
    void heard_from(const core::ExchangeRow& exchange, std::optional<std::uint64_t>) override {
        exchanges.push_back(exchange);
    }
    std::vector<core::ExchangeRow> exchanges;

    int finds = 0;
    int trusted_finds = INT_MAX;  // after so many it is revoked

private:
    sync::StationRecord record_;
};

// `reconnect`: the connection broke, the carrier made another by itself, and all arrived.
enum class Fate {
    deliver,
    reconnect,
    lose_answer,
    cut_in_middle,
    not_reached,
    http_error,
    rubbish,
    silence
};

// A real hub behind a link on which each try has a fate; the last one goes on.
class FatefulCarrier final : public sync::Carrier {
public:
    FatefulCarrier(core::Ledger& hub, const sync::HubKeys& keys, VirtualClock& clock,
                   core::Random& random)
        : hub_(hub), keys_(keys), clock_(clock), random_(random) {}

    core::Result<sync::Reply> exchange(sync::Body body, const Progress&) override {
        const auto request_bytes = sync::whole(std::move(body));
        REQUIRE(request_bytes);
        const core::View request(*request_bytes);
        const Fate fate = fates.size() > tries ? fates[tries] : fates.back();
        ++tries;
        sizes.push_back(request.size());
        answered_ = fate == Fate::http_error;
        const bool kept = std::exchange(connected_, false) && fate != Fate::reconnect;
        if (fate == Fate::not_reached) return core::fail(Code::offline, "not reached");
        if (fate == Fate::silence) clock_.pass(20'000);
        wasted_ += request.size();
        if (fate == Fate::silence || fate == Fate::http_error)
            return core::fail(Code::offline, "failed");

        sync::HubExchange exchange(hub_, stations, keys_, random_, codecs);
        const bool whole = fate != Fate::cut_in_middle;
        const auto cut = std::min(cut_at == 0 ? request.size() / 2 : cut_at, request.size());
        const auto part = request.first(whole ? request.size() : cut);
        constexpr std::size_t kPiece = 16 * 1024;  // as the server hands them over
        for (std::size_t at = 0; at < part.size(); at += kPiece) {
            const auto taken = exchange.receive(
                part.subspan(at, std::min(kPiece, part.size() - at)), clock_.now());
            if (!taken && taken.error().code == Code::busy)
                return core::fail(Code::offline, "busy");
            REQUIRE(taken);
        }
        if (!whole) {
            exchange.cut(clock_.now());
            return core::fail(Code::offline, "cut");
        }
        auto answer = exchange.finish(clock_.now());
        REQUIRE(answer);
        if (fate == Fate::lose_answer) return core::fail(Code::offline, "answer lost");
        wasted_ -= request.size();
        if (fate == Fate::rubbish) answer = Bytes{1, 2, 3};
        const std::uint64_t size = answer->size();
        connected_ = true;
        return sync::Reply{std::move(*answer), request.size(), size, !kept};
    }
    std::uint64_t wasted_bytes() const override { return wasted_; }
    bool answered() const override { return answered_; }

    std::vector<Fate> fates{Fate::deliver};
    std::size_t cut_at = 0;  // bytes; 0: the middle
    std::size_t tries = 0;
    std::vector<std::size_t> sizes;
    core::WorkerThreads workers{2};
    sync::CodecShare codecs{workers};
    OneStation stations;

private:
    core::Ledger& hub_;
    const sync::HubKeys& keys_;
    VirtualClock& clock_;
    core::Random& random_;
    std::uint64_t wasted_ = 0;
    bool connected_ = false;
    bool answered_ = false;
};

struct OnALink {
    OnALink() {
        core::start_crypto();
        std::string name = (std::filesystem::temp_directory_path() / "spot-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder = name;
        hub_keys = {1, core::SecretKey::random(random), core::SecretKey::random(random)};
        sync::Slip slip;
        slip.station = "van-07";
        slip.device = kDevice;
        slip.url = "https://hub.example";
        slip.hub_sign = core::sign_public(hub_keys.sign_seed);
        slip.hub_seal = core::seal_public(hub_keys.seal_secret);
        slip.expires = kNow + 1;
        REQUIRE(station::make_station(folder / "van", slip, passphrase, kNow, random));
        open("van");
        open_hub();
    }
    ~OnALink() {
        carrier.reset();
        van.reset();
        hub.reset();
        std::filesystem::remove_all(folder);
    }

    void open_hub() {
        auto store = core::Ledger::open(folder / "hub.db", store_keys(hub_store_key),
                                        {core::Party::hub, &core::Catalogue::shipped(), &random});
        REQUIRE(store);
        hub = std::make_unique<core::Ledger>(std::move(*store));
        const OneStation known = carrier ? carrier->stations : OneStation();
        carrier = std::make_unique<FatefulCarrier>(*hub, hub_keys, clock, random);
        carrier->stations = known;
    }
    // Its store, as another program would have it.
    core::Database van_store() {
        const auto keys = core::Vault::open(folder / "van" / "keys.json", passphrase, random);
        REQUIRE(keys);
        auto opened = core::Database::open(folder / "van" / "station.db", keys->store);
        REQUIRE(opened);
        return std::move(*opened);
    }
    core::Database hub_store() {
        auto opened = core::Database::open(folder / "hub.db", hub_store_key);
        REQUIRE(opened);
        return std::move(*opened);
    }
    void open(const char* name) {
        van.reset();
        auto opened = station::open_station(folder / name, passphrase, random);
        REQUIRE(opened);
        van = std::make_unique<station::Station>(std::move(*opened));
    }
    // Texts that no codec makes small, so that a bundle has several frames.
    void record(int count) {
        station::Recorder recorder(*van, clock);
        for (int i = 0; i < count; ++i) {
            std::array<std::uint8_t, 400> noise{};
            random.fill(noise);
            const auto done = recorder.record(
                R"({"kind":"feedback.training","at":"2017-10-16T09:15:55.891+01:00","feedback":")" +
                std::to_string(recorded++) + R"(","text":")" + core::to_hex(noise) + R"("})");
            REQUIRE(done);
        }
    }
    SyncReport sync(std::vector<Fate> fates) {
        carrier->fates = std::move(fates);
        carrier->tries = 0;
        carrier->sizes.clear();
        const auto report = station::synchronise(
            *van, *carrier, {clock, random, [this](int ms) { clock.pass(ms); }, {}});
        REQUIRE(report);
        return *report;
    }
    std::uint64_t at_hub() { return hub->replica().tip({kDevice, 1}).seq; }

    static constexpr std::uint64_t kDevice = 7;
    const core::Passphrase passphrase{"correct horse"};
    core::SystemRandom random;
    const core::SecretKey hub_store_key = core::SecretKey::random(random);
    VirtualClock clock;
    std::filesystem::path folder;
    sync::HubKeys hub_keys;
    std::unique_ptr<core::Ledger> hub;
    std::unique_ptr<station::Station> van;
    std::unique_ptr<FatefulCarrier> carrier;
    int recorded = 0;
};

}  // namespace spot::support
