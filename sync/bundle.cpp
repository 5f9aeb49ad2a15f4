#include "sync/bundle.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "sync/codec/entry_codec.h"

namespace spot::sync {
namespace {

constexpr std::size_t kTagBytes = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::size_t kPreamble = 1 + crypto_scalarmult_BYTES;
constexpr std::size_t kMessageMax = std::max(kHeadBytesMax, kFrameBytesMax) + kTagBytes;
constexpr std::size_t kSignatureBytes = 64;

enum HeadFlag : std::uint8_t { kHasEnrolment = 1, kHasAnswer = 2, kHasShown = 4, kHasFiles = 8 };
constexpr std::uint8_t kHeadFlags = kHasEnrolment | kHasAnswer | kHasShown | kHasFiles;

// A code's place is its number on the wire.
constexpr std::array<std::string_view, 12> kQuarantineCodes{
    "other",     "form",           "authority", "unknown_record", "receipt_gap", "diverged",
    "duplicate", "receipt_series", "erased",    "revoked",        "too_large",   "differs"};

// The key that only the reader and the maker of `ephemeral` can know.
std::optional<core::SecretKey> bundle_key(const core::SecretKey& own, const PublicKey& other,
                                          const PublicKey& ephemeral, const PublicKey& reader) {
    std::array<std::uint8_t, crypto_scalarmult_BYTES> shared;
    if (crypto_scalarmult(shared.data(), own.bytes().data(), other.data()) != 0)
        return std::nullopt;
    core::Hash hash = core::hash({core::view("spot bundle key 1"), shared, ephemeral, reader});
    sodium_memzero(shared.data(), shared.size());
    core::SecretKey key{std::span<const std::uint8_t, 32>(hash)};
    sodium_memzero(hash.data(), hash.size());
    return key;
}

core::Hash binding_of(const core::SecretKey& key) {
    return core::keyed_hash(key.bytes(), {core::view("spot bundle binding 1")});
}

std::uint64_t number_of(const PublicKey& ephemeral) {
    const core::Hash all = core::hash({core::view("spot bundle number 1"), ephemeral});
    return core::ByteReader(all).u64();
}

// STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce counts messages and marks the last,
// so that none can be left out, swapped, repeated or cut off. The key is new for every bundle.
std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> nonce_of(
    std::uint64_t message, bool last) {
    std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> nonce{};
    for (std::size_t i = 0; i < 8; ++i)
        nonce[i] = static_cast<std::uint8_t>(message >> (56 - 8 * i));
    nonce[11] = last ? 1 : 0;
    return nonce;
}

void write_cursor(core::ByteWriter& out, const Cursor& cursor) {
    out.varint(cursor.seq);
    if (cursor.seq > 0) out.raw(cursor.hash);
}

Cursor read_cursor(core::ByteReader& in) {
    Cursor cursor;
    cursor.seq = in.varint();
    if (cursor.seq > 0) cursor.hash = in.array<16>();
    return cursor;
}

void write_answer(core::ByteWriter& out, const Answer& answer) {
    out.u64(answer.in_reply_to);
    out.u8(answer.state);
    write_cursor(out, answer.backed_up);
    const std::size_t count = std::min(answer.quarantined.size(), kQuarantinedMax);
    out.varint(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto code =
            std::find(kQuarantineCodes.begin(), kQuarantineCodes.end(), answer.quarantined[i].code);
        out.varint(answer.quarantined[i].seq);
        out.u8(code == kQuarantineCodes.end()
                   ? std::uint8_t{0}
                   : static_cast<std::uint8_t>(code - kQuarantineCodes.begin()));
    }
}

Answer read_answer(core::ByteReader& in, bool& bad) {
    Answer answer;
    answer.in_reply_to = in.u64();
    answer.state = in.u8();
    answer.backed_up = read_cursor(in);
    const std::uint64_t count = in.varint();
    bad = bad || count > kQuarantinedMax;
    for (std::uint64_t i = 0; i < count && !bad && !in.failed(); ++i) {
        const std::uint64_t seq = in.varint();
        const std::uint8_t code = in.u8();
        answer.quarantined.push_back(
            {seq, std::string(kQuarantineCodes[code < kQuarantineCodes.size() ? code : 0])});
    }
    return answer;
}

void write_shown(core::ByteWriter& out, const std::vector<Shown>& all) {
    out.varint(all.size());
    for (const Shown& shown : all) {
        out.varint(shown.seq);
        out.varint(shown.changes.size());
        for (const Bytes& change : shown.changes) out.sized(change);
    }
}

std::vector<Shown> read_shown(core::ByteReader& in, bool& bad) {
    std::vector<Shown> out;
    std::size_t room = kShownBytesMax;
    const std::uint64_t count = in.varint();
    bad = bad || count > kShownMax;
    for (std::uint64_t i = 0; i < count && !bad && !in.failed(); ++i) {
        Shown& shown = out.emplace_back();
        shown.seq = in.varint();
        const std::uint64_t changes = in.varint();
        bad = changes > kShownChangesMax;
        for (std::uint64_t k = 0; k < changes && !bad && !in.failed(); ++k) {
            const View change = in.sized();
            bad = change.size() > room;
            room -= std::min(change.size(), room);
            shown.changes.emplace_back(change.begin(), change.end());
        }
    }
    return out;
}

void write_file(core::ByteWriter& out, const core::RequestFile& file) {
    out.varint(file.request.log.epoch);
    out.varint(file.request.seq);
    out.raw(file.hash);
}

core::RequestFile read_file(core::ByteReader& in, std::uint64_t device, bool& bad) {
    const std::uint64_t epoch = in.varint();
    const std::uint64_t seq = in.varint();
    bad = bad || epoch == 0 || epoch > core::kEpochMax || seq == 0 || seq > core::kSeqMax;
    return {{{device, static_cast<std::uint32_t>(epoch)}, seq}, in.array<32>()};
}

void write_offers(core::ByteWriter& out, const std::vector<FileOffer>& offers) {
    out.varint(offers.size());
    for (const FileOffer& offer : offers) {
        write_file(out, offer.file);
        out.u8(static_cast<std::uint8_t>(offer.what));
        if (offer.what != FileOffer::What::brings) continue;
        out.varint(offer.offset);
        out.varint(offer.size);
    }
}

std::vector<FileOffer> read_offers(core::ByteReader& in, std::uint64_t device, bool& bad) {
    std::vector<FileOffer> out;
    const std::uint64_t count = in.varint();
    std::uint64_t room = kFileBytesABundle;
    bad = bad || count == 0 || count > kFilesMax;
    for (std::uint64_t i = 0; i < count && !bad && !in.failed(); ++i) {
        FileOffer& offer = out.emplace_back();
        offer.file = read_file(in, device, bad);
        const std::uint8_t what = in.u8();
        bad = bad || what > static_cast<std::uint8_t>(FileOffer::What::brings);
        offer.what = static_cast<FileOffer::What>(what);
        if (offer.what != FileOffer::What::brings) continue;
        offer.offset = in.varint();
        offer.size = in.varint();
        bad = bad || offer.size == 0 || offer.size > room ||
              offer.offset > core::kFileBytesMax - offer.size;
        room -= std::min(offer.size, room);
    }
    return out;
}

void write_told(core::ByteWriter& out, const Answer& answer) {
    out.varint(answer.told.size());
    for (const auto state : answer.told) out.u8(static_cast<std::uint8_t>(state));
    out.varint(answer.wanted.size());
    for (const FileWanted& wanted : answer.wanted) {
        write_file(out, wanted.file);
        out.varint(wanted.offset);
    }
}

void read_told(core::ByteReader& in, std::uint64_t device, Answer& answer, bool& bad) {
    const std::uint64_t told = in.varint();
    bad = bad || told > kFilesMax;
    for (std::uint64_t i = 0; i < told && !bad && !in.failed(); ++i) {
        const std::uint8_t state = in.u8();
        bad = state > static_cast<std::uint8_t>(core::FileState::unknown);
        answer.told.push_back(static_cast<core::FileState>(state));
    }
    const std::uint64_t wanted = in.varint();
    bad = bad || wanted > kFilesMax || told + wanted == 0;
    for (std::uint64_t i = 0; i < wanted && !bad && !in.failed(); ++i) {
        FileWanted& one = answer.wanted.emplace_back();
        one.file = read_file(in, device, bad);
        one.offset = in.varint();
        bad = bad || one.offset >= core::kFileBytesMax;
    }
}

bool has_files(const Head& head) {
    return head.answer ? !head.answer->told.empty() || !head.answer->wanted.empty()
                       : !head.files.empty();
}

bool tells_branch(const Head& head) {
    return head.epoch > 1 && head.from.seq == 0 && !head.answer;
}

Bytes unsigned_head(const Head& head) {
    core::ByteWriter out;
    out.u64(head.device);
    out.u8(static_cast<std::uint8_t>(
        (head.enrolment ? kHasEnrolment : 0) | (head.answer ? kHasAnswer : 0) |
        (head.shown.empty() ? 0 : kHasShown) | (has_files(head) ? kHasFiles : 0)));
    if (head.enrolment) {
        out.raw(head.enrolment->code);
        out.raw(head.enrolment->sign);
        out.raw(head.enrolment->seal);
    }
    out.varint(head.epoch);
    write_cursor(out, head.from);
    if (tells_branch(head)) {
        out.varint(head.branch.epoch);
        out.varint(head.branch.seq);
    }
    out.varint(head.last.seq - head.from.seq);
    if (head.last.seq != head.from.seq) {
        out.raw(head.last.hash);
        out.varint(head.context);
    }
    out.varint(head.have_epoch);
    write_cursor(out, head.have);
    out.varint(head.clock_ms);
    out.varint(head.backlog);
    out.varint(head.free_mib);
    out.varint(head.secrets.size());
    for (const core::PeriodSecret& secret : head.secrets) {
        out.varint(secret.period);
        out.raw(secret.secret.bytes());
    }
    if (head.answer) write_answer(out, *head.answer);
    if (!head.shown.empty()) write_shown(out, head.shown);
    if (has_files(head) && head.answer) write_told(out, *head.answer);
    if (has_files(head) && !head.answer) write_offers(out, head.files);
    return out.take();
}

Bytes signed_part(View head, const core::Hash& binding) {
    core::ByteWriter out;
    out.raw(core::view("spot head 1"));
    out.raw(binding);
    out.raw(head);
    return out.take();
}

auto corrupt(const char* what) {
    return core::fail(core::Code::corrupt, what);
}

}  // namespace

ShortHash shorten(const core::Hash& hash) {
    ShortHash out;
    std::copy_n(hash.begin(), out.size(), out.begin());
    return out;
}

Cursor cursor_of(const core::Tip& tip) {
    return tip.seq == 0 ? Cursor{} : Cursor{tip.seq, shorten(tip.hash)};
}

bool is_seal_key(const PublicKey& key) {
    // Any secret will do: all are multiples of the group's cofactor, so that a point of low order
    // comes out as zero with each of them, which libsodium refuses.
    const core::SecretKey any;
    std::array<std::uint8_t, crypto_scalarmult_BYTES> shared;
    return crypto_scalarmult(shared.data(), any.bytes().data(), key.data()) == 0;
}

bool is_sign_key(const PublicKey& key) {
    return crypto_core_ed25519_is_valid_point(key.data()) == 1;
}

Result<BundleWriter> BundleWriter::make(const core::SecretKey& sign_seed,
                                        const PublicKey& reader_seal, core::Random& random) {
    const core::SecretKey ephemeral = core::SecretKey::random(random);
    const PublicKey ephemeral_public = core::seal_public(ephemeral);
    auto key = bundle_key(ephemeral, reader_seal, ephemeral_public, reader_seal);
    if (!key) return core::fail(core::Code::refused, "nothing can be sealed to the reader's key");
    return BundleWriter(sign_seed, std::move(*key), ephemeral_public);
}

BundleWriter::BundleWriter(const core::SecretKey& sign_seed, core::SecretKey key,
                           const PublicKey& ephemeral)
    : sign_seed_(sign_seed), key_(std::move(key)), number_(number_of(ephemeral)) {
    out_.push_back(kWireVersion);
    out_.insert(out_.end(), ephemeral.begin(), ephemeral.end());
}

void BundleWriter::seal(View plain, bool last) {
    core::ByteWriter size;
    size.varint((plain.size() + kTagBytes) << 1 | (last ? 1 : 0));
    out_.insert(out_.end(), size.bytes().begin(), size.bytes().end());
    const std::size_t at = out_.size();
    out_.resize(at + plain.size() + kTagBytes);
    const auto nonce = nonce_of(messages_++, last);
    crypto_aead_chacha20poly1305_ietf_encrypt(out_.data() + at, nullptr, plain.data(), plain.size(),
                                              nullptr, 0, nullptr, nonce.data(),
                                              key_.bytes().data());
}

void BundleWriter::head(const Head& head) {
    SPOT_CHECK(messages_ == 0 && pending_.empty());
    pending_ = unsigned_head(head);
    const auto signature = core::sign(sign_seed_, signed_part(pending_, binding_of(key_)));
    pending_.insert(pending_.end(), signature.begin(), signature.end());
}

void BundleWriter::frame(View plain) {
    SPOT_CHECK(!pending_.empty() && plain.size() <= kFrameBytesMax);
    seal(pending_, false);
    pending_.assign(plain.begin(), plain.end());
}

void BundleWriter::finish() {
    SPOT_CHECK(!pending_.empty());
    seal(pending_, true);
    pending_.clear();
}

Bytes BundleWriter::take() {
    return std::exchange(out_, {});
}

BundleReader::BundleReader(const core::SecretKey& seal_secret) : seal_secret_(seal_secret) {}
BundleReader::~BundleReader() = default;

void BundleReader::feed(View piece) {
    buffer_.insert(buffer_.end(), piece.begin(), piece.end());
}

bool BundleReader::at_end() const {
    return ended_ && buffer_.empty();
}

Result<std::optional<Bytes>> BundleReader::take() {
    if (!opened_) {
        if (buffer_.size() < kPreamble) return std::nullopt;
        if (buffer_[0] != kWireVersion)
            return corrupt("the bundle is of a version that this program does not know");
        PublicKey ephemeral;
        std::copy_n(buffer_.begin() + 1, ephemeral.size(), ephemeral.begin());
        auto key = bundle_key(seal_secret_, ephemeral, ephemeral, core::seal_public(seal_secret_));
        if (!key) return corrupt("the bundle's key is not usable");
        key_ = std::move(*key);
        binding_ = binding_of(key_);
        number_ = number_of(ephemeral);
        opened_ = true;
        buffer_.erase(buffer_.begin(), buffer_.begin() + kPreamble);
    }
    if (ended_) {
        if (!buffer_.empty()) return corrupt("bytes stand behind the bundle's end");
        return std::nullopt;
    }
    core::ByteReader in(buffer_);
    const std::uint64_t coded = in.varint();
    if (in.failed()) {
        if (buffer_.size() >= 10) return corrupt("a message has no size");
        return std::nullopt;
    }
    const bool last = (coded & 1) != 0;
    const std::uint64_t size = coded >> 1;
    if (size < kTagBytes || size > kMessageMax) return corrupt("a message passes its limit");
    if (in.rest().size() < size) return std::nullopt;
    const View sealed = in.rest().first(static_cast<std::size_t>(size));
    Bytes plain(sealed.size() - kTagBytes);
    const auto nonce = nonce_of(messages_, last);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(),
                                                  sealed.size(), nullptr, 0, nonce.data(),
                                                  key_.bytes().data()) != 0)
        return corrupt("the bundle does not verify");
    ++messages_;
    ended_ = last;
    const auto used = buffer_.size() - in.rest().size() + sealed.size();
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used));
    return plain;
}

Result<Signer> signer_of(View head_bytes) {
    core::ByteReader in(head_bytes);
    Signer signer;
    signer.device = in.u64();
    if ((in.u8() & kHasEnrolment) != 0) {
        Enrolment enrolment;
        enrolment.code = in.array<16>();
        enrolment.sign = in.array<32>();
        enrolment.seal = in.array<32>();
        signer.enrolment = enrolment;
    }
    if (in.failed() || in.rest().size() < kSignatureBytes) return corrupt("a head is too short");
    return signer;
}

bool verify_head(View head_bytes, const core::Hash& binding, const PublicKey& sign) {
    if (head_bytes.size() < kSignatureBytes) return false;
    core::Signature signature;
    const View tail = head_bytes.last(kSignatureBytes);
    std::copy(tail.begin(), tail.end(), signature.begin());
    return core::verify(sign,
                        signed_part(head_bytes.first(head_bytes.size() - kSignatureBytes), binding),
                        signature);
}

namespace {

// Those of periods that the bundle's entries stand in, in order.
void read_secrets(core::ByteReader& in, std::uint64_t count, Head& head, bool& bad) {
    std::uint64_t next = core::period_of(head.from.seq + 1);
    for (std::uint64_t i = 0; i < count && !bad && !in.failed(); ++i) {
        const std::uint64_t period = in.varint();
        const auto bytes = in.array<32>();
        bad = head.last == head.from || period < next || period > core::period_of(head.last.seq);
        next = period + 1;
        head.secrets.push_back({period, core::SecretKey{bytes}});
    }
}

}  // namespace

Result<Head> parse_head(View head_bytes) {
    SPOT_ASSIGN(auto signer, signer_of(head_bytes));
    core::ByteReader in(head_bytes.first(head_bytes.size() - kSignatureBytes));
    Head head;
    head.device = in.u64();
    const std::uint8_t flags = in.u8();
    head.enrolment = signer.enrolment;
    if (head.enrolment) in.raw(16 + 32 + 32);
    const std::uint64_t epoch = in.varint();
    head.from = read_cursor(in);
    std::uint64_t branch_epoch = 0;
    if (epoch > 1 && head.from.seq == 0 && (flags & kHasAnswer) == 0) {
        branch_epoch = in.varint();
        head.branch.seq = in.varint();
    }
    const std::uint64_t count = in.varint();
    head.last = head.from;
    if (count > 0) {
        head.last = {head.from.seq + count, in.array<16>()};
        head.context = in.varint();
    }
    const std::uint64_t have_epoch = in.varint();
    head.have = read_cursor(in);
    head.clock_ms = in.varint();
    head.backlog = in.varint();
    head.free_mib = in.varint();
    const std::uint64_t secrets = in.varint();
    bool bad = epoch > core::kEpochMax || have_epoch > core::kEpochMax || secrets > kPeriodsMax ||
               head.from.seq > core::kSeqMax || count > core::kSeqMax - head.from.seq ||
               count > kBundleEntriesMax || head.have.seq > core::kSeqMax ||
               branch_epoch >= epoch + (epoch == 0) || head.branch.seq > core::kSeqMax ||
               head.context > kContextEntriesMax || head.context > head.from.seq ||
               (flags & ~kHeadFlags) != 0 ||
               (flags & (kHasAnswer | kHasShown)) == (kHasAnswer | kHasShown);
    if (!bad) read_secrets(in, secrets, head, bad);
    if ((flags & kHasAnswer) != 0 && !bad) head.answer = read_answer(in, bad);
    if ((flags & kHasShown) != 0 && !bad) head.shown = read_shown(in, bad);
    if ((flags & kHasFiles) != 0 && !bad && head.answer)
        read_told(in, head.device, *head.answer, bad);
    else if ((flags & kHasFiles) != 0 && !bad)
        head.files = read_offers(in, head.device, bad);
    bad = bad || (!head.files.empty() && count > 0);
    if (bad || in.failed() || !in.at_end()) return corrupt("a head does not decode");
    head.epoch = static_cast<std::uint32_t>(epoch);
    head.branch.epoch = static_cast<std::uint32_t>(branch_epoch);
    head.have_epoch = static_cast<std::uint32_t>(have_epoch);
    return head;
}

}  // namespace spot::sync
