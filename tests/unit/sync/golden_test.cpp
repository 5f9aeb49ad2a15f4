// Goal: what travels stays readable. A bundle and its answer, made of fixed keys, fixed chance and
// a fixed deployment, are byte for byte those that are frozen in tests/golden/ (see its README).

#include "tests/support/ledgers.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/platform/worker_threads.h"
#include "sync/exchange.h"

using namespace spot;
using namespace spot::support;
using core::Kind;
using core::Party;

namespace {

constexpr core::Instant kNow = 1'508'500'000'000;  // 2017-10-20
constexpr std::uint64_t kVisits = 5;

core::Bytes frozen(const char* name) {
    std::ifstream file(std::string(SPOT_GOLDEN_FOLDER "/") + name, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    return core::Bytes(all.begin(), all.end());
}

bool freezes() {
    const char* wanted = std::getenv("SPOT_FREEZE_GOLDEN");
    return wanted && *wanted != '\0';
}

// Compares, or writes anew where SPOT_FREEZE_GOLDEN is set.
void compare(const char* name, const core::Bytes& bytes) {
    CAPTURE(std::string(name));
    if (freezes()) {
        std::ofstream file(std::string(SPOT_GOLDEN_FOLDER "/") + name, std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        return;
    }
    const core::Bytes expected = frozen(name);
    REQUIRE(expected.size() > 0);
    CHECK(bytes.size() == expected.size());
    CHECK(bytes == expected);
}

// The one station that there is, enrolled already.
class OneStation final : public sync::Stations {
public:
    explicit OneStation(const sync::StationKeys& keys) {
        record_.device = kDevice;
        record_.name = "van-07";
        record_.sign = core::sign_public(keys.sign_seed);
        record_.seal = core::seal_public(keys.seal_secret);
        record_.enrolled = true;
    }
    core::Result<std::optional<sync::StationRecord>> find(std::uint64_t) override {
        return std::optional(record_);
    }
    core::Result<> enrol(std::uint64_t, const sync::EnrolmentCode&, const core::PublicKey&,
                         const core::PublicKey&, core::Instant) override {
        return core::fail(core::Code::refused, "nobody is enrolled here");
    }
    void heard_from(const core::ExchangeRow&, std::optional<std::uint64_t>) override {}

private:
    sync::StationRecord record_;
};

struct Field {
    Side van{Party::station, 41}, hub{Party::hub, 42};
    tests::SeededRandom random{43};
    sync::HubKeys hub_keys{1, core::SecretKey::random(random), core::SecretKey::random(random)};
    sync::StationKeys keys{kStationLog,
                           core::SecretKey::random(random),
                           core::SecretKey::random(random),
                           core::sign_public(hub_keys.sign_seed),
                           core::seal_public(hub_keys.seal_secret),
                           std::nullopt};
    OneStation stations{keys};
    std::uint64_t second = 0;
    std::size_t events = 0;

    core::RecordId add(Kind kind, Json intent, const char* subject = nullptr,
                       const core::RecordId* id = nullptr) {
        intent["at"] = at(++second * 37);
        if (subject) intent[subject] = id->text();
        if (kind == Kind::receipt_print) {
            intent.erase("series");
            intent.erase("number");
        }
        Side& side = kind == Kind::hub_edit ? hub : van;
        const auto done = side->journal().append(
            kind, "", kind == Kind::hub_edit ? "op.lisboa" : "m.abrantes", std::move(intent));
        REQUIRE_MESSAGE(done.has_value(), done.error().message);
        ++events;
        return done->record;
    }

    // One citizen's visit, with what there may be in it.
    void visit(std::uint64_t n) {
        const auto session = add(Kind::session_open, example_intent(Kind::session_open));
        const auto in = [&](Kind kind, Json intent) {
            return add(kind, std::move(intent), "session", &session);
        };
        const auto request = in(Kind::request_queue, example_intent(Kind::request_queue));
        add(Kind::request_edit, example_intent(Kind::request_edit), "request", &request);
        Json other = example_intent(Kind::request_queue);
        other["citizen"].erase("nif");
        other["citizen"]["name"] = "Rui Sá " + std::to_string(n);
        const auto second_request = in(Kind::request_queue, std::move(other));
        if (n % 2 == 0)
            add(Kind::request_withdraw, example_intent(Kind::request_withdraw), "request",
                &second_request);
        const auto receipt = in(Kind::receipt_print, example_intent(Kind::receipt_print));
        add(Kind::receipt_settle, example_intent(Kind::receipt_settle), "receipt", &receipt);
        if (n == 1) in(Kind::complaint_log, example_intent(Kind::complaint_log));
        in(Kind::session_close, example_intent(Kind::session_close));
    }

    void day() {
        for (std::uint64_t n = 1; n <= kVisits; ++n) visit(n);
        add(Kind::assessment_self, example_intent(Kind::assessment_self));
        add(Kind::feedback_training, example_intent(Kind::feedback_training));
    }

    core::Bytes up(sync::StationExchange& exchange) {
        auto body = exchange.request(kNow, sync::StationExchange::What::everything);
        REQUIRE(body.has_value());
        auto bytes = sync::whole(std::move(*body));
        REQUIRE(bytes.has_value());
        return *bytes;
    }
    core::Bytes answer(const core::Bytes& bundle) {
        core::WorkerThreads workers{0};
        sync::CodecShare codecs(workers);
        sync::HubExchange exchange(*hub, stations, hub_keys, random, codecs);
        const auto taken = exchange.receive(bundle, kNow);
        REQUIRE_MESSAGE(taken.has_value(), taken.error().message);
        auto bytes = exchange.finish(kNow);
        REQUIRE_MESSAGE(bytes.has_value(), bytes.error().message);
        while (*hub->executor().run(100) > 0) continue;
        return *bytes;
    }
};

}  // namespace

TEST_CASE("a bundle and its answer are the bytes that were frozen, and read back") {
    Field field;
    field.day();
    CHECK(field.events == 40);
    sync::StationExchange first(*field.van, field.keys, field.random);
    const core::Bytes up = field.up(first);
    compare("station.bundle", up);

    const core::Bytes down = field.answer(up);
    REQUIRE(first.answer(down, kNow).has_value());
    CHECK(field.hub->quarantine().list(kStationLog).empty());
    CHECK(field.hub->replica().tip(kStationLog) == field.van->replica().tip(kStationLog));
    CHECK(*field.hub->replica().entries(kStationLog, 1, 1000) ==
          *field.van->replica().entries(kStationLog, 1, 1000));
    CHECK(field.hub.lines() == field.van.lines());

    // What the hub writes, and a second bundle that builds on the first.
    for (const std::uint64_t seq : {2, 4}) {
        const core::RecordId request{kStationLog, seq};
        field.add(Kind::hub_edit, example_intent(Kind::hub_edit), "request", &request);
    }
    field.visit(3);
    sync::StationExchange second(*field.van, field.keys, field.random);
    const core::Bytes more = field.up(second);
    compare("station-more.bundle", more);
    const core::Bytes edits = field.answer(more);
    compare("hub.bundle", edits);
    REQUIRE(second.answer(edits, kNow).has_value());
    while (*field.van->executor().run(100) > 0) continue;
    CHECK(field.van->quarantine().list(kHubLog).empty());
    CHECK(*field.van->replica().entries(kHubLog, 1, 10) ==
          *field.hub->replica().entries(kHubLog, 1, 10));
    CHECK(field.hub.lines() == field.van.lines());
}
