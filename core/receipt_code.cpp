#include "core/receipt_code.h"

#include <algorithm>
#include <limits>

namespace spot::core {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kSigned{"spot receipt 1\0", 15};
constexpr Instant kMinute = 60'000;
constexpr std::size_t kSignatureBytes = std::tuple_size_v<Signature>;

// ── Base 32, five bits a letter, the last one filled up with zero bits.

std::string to_base32(View bytes) {
    std::string out;
    unsigned held = 0, bits = 0;
    for (const std::uint8_t byte : bytes) {
        held = held << 8 | byte;
        for (bits += 8; bits >= 5; bits -= 5) out += kAlphabet[held >> (bits - 5) & 31];
        held &= (1U << bits) - 1;
    }
    if (bits > 0) out += kAlphabet[held << (5 - bits) & 31];
    return out;
}

std::optional<unsigned> letter_value(char c) {
    const auto at = kAlphabet.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    return static_cast<unsigned>(at);
}

std::optional<Bytes> from_base32(std::string_view text) {
    Bytes out;
    unsigned held = 0, bits = 0;
    for (const char c : text) {
        const auto value = letter_value(c);
        if (!value) return std::nullopt;
        held = held << 5 | *value;
        if ((bits += 5) >= 8) {
            bits -= 8;
            out.push_back(static_cast<std::uint8_t>(held >> bits));
            held &= (1U << bits) - 1;
        }
    }
    // One text for one receipt: no letter too many, no bit set that says nothing.
    if (bits >= 5 || held != 0) return std::nullopt;
    return out;
}

char to_capital(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

Bytes signed_part(View payload) {
    ByteWriter out;
    out.raw(view(kSigned));
    out.raw(payload);
    return out.take();
}

Failure no_receipt() {
    return fail(Code::corrupt,
                "this is not the QR text of a receipt, or it was not read to its end; "
                "read the code again");
}

std::optional<ReceiptFacts> read_facts(ByteReader& in) {
    ReceiptFacts out;
    out.id.log.device = in.u64();
    const auto epoch = in.varint();
    out.id.seq = in.varint();
    out.number = in.varint();
    out.total_cents = in.varint();
    const auto minutes = in.varint();
    out.chain = in.array<kChainPrefixBytes>();
    constexpr auto kMinutesMax =
        static_cast<std::uint64_t>(std::numeric_limits<Instant>::max() / kMinute);
    if (in.failed() || epoch == 0 || epoch > kEpochMax || out.id.seq == 0 || out.id.seq > kSeqMax ||
        out.number == 0 || minutes > kMinutesMax)
        return std::nullopt;
    out.id.log.epoch = static_cast<std::uint32_t>(epoch);
    out.at = static_cast<Instant>(minutes) * kMinute;
    return out;
}

// ── GF(32) by x^5 + x^2 + 1, of which x is a generator.

constexpr unsigned times(unsigned a, unsigned b) {
    unsigned out = 0;
    for (; b != 0; b >>= 1) {
        if (b & 1) out ^= a;
        a <<= 1;
        if (a & 32) a ^= 0b100101;
    }
    return out;
}

constexpr unsigned power_of_x(unsigned exponent) {
    unsigned out = 1;
    while (exponent-- > 0) out = times(out, 2);
    return out;
}

constexpr unsigned inverse(unsigned a) {  // a^30, as a^31 is 1
    unsigned out = 1;
    for (int i = 0; i < 30; ++i) out = times(out, a);
    return out;
}

using CodeWord = std::array<unsigned, kShortCodeChars>;
constexpr std::size_t kDataChars = kShortCodeChars - 2;

// Both are zero for a word of the code: the sum of the letters, and the sum weighted by x^position.
// No two positions have one weight, so no one or two changed letters can leave both at zero.
struct Syndromes {
    unsigned plain = 0, weighted = 0;
};
Syndromes syndromes(const CodeWord& word) {
    Syndromes out;
    for (unsigned i = 0; i < kShortCodeChars; ++i) {
        out.plain ^= word[i];
        out.weighted ^= times(word[i], power_of_x(i));
    }
    return out;
}

void put_check_letters(CodeWord& word) {
    word[kDataChars] = word[kDataChars + 1] = 0;
    const auto [plain, weighted] = syndromes(word);
    constexpr unsigned kTenth = power_of_x(kDataChars);
    constexpr unsigned kBoth = kTenth ^ power_of_x(kDataChars + 1);
    word[kDataChars + 1] = times(weighted ^ times(plain, kTenth), inverse(kBoth));
    word[kDataChars] = plain ^ word[kDataChars + 1];
}

}  // namespace

std::string series_of(const LogId& log) {
    // Device numbers are random: 40 bits tell a country's stations apart and are short on paper.
    std::string out;
    for (int shift = 35; shift >= 0; shift -= 5) out += kAlphabet[log.device >> shift & 31];
    return out + "-" + std::to_string(log.epoch);
}

ReceiptFacts receipt_facts(const RecordId& id, std::uint64_t number, std::uint64_t total_cents,
                           Instant at, const Hash& entry_hash) {
    SPOT_CHECK(at >= 0 && number > 0);
    ReceiptFacts out{id, number, total_cents, at / kMinute * kMinute, {}};
    std::copy_n(entry_hash.begin(), kChainPrefixBytes, out.chain.begin());
    return out;
}

std::string receipt_qr(const ReceiptFacts& facts, const SecretKey& sign_seed) {
    ByteWriter out;
    out.u64(facts.id.log.device);
    out.varint(facts.id.log.epoch);
    out.varint(facts.id.seq);
    out.varint(facts.number);
    out.varint(facts.total_cents);
    out.varint(static_cast<std::uint64_t>(facts.at / kMinute));
    out.raw(facts.chain);
    out.raw(sign(sign_seed, signed_part(out.bytes())));
    return std::string(kReceiptQrStart) + to_base32(out.bytes());
}

Result<ReceiptVerdict> verify_receipt_qr(std::string_view text, const DeviceKeys& keys) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    if (text.size() > kReceiptQrCharsMax) return no_receipt();
    std::string capitals(text);
    std::transform(capitals.begin(), capitals.end(), capitals.begin(), to_capital);
    if (!capitals.starts_with(kReceiptQrStart)) return no_receipt();
    const auto bytes = from_base32(std::string_view(capitals).substr(kReceiptQrStart.size()));
    if (!bytes || bytes->size() <= kSignatureBytes) return no_receipt();

    const View payload = View(*bytes).first(bytes->size() - kSignatureBytes);
    ByteReader in(payload);
    const auto facts = read_facts(in);
    if (!facts || !in.at_end()) return no_receipt();
    Signature signature;
    std::copy(bytes->end() - kSignatureBytes, bytes->end(), signature.begin());

    using What = ReceiptVerdict::What;
    const auto key = keys(facts->id.log.device);
    if (!key) return ReceiptVerdict{What::unknown_device, *facts};
    const bool right = verify(*key, signed_part(payload), signature);
    return ReceiptVerdict{right ? What::valid : What::forged, *facts};
}

std::string short_code(const RecordId& id, const Hash& entry_hash) {
    // Of the hash and the id, so that the code is not the beginning of what the QR text shows.
    const Hash mixed = hash({view("spot short code 1"), entry_hash, view(id.text())});
    ByteReader in(mixed);
    std::uint64_t bits = in.u64();
    CodeWord word{};
    for (std::size_t i = 0; i < kDataChars; ++i, bits >>= 5) word[i] = bits & 31;
    put_check_letters(word);
    std::string out;
    for (const unsigned value : word) out += kAlphabet[value];
    return out;
}

std::string short_code_in_groups(std::string_view code) {
    constexpr std::size_t kGroup = 4;
    std::string out;
    for (std::size_t at = 0; at < code.size(); at += kGroup) {
        if (at > 0) out += '-';
        out += code.substr(at, kGroup);
    }
    return out;
}

Result<std::string> parse_short_code(std::string_view typed) {
    constexpr const char* kWrong =
        "this is no receipt's code: a letter is wrong or missing; have it read out again";
    std::string out;
    CodeWord word{};
    for (char c : typed) {
        if (is_space(c) || c == '-') continue;
        c = to_capital(c);
        if (c == 'O') c = '0';
        if (c == 'I' || c == 'L') c = '1';
        const auto value = letter_value(c);
        if (!value || out.size() == kShortCodeChars) return fail(Code::invalid, kWrong);
        word[out.size()] = *value;
        out += c;
    }
    const auto [plain, weighted] = syndromes(word);
    if (out.size() != kShortCodeChars || plain != 0 || weighted != 0)
        return fail(Code::invalid, kWrong);
    return out;
}

}  // namespace spot::core
