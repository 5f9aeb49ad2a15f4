#include "core/receipt_code.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/support/chance.h"

using namespace spot::core;
using spot::tests::SeededRandom;
using What = ReceiptVerdict::What;

namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string code_of(SeededRandom& chance) {
    Hash hash{};
    chance.fill(hash);
    return short_code({{chance.next(), 1}, 1 + chance.below(1000)}, hash);
}

struct Device {
    std::uint64_t number;
    SecretKey seed;
    DeviceKeys keys() const {
        return [this](std::uint64_t device) {
            return device == number ? std::optional(sign_public(seed)) : std::nullopt;
        };
    }
};

Device some_device(SeededRandom& chance) {
    return {chance.next() >> 1, SecretKey::random(chance)};
}

ReceiptFacts some_facts(const Device& device, SeededRandom& chance) {
    Hash hash{};
    chance.fill(hash);
    return receipt_facts({{device.number, 1 + static_cast<std::uint32_t>(chance.below(9))},
                          1 + chance.below(100'000)},
                         1 + chance.below(5'000), chance.below(10'000), 1'508'144'400'000, hash);
}

}  // namespace

TEST_CASE("a receipt's QR text is verified by its device's key and says which receipt it is") {
    SeededRandom chance(1);
    const Device device = some_device(chance);
    for (int i = 0; i < 100; ++i) {
        const auto facts = some_facts(device, chance);
        const auto text = receipt_qr(facts, device.seed);
        CHECK(text.size() < 180);  // fits version 7 at level M in alphanumeric mode
        const auto verdict = verify_receipt_qr(text, device.keys());
        REQUIRE(verdict);
        CHECK(verdict->what == What::valid);
        CHECK(verdict->facts == facts);
    }
}

TEST_CASE("the largest values fit in the text") {
    SeededRandom chance(2);
    const Device device{~std::uint64_t{0}, SecretKey::random(chance)};
    const ReceiptFacts facts{
        {{device.number, kEpochMax}, kSeqMax}, kSeqMax, 10'000'000'000, 4'102'444'740'000, {}};
    const auto text = receipt_qr(facts, device.seed);
    CHECK(text.size() <= kReceiptQrCharsMax);
    const auto verdict = verify_receipt_qr(text, device.keys());
    REQUIRE(verdict);
    CHECK(verdict->what == What::valid);
    CHECK(verdict->facts == facts);
}

TEST_CASE("small letters and spaces around a QR text do no harm") {
    SeededRandom chance(3);
    const Device device = some_device(chance);
    std::string text = receipt_qr(some_facts(device, chance), device.seed);
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto verdict = verify_receipt_qr(" \n" + text + "\r\n", device.keys());
    REQUIRE(verdict);
    CHECK(verdict->what == What::valid);
}

TEST_CASE("every changed letter of a QR text is noticed") {
    SeededRandom chance(4);
    const Device device = some_device(chance);
    const std::string text = receipt_qr(some_facts(device, chance), device.seed);
    for (std::size_t at = 0; at < text.size(); ++at)
        for (const char letter : kLetters) {
            if (text[at] == letter) continue;
            std::string wrong = text;
            wrong[at] = letter;
            const auto verdict = verify_receipt_qr(wrong, device.keys());
            if (verdict) CHECK(verdict->what != What::valid);
        }
}

TEST_CASE("a text that was cut or goes on is no receipt's") {
    SeededRandom chance(5);
    const Device device = some_device(chance);
    const std::string text = receipt_qr(some_facts(device, chance), device.seed);
    for (std::size_t size = 0; size < text.size(); ++size) {
        const auto verdict = verify_receipt_qr(text.substr(0, size), device.keys());
        if (verdict) CHECK(verdict->what != What::valid);
    }
    for (const char letter : kLetters)
        if (const auto verdict = verify_receipt_qr(text + letter, device.keys()))
            CHECK(verdict->what != What::valid);
    for (const std::string& rubbish :
         {std::string(), std::string("SPOT2:") + text.substr(6), std::string(100'000, 'A'),
          std::string("https://example.org"), "SPOT1:" + std::string(170, '0')}) {
        const auto verdict = verify_receipt_qr(rubbish, device.keys());
        REQUIRE(!verdict);
        CHECK(verdict.error().code == Code::corrupt);
    }
}

TEST_CASE("another device's signature is forged, a device without a key is unknown") {
    SeededRandom chance(6);
    const Device device = some_device(chance);
    const Device other{device.number, SecretKey::random(chance)};
    const auto facts = some_facts(device, chance);
    const auto forged = verify_receipt_qr(receipt_qr(facts, other.seed), device.keys());
    REQUIRE(forged);
    CHECK(forged->what == What::forged);
    const auto unknown = verify_receipt_qr(receipt_qr(facts, device.seed),
                                           [](std::uint64_t) { return std::nullopt; });
    REQUIRE(unknown);
    CHECK(unknown->what == What::unknown_device);
    CHECK(unknown->facts == facts);
}

TEST_CASE("a short code is read back as it was written, and as people type it") {
    SeededRandom chance(7);
    for (int i = 0; i < 1000; ++i) {
        const auto code = code_of(chance);
        REQUIRE(code.size() == kShortCodeChars);
        const auto grouped = short_code_in_groups(code);
        CHECK(grouped.size() == 14);
        CHECK(parse_short_code(code) == code);
        CHECK(parse_short_code(grouped) == code);
        std::string typed = " ";
        for (char c : grouped) {
            if (c == '0') c = 'o';
            if (c == '1') c = i % 2 ? 'l' : 'I';
            typed += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        }
        CHECK(parse_short_code(typed) == code);
    }
}

// The code is linear: a wrong word is noticed exactly if its difference from the right one is no
// word of the code. So all differences of one and two letters, tried on the zero word, are proof
// for every code; those below on codes as they are printed are a second look.
TEST_CASE("every one and every two wrong letters are noticed") {
    const std::string zero(kShortCodeChars, '0');
    REQUIRE(parse_short_code(zero));
    int tried = 0;
    for (std::size_t i = 0; i < kShortCodeChars; ++i)
        for (std::size_t a = 1; a < kLetters.size(); ++a) {
            std::string one = zero;
            one[i] = kLetters[a];
            REQUIRE(!parse_short_code(one));
            ++tried;
            for (std::size_t j = i + 1; j < kShortCodeChars; ++j)
                for (std::size_t b = 1; b < kLetters.size(); ++b) {
                    std::string two = one;
                    two[j] = kLetters[b];
                    REQUIRE(!parse_short_code(two));
                    ++tried;
                }
        }
    CHECK(tried == 12 * 31 + 66 * 31 * 31);
}

TEST_CASE("the code is linear, which the proof above relies on") {
    SeededRandom chance(8);
    for (int i = 0; i < 200; ++i) {
        const auto left = code_of(chance), right = code_of(chance);
        std::string sum;
        for (std::size_t at = 0; at < kShortCodeChars; ++at)
            sum += kLetters[kLetters.find(left[at]) ^ kLetters.find(right[at])];
        CHECK(parse_short_code(sum) == sum);
    }
}

TEST_CASE("every wrong letter and every swap of a printed code is noticed") {
    SeededRandom chance(9);
    for (int i = 0; i < 100; ++i) {
        const auto code = code_of(chance);
        for (std::size_t at = 0; at < kShortCodeChars; ++at) {
            for (const char letter : kLetters) {
                std::string wrong = code;
                wrong[at] = letter;
                CHECK(parse_short_code(wrong).has_value() == (wrong == code));
            }
            for (std::size_t other = at + 1; other < kShortCodeChars; ++other) {
                std::string swapped = code;
                std::swap(swapped[at], swapped[other]);
                CHECK(parse_short_code(swapped).has_value() == (swapped == code));
            }
        }
        CHECK(!parse_short_code(code.substr(1)));
        CHECK(!parse_short_code(code + "0"));
        CHECK(!parse_short_code("U" + code.substr(1)));
    }
}

TEST_CASE("codes of a country's receipts differ") {
    SeededRandom chance(10);
    std::set<std::string> codes;
    for (int i = 0; i < 20'000; ++i) codes.insert(code_of(chance));
    CHECK(codes.size() == 20'000);
}
