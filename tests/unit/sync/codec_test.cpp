// Goal: every entry that a station can hold comes back letter by letter, and no bytes of a
// stranger make the decoder crash, loop or grow.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync/codec/bit_coder.h"
#include "sync/codec/entry_codec.h"
#include "sync/codec/moment_codec.h"
#include "tests/support/chance.h"

using namespace spot;
using core::Entry;
using core::Kind;
using Json = nlohmann::json;
using tests::SeededRandom;

namespace {

const core::LogId kLog{0x0123456789ABCDEF, 1};

std::string word(SeededRandom& random) {
    static const char* const kWords[] = {"Rua", "do",       "Moinho", "Zé",  "çã", "x",
                                         "12",  "3900-114", ",",      "  ",  "\t", "Чорна",
                                         "😀",   "\"",       "\\",     "A1b2"};
    return kWords[random.below(std::size(kWords))];
}

std::string phrase(SeededRandom& random) {
    std::string out;
    for (auto left = random.below(12); left > 0; --left) out += word(random) + " ";
    if (random.below(20) == 0) out += std::string(1, '\0') + "nul";
    if (random.below(20) == 0) out += std::to_string(random.next());
    return out;
}

Json anything(SeededRandom& random, int depth) {
    switch (random.below(depth > 3 ? 6 : 8)) {
        case 0:
            return nullptr;
        case 1:
            return random.below(2) == 0;
        case 2:
            return random.next() >> random.below(64);
        case 3:
            return -static_cast<std::int64_t>(random.next() >> 1 >> random.below(60));
        case 4:
            return phrase(random);
        case 5:
            return static_cast<double>(random.next()) / 7.0;
        case 6: {
            Json list = Json::array();
            for (auto left = random.below(4); left > 0; --left)
                list.push_back(anything(random, depth + 1));
            return list;
        }
        default: {
            Json map = Json::object();
            for (auto left = random.below(4); left > 0; --left)
                map[phrase(random)] = anything(random, depth + 1);
            return map;
        }
    }
}

std::string moment(SeededRandom& random) {
    sync::MomentParts parts;
    parts.ms = 1'508'000'000'000 + static_cast<std::int64_t>(random.below(90'000'000'000));
    parts.offset_minutes = static_cast<int>(random.below(3)) * 60;
    parts.with_ms = random.below(3) > 0;
    if (!parts.with_ms) parts.ms -= parts.ms % 1000;
    parts.zulu = random.below(5) == 0;
    if (parts.zulu) parts.offset_minutes = 0;
    return parts.text();
}

Json request(SeededRandom& random, const std::string& session) {
    Json intent{{"session", session},
                {"at", moment(random)},
                {"station", "van-11"},
                {"service", random.below(4) == 0 ? "NEW-1" : "IRN-001"}};
    intent["fields"] = {{"motivo", phrase(random)},
                        {"iban", "PT50000201231234567890154"},
                        {"unheard_of", phrase(random)}};
    intent["citizen"] = {{"name", phrase(random)},
                         {"nif", std::to_string(random.below(999999999))},
                         {"birth_date", "1951-02-28"},
                         {"phone", "911222333"},
                         {"address", phrase(random)}};
    return intent;
}

// A plausible log in which every kind, and now and then every oddity, occurs.
std::vector<Entry> made_up(std::uint64_t seed, std::size_t count) {
    SeededRandom random(seed);
    std::vector<Entry> log;
    std::vector<std::string> sessions, requests;
    while (log.size() < count) {
        Entry entry;
        entry.log = kLog;
        entry.seq = log.size() + 1;
        entry.kind = static_cast<Kind>(1 + random.below(core::kKindMax));
        entry.run = 77 + log.size() / 50;
        entry.user = random.below(3) == 0 ? "a.moreno" : "t.lagos";
        entry.check = static_cast<std::uint16_t>(random.below(3) == 0 ? 0 : random.next());
        if (log.size() > 40) entry.seen = {1, log.size() / 20};
        const std::string session = sessions.empty() || random.below(30) == 0
                                        ? core::RecordId{{99, 2}, 5}.text()
                                        : sessions[random.below(sessions.size())];
        const std::string asked =
            requests.empty() ? session : requests[random.below(requests.size())];
        Json intent{{"at", moment(random)}, {"station", "van-11"}, {"session", session}};
        switch (entry.kind) {
            case Kind::session_open:
                intent.erase("session");
                intent["place"] = {{"name", phrase(random)}, {"parish", "080901"}};
                intent["mediator"] = entry.user;
                intent["privacy_notice"] = {
                    {"version", "1"}, {"explained", true}, {"accepted", false}};
                sessions.push_back(entry.id().text());
                break;
            case Kind::request_queue:
                intent = request(random, session);
                requests.push_back(entry.id().text());
                break;
            case Kind::request_edit:
            case Kind::hub_edit:
                intent.erase("session");
                intent["request"] = asked;
                intent["set"] = {{"fields.motivo", phrase(random)},
                                 {"citizen.phone", "922333444"},
                                 {"status", phrase(random)},
                                 {"fields.unheard_of", "x"}};
                break;
            case Kind::receipt_print:
                intent["lines"] =
                    Json::array({{{"service", "IRN-001"}, {"cents", random.below(4000)}},
                                 {{"service", "COPIAS"}, {"cents", 40}, {"qty", 2}}});
                intent["total_cents"] = random.below(5000);
                intent["vat"] = {{"rate", 23}, {"cents", random.below(99)}};
                intent["series"] = "S1";
                intent["number"] = log.size();
                break;
            case Kind::session_close:
                intent["outcome"] = "queued";
                intent["minutes"] = random.below(90);
                intent["notes"] = phrase(random);
                break;
            default:
                intent["text"] = phrase(random);
                intent["scores"] = {{"waiting_time", 4}};
                break;
        }
        if (random.below(4) == 0) intent[phrase(random) + "key"] = anything(random, 0);
        if (random.below(9) == 0) intent["at"] = anything(random, 0);
        if (random.below(9) == 0) intent.erase("station");
        entry.intent = intent.dump();
        log.push_back(std::move(entry));
    }
    return log;
}

std::unique_ptr<sync::EntryCodec> codec_of(std::uint64_t first, std::uint64_t entries,
                                           std::span<const Entry> context) {
    auto made = sync::EntryCodec::make(kLog, first, entries, context);
    REQUIRE(made.has_value());
    return std::move(*made);
}

std::vector<core::Bytes> write_all(const std::vector<Entry>& log, std::size_t context) {
    const std::span<const Entry> all = log;
    const auto codec = codec_of(context + 1, log.size() - context, all.first(context));
    std::vector<core::Bytes> frames;
    for (auto rest = all.subspan(context); !rest.empty();) {
        std::size_t taken = 0;
        auto frame = codec->write(rest, taken);
        REQUIRE(frame.has_value());
        frames.push_back(std::move(*frame));
        REQUIRE(taken > 0);
        rest = rest.subspan(taken);
    }
    return frames;
}

}  // namespace

TEST_CASE("bits come back under any chances") {
    SeededRandom random(3);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::pair<bool, std::uint32_t>> bits;
        for (auto left = random.below(300); left > 0; --left)
            bits.emplace_back(random.below(2) == 0,
                              static_cast<std::uint32_t>(1 + random.below(65535)));
        sync::BitCoder writer = sync::BitCoder::writer();
        for (const auto& [bit, chance] : bits) writer.code(bit, chance);
        const core::Bytes coded = writer.finish();
        sync::BitCoder reader = sync::BitCoder::reader(coded);
        for (const auto& [bit, chance] : bits) CHECK(reader.code(false, chance) == bit);
    }
}

TEST_CASE("entries come back letter by letter") {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        const std::vector<Entry> log = made_up(seed, 400);
        const std::size_t context = seed % 3 == 0 ? 64 : 0;
        const auto frames = write_all(log, context);
        const auto codec =
            codec_of(context + 1, log.size() - context, std::span(log).first(context));
        std::size_t at = context;
        for (const core::Bytes& frame : frames) {
            const auto entries = codec->read(frame);
            REQUIRE(entries.has_value());
            for (const Entry& entry : *entries) {
                CHECK(entry.intent == log[at].intent);
                REQUIRE(entry == log[at]);
                ++at;
            }
        }
        CHECK(at == log.size());
    }
}

TEST_CASE("frames keep to their aim, and one large entry has a frame of its own") {
    std::vector<Entry> log = made_up(5, 1200);
    SeededRandom random(9);
    std::string noise;
    while (noise.size() < 30'000) noise += static_cast<char>('!' + random.below(90));
    Json large{{"at", "2018-08-06T10:00:00+01:00"}, {"text", noise}};
    log[600].kind = Kind::complaint_log;
    log[600].intent = large.dump();
    for (const core::Bytes& frame : write_all(log, 0))
        CHECK(frame.size() <=
              (frame.size() > 20'000 ? sync::kFrameBytesMax : sync::kFrameBytesAim));
}

TEST_CASE("hostile frames are refused in bounded time") {
    const std::vector<Entry> log = made_up(21, 120);
    const auto frames = write_all(log, 0);
    SeededRandom random(1);
    for (int round = 0; round < 150; ++round) {
        core::Bytes frame = frames[0];
        if (round % 3 == 0) {
            frame.resize(random.below(frame.size()));
        } else if (round % 3 == 1) {
            frame[random.below(frame.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
        } else {
            frame.resize(1 + random.below(9000));
            random.fill(frame);
        }
        const auto entries = codec_of(1, 120, {})->read(frame);
        if (!entries) continue;
        CHECK(entries->size() <= 120);
        // What was read can be written, and serve as context.
        CHECK(sync::EntryCodec::make(kLog, entries->size() + 1, 1, *entries).has_value());
        CHECK(write_all(*entries, 0).size() > 0);
    }
    CHECK(!codec_of(1, 120, {})->read(core::Bytes(sync::kFrameBytesMax + 1)).has_value());
}

TEST_CASE("what no codec writes is no context, and no reason to end the process") {
    std::vector<Entry> log = made_up(5, 3);
    const auto as = [&](std::string intent) {
        log[1].intent = std::move(intent);
        std::size_t taken = 0;
        const auto made = sync::EntryCodec::make(kLog, 4, 1, log);
        const auto written = codec_of(1, 3, {})->write(log, taken);
        CHECK(made.has_value() == written.has_value());
        if (!made) CHECK(made.error().code == core::Code::corrupt);
        return made.has_value();
    };
    const auto nested = [](int depth) {
        return R"({"x":)" + std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']') + "}";
    };
    CHECK(as(nested(9)));
    CHECK_FALSE(as(nested(10)));
    CHECK_FALSE(as("[]"));
    CHECK_FALSE(as("no JSON"));
    CHECK_FALSE(as(""));
    CHECK(as(Json{{"x", std::vector<int>(512)}}.dump()));
    CHECK_FALSE(as(Json{{"x", std::vector<int>(513)}}.dump()));
    // Moments that lie outside of the years 0 to 9999 in UTC go as text.
    log[1].kind = Kind::feedback_training;
    CHECK(as(R"({"at":"0000-01-01T00:00:00+01:00"})"));
    CHECK(as(R"({"at":"9999-12-31T23:59:59-01:00"})"));
    log[0].kind = Kind::feedback_training;
    log[0].intent = R"({"at":"0000-01-01T00:00:00Z"})";
    CHECK(as(R"({"at":"9999-12-31T23:59:59Z"})"));
    log[1].kind = static_cast<Kind>(15);
    CHECK_FALSE(as("{}"));
}

TEST_CASE("times keep their spelling") {
    for (const char* text : {"2017-10-16T09:15:55.891+01:00", "2018-08-03T23:59:59Z",
                             "2018-08-03T00:00:00.000-02:30", "1999-12-31T23:59:59.999+00:00"}) {
        const auto parts = sync::MomentParts::parse(text);
        REQUIRE(parts.has_value());
        CHECK(parts->text() == text);
    }
    // What would come back otherwise travels as text.
    for (const char* text :
         {"2018-08-03T10:00:00.5Z", "2018-08-03 10:00:00Z", "2018-02-30T10:00:00Z", "",
          "2018-08-03T10:00:00.000+1:00", "2018-08-03T25:00:00Z", "0000-01-01T00:59:59+01:00",
          "9999-12-31T23:00:00-01:00"})
        CHECK(!sync::MomentParts::parse(text).has_value());
}
