#include <doctest/doctest.h>

#include "sync/bundle.h"
#include "tests/support/chance.h"

using namespace spot;
using tests::SeededRandom;

namespace {

sync::BundleWriter writer_to(const core::PublicKey& reader, const core::SecretKey& sign,
                             core::Random& random) {
    auto made = sync::BundleWriter::make(sign, reader, random);
    REQUIRE(made.has_value());
    return std::move(*made);
}

struct Ends {
    SeededRandom random{7};
    core::SecretKey sign = core::SecretKey::random(random);
    core::SecretKey seal = core::SecretKey::random(random);

    core::Bytes bundle(std::size_t frames) {
        sync::Head head;
        head.device = 42;
        head.epoch = 1;
        head.from = {5, {1, 2, 3}};
        head.last = {9, {4, 5, 6}};
        head.context = 5;
        head.have_epoch = 1;
        head.have = {3, {7}};
        head.clock_ms = 1'533'500'000'000;
        head.backlog = 4;
        head.secrets.push_back({0, core::SecretKey::random(random)});
        sync::BundleWriter writer = writer_to(core::seal_public(seal), sign, random);
        writer.head(head);
        for (std::size_t i = 0; i < frames; ++i)
            writer.frame(core::Bytes(100 + i, static_cast<std::uint8_t>(i)));
        writer.finish();
        return writer.take();
    }

    // What a reader makes of it: all messages, or nothing.
    std::optional<std::vector<core::Bytes>> read(core::View bytes, std::size_t piece) {
        sync::BundleReader reader(seal);
        std::vector<core::Bytes> messages;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            reader.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
            for (;;) {
                auto message = reader.take();
                if (!message) return std::nullopt;
                if (!*message) break;
                if (messages.empty() &&
                    !sync::verify_head(**message, reader.binding(), core::sign_public(sign)))
                    return std::nullopt;
                messages.push_back(std::move(**message));
            }
        }
        if (!reader.at_end()) return std::nullopt;
        return messages;
    }
};

}  // namespace

TEST_CASE("a bundle comes back, in whatever pieces") {
    Ends ends;
    const core::Bytes bundle = ends.bundle(3);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
        const auto messages = ends.read(bundle, piece);
        REQUIRE(messages.has_value());
        REQUIRE(messages->size() == 4);
        CHECK((*messages)[3] == core::Bytes(102, 2));
        const auto head = sync::parse_head((*messages)[0]);
        REQUIRE(head.has_value());
        CHECK(head->device == 42);
        CHECK(head->from == sync::Cursor{5, {1, 2, 3}});
        CHECK(head->last == sync::Cursor{9, {4, 5, 6}});
        CHECK(head->context == 5);
        CHECK(head->have == sync::Cursor{3, {7}});
        CHECK(head->secrets.size() == 1);
        CHECK(!head->answer.has_value());
    }
}

TEST_CASE("an answer and an enrolment come back") {
    SeededRandom random(8);
    const core::SecretKey key = core::SecretKey::random(random);
    sync::Head head;
    head.device = 7;
    head.enrolment = sync::Enrolment{{1}, {2}, {3}};
    head.answer = sync::Answer{99, 1, {4, {5}}, {{12, "authority"}, {13, "never heard of"}}};
    sync::BundleWriter writer = writer_to(core::seal_public(key), key, random);
    writer.head(head);
    sync::BundleReader reader(key);
    writer.finish();
    reader.feed(writer.take());
    const auto bytes = reader.take();
    REQUIRE((bytes && *bytes));
    CHECK(sync::verify_head(**bytes, reader.binding(), core::sign_public(key)));
    const auto back = sync::parse_head(**bytes);
    REQUIRE(back.has_value());
    CHECK(back->enrolment->seal[0] == 3);
    CHECK(back->answer->in_reply_to == 99);
    CHECK(back->answer->quarantined[0] == core::Quarantined{12, "authority"});
    CHECK(back->answer->quarantined[1] == core::Quarantined{13, "other"});
    CHECK(reader.number() == writer.number());
}

TEST_CASE("any flipped bit is noticed") {
    Ends ends;
    const core::Bytes bundle = ends.bundle(2);
    REQUIRE(ends.read(bundle, 4096).has_value());
    for (std::size_t bit = 0; bit < bundle.size() * 8; ++bit) {
        core::Bytes flipped = bundle;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        CAPTURE(bit);
        CHECK(!ends.read(flipped, 4096).has_value());
    }
}

TEST_CASE("cut, lengthened, swapped and foreign bundles are noticed") {
    Ends ends;
    const core::Bytes bundle = ends.bundle(2);
    for (std::size_t size = 0; size < bundle.size(); ++size)
        CHECK(!ends.read(core::View(bundle).first(size), 4096).has_value());
    core::Bytes longer = bundle;
    longer.push_back(0);
    CHECK(!ends.read(longer, 4096).has_value());

    // The two frames at the end have the sizes 100 and 101: swap them.
    core::Bytes swapped(bundle.begin(), bundle.end() - (2 + 117) - (2 + 116));
    swapped.insert(swapped.end(), bundle.end() - (2 + 117), bundle.end());
    swapped.insert(swapped.end(), bundle.end() - (2 + 117) - (2 + 116), bundle.end() - (2 + 117));
    CHECK(swapped.size() == bundle.size());
    CHECK(!ends.read(swapped, 4096).has_value());

    Ends others;
    others.sign = core::SecretKey::random(others.random);
    CHECK(!others.read(bundle, 4096).has_value());  // signed by someone else
    others = Ends();
    others.seal = core::SecretKey::random(others.random);
    CHECK(!others.read(bundle, 4096).has_value());  // sealed to someone else
}

TEST_CASE("what an author shows comes back, within limits") {
    SeededRandom random(9);
    const core::SecretKey key = core::SecretKey::random(random);
    const auto back = [&](std::vector<sync::Shown> shown, bool answers = false) {
        sync::Head head;
        head.device = 7;
        if (answers) head.answer.emplace();
        head.epoch = 1;
        head.shown = std::move(shown);
        sync::BundleWriter writer = writer_to(core::seal_public(key), key, random);
        writer.head(head);
        writer.finish();
        sync::BundleReader reader(key);
        reader.feed(writer.take());
        const auto bytes = reader.take();
        REQUIRE((bytes && *bytes));
        return sync::parse_head(**bytes);
    };
    const auto some = back({{12, {{1, 2, 3}, {}}}, {300, {{4}}}});
    REQUIRE(some.has_value());
    REQUIRE(some->shown.size() == 2);
    CHECK(some->shown[0].seq == 12);
    CHECK(some->shown[0].changes == std::vector<core::Bytes>{{1, 2, 3}, {}});
    CHECK(some->shown[1].changes == std::vector<core::Bytes>{{4}});
    CHECK(back(std::vector<sync::Shown>(sync::kShownMax)).has_value());
    CHECK_FALSE(back(std::vector<sync::Shown>(sync::kShownMax + 1)).has_value());
    CHECK_FALSE(back({{1, std::vector<core::Bytes>(sync::kShownChangesMax + 1)}}).has_value());
    CHECK_FALSE(back({{1, {}}}, true).has_value());  // only a station shows
    constexpr std::size_t kHalf = sync::kShownBytesMax / 2;
    CHECK(back({{1, {core::Bytes(kHalf)}}, {2, {core::Bytes(kHalf)}}}).has_value());
    CHECK_FALSE(back({{1, {core::Bytes(kHalf)}}, {2, {core::Bytes(kHalf + 1)}}}).has_value());
}

TEST_CASE(
    "keys with which everybody shares the same secret are known, and nothing is sealed to them") {
    // All spellings of points of low order: 0, 1, both of order 8, p-1, p, p+1; and with the
    // highest bit, which X25519 ignores.
    const char* low[] = {"0000000000000000000000000000000000000000000000000000000000000000",
                         "0100000000000000000000000000000000000000000000000000000000000000",
                         "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                         "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                         "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                         "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                         "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
    SeededRandom random(11);
    const core::SecretKey key = core::SecretKey::random(random);
    for (const char* text : low)
        for (const unsigned top : {0x00u, 0x80u}) {
            CAPTURE(std::string(text));
            core::PublicKey point;
            const auto bytes = core::from_hex(text);
            std::copy(bytes->begin(), bytes->end(), point.begin());
            point[31] = static_cast<std::uint8_t>(point[31] | top);
            CHECK_FALSE(sync::is_seal_key(point));
            const auto writer = sync::BundleWriter::make(key, point, random);
            REQUIRE_FALSE(writer.has_value());
            CHECK(writer.error().code == core::Code::refused);
        }
    // Of Ed25519: the neutral point, one of order 2, of order 4 twice, of order 8, and no point.
    const char* signs[] = {"0100000000000000000000000000000000000000000000000000000000000000",
                           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                           "0000000000000000000000000000000000000000000000000000000000000000",
                           "0000000000000000000000000000000000000000000000000000000000000080",
                           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                           "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                           "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
    for (const char* text : signs) {
        CAPTURE(std::string(text));
        core::PublicKey point;
        const auto bytes = core::from_hex(text);
        std::copy(bytes->begin(), bytes->end(), point.begin());
        CHECK_FALSE(sync::is_sign_key(point));
    }
    for (int round = 0; round < 50; ++round) {
        const core::SecretKey good = core::SecretKey::random(random);
        CHECK(sync::is_sign_key(core::sign_public(good)));
        CHECK(sync::is_seal_key(core::seal_public(good)));
    }
}

TEST_CASE("a head's counts and secrets keep to its entries") {
    SeededRandom random(12);
    const core::SecretKey key = core::SecretKey::random(random);
    const auto back = [&](std::uint64_t from, std::uint64_t count,
                          std::initializer_list<std::uint64_t> periods) {
        sync::Head head;
        head.device = 7;
        head.epoch = 1;
        head.from = head.last = {from, {1}};
        if (from == 0) head.from = head.last = {};
        if (count > 0) head.last = {from + count, {2}};
        for (const std::uint64_t period : periods)
            head.secrets.push_back({period, core::SecretKey::random(random)});
        sync::BundleWriter writer = writer_to(core::seal_public(key), key, random);
        writer.head(head);
        writer.finish();
        sync::BundleReader reader(key);
        reader.feed(writer.take());
        const auto bytes = reader.take();
        REQUIRE((bytes && *bytes));
        return sync::parse_head(**bytes).has_value();
    };
    CHECK(back(0, sync::kBundleEntriesMax, {0, 1, 2, 3, 4}));
    CHECK_FALSE(back(0, sync::kBundleEntriesMax + 1, {0}));
    CHECK(back(4095, 2, {0, 1}));
    CHECK_FALSE(back(4095, 1, {0, 1}));  // of a period that it brings nothing of
    CHECK_FALSE(back(4096, 1, {0, 1}));
    CHECK_FALSE(back(0, 5000, {1, 0}));
    CHECK_FALSE(back(0, 5000, {0, 0}));
    CHECK_FALSE(back(5, 0, {0}));
}

TEST_CASE("heads from random bytes are refused") {
    SeededRandom random(5);
    for (int round = 0; round < 5000; ++round) {
        core::Bytes bytes(random.below(400));
        random.fill(bytes);
        if (bytes.size() > 8) bytes[8] &= 7;
        (void)sync::parse_head(bytes);
        CHECK(!sync::verify_head(bytes, {}, {}));
    }
}
