#include "core/store/records.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/intent.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;
using Change = Working::Change;

constexpr std::size_t kWorkingMax = 16;  // documents of 47 kB each
// Executing a few changes again takes as long as loading a document, which would have to be saved
// at every one of them: most requests are never changed, and sessions once.
constexpr std::size_t kReplayedMax = 4;
constexpr char kJson = 'j', kDocument = 'd';  // places of sealed columns
constexpr std::uint8_t kByHub = 1, kHasHash = 2;

Bytes pack(const std::vector<Change>& changes, View document) {
    ByteWriter out;
    out.varint(changes.size());
    for (const Change& change : changes) {
        out.u8(
            static_cast<std::uint8_t>((change.by_hub ? kByHub : 0) | (change.hash ? kHasHash : 0)));
        out.varint(change.epoch);
        out.varint(change.seq);
        out.raw(change.digest);
        if (change.hash) out.raw(*change.hash);
    }
    out.raw(document);
    return out.take();
}

// Nothing: damaged. `document` gets the rest.
std::optional<std::vector<Change>> unpack(View bytes, View& document) {
    ByteReader in(bytes);
    std::vector<Change> changes;
    for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
        Change& change = changes.emplace_back();
        const std::uint8_t flags = in.u8();
        change.by_hub = (flags & kByHub) != 0;
        change.epoch = static_cast<std::uint32_t>(in.varint());
        change.seq = in.varint();
        change.digest = in.array<8>();
        if (flags & kHasHash) change.hash = in.array<32>();
    }
    if (in.failed() || changes.empty()) return std::nullopt;
    document = in.rest();
    return changes;
}

Change change_of(const RecordId& id) {
    Change change;
    change.by_hub = (id.log.device & kHubBit) != 0;
    change.epoch = id.log.epoch;
    change.seq = id.seq;
    return change;
}

bool known_to(const Entry& entry, const Change& change) {
    const Seen at{change.epoch, change.seq};
    const bool own = change.by_hub == ((entry.log.device & kHubBit) != 0);
    return own ? at < Seen{entry.log.epoch, entry.seq} : at <= entry.seen;
}

std::int64_t seconds(std::int64_t ms) {
    return ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
}

}  // namespace

bool has_document(Kind kind) {
    const std::string_view record = record_of(kind);
    return record == "session" || record == "request";
}

std::uint16_t check_of(const std::optional<Hash>& change) {
    return change ? static_cast<std::uint16_t>((*change)[0] << 8 | (*change)[1]) : std::uint16_t{0};
}

std::array<std::uint8_t, 8> Records::digest_of(Kind kind, std::string_view intent) {
    const auto number = static_cast<std::uint8_t>(kind);
    const Hash all = hash({View(&number, 1), view(intent)});
    std::array<std::uint8_t, 8> out;
    std::copy_n(all.begin(), out.size(), out.begin());
    return out;
}

Result<std::optional<std::int64_t>> Records::key_of(const RecordId& id) {
    const auto log = logs_.find(id.log);
    if (!log) return tl::make_unexpected(log.error());
    if (!*log || id.seq > (*log)->tip.seq) return std::nullopt;
    return entry_key((*log)->number, id.seq);
}

Result<bool> Records::exists(std::string_view record, const RecordId& id) {
    const auto place = record_place(record);
    const auto key = key_of(id);
    if (!key) return tl::make_unexpected(key.error());
    if (!*key || !place) return false;
    auto row = database_.prepare("SELECT 1 FROM record WHERE key = ?1 AND place = ?2");
    return row.with(**key, *place).step();
}

Result<std::optional<RecordId>> Records::find_reference(std::string_view record,
                                                        std::string_view reference) {
    const auto place = record_place(record);
    if (!place) return std::nullopt;
    auto row = database_.prepare(
        "SELECT log.device, log.epoch, reference.record FROM reference"
        " JOIN log ON log.number = reference.record >> 40"
        " WHERE reference.place = ?1 AND reference.name = ?2");
    const auto found = row.with(*place, reference).step();
    if (!found) return tl::make_unexpected(found.error());
    if (!*found) return std::nullopt;
    return RecordId{{row.number(0), static_cast<std::uint32_t>(row.integer(1))},
                    seq_of(row.integer(2))};
}

Working* Records::keep(Working working) {
    if (working_.size() >= kWorkingMax) working_.pop_back();
    working_.push_front(std::move(working));
    return &working_.front();
}

void Records::drop(const Working& working) {
    working_.remove_if([&](const Working& one) { return &one == &working; });
}

Result<Working*> Records::open(std::string_view record, const RecordId& id) {
    const auto key = key_of(id);
    if (!key) return tl::make_unexpected(key.error());
    if (!*key) return nullptr;
    const auto place = record_place(record);
    const auto at = std::find_if(working_.begin(), working_.end(), [&](const Working& one) {
        return one.key == **key && one.place == place;
    });
    if (at != working_.end()) {
        working_.splice(working_.begin(), working_, at);
        return &working_.front();
    }
    const auto there = exists(record, id);
    if (!there) return tl::make_unexpected(there.error());
    if (!*there) return nullptr;
    auto loaded = load(record, id, **key);
    if (!loaded) return tl::make_unexpected(std::move(loaded).error());
    return keep(std::move(*loaded));
}

Result<Working> Records::load(std::string_view record, const RecordId& id, std::int64_t key) {
    Working working;
    working.id = id;
    working.place = *record_place(record);
    working.key = key;
    working.stored = true;
    auto row = database_.prepare("SELECT subject, document FROM record WHERE key = ?1");
    const auto found = row.with(key).step();
    if (!found) return tl::make_unexpected(found.error());
    if (!*found) return fail(Code::not_found, "there is no such record");
    working.subject = subject_of(row, 0);
    std::vector<Change> changes{change_of(id)};
    if (!row.null(1)) {
        const auto packed = subjects_.open(working.subject, {kDocument, key}, row.blob(1));
        if (!packed) return tl::make_unexpected(packed.error());
        if (!*packed) return fail(Code::not_found, "the person's data were erased");
        View saved;
        auto unpacked = unpack(**packed, saved);
        if (!unpacked) return fail(Code::corrupt, "a record's changes are damaged");
        changes = std::move(*unpacked);
        // What does not load is made again, like what was never saved.
        if (auto document = saved.empty() ? fail(Code::not_found, "") : Document::load(saved)) {
            working.document = std::move(*document);
            working.changes = std::move(changes);
            return working;
        }
    }
    SPOT_TRY(replay(working, std::move(changes)));
    return working;
}

Result<> Records::replay(Working& working, std::vector<Change> changes) {
    for (const Change& change : changes) {
        const std::uint64_t device =
            (working.id.log.device & ~kHubBit) | (change.by_hub ? kHubBit : 0);
        const auto log = logs_.find({device, change.epoch});
        if (!log) return tl::make_unexpected(log.error());
        if (!*log) return fail(Code::corrupt, "a record's log is not in the store");
        const auto line = entries_.read(**log, change.seq);
        if (!line) return tl::make_unexpected(line.error());
        if (!*line) return fail(Code::corrupt, "a record's entry is not in the store");
        if ((*line)->erased) return fail(Code::not_found, "the person's data were erased");
        const Json intent = Json::parse((*line)->entry.intent, nullptr, false);
        const auto executed = execute(working, (*line)->entry, intent);
        if (!executed) return tl::make_unexpected(executed.error());
    }
    return {};
}

Result<Working*> Records::make(const Entry& entry, const std::optional<Subjects::Id>& subject) {
    const auto log = logs_.find(entry.log);
    if (!log) return tl::make_unexpected(log.error());
    SPOT_CHECK(*log);
    Working working;
    working.id = entry.id();
    working.place = *record_place(record_of(entry.kind));
    working.key = entry_key((*log)->number, entry.seq);
    working.subject = subject;
    return keep(std::move(working));
}

Result<std::optional<Hash>> Records::execute(Working& working, const Entry& entry,
                                             const Json& intent) {
    std::vector<Hash> known;
    for (const Change& change : working.changes)
        if (change.hash && known_to(entry, change)) known.push_back(*change.hash);
    if (!working.changes.empty() && !known_to(entry, working.changes.front()))
        return fail(Code::not_found, "the entry's author did not know the record");

    const auto at = parse_moment(intent.at("at").get_ref<const std::string&>());
    if (!at) return tl::make_unexpected(at.error());
    const auto done = working.document.execute(actor_of(entry.log, entry.run), seconds(at->ms),
                                               known, operations_of(entry.kind, intent));
    if (!done) return tl::make_unexpected(done.error());
    Change change = change_of(entry.id());
    change.digest = digest_of(entry.kind, entry.intent);
    change.hash = *done;
    working.changes.push_back(change);
    return done;
}

Result<> Records::save_first(Working& working, const Entry& entry, const Json& intent,
                             const Made& made) {
    SPOT_CHECK(!working.stored && working.changes.size() == 1);
    const auto projection = project_first(entry.kind, working.id, here_, intent);
    const auto sealed =
        subjects_.seal(working.subject, {kJson, working.key}, view(projection.json));
    if (!sealed) return tl::make_unexpected(sealed.error());
    working.stored = true;
    return insert(working.key, working.place, made, working.subject, *sealed);
}

Result<> Records::save_change(Working& working) {
    const auto json = working.document.json();
    if (!json) return tl::make_unexpected(json.error());
    const auto name = kRecordNames[static_cast<std::size_t>(working.place)];
    const auto projection = project_document(name, working.id, here_, *json);
    if (!projection) return tl::make_unexpected(projection.error());
    const auto sealed =
        subjects_.seal(working.subject, {kJson, working.key}, view(projection->json));
    if (!sealed) return tl::make_unexpected(sealed.error());
    Result<Bytes> document;
    if (working.changes.size() > kReplayedMax) document = working.document.save();
    if (!document) return tl::make_unexpected(document.error());
    const auto packed =
        subjects_.seal(working.subject, {kDocument, working.key}, pack(working.changes, *document));
    if (!packed) return tl::make_unexpected(packed.error());
    return database_
        .prepare("UPDATE record SET json = ?2, conflicts = ?3, document = ?4 WHERE key = ?1")
        .with(working.key, *sealed, int{projection->conflicts}, *packed)
        .run();
}

Result<> Records::save_fact(const Entry& entry, const Json& intent, const Made& made) {
    const auto key = key_of(entry.id());
    if (!key) return tl::make_unexpected(key.error());
    SPOT_CHECK(*key);
    return insert(**key, *record_place(record_of(entry.kind)), made, std::nullopt,
                  view(project_fact(entry.kind, entry.id(), intent).json));
}

Result<> Records::insert(std::int64_t key, std::int64_t place, const Made& made,
                         const std::optional<Subjects::Id>& subject, View json) {
    std::optional<std::string_view> reference;
    if (!made.reference.empty()) {
        reference = made.reference;
        SPOT_TRY(
            database_.prepare("INSERT INTO reference (place, name, record) VALUES (?1, ?2, ?3)")
                .with(place, made.reference, key)
                .run());
    }
    return database_
        .prepare(
            "INSERT INTO record (key, place, made_ms, reference, subject, json)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .with(key, place, made.ms, reference, subject, json)
        .run();
}

Result<std::optional<std::string>> Records::open_json(const Statement& row, int column) {
    const auto plain = subjects_.open(subject_of(row, column + 1), {kJson, row.integer(column)},
                                      row.blob(column + 2));
    if (!plain) return tl::make_unexpected(plain.error());
    if (!*plain) return std::nullopt;
    return std::string(text(**plain));
}

// Nothing: erased.
Result<std::optional<std::string>> Records::rebuilt(Kind making, const RecordId& id,
                                                    std::int64_t key) {
    const std::string_view record = record_of(making);
    if (!has_document(making)) {
        const auto log = logs_.find(id.log);
        if (!log) return tl::make_unexpected(log.error());
        const auto line = entries_.read(**log, id.seq);
        if (!line) return tl::make_unexpected(line.error());
        if (!*line || (*line)->erased) return std::nullopt;
        return project_fact(making, id, Json::parse((*line)->entry.intent, nullptr, false)).json;
    }
    auto stored = load(record, id, key);
    if (!stored) {
        if (stored.error().code == Code::not_found) return std::nullopt;
        return tl::make_unexpected(std::move(stored).error());
    }
    Working anew;
    anew.id = id;
    SPOT_TRY(replay(anew, std::move(stored->changes)));
    const auto json = anew.document.json();
    if (!json) return tl::make_unexpected(json.error());
    auto projection = project_document(record, id, here_, *json);
    if (!projection) return tl::make_unexpected(std::move(projection).error());
    return std::move(projection->json);
}

Result<bool> Records::is_sound(Kind making, const RecordId& id) {
    const auto key = key_of(id);
    if (!key) return tl::make_unexpected(key.error());
    if (!*key) return false;
    auto row =
        database_.prepare("SELECT key, subject, json FROM record WHERE key = ?1 AND place = ?2");
    const auto found = row.with(**key, *record_place(record_of(making))).step();
    if (!found) return tl::make_unexpected(found.error());
    if (!*found) return false;
    const auto shown = open_json(row, 0);
    if (!shown)
        return shown.error().code == Code::corrupt ? Result<bool>(false)
                                                   : tl::make_unexpected(shown.error());
    if (!*shown) return true;
    const auto expected = rebuilt(making, id, **key);
    if (!expected)
        return expected.error().code == Code::corrupt ? Result<bool>(false)
                                                      : tl::make_unexpected(expected.error());
    return *expected == *shown;
}

}  // namespace spot::core
