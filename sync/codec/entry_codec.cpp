#include "sync/codec/entry_codec.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "sync/codec/moment_codec.h"
#include "sync/codec/values.h"
#include "sync/codec/vocabulary.h"

namespace spot::sync {
namespace {

using core::Entry;
using core::Kind;
using core::RecordId;
using Json = nlohmann::json;

// Columns. Their numbers are part of the format.
enum Field : unsigned {
    kKind = 1, kRun, kSeen, kSeenEpoch, kSeenSeq, kUserSame, kUser, kChecked,
    kConforms, kMore, kMoreKey, kTag, kGenericText, kGenericNumber, kGenericKey,
    kSessionRank, kSessionFar, kRequestRank, kRequestFar, kRefOther, kRefRaw,
    kTimeOffset, kTimeFormat, kTimeSeconds, kTimeMs, kTimeMsZero, kText,
    kPresent, kStation, kPlaceSame, kPlaceName, kMunicipality, kNuts, kParish, kMediator, kChannel,
    kLanguage, kNoticeVersion, kNoticeExplained, kNoticeAccepted, kService, kServiceText,
    kCitizenSame, kName, kNif, kBirth, kPhone, kAddress, kSetCount, kPathKind, kPathField, kPathText,
    kLineCount, kLineForetold, kLineService, kCentsForetold, kCents, kQuantity, kTotalForetold, kTotal,
    kRate, kVatForetold, kVat, kSeries, kNumberNext, kNumber, kBook, kComplaintText, kScoreCount,
    kScoreKey, kScore, kTopic, kFeedbackText, kOutcome, kMinutes, kNotes, kStatus, kNote, kOperator, kReason, kReceiptState,
    kVersion, kBase, kGroup, kGroupKey, kDefinition, kParts, kHash, kDevice, kKey, kKeyOf,
    kFormField = 100,  // + the field's place in the vocabulary
};
static_assert(kKeyOf < kFormField);

// What kind of value a member of an intent holds, and so how it is coded.
enum class As : std::uint8_t {
    text, flag, number, time, session, request, place, notice, citizen, form, set, lines, vat,
    scores, service, minutes, series, receipt_number, total, hex,
};
struct Member {
    const char* key;
    As as;
    unsigned field;
};

const std::vector<Member>& members_of(Kind kind) {
    // In the order in which one foretells the next.
    static const std::map<Kind, std::vector<Member>> all{
        {Kind::session_open,
         {{"at", As::time, 0}, {"station", As::text, kStation}, {"place", As::place, 0},
          {"mediator", As::text, kMediator}, {"channel", As::text, kChannel},
          {"language", As::text, kLanguage}, {"privacy_notice", As::notice, 0}}},
        {Kind::request_queue,
         {{"session", As::session, 0}, {"at", As::time, 0}, {"station", As::text, kStation},
          {"service", As::service, 0}, {"citizen", As::citizen, 0}, {"fields", As::form, 0}}},
        {Kind::request_edit,
         {{"request", As::request, 0}, {"at", As::time, 0}, {"station", As::text, kStation},
          {"set", As::set, 0}}},
        {Kind::receipt_print,
         {{"session", As::session, 0}, {"at", As::time, 0}, {"station", As::text, kStation},
          {"lines", As::lines, 0}, {"total_cents", As::total, 0}, {"vat", As::vat, 0},
          {"series", As::series, 0}, {"number", As::receipt_number, 0}}},
        {Kind::complaint_log,
         {{"session", As::session, 0}, {"at", As::time, 0}, {"station", As::text, kStation},
          {"book", As::text, kBook}, {"text", As::text, kComplaintText}}},
        {Kind::assessment_self,
         {{"at", As::time, 0}, {"station", As::text, kStation}, {"scores", As::scores, 0}}},
        {Kind::feedback_training,
         {{"at", As::time, 0}, {"station", As::text, kStation}, {"mediator", As::text, kMediator},
          {"topic", As::text, kTopic}, {"text", As::text, kFeedbackText}}},
        {Kind::session_close,
         {{"session", As::session, 0}, {"at", As::time, 0}, {"station", As::text, kStation},
          {"outcome", As::text, kOutcome}, {"minutes", As::minutes, 0},
          {"notes", As::text, kNotes}}},
        {Kind::hub_edit,
         {{"request", As::request, 0}, {"at", As::time, 0}, {"station", As::text, kStation},
          {"operator", As::text, kOperator}, {"set", As::set, 0}}},
        {Kind::request_withdraw,
         {{"request", As::request, 0}, {"at", As::time, 0}, {"station", As::text, kStation},
          {"reason", As::text, kReason}}},
        {Kind::receipt_settle,
         {{"receipt", As::request, 0}, {"at", As::time, 0}, {"station", As::text, kStation},
          {"state", As::text, kReceiptState}}},
        {Kind::catalogue_set,
         {{"at", As::time, 0}, {"version", As::text, kVersion}, {"group", As::text, kGroup},
          {"key", As::text, kGroupKey}, {"definition", As::text, kDefinition}}},
        {Kind::catalogue_publish,
         {{"at", As::time, 0}, {"version", As::text, kVersion}, {"base", As::text, kBase},
          {"parts", As::number, kParts}, {"in_force", As::time, 0}, {"hash", As::text, kHash}}},
        {Kind::station_key,
         {{"at", As::time, 0}, {"station", As::text, kKeyOf}, {"device", As::hex, kDevice},
          {"key", As::hex, kKey}}},
    };
    return all.at(kind);
}

constexpr unsigned kGenericDepthMax = 8;
constexpr std::size_t kMembersMax = 512;
constexpr std::size_t kRanksMax = 15;
constexpr std::size_t kHexDigitsMax = 128;
constexpr std::string_view kHexDigits = "0123456789abcdef";

// What the entries before told about a session or request; sessions also stand for requests.
struct Visit {
    std::int64_t opened_ms = 0;
    std::int64_t last_ms = 0;
    std::string user;
    std::vector<std::string> services;
    std::optional<Json> citizen;
};

}  // namespace

struct EntryCodec::Inside {
    Inside(const core::LogId& id, std::uint64_t first_seq, std::uint64_t entries)
        : log(id), next_seq(first_seq), left(entries), values(entries <= kSmallBundle ? 18 : 20) {
        prime();
    }

    static constexpr std::uint64_t kSmallBundle = 256;

    core::LogId log;
    std::uint64_t next_seq;
    std::uint64_t left;
    Values values;
    const Vocabulary& words = Vocabulary::version_1();

    // ── What the last entries held.
    Kind kinds[2] = {Kind::session_close, Kind::session_close};
    std::uint64_t run = 0;
    core::Seen seen;
    std::string user;
    MomentParts moment;
    Json place;
    std::string series;
    std::uint64_t receipts = 0;
    std::unordered_map<std::string, Visit> visits;            // by session id text
    std::unordered_map<std::string, std::string> session_of;  // request id → session id
    std::deque<std::string> recent_sessions, recent_requests;

    // ── Of the entry at hand.
    Visit* visit = nullptr;
    Json line_sum;
    std::string service;

    bool reading() const { return values.reading(); }
    bool failed = false;
    bool bad() const { return failed || values.failed(); }

    // Both ends read the vocabulary through the model before the first entry.
    void prime() {
        BitCoder scratch = BitCoder::writer();
        values.attach(&scratch);
        for (const auto& [field, value] : words.choices) values.text(kFormField + field, value);
        for (const std::string& text : words.texts) values.text(kNotes, text);
    }

    void code_entry(Entry& entry);
    void code_header(Entry& entry, const Json& intent);
    void code_intent(Entry& entry, Json& intent);
    void code_member(const Member& member, Entry& entry, Json& value, bool& present);
    void code_value(const Member& member, Entry& entry, Json& value);
    void generic(Json& value, unsigned depth);
    void text(unsigned field, Json& value, std::uint64_t hint = 0);
    void hex(unsigned field, Json& value);
    void flag_value(unsigned field, Json& value);
    void number_value(unsigned field, Json& value, std::uint64_t hint = 0);
    void time(Kind kind, Json& value);
    void reference(bool session, Json& value);
    void fixed(std::span<const Member> members, Entry& entry, Json& object);
    void place_value(Entry& entry, Json& value);
    void citizen(Entry& entry, Json& value);
    void form(Json& value);
    void set(Json& value);
    void lines(Json& value);
    void vat(const Json& total, Json& value);
    void scores(Json& value);
    void service_code(Json& value);
    void foretold_number(unsigned same, unsigned field, std::int64_t expected, Json& value);
    bool conforms(const Member& member, const Json& value) const;
    void remember(const Entry& entry, const Json& intent);
    static void touch(std::deque<std::string>& recent, const std::string& id);
};

namespace {

bool has_exactly(const Json& value, std::initializer_list<const char*> keys) {
    if (!value.is_object() || value.size() != keys.size()) return false;
    return std::all_of(keys.begin(), keys.end(),
                       [&](const char* key) { return value.contains(key); });
}

bool all_text(const Json& object) {
    return object.is_object() && object.size() <= kMembersMax &&
           std::all_of(object.begin(), object.end(),
                       [](const Json& value) { return value.is_string(); });
}

bool is_hex(const Json& value) {
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    return text.size() <= kHexDigitsMax &&
           text.find_first_not_of(kHexDigits) == std::string::npos;
}

// Integers that both JSON readers print alike: nlohmann's unsigned and signed are equal in text.
bool is_count(const Json& value) {
    return value.is_number_integer() && (value.is_number_unsigned() || value.get<std::int64_t>() >= 0);
}

}  // namespace

// Is the value of the form that the coding of `member.as` expects? If not it goes as generic JSON.
bool EntryCodec::Inside::conforms(const Member& member, const Json& value) const {
    switch (member.as) {
        case As::text: return value.is_string();
        case As::hex: return is_hex(value);
        case As::flag: return value.is_boolean();
        case As::number: case As::minutes: case As::receipt_number: case As::total:
            return is_count(value);
        case As::series: return value.is_string();
        case As::time:
            return value.is_string() && MomentParts::parse(value.get_ref<const std::string&>());
        case As::session: case As::request:
            return value.is_string() && RecordId::parse(value.get_ref<const std::string&>());
        case As::service: return value.is_string();
        case As::place: case As::notice: case As::citizen: return value.is_object();
        case As::form: case As::set: return all_text(value);
        case As::scores:
            return value.is_object() && value.size() <= kMembersMax &&
                   std::all_of(value.begin(), value.end(), is_count);
        case As::vat:
            return has_exactly(value, {"rate", "cents"}) && is_count(value["rate"]) &&
                   is_count(value["cents"]);
        case As::lines:
            return value.is_array() && value.size() <= kMembersMax &&
                   std::all_of(value.begin(), value.end(), [](const Json& line) {
                       return (has_exactly(line, {"service", "cents"}) ||
                               (has_exactly(line, {"service", "cents", "qty"}) &&
                                is_count(line["qty"]))) &&
                              line["service"].is_string() && is_count(line["cents"]);
                   });
    }
    return false;
}

void EntryCodec::Inside::text(unsigned field, Json& value, std::uint64_t hint) {
    std::string coded = values.text(field, reading() ? std::string() : value.get<std::string>(), hint);
    if (reading()) value = std::move(coded);
}

// Keys and hashes: nothing foretells them, so four bits a digit.
void EntryCodec::Inside::hex(unsigned field, Json& value) {
    std::string digits = reading() ? std::string() : value.get<std::string>();
    const std::uint64_t size = values.number(field, digits.size());
    if (size > kHexDigitsMax) {
        failed = true;
        return;
    }
    digits.resize(size, '0');
    for (char& digit : digits) digit = kHexDigits[values.random_bits(4, kHexDigits.find(digit))];
    if (reading()) value = std::move(digits);
}

void EntryCodec::Inside::flag_value(unsigned field, Json& value) {
    const bool coded = values.flag(field, !reading() && value.get<bool>());
    if (reading()) value = coded;
}

void EntryCodec::Inside::number_value(unsigned field, Json& value, std::uint64_t hint) {
    const std::uint64_t coded = values.number(field, reading() ? 0 : value.get<std::uint64_t>(), hint);
    if (reading()) value = coded;
}

void EntryCodec::Inside::foretold_number(unsigned same, unsigned field, std::int64_t expected,
                                         Json& value) {
    const std::int64_t given = reading() ? 0 : static_cast<std::int64_t>(value.get<std::uint64_t>());
    if (values.flag(same, given == expected && expected >= 0)) {
        if (reading()) value = static_cast<std::uint64_t>(expected);
    } else {
        number_value(field, value);
    }
}

void EntryCodec::Inside::generic(Json& value, unsigned depth) {
    enum Tag : unsigned { null_tag, false_tag, true_tag, count_tag, minus_tag, real_tag, text_tag, list_tag, map_tag };
    unsigned tag = null_tag;
    if (!reading()) {
        if (value.is_boolean()) tag = value.get<bool>() ? true_tag : false_tag;
        else if (value.is_number_float()) tag = real_tag;
        else if (value.is_number()) tag = is_count(value) ? count_tag : minus_tag;
        else if (value.is_string()) tag = text_tag;
        else if (value.is_array()) tag = list_tag;
        else if (value.is_object()) tag = map_tag;
    }
    tag = values.symbol(kTag, tag, depth);
    if (tag > map_tag || depth > kGenericDepthMax) {
        failed = true;
        return;
    }
    if (tag <= true_tag) {
        if (reading() && tag != null_tag) value = tag == true_tag;
    } else if (tag == count_tag) {
        number_value(kGenericNumber, value);
    } else if (tag == minus_tag) {
        const std::int64_t coded =
            values.signed_number(kGenericNumber, reading() ? 0 : value.get<std::int64_t>());
        if (reading()) value = coded;
    } else if (tag == real_tag) {
        // As its shortest spelling, which reads back to the same number.
        const std::string coded = values.text(kGenericText, reading() ? "" : value.dump());
        if (reading()) value = Json::parse(coded, nullptr, false);
        if (value.is_discarded()) failed = true;
    } else if (tag == text_tag) {
        text(kGenericText, value);
    } else {
        std::size_t size = static_cast<std::size_t>(values.number(kGenericNumber, value.size(), tag));
        if (size > kMembersMax) failed = true;
        if (reading()) value = tag == list_tag ? Json::array() : Json::object();
        auto next = value.begin();
        for (std::size_t i = 0; i < size && !bad(); ++i) {
            Json item = reading() ? Json() : *next;
            std::string key;
            if (tag == map_tag) key = values.text(kGenericKey, reading() ? "" : next.key());
            generic(item, depth + 1);
            if (!reading()) ++next;
            else if (tag == list_tag) value.push_back(std::move(item));
            else value[key] = std::move(item);
        }
    }
}

void EntryCodec::Inside::touch(std::deque<std::string>& recent, const std::string& id) {
    const auto at = std::find(recent.begin(), recent.end(), id);
    if (at != recent.end()) recent.erase(at);
    recent.push_front(id);
    if (recent.size() > kRanksMax) recent.pop_back();
}

// A record of this log or, from the hub, of the station's: by its rank among the recent ones, by
// how far back it stands, or in full.
void EntryCodec::Inside::reference(bool session, Json& value) {
    auto& recent = session ? recent_sessions : recent_requests;
    std::size_t rank = kRanksMax;
    RecordId id;
    if (!reading()) {
        const std::string& wanted = value.get_ref<const std::string&>();
        rank = static_cast<std::size_t>(std::find(recent.begin(), recent.end(), wanted) - recent.begin());
        if (rank == recent.size()) rank = kRanksMax;
        id = *RecordId::parse(wanted);
    }
    rank = values.symbol(session ? kSessionRank : kRequestRank, static_cast<unsigned>(rank),
                         recent.size());
    std::string found;
    if (rank < recent.size()) {
        found = recent[rank];
    } else {
        const bool own = values.flag(kRefOther, id.log == log && id.seq < next_seq);
        if (own) {
            const std::uint64_t back = values.number(session ? kSessionFar : kRequestFar,
                                                     next_seq - id.seq);
            id = {log, next_seq - back};
            if (back == 0 || back >= next_seq) failed = true;
        } else {
            id.log.device = log.device ^ core::kHubBit ^
                            values.number(kRefRaw, id.log.device ^ log.device ^ core::kHubBit, 1);
            id.log.epoch = static_cast<std::uint32_t>(values.number(kRefRaw, id.log.epoch, 2));
            id.seq = values.number(kRefRaw, id.seq, 3);
            if (id.log.epoch == 0 || id.log.epoch > core::kEpochMax || id.seq == 0 ||
                id.seq > core::kSeqMax)
                failed = true;
        }
        if (bad()) return;
        found = id.text();
    }
    if (reading()) value = found;
    touch(recent, found);
    if (!session) {
        const auto of = session_of.find(found);
        if (of == session_of.end()) return;
        found = of->second;
    }
    const auto at = visits.find(found);
    visit = at == visits.end() ? nullptr : &at->second;
}

void EntryCodec::Inside::time(Kind kind, Json& value) {
    MomentParts parts;
    if (!reading()) parts = *MomentParts::parse(value.get_ref<const std::string&>());
    const auto k = static_cast<unsigned>(kind);
    if (!values.flag(kTimeOffset, parts.offset_minutes == moment.offset_minutes))
        parts.offset_minutes =
            static_cast<int>(values.signed_number(kTimeOffset, parts.offset_minutes));
    else
        parts.offset_minutes = moment.offset_minutes;
    const unsigned format = values.symbol(kTimeFormat, (parts.zulu ? 1u : 0u) | (parts.with_ms ? 2u : 0u));
    parts.zulu = (format & 1) != 0;
    parts.with_ms = (format & 2) != 0;
    const std::int64_t base = visit ? visit->last_ms : moment.ms;
    const unsigned hint = k * 2 + (visit ? 1 : 0);
    const std::int64_t delta = parts.ms - base;
    std::int64_t seconds = delta / 1000;
    if (delta % 1000 < 0) --seconds;
    const std::int64_t ms = delta - seconds * 1000;
    seconds = values.signed_number(kTimeSeconds, seconds, hint);
    std::int64_t rest = 0;
    if (!values.flag(kTimeMsZero, ms == 0, hint))
        rest = static_cast<std::int64_t>(values.number(kTimeMs, static_cast<std::uint64_t>(ms)));
    constexpr std::int64_t kSecondsMax = std::int64_t{1} << 38;  // years 0 to 9999
    if (seconds > kSecondsMax || seconds < -kSecondsMax || rest > 999 ||
        parts.offset_minutes > 1440 || parts.offset_minutes < -1440) {
        failed = true;
        return;
    }
    parts.ms = base + seconds * 1000 + rest;
    constexpr std::int64_t kYear10000 = 253'402'300'800'000, kYear0 = -62'167'219'200'000;
    if (parts.ms >= kYear10000 || parts.ms < kYear0) {
        failed = true;
        return;
    }
    if (visit) visit->last_ms = std::max(visit->last_ms, parts.ms);
    if (visit == nullptr || parts.ms > moment.ms) moment = parts;
    moment.offset_minutes = parts.offset_minutes;
    if (reading()) value = parts.text();
}

void EntryCodec::Inside::fixed(std::span<const Member> members, Entry& entry, Json& object) {
    if (reading()) object = Json::object();
    std::size_t coded = 0;
    for (const Member& member : members) {
        const auto at = object.find(member.key);
        bool present = at != object.end();
        Json value = present && !reading() ? *at : Json();
        code_member(member, entry, value, present);
        if (bad()) return;
        if (present) ++coded;
        if (present && reading()) object[member.key] = std::move(value);
    }
    // Members that this version of the format has no column for.
    std::size_t more = static_cast<std::size_t>(values.number(kMore, object.size() - coded));
    if (more > kMembersMax) failed = true;
    auto next = object.begin();
    for (std::size_t i = 0; i < more && !bad(); ++i) {
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
        generic(value, 0);
        if (reading()) object[key] = std::move(value);
    }
}

void EntryCodec::Inside::place_value(Entry& entry, Json& value) {
    if (values.flag(kPlaceSame, !reading() && value == place)) {
        if (reading()) value = place;
        return;
    }
    static constexpr Member kMembers[] = {{"parish", As::text, kParish},
                                          {"municipality", As::text, kMunicipality},
                                          {"nuts", As::text, kNuts},
                                          {"name", As::text, kPlaceName}};
    fixed(kMembers, entry, value);
    place = value;
}

void EntryCodec::Inside::citizen(Entry& entry, Json& value) {
    if (visit && visit->citizen &&
        values.flag(kCitizenSame, !reading() && value == *visit->citizen)) {
        if (reading()) value = *visit->citizen;
        return;
    }
    static constexpr Member kMembers[] = {{"name", As::text, kName},
                                          {"nif", As::text, kNif},
                                          {"birth_date", As::text, kBirth},
                                          {"phone", As::text, kPhone},
                                          {"address", As::text, kAddress}};
    fixed(kMembers, entry, value);
    if (visit) visit->citizen = value;
}

void EntryCodec::Inside::service_code(Json& value) {
    unsigned at = 255;
    if (!reading()) {
        const auto known = words.service_at.find(value.get_ref<const std::string&>());
        if (known != words.service_at.end()) at = known->second;
    }
    at = values.symbol(kService, at, visit && !visit->services.empty()
                                         ? mix_text(visit->services.back()) : 0);
    if (at >= words.services.size()) text(kServiceText, value);
    else if (reading()) value = words.services[at].code;
    service = value.get<std::string>();
}

void EntryCodec::Inside::form(Json& value) {
    if (reading()) value = Json::object();
    std::size_t coded = 0;
    std::uint64_t hint = 0;
    const auto known = words.service_at.find(service);
    const std::vector<unsigned> none;
    const auto& fields = known == words.service_at.end() ? none : words.services[known->second].fields;
    for (const unsigned field : fields) {
        const std::string& name = words.fields[field];
        const auto at = value.find(name);
        const bool there = values.flag(kPresent, at != value.end(), field);
        if (!there) continue;
        ++coded;
        Json one = reading() ? Json() : *at;
        text(kFormField + field, one, hint);
        if (reading()) value[name] = std::move(one);
        if (bad()) return;
    }
    std::size_t more = static_cast<std::size_t>(values.number(kMore, value.size() - coded, 1));
    if (more > kMembersMax) failed = true;
    auto next = value.begin();
    for (std::size_t i = 0; i < more && !bad(); ++i) {
        std::string name;
        Json one;
        if (!reading()) {
            while (std::any_of(fields.begin(), fields.end(),
                               [&](unsigned field) { return words.fields[field] == next.key(); }))
                ++next;
            name = next.key();
            one = *next++;
        }
        name = values.text(kMoreKey, name, 1);
        const auto field = words.field_at.find(name);
        text(field == words.field_at.end() ? kGenericText : kFormField + field->second, one);
        if (reading()) value[name] = std::move(one);
    }
}

void EntryCodec::Inside::set(Json& value) {
    enum PathKind : unsigned { form_field, citizen_member, other };
    static constexpr struct { const char* key; unsigned field; } kCitizen[] = {
        {"name", kName}, {"nif", kNif}, {"birth_date", kBirth}, {"phone", kPhone}, {"address", kAddress}};
    std::size_t size = static_cast<std::size_t>(values.number(kSetCount, value.size()));
    if (size > kMembersMax) failed = true;
    if (reading()) value = Json::object();
    auto next = value.begin();
    for (std::size_t i = 0; i < size && !bad(); ++i) {
        std::string path;
        Json one;
        unsigned kind = other;
        unsigned at = 0;
        if (!reading()) {
            path = next.key();
            one = *next++;
            if (path.starts_with("fields.") && words.field_at.contains(path.substr(7))) {
                kind = form_field;
                at = words.field_at.at(path.substr(7));
            }
            for (unsigned c = 0; c < std::size(kCitizen); ++c)
                if (path == std::string("citizen.") + kCitizen[c].key) kind = citizen_member, at = c;
        }
        kind = values.symbol(kPathKind, kind);
        if (kind == other) {
            path = values.text(kPathText, path);
            text(path == "status" ? kStatus : path == "note" ? kNote : kGenericText, one);
        } else {
            at = values.symbol(kPathField, at, kind);
            if (at >= (kind == form_field ? words.fields.size() : std::size(kCitizen))) {
                failed = true;
                return;
            }
            path = kind == form_field ? "fields." + words.fields[at]
                                      : std::string("citizen.") + kCitizen[at].key;
            text(kind == form_field ? kFormField + at : kCitizen[at].field, one);
        }
        if (reading()) value[path] = std::move(one);
    }
}

void EntryCodec::Inside::lines(Json& value) {
    std::size_t size = static_cast<std::size_t>(
        values.number(kLineCount, value.size(), visit ? visit->services.size() + 1 : 0));
    if (size > kMembersMax) failed = true;
    if (reading()) value = Json::array();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < size && !bad(); ++i) {
        Json line = reading() ? Json::object() : value[i];
        Json code = reading() ? Json() : line["service"];
        // A receipt names the session's requests in their order, at the catalogue's fee.
        const bool more = visit && i < visit->services.size();
        const std::string expected = more ? visit->services[i] : std::string("COPIAS");
        if (values.flag(kLineForetold, !reading() && code == expected, more)) code = expected;
        else text(kLineService, code);
        if (bad()) return;
        const bool counted = values.flag(kQuantity, line.contains("qty"), code == "COPIAS");
        Json quantity = counted && !reading() ? line["qty"] : Json();
        if (counted) number_value(kQuantity, quantity);
        const auto known = words.service_at.find(code.get_ref<const std::string&>());
        Json cents = reading() ? Json() : line["cents"];
        if (known != words.service_at.end())
            foretold_number(kCentsForetold, kCents, words.services[known->second].fee_cents, cents);
        else
            number_value(kCents, cents, counted ? mix(9, quantity.get<std::uint64_t>()) : 0);
        sum += cents.get<std::uint64_t>();
        if (!reading()) continue;
        line["service"] = code;
        line["cents"] = cents;
        if (counted) line["qty"] = quantity;
        value.push_back(std::move(line));
    }
    line_sum = sum;
}

void EntryCodec::Inside::vat(const Json& total, Json& value) {
    if (reading()) value = Json::object();
    Json rate = reading() ? Json() : value["rate"];
    Json cents = reading() ? Json() : value["cents"];
    number_value(kRate, rate);
    const std::uint64_t percent = std::min<std::uint64_t>(rate.get<std::uint64_t>(), 1000);
    const std::uint64_t whole = total.is_number_unsigned() && total.get<std::uint64_t>() < (1u << 31)
                                    ? total.get<std::uint64_t>() : 0;
    // The tax that a total with tax holds, to the nearest cent.
    const std::uint64_t expected = (whole * percent * 2 + 100 + percent) / (2 * (100 + percent));
    foretold_number(kVatForetold, kVat, static_cast<std::int64_t>(expected), cents);
    if (reading()) value = Json{{"rate", rate}, {"cents", cents}};
}

void EntryCodec::Inside::scores(Json& value) {
    std::size_t size = static_cast<std::size_t>(values.number(kScoreCount, value.size()));
    if (size > kMembersMax) failed = true;
    if (reading()) value = Json::object();
    auto next = value.begin();
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < size && !bad(); ++i) {
        Json score = reading() ? Json() : *next;
        const std::string key = values.text(kScoreKey, reading() ? "" : next.key(), before);
        before = mix_text(key);
        number_value(kScore, score, before);
        if (reading()) value[key] = std::move(score);
        else ++next;
    }
}

void EntryCodec::Inside::code_value(const Member& member, Entry& entry, Json& value) {
    switch (member.as) {
        case As::text: return text(member.field, value);
        case As::hex: return hex(member.field, value);
        case As::flag: return flag_value(member.field, value);
        case As::number: return number_value(member.field, value);
        case As::time: return time(entry.kind, value);
        case As::session: return reference(true, value);
        case As::request: return reference(false, value);
        case As::place: return place_value(entry, value);
        case As::citizen: return citizen(entry, value);
        case As::form: return form(value);
        case As::set: return set(value);
        case As::lines: return lines(value);
        case As::scores: return scores(value);
        case As::service: return service_code(value);
        case As::notice: {
            static constexpr Member kMembers[] = {{"version", As::text, kNoticeVersion},
                                                  {"explained", As::flag, kNoticeExplained},
                                                  {"accepted", As::flag, kNoticeAccepted}};
            return fixed(kMembers, entry, value);
        }
        case As::minutes: {
            // A visit's length is what its two times say.
            const std::int64_t ms = visit ? visit->last_ms - visit->opened_ms : 0;
            return foretold_number(kMinutes, kMinutes, std::max<std::int64_t>(1, (ms + 30'000) / 60'000), value);
        }
        case As::total:
            foretold_number(kTotalForetold, kTotal,
                            line_sum.is_number() ? line_sum.get<std::int64_t>() : 0, value);
            line_sum = value;
            return;
        case As::vat: return vat(line_sum, value);
        case As::series:
            text(kSeries, value);
            if (value != series) receipts = 0;
            series = value.get<std::string>();
            return;
        case As::receipt_number:
            foretold_number(kNumberNext, kNumber, static_cast<std::int64_t>(receipts + 1), value);
            receipts = value.get<std::uint64_t>();
            return;
    }
}

void EntryCodec::Inside::code_member(const Member& member, Entry& entry, Json& value, bool& present) {
    const std::uint64_t where = mix_text(member.key) + static_cast<unsigned>(entry.kind);
    present = values.flag(kPresent, present, where);
    if (!present) return;
    if (values.flag(kConforms, !reading() && conforms(member, value), where))
        code_value(member, entry, value);
    else
        generic(value, 0);
}

void EntryCodec::Inside::code_header(Entry& entry, const Json& intent) {
    if (!values.flag(kRun, entry.run == run)) entry.run = values.random_bits(64, entry.run);
    else entry.run = run;
    if (!values.flag(kSeen, entry.seen == seen)) {
        entry.seen.epoch = static_cast<std::uint32_t>(values.number(kSeenEpoch, entry.seen.epoch));
        entry.seen.seq = values.number(kSeenSeq, entry.seen.seq);
    } else {
        entry.seen = seen;
    }
    // Who opened the session is mostly who works in it.
    std::string expected = visit ? visit->user : user;
    for (const char* key : {"mediator", "operator"})
        if (const auto at = intent.find(key); at != intent.end() && at->is_string())
            expected = at->get<std::string>();
    if (values.flag(kUserSame, entry.user == expected)) entry.user = expected;
    else entry.user = values.text(kUser, entry.user);
    const bool checked = values.flag(kChecked, entry.check != 0, static_cast<unsigned>(entry.kind));
    entry.check = checked ? static_cast<std::uint16_t>(values.random_bits(16, entry.check)) : 0;
}

void EntryCodec::Inside::remember(const Entry& entry, const Json& intent) {
    run = entry.run;
    seen = entry.seen;
    user = entry.user;
    kinds[1] = kinds[0];
    kinds[0] = entry.kind;
    const std::string id = entry.id().text();
    if (entry.kind == Kind::session_open) {
        Visit opened;
        opened.opened_ms = opened.last_ms = moment.ms;
        opened.user = entry.user;
        visits.emplace(id, std::move(opened));
        touch(recent_sessions, id);
    } else if (entry.kind == Kind::request_queue) {
        if (visit) visit->services.push_back(service);
        const auto session = intent.find("session");
        if (session != intent.end() && session->is_string())
            session_of.emplace(id, session->get<std::string>());
        touch(recent_requests, id);
    } else if (entry.kind == Kind::receipt_print) {
        const auto session = intent.find("session");
        if (session != intent.end() && session->is_string())
            session_of.emplace(id, session->get<std::string>());
    } else if (entry.kind == Kind::session_close) {
        // A closed session seldom comes again: let the open ones keep the low ranks.
        if (const auto session = intent.find("session"); session != intent.end() && session->is_string()) {
            const auto at = std::find(recent_sessions.begin(), recent_sessions.end(),
                                      session->get_ref<const std::string&>());
            if (at != recent_sessions.end()) recent_sessions.erase(at);
        }
    }
}

void EntryCodec::Inside::code_entry(Entry& entry) {
    entry.log = log;
    entry.seq = next_seq;
    const unsigned before = static_cast<unsigned>(kinds[0]) * 16 + static_cast<unsigned>(kinds[1]);
    const unsigned kind = values.symbol(kKind, static_cast<unsigned>(entry.kind), before);
    if (kind == 0 || kind > core::kKindMax) {
        failed = true;
        return;
    }
    entry.kind = static_cast<Kind>(kind);
    visit = nullptr;
    line_sum = Json();
    service.clear();
    Json intent = reading() ? Json::object() : Json::parse(entry.intent, nullptr, false);
    SPOT_CHECK(intent.is_object());
    fixed(members_of(entry.kind), entry, intent);
    if (bad()) return;
    code_header(entry, intent);
    if (bad()) return;
    if (reading()) {
        // Not dump(): that throws on text that is no UTF-8.
        entry.intent = intent.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    remember(entry, intent);
    ++next_seq;
}

EntryCodec::EntryCodec(const core::LogId& log, std::uint64_t first_seq, std::uint64_t entries,
                       std::span<const Entry> context)
    : inside_(std::make_unique<Inside>(log, first_seq - context.size(), entries)) {
    BitCoder scratch = BitCoder::writer();
    inside_->values.attach(&scratch);
    for (Entry entry : context) inside_->code_entry(entry);
    SPOT_CHECK(inside_->next_seq == first_seq);
}
EntryCodec::~EntryCodec() = default;

std::size_t EntryCodec::memory_for(std::uint64_t entries) {
    return entries <= Inside::kSmallBundle ? 2'500'000 : 6'000'000;
}

core::Bytes EntryCodec::write(std::span<const Entry> entries, std::size_t& taken) {
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
        SPOT_CHECK(!inside_->bad());
        decoded += size;
        ++taken;
    }
    inside_->values.flag(0, false);
    return coder.finish();
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
        if (inside_->bad() || decoded > kFrameDecodedMax || entry.intent.size() > core::kIntentBytesMax ||
            entry.user.size() > core::kUserBytesMax)
            return corrupt();
        entries.push_back(std::move(entry));
    }
    inside_->left -= entries.size();
    if (entries.empty()) return corrupt();
    return entries;
}

}  // namespace spot::sync
