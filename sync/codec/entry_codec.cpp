#include "sync/codec/entry_codec.h"

#include <algorithm>
#include <utility>

#include "sync/codec/inside.h"
#include "sync/codec/shapes.h"

namespace spot::sync {

using core::Entry;

EntryCodec::Inside::Inside(const core::LogId& id, std::uint64_t first_seq, std::uint64_t entries)
    : log(id), next_seq(first_seq), left(entries), values(entries <= kSmallBundle ? 18 : 20) {
    prime();
}

// Both ends read the vocabulary through the model before the first entry.
void EntryCodec::Inside::prime() {
    BitCoder scratch = BitCoder::writer();
    values.attach(&scratch);
    for (const auto& [field, value] : words.choices) values.text(kFormField + field, value);
    for (const std::string& text : words.texts) values.text(kNotes, text);
}

void EntryCodec::Inside::code_value(const Member& member, Entry& entry, Json& value) {
    switch (member.as) {
        case As::text:
            return json.text(member.field, value);
        case As::hex:
            return json.hex(member.field, value);
        case As::flag:
            return json.flag(member.field, value);
        case As::number:
            return json.number(member.field, value);
        case As::time:
            return time(entry.kind, value);
        case As::session:
            return reference(true, value);
        case As::request:
            return reference(false, value);
        case As::place:
            return place_value(entry, value);
        case As::citizen:
            return citizen(entry, value);
        case As::form:
            return form(value);
        case As::set:
            return set(value);
        case As::lines:
            return lines(value);
        case As::scores:
            return scores(value);
        case As::service:
            return service_code(value);
        case As::notice: {
            static constexpr Member kMembers[] = {{"version", As::text, kNoticeVersion},
                                                  {"explained", As::flag, kNoticeExplained},
                                                  {"accepted", As::flag, kNoticeAccepted}};
            return fixed(kMembers, entry, value);
        }
        case As::minutes: {
            // A visit's length is what its two times say.
            const std::int64_t ms = visit ? visit->last_ms - visit->opened_ms : 0;
            const std::int64_t minutes = std::max<std::int64_t>(1, (ms + 30'000) / 60'000);
            return json.foretold(kMinutes, kMinutes, minutes, value);
        }
        case As::total:
            return total(value);
        case As::vat:
            return vat(value);
        case As::series:
            return series_name(value);
        case As::receipt_number:
            return receipt_number(value);
    }
}

void EntryCodec::Inside::code_member(const Member& member, Entry& entry, Json& value,
                                     bool& present) {
    const std::uint64_t where = mix_text(member.key) + static_cast<unsigned>(entry.kind);
    present = values.flag(kPresent, present, where);
    if (!present) return;
    if (values.flag(kConforms, !reading() && conforms(member.as, value), where))
        code_value(member, entry, value);
    else
        json.generic(value);
}

void EntryCodec::Inside::fixed(std::span<const Member> members, Entry& entry, Json& object) {
    if (reading()) object = Json::object();
    std::size_t coded = 0;
    for (const Member& member : members) {
        const auto at = object.find(member.key);
        bool present = at != object.end();
        Json value = present && !reading() ? *at : Json();
        code_member(member, entry, value, present);
        if (json.failed()) return;
        if (present) ++coded;
        if (present && reading()) object[member.key] = std::move(value);
    }
    // Members that this version of the format has no column for.
    std::size_t more = static_cast<std::size_t>(values.number(kMore, object.size() - coded));
    if (more > kMembersMax) json.fail();
    auto next = object.begin();
    for (std::size_t i = 0; i < more && !json.failed(); ++i) {
        std::string key;
        Json value;
        if (!reading()) {
            const auto known = [&] {
                return std::any_of(members.begin(), members.end(),
                                   [&](const Member& member) { return next.key() == member.key; });
            };
            while (known()) ++next;
            key = next.key();
            value = *next++;
        }
        key = values.text(kMoreKey, key);
        json.generic(value);
        if (reading()) object[key] = std::move(value);
    }
}

void EntryCodec::Inside::scores(Json& value) {
    std::size_t size = static_cast<std::size_t>(values.number(kScoreCount, value.size()));
    if (size > kMembersMax) json.fail();
    if (reading()) value = Json::object();
    auto next = value.begin();
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < size && !json.failed(); ++i) {
        Json score = reading() ? Json() : *next;
        const std::string key = values.text(kScoreKey, reading() ? "" : next.key(), before);
        before = mix_text(key);
        json.number(kScore, score, before);
        if (reading())
            value[key] = std::move(score);
        else
            ++next;
    }
}

void EntryCodec::Inside::code_header(Entry& entry, const Json& intent) {
    if (!values.flag(kRun, entry.run == run))
        entry.run = values.random_bits(64, entry.run);
    else
        entry.run = run;
    if (!values.flag(kSeen, entry.seen == seen)) {
        const std::uint64_t epoch = values.number(kSeenEpoch, entry.seen.epoch);
        entry.seen.seq = values.number(kSeenSeq, entry.seen.seq);
        if (epoch > core::kEpochMax || entry.seen.seq > core::kSeqMax) {
            json.fail();
            return;
        }
        entry.seen.epoch = static_cast<std::uint32_t>(epoch);
    } else {
        entry.seen = seen;
    }
    // Who opened the session is mostly who works in it.
    std::string expected = visit ? visit->user : user;
    for (const char* key : {"mediator", "operator"})
        if (const auto at = intent.find(key); at != intent.end() && at->is_string())
            expected = at->get<std::string>();
    if (values.flag(kUserSame, entry.user == expected))
        entry.user = expected;
    else
        entry.user = values.text(kUser, entry.user);
    const bool checked = values.flag(kChecked, entry.check != 0, static_cast<unsigned>(entry.kind));
    entry.check = checked ? static_cast<std::uint16_t>(values.random_bits(16, entry.check)) : 0;
}

void EntryCodec::Inside::code_entry(Entry& entry) {
    entry.log = log;
    entry.seq = next_seq;
    const unsigned before = static_cast<unsigned>(kinds[0]) * 16 + static_cast<unsigned>(kinds[1]);
    const unsigned kind = values.symbol(kKind, static_cast<unsigned>(entry.kind), before);
    if (kind == 0 || kind > core::kKindMax) {
        json.fail();
        return;
    }
    entry.kind = static_cast<Kind>(kind);
    visit = nullptr;
    line_sum = Json();
    service.clear();
    Json intent = reading() ? Json::object() : Json::parse(entry.intent, nullptr, false);
    if (!intent.is_object()) {
        json.fail();
        return;
    }
    fixed(members_of(entry.kind), entry, intent);
    if (json.failed()) return;
    code_header(entry, intent);
    if (json.failed()) return;
    if (reading()) {
        // Not dump(): that throws on text that is no UTF-8.
        entry.intent = intent.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    remember(entry, intent);
    ++next_seq;
}

core::Result<std::unique_ptr<EntryCodec>> EntryCodec::make(const core::LogId& log,
                                                           std::uint64_t first_seq,
                                                           std::uint64_t entries,
                                                           std::span<const Entry> context) {
    auto inside = std::make_unique<Inside>(log, first_seq - context.size(), entries);
    BitCoder scratch = BitCoder::writer();
    inside->values.attach(&scratch);
    for (Entry entry : context) {
        inside->code_entry(entry);
        // Of another party it may be anything that an earlier version let in.
        if (inside->json.failed())
            return core::fail(core::Code::corrupt, "an entry to start from can't be coded");
    }
    return std::unique_ptr<EntryCodec>(new EntryCodec(std::move(inside)));
}

EntryCodec::EntryCodec(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
EntryCodec::~EntryCodec() = default;

std::size_t EntryCodec::memory_for(std::uint64_t entries) {
    return entries <= Inside::kSmallBundle ? 2'500'000 : 6'000'000;
}

core::Result<core::Bytes> EntryCodec::write(std::span<const Entry> entries, std::size_t& taken) {
    SPOT_CHECK(!entries.empty());
    BitCoder coder = BitCoder::writer();
    inside_->values.attach(&coder);
    std::size_t decoded = 0;
    taken = 0;
    for (const Entry& entry : entries) {
        // A quarter of its JSON is more than an entry has been seen to take.
        const std::size_t size = entry.intent.size();
        const bool full = coder.size() + size / 4 + 64 > kFrameBytesAim ||
                          decoded + size > kFrameDecodedMax || taken == kFrameEntriesMax;
        if (taken > 0 && full) break;
        Entry copy = entry;
        inside_->values.flag(0, true);  // one more follows
        inside_->code_entry(copy);
        if (inside_->json.failed())
            return core::fail(core::Code::corrupt, "an entry can't be coded");
        decoded += size;
        ++taken;
    }
    inside_->values.flag(0, false);
    core::Bytes frame = coder.finish();
    if (frame.size() > kFrameBytesMax)
        return core::fail(core::Code::limit, "an entry is too large to be sent");
    return frame;
}

core::Result<std::vector<Entry>> EntryCodec::read(core::View frame) {
    const auto corrupt = [] { return core::fail(core::Code::corrupt, "a frame does not decode"); };
    if (frame.size() > kFrameBytesMax) return corrupt();
    BitCoder coder = BitCoder::reader(frame);
    inside_->values.attach(&coder);
    std::vector<Entry> entries;
    std::size_t decoded = 0;
    while (inside_->values.flag(0, false)) {
        if (entries.size() == kFrameEntriesMax || entries.size() == inside_->left) return corrupt();
        Entry entry;
        inside_->code_entry(entry);
        decoded += entry.intent.size();
        if (inside_->json.failed() || decoded > kFrameDecodedMax ||
            entry.intent.size() > core::kIntentBytesMax || entry.user.size() > core::kUserBytesMax)
            return corrupt();
        entries.push_back(std::move(entry));
    }
    inside_->left -= entries.size();
    if (entries.empty()) return corrupt();
    return entries;
}

}  // namespace spot::sync
