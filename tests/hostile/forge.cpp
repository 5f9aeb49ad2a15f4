#include "tests/hostile/forge.h"

#include <sodium.h>

#include "sync/codec/bit_coder.h"
#include "sync/codec/columns.h"
#include "sync/codec/vocabulary.h"

namespace spot::hostile {
namespace {

constexpr std::size_t kTag = crypto_aead_chacha20poly1305_ietf_ABYTES;

void write_cursor(core::ByteWriter& out, const sync::Cursor& cursor) {
    out.varint(cursor.seq);
    if (cursor.seq > 0) out.raw(cursor.hash);
}

struct Stream {
    core::Hash key{};
    core::Hash binding{};
    std::uint64_t message = 0;

    Stream(const core::Hash& shared, const core::PublicKey& ephemeral,
           const core::PublicKey& reader)
        : key(core::hash({core::view("spot bundle key 1"), shared, ephemeral, reader})),
          binding(core::keyed_hash(key, {core::view("spot bundle binding 1")})) {}

    std::array<std::uint8_t, 12> nonce(bool last) {
        std::array<std::uint8_t, 12> out{};
        for (std::size_t i = 0; i < 8; ++i)
            out[i] = static_cast<std::uint8_t>(message >> (56 - 8 * i));
        out[11] = last ? 1 : 0;
        ++message;
        return out;
    }
};

void put_signed(Bytes& out, std::int64_t value) {  // LEB128
    for (;;) {
        const auto low = static_cast<std::uint8_t>(value & 0x7F);
        value >>= 7;
        const bool done = (value == 0 && !(low & 0x40)) || (value == -1 && (low & 0x40));
        out.push_back(done ? low : static_cast<std::uint8_t>(low | 0x80));
        if (done) return;
    }
}

void put_unsigned(Bytes& out, std::uint64_t value) {
    core::ByteWriter writer;
    writer.varint(value);
    out.insert(out.end(), writer.bytes().begin(), writer.bytes().end());
}

// A run-length encoded column.
struct Column {
    Bytes bytes;
    Column& run(std::uint64_t count, std::uint64_t value) {
        if (count == 0) return *this;
        put_signed(bytes, static_cast<std::int64_t>(count));
        put_unsigned(bytes, value);
        return *this;
    }
    Column& deltas(std::uint64_t count, std::int64_t value) {
        if (count == 0) return *this;
        put_signed(bytes, static_cast<std::int64_t>(count));
        put_signed(bytes, value);
        return *this;
    }
};

}  // namespace

Bytes RawHead::bytes() const {
    core::ByteWriter out;
    out.u64(device);
    out.u8(flags.value_or(static_cast<std::uint8_t>((enrolment ? 1 : 0) | (answer ? 2 : 0) |
                                                    (shown ? 4 : 0) | (files ? 8 : 0))));
    if (enrolment) {
        out.raw(enrolment->code);
        out.raw(enrolment->sign);
        out.raw(enrolment->seal);
    }
    out.varint(epoch);
    write_cursor(out, from);
    if (epoch > 1 && from.seq == 0 && !answer) {
        out.varint(branch_epoch);
        out.varint(branch_seq);
    }
    out.varint(count);
    if (count > 0) {
        out.raw(last);
        out.varint(context);
    }
    out.varint(have_epoch);
    write_cursor(out, have);
    out.varint(clock_ms);
    out.varint(backlog);
    out.varint(free_mib);
    out.varint(secrets_claimed.value_or(secrets.size()));
    for (const auto& [period, secret] : secrets) {
        out.varint(period);
        out.raw(secret);
    }
    for (const auto* part : {&answer, &shown, &files})
        if (*part) out.raw(**part);
    out.raw(tail);
    return out.take();
}

Bytes shown_part(const std::vector<RawShown>& shown) {
    core::ByteWriter out;
    out.varint(shown.size());
    for (const RawShown& one : shown) {
        out.varint(one.seq);
        out.varint(one.changes.size());
        for (const Bytes& change : one.changes) out.sized(change);
    }
    return out.take();
}

Bytes offers_part(const std::vector<RawOffer>& offers) {
    core::ByteWriter out;
    out.varint(offers.size());
    for (const RawOffer& one : offers) {
        out.varint(one.epoch);
        out.varint(one.seq);
        out.raw(one.hash);
        out.u8(one.what);
        if (one.what != 2) continue;
        out.varint(one.offset);
        out.varint(one.size);
    }
    return out.take();
}

Bytes RawAnswer::bytes() const {
    core::ByteWriter out;
    out.u64(in_reply_to);
    out.u8(state);
    write_cursor(out, backed_up);
    out.varint(claimed.value_or(quarantined.size()));
    for (const auto& [seq, code] : quarantined) {
        out.varint(seq);
        out.u8(code);
    }
    return out.take();
}

Sealed sealed(const core::SecretKey& sign, const core::PublicKey& reader, core::Random& random,
              View head, const std::vector<Bytes>& messages) {
    const core::SecretKey secret = core::SecretKey::random(random);
    const core::PublicKey ephemeral = core::seal_public(secret);
    core::Hash shared{};
    // A reader's key of low order makes no secret; zeros will do to write to it.
    if (crypto_scalarmult(shared.data(), secret.bytes().data(), reader.data()) != 0) shared.fill(0);
    Stream stream(shared, ephemeral, reader);

    core::ByteWriter signed_part;
    signed_part.raw(core::view("spot head 1"));
    signed_part.raw(stream.binding);
    signed_part.raw(head);
    const core::Signature signature = core::sign(sign, signed_part.bytes());
    std::vector<Bytes> all{Bytes(head.begin(), head.end())};
    all[0].insert(all[0].end(), signature.begin(), signature.end());
    all.insert(all.end(), messages.begin(), messages.end());

    core::ByteWriter out;
    out.u8(1);
    out.raw(ephemeral);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool last = i + 1 == all.size();
        out.varint((all[i].size() + kTag) << 1 | (last ? 1 : 0));
        Bytes closed(all[i].size() + kTag);
        const auto nonce = stream.nonce(last);
        crypto_aead_chacha20poly1305_ietf_encrypt(closed.data(), nullptr, all[i].data(),
                                                  all[i].size(), nullptr, 0, nullptr, nonce.data(),
                                                  stream.key.data());
        out.raw(closed);
    }
    const core::Hash named = core::hash({core::view("spot bundle number 1"), ephemeral});
    return {out.take(), core::ByteReader(named).u64()};
}

std::optional<std::vector<Bytes>> opened(const core::SecretKey& seal, View bundle) {
    core::ByteReader in(bundle);
    if (in.u8() != 1) return std::nullopt;
    const auto ephemeral = in.array<32>();
    core::Hash shared{};
    if (crypto_scalarmult(shared.data(), seal.bytes().data(), ephemeral.data()) != 0)
        return std::nullopt;
    Stream stream(shared, ephemeral, core::seal_public(seal));
    std::vector<Bytes> out;
    for (bool last = false; !last;) {
        const std::uint64_t size = in.varint();
        last = (size & 1) != 0;
        const View closed = in.raw(static_cast<std::size_t>(size >> 1));
        if (in.failed() || closed.size() < kTag) return std::nullopt;
        Bytes plain(closed.size() - kTag);
        const auto nonce = stream.nonce(last);
        if (crypto_aead_chacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, closed.data(),
                                                      closed.size(), nullptr, 0, nonce.data(),
                                                      stream.key.data()) != 0)
            return std::nullopt;
        out.push_back(std::move(plain));
    }
    return out;
}

// ── Entries and frames.

namespace {

bool is_real(const Json& value) {
    return value.is_string() && value.get_ref<const std::string&>().starts_with(kReal);
}

Json as_read(const Json& value) {
    if (is_real(value))
        return Json::parse(value.get_ref<const std::string&>().substr(sizeof kReal - 1), nullptr,
                           false);
    if (!value.is_structured()) return value;
    Json out = value;
    for (auto& item : out) item = as_read(item);
    return out;
}

std::string form_key(std::size_t i) {
    return "unheard" + std::to_string(i);
}

class LooseWriter {
public:
    // A reader has the smaller table of chances for bundles of at most 256 entries.
    explicit LooseWriter(std::size_t entries) : values_(entries <= 256 ? 18 : 20) {
        sync::BitCoder scratch = sync::BitCoder::writer();
        values_.attach(&scratch);
        const auto& words = sync::Vocabulary::version_1();
        for (const auto& [field, value] : words.choices)
            values_.text(sync::kFormField + field, value);
        for (const std::string& text : words.texts) values_.text(sync::kNotes, text);
    }

    Bytes frame(std::span<const LooseEntry> entries) {
        sync::BitCoder coder = sync::BitCoder::writer();
        values_.attach(&coder);
        for (const LooseEntry& entry : entries) {
            values_.flag(0, true);
            write(entry);
        }
        values_.flag(0, false);
        return coder.finish();
    }

private:
    void write(const LooseEntry& entry) {
        const auto kind = static_cast<unsigned>(entry.kind);
        values_.symbol(sync::kKind, kind, kinds_[0] * 16 + kinds_[1]);
        if (kind <= core::kKindMax) absent(entry, kind);
        values_.number(sync::kMore, entry.members.size());
        for (const auto& [key, value] : entry.members) {
            values_.text(sync::kMoreKey, key);
            generic(value, 0);
        }
        values_.flag(sync::kRun, false);
        values_.random_bits(64, entry.run);
        values_.flag(sync::kSeen, false);
        values_.number(sync::kSeenEpoch, entry.seen_epoch);
        values_.number(sync::kSeenSeq, entry.seen_seq);
        values_.flag(sync::kUserSame, false);
        values_.text(sync::kUser, entry.user);
        values_.flag(sync::kChecked, entry.check != 0, kind);
        if (entry.check != 0) values_.random_bits(16, entry.check);
        kinds_[1] = kinds_[0];
        kinds_[0] = kind;
    }

    // What has columns is not there, but for the service and the form where they are wanted.
    void absent(const LooseEntry& entry, unsigned kind) {
        for (const sync::Member& member : sync::members_of(entry.kind)) {
            const std::uint64_t where = sync::mix_text(member.key) + kind;
            const bool is_service = member.as == sync::As::service;
            const bool is_there =
                entry.form_fields > 0 && (is_service || member.as == sync::As::form);
            values_.flag(sync::kPresent, is_there, where);
            if (!is_there) continue;
            values_.flag(sync::kConforms, true, where);
            if (is_service)
                values_.symbol(sync::kService, 0, 0);
            else
                form(entry.form_fields);
        }
    }

    void form(std::size_t members) {
        for (const unsigned field : sync::Vocabulary::version_1().services[0].fields) {
            values_.flag(sync::kPresent, true, field);
            values_.text(sync::kFormField + field, "x");
        }
        values_.number(sync::kMore, members, 1);
        for (std::size_t i = 0; i < members; ++i) {
            values_.text(sync::kMoreKey, form_key(i), 1);
            values_.text(sync::kGenericText, "x");
        }
    }

    void generic(const Json& value, unsigned depth) {
        enum : unsigned { null_, false_, true_, count, minus, real, text, list, map };
        unsigned tag = null_;
        if (value.is_boolean())
            tag = value.get<bool>() ? true_ : false_;
        else if (value.is_number_float() || is_real(value))
            tag = real;
        else if (value.is_number_unsigned() ||
                 (value.is_number() && value.get<std::int64_t>() >= 0))
            tag = count;
        else if (value.is_number())
            tag = minus;
        else if (value.is_string())
            tag = text;
        else if (value.is_array())
            tag = list;
        else if (value.is_object())
            tag = map;
        values_.symbol(sync::kTag, tag, depth);
        if (tag == count)
            values_.number(sync::kGenericNumber, value.get<std::uint64_t>());
        else if (tag == minus)
            values_.signed_number(sync::kGenericNumber, value.get<std::int64_t>());
        else if (tag == real)
            values_.text(sync::kGenericText,
                         is_real(value)
                             ? value.get_ref<const std::string&>().substr(sizeof kReal - 1)
                             : value.dump());
        else if (tag == text)
            values_.text(sync::kGenericText, value.get<std::string>());
        if (tag < list) return;
        values_.number(sync::kGenericNumber, value.size(), tag);
        for (const auto& [key, item] : value.items()) {
            if (tag == map) values_.text(sync::kGenericKey, key);
            generic(item, depth + 1);
        }
    }

    sync::Values values_;
    unsigned kinds_[2] = {static_cast<unsigned>(core::Kind::session_close),
                          static_cast<unsigned>(core::Kind::session_close)};
};

}  // namespace

std::string LooseEntry::intent() const {
    Json object = Json::object();
    const auto& words = sync::Vocabulary::version_1();
    for (std::size_t i = 0; i < form_fields; ++i) object["fields"][form_key(i)] = "x";
    if (form_fields > 0) {
        object["service"] = words.services[0].code;
        for (const unsigned field : words.services[0].fields)
            object["fields"][words.fields[field]] = "x";
    }
    for (const auto& [key, value] : members) object[key] = as_read(value);
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

core::Entry LooseEntry::entry(const core::LogId& log, std::uint64_t seq) const {
    core::Entry out;
    out.log = log;
    out.seq = seq;
    out.kind = kind;
    out.run = run;
    out.seen = {static_cast<std::uint32_t>(seen_epoch), seen_seq};
    out.check = check;
    out.user = user;
    out.intent = intent();
    return out;
}

std::vector<Bytes> loose_frames(const std::vector<LooseEntry>& entries, std::size_t a_frame) {
    LooseWriter writer(entries.size());
    std::vector<Bytes> out;
    for (std::size_t at = 0; at < entries.size(); at += a_frame)
        out.push_back(
            writer.frame(std::span(entries).subspan(at, std::min(a_frame, entries.size() - at))));
    return out;
}

core::Hash hash_after(core::Hash from, const std::vector<core::Entry>& entries,
                      const std::vector<core::Hash>& period_secrets) {
    for (const core::Entry& entry : entries) {
        const auto& secret = period_secrets[core::period_of(entry.seq)];
        const core::SecretKey key{std::span<const std::uint8_t, 32>(secret)};
        from = core::chain(
            from, entry, core::commitment(core::salt_of(key, entry.log, entry.seq), entry.intent));
    }
    return from;
}

// ── Changes.

MadeChange long_change(const core::Hash* before, std::uint64_t seq, std::uint64_t start,
                       std::uint64_t operations, std::uint8_t actor) {
    const bool first = before == nullptr;
    const std::uint64_t followers = operations - (first ? 1 : 0);
    Column key, insert, action, meta, groups, by, counters;
    put_signed(key.bytes, static_cast<std::int64_t>(operations));
    put_unsigned(key.bytes, 1);
    key.bytes.push_back('a');
    put_unsigned(insert.bytes, operations);  // a run of "no"
    action.run(operations, 1);               // put
    meta.run(operations, 0);                 // null
    if (first) {                             // a run of one stands as a literal
        put_signed(groups.bytes, -1);
        put_unsigned(groups.bytes, 0);
    }
    groups.run(followers, 1);
    by.run(followers, 0);
    if (first)
        counters.deltas(followers, 1);
    else {
        put_signed(counters.bytes, -1);
        put_signed(counters.bytes, static_cast<std::int64_t>(start) - 1);
        counters.deltas(followers - 1, 1);
    }

    Bytes contents;
    put_unsigned(contents, first ? 0 : 1);
    if (!first) contents.insert(contents.end(), before->begin(), before->end());
    put_unsigned(contents, 16);
    contents.insert(contents.end(), 16, actor);
    put_unsigned(contents, seq);
    put_unsigned(contents, start);
    put_signed(contents, 1'500'000'000);
    put_unsigned(contents, 0);  // message
    put_unsigned(contents, 0);  // other actors
    const std::vector<std::pair<unsigned, const Column*>> columns{
        {0x15, &key},    {0x34, &insert}, {0x42, &action},  {0x56, &meta},
        {0x70, &groups}, {0x71, &by},     {0x73, &counters}};
    put_unsigned(contents, columns.size());
    for (const auto& [number, column] : columns) {
        put_unsigned(contents, number);
        put_unsigned(contents, column->bytes.size());
    }
    for (const auto& [number, column] : columns)
        contents.insert(contents.end(), column->bytes.begin(), column->bytes.end());

    Bytes hashed{1};
    put_unsigned(hashed, contents.size());
    hashed.insert(hashed.end(), contents.begin(), contents.end());
    MadeChange out;
    crypto_hash_sha256(out.hash.data(), hashed.data(), hashed.size());
    out.bytes = {0x85, 0x6f, 0x4a, 0x83};
    out.bytes.insert(out.bytes.end(), out.hash.begin(), out.hash.begin() + 4);
    out.bytes.insert(out.bytes.end(), hashed.begin(), hashed.end());
    return out;
}

}  // namespace spot::hostile
