#include "core/ledger/documents.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/changes.h"
#include "core/ledger/journal.h"
#include "core/ledger/party_rules.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;
using Change = CachedRecord::Change;

constexpr std::size_t kWorkingMax = 256;  // 47 kB each where it had to grow to a document
// Executing a few changes again takes as long as loading a document, which would have to be saved
// at every one of them: most requests are never changed, and sessions once.
constexpr std::size_t kReplayedMax = 4;
// Holds the store for about 12 ms: a row lies beside its JSON, so that counting reads all of it.
constexpr std::uint64_t kTalliedAtOnceMax = 4096;

// What a change takes in a saved document beside its values.
constexpr std::size_t kChangeBytes = 64;

std::int64_t seconds(std::int64_t ms) {
    return ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
}

}  // namespace

bool CachedRecord::has(const RecordId& entry) const {
    return std::any_of(changes.begin(), changes.end(),
                       [&](const Change& change) { return entry_of(id, change) == entry; });
}

bool has_document(Kind kind) {
    const std::string_view record = record_of(kind);
    return record == "session" || record == "request";
}

std::optional<RecordId> target_of(const Entry& entry, const Json& intent) {
    if (makes_record(entry.kind)) return entry.id();
    const auto at = intent.find(std::string(record_of(entry.kind)));
    if (at == intent.end() || !at->is_string()) return std::nullopt;
    return RecordId::parse(at->get_ref<const std::string&>());
}

std::uint16_t check_of(const std::optional<Hash>& change) {
    return change ? static_cast<std::uint16_t>((*change)[0] << 8 | (*change)[1]) : std::uint16_t{0};
}

std::string_view why_of(const Error& fault) {
    switch (fault.code) {
        case Code::limit:
            return "too_large";
        case Code::not_found:
            return "unknown_record";
        default:
            return "diverged";
    }
}

std::array<std::uint8_t, 8> Documents::digest_of(Kind kind, std::string_view intent) {
    const auto number = static_cast<std::uint8_t>(kind);
    const Hash all = hash({View(&number, 1), view(intent)});
    std::array<std::uint8_t, 8> out;
    std::copy_n(all.begin(), out.size(), out.begin());
    return out;
}

Result<std::optional<std::int64_t>> Documents::key_of(Rows rows, const RecordId& id) {
    SPOT_ASSIGN(const auto log, logs_.find(rows, id.log));
    if (!log || id.seq > log->tip.seq) return std::nullopt;
    return entry_key(log->number, id.seq);
}

Result<bool> Documents::exists(Rows rows, std::string_view record, const RecordId& id) {
    const auto place = record_place(record);
    SPOT_ASSIGN(const auto key, key_of(rows, id));
    if (!key || !place) return false;
    SPOT_ASSIGN(const auto there, rows.place_of(*key));
    return there == place;
}

Result<std::optional<RecordId>> Documents::find_reference(Rows rows, std::string_view record,
                                                          std::string_view reference) {
    const auto place = record_place(record);
    if (!place) return std::nullopt;
    const auto named = names_.find({*place, std::string(reference)});
    if (named != names_.end()) return named->second;
    SPOT_ASSIGN(const auto found, rows.tx().records.find_name(*place, reference));
    if (!found) return std::nullopt;
    SPOT_ASSIGN(const auto log, rows.tx().logs.id_of(*found >> kSeqBits));
    if (!log) return fail(Code::corrupt, "a record's log is missing");
    return RecordId{*log, seq_of(*found)};
}

void Documents::remember_name(std::string_view record, std::string_view reference,
                              const RecordId& id) {
    names_[{*record_place(record), std::string(reference)}] = id;
}

CachedRecord* Documents::keep(CachedRecord working) {
    if (working_.size() >= kWorkingMax) working_.pop_back();
    working_.push_front(std::move(working));
    return &working_.front();
}

void Documents::drop(const CachedRecord& working) {
    working_.remove_if([&](const CachedRecord& one) { return &one == &working; });
}

// Null: not among those kept.
CachedRecord* Documents::held(std::string_view record, const RecordId& id) {
    const auto place = record_place(record);
    const auto at = std::find_if(working_.begin(), working_.end(), [&](const CachedRecord& one) {
        return one.id == id && one.place == place;
    });
    if (at == working_.end()) return nullptr;
    working_.splice(working_.begin(), working_, at);
    return &working_.front();
}

Result<CachedRecord*> Documents::open(Rows rows, std::string_view record, const RecordId& id) {
    if (CachedRecord* const working = held(record, id)) return working;
    SPOT_ASSIGN(const auto key, key_of(rows, id));
    if (!key) return nullptr;
    SPOT_ASSIGN(const auto there, exists(rows, record, id));
    if (!there) return nullptr;
    SPOT_ASSIGN(auto loaded, load(rows, record, id, *key));
    return keep(std::move(loaded));
}

Result<CachedRecord> Documents::load(Rows rows, std::string_view record, const RecordId& id,
                                     std::int64_t key) {
    CachedRecord working;
    working.id = id;
    working.place = *record_place(record);
    working.key = key;
    SPOT_ASSIGN(const auto found, rows.record(key));
    if (!found) return fail(Code::not_found, "there is no such record");
    const RecordRow& row = *found;
    working.subject = row.subject;
    std::vector<Change> changes{change_of(id)};
    if (row.document) {
        SPOT_ASSIGN(const auto packed,
                    subjects_.open(rows, working.subject, {kDocumentColumn, key}, *row.document));
        if (!packed) return fail(Code::not_found, "the person's data were erased");
        View saved;
        auto unpacked = unpack(*packed, saved);
        if (!unpacked) return fail(Code::corrupt, "a record's changes are damaged");
        changes = std::move(*unpacked);
        // What does not load is made again, like what was never saved.
        if (auto document = saved.empty() ? fail(Code::not_found, "") : Document::load(saved)) {
            working.document = std::move(*document);
            working.changes = std::move(changes);
            working.bytes = saved.size();
            return working;
        }
    }
    SPOT_TRY(replay(rows, working, std::move(changes)));
    return working;
}

Result<StoredEntry> Documents::line_of(Rows rows, const RecordId& entry) {
    SPOT_ASSIGN(const auto log, logs_.find(rows, entry.log));
    if (!log) return fail(Code::corrupt, "a record's log is not in the store");
    SPOT_ASSIGN(auto line, entries_.read(rows, *log, entry.seq));
    if (!line) return fail(Code::corrupt, "a record's entry is not in the store");
    return std::move(*line);
}

Result<> Documents::replay(Rows rows, CachedRecord& working, std::vector<Change> changes) {
    for (const Change& change : changes) {
        SPOT_ASSIGN(const auto line, line_of(rows, entry_of(working.id, change)));
        if (line.erased) return fail(Code::not_found, "the person's data were erased");
        const Json intent = Json::parse(line.entry.intent, nullptr, false);
        SPOT_TRY(execute_again(rows, working, line.entry, intent));
    }
    return {};
}

Result<> Documents::execute_again(Rows rows, CachedRecord& working, const Entry& entry,
                                  const Json& intent) {
    SPOT_ASSIGN(const auto done, execute(rows, working, entry, intent));
    return done.fault ? Result<>(tl::make_unexpected(*done.fault)) : Result<>();
}

Result<CachedRecord*> Documents::make(Rows rows, const Entry& entry,
                                      const std::optional<SubjectId>& subject) {
    SPOT_ASSIGN(const auto log, logs_.find(rows, entry.log));
    if (!log) return fail(Code::corrupt, "a record's log is not in the store");
    CachedRecord working;
    working.id = entry.id();
    working.place = *record_place(record_of(entry.kind));
    working.key = entry_key(log->number, entry.seq);
    working.subject = subject;
    return keep(std::move(working));
}

// Back from what the author wrote before, or had seen of the other party's log, over the places
// where one epoch went on from another.
Result<bool> Documents::knows(Rows rows, const Entry& author, const Change& change) {
    const bool own = change.by_hub == ((author.log.device & kHubBit) != 0);
    const Seen limit = own ? Seen{author.log.epoch, author.seq - 1} : author.seen;
    const std::uint64_t device = own ? author.log.device : author.log.device ^ kHubBit;
    if (change.epoch >= limit.epoch) return change.epoch == limit.epoch && change.seq <= limit.seq;
    SPOT_ASSIGN(const auto* const reaches, logs_.reaches(rows, {device, limit.epoch}));
    const auto reach =
        std::partition_point(reaches->begin(), reaches->end(),
                             [&](const LogCache::Reach& one) { return one.first > change.epoch; });
    return reach != reaches->end() && change.epoch <= reach->last &&
           (change.epoch < reach->last || change.seq <= reach->seq);
}

Result<bool> Documents::knew_changes(Rows rows, const CachedRecord& working, const Entry& author) {
    for (std::size_t i = 1; i < working.changes.size(); ++i) {
        const auto known = knows(rows, author, working.changes[i]);
        if (!known || *known) return known;
    }
    return false;
}

Result<Documents::Executed> Documents::execute(Rows rows, CachedRecord& working, const Entry& entry,
                                               const Json& intent) {
    std::vector<Hash> known;
    for (const Change& change : working.changes) {
        SPOT_ASSIGN(const auto by_author, knows(rows, entry, change));
        if (!by_author && &change == &working.changes.front())
            return Executed{{}, Error{Code::not_found, "the author did not know the record"}};
        if (change.hash && by_author) known.push_back(*change.hash);
    }

    const auto at = parse_moment(intent.at("at").get_ref<const std::string&>());
    if (!at) return Executed{{}, at.error()};
    const auto done = working.document.execute(actor_of(entry.log, entry.run), seconds(at->ms),
                                               known, operations_of(entry.kind, intent));
    if (!done) return Executed{{}, done.error()};
    Change change = change_of(entry.id());
    change.digest = digest_of(entry.kind, entry.intent);
    change.hash = *done;
    working.changes.push_back(change);
    working.bytes += entry.intent.size() + kChangeBytes;
    return Executed{*done, {}};
}

bool Documents::has_room(CachedRecord& working, std::size_t intent_bytes, const Room& most) {
    if (working.changes.size() >= most.changes) return false;
    const std::size_t more = intent_bytes + kChangeBytes;
    if (working.bytes + more <= most.bytes) return true;
    // Saved, it may be less than its intents were.
    const auto saved = working.document.save();
    working.bytes = saved ? saved->size() : most.bytes;
    return working.bytes + more <= most.bytes;
}

Result<Projection> Documents::projection_of(CachedRecord& working) {
    SPOT_ASSIGN(const auto json, working.document.json());
    const auto name = kRecordNames[static_cast<std::size_t>(working.place)];
    return project_document(name, working.id, here_, json);
}

Result<Documents::Row> Documents::row_of(CachedRecord& working) {
    Row out;
    SPOT_ASSIGN(out.projection, projection_of(working));
    if (working.changes.size() <= kReplayedMax) return out;
    SPOT_ASSIGN(out.document, working.document.save());
    working.bytes = out.document.size();
    return out;
}

Result<> Documents::save_change(Rows rows, CachedRecord& working, const Row& saved) {
    RecordRow row;
    row.key = working.key;
    row.subject = working.subject;
    row.conflicts = saved.projection.conflicts;
    row.route = saved.projection.route;
    SPOT_ASSIGN(row.json, subjects_.seal(rows, working.subject, {kJsonColumn, working.key},
                                         view(saved.projection.json)));
    SPOT_ASSIGN(row.document, subjects_.seal(rows, working.subject, {kDocumentColumn, working.key},
                                             pack(working.changes, saved.document)));
    if (saved.document.empty()) {
        for (const Change& change : std::span(working.changes).subspan(1)) {
            const RecordId entry = entry_of(working.id, change);
            SPOT_ASSIGN(const auto* const log, logs_.find(rows, entry.log));
            if (log) row.changed_by.push_back(entry_key(log->number, entry.seq));
        }
    }
    return rows.change(std::move(row));
}

// A fact has no document: the column holds the entry that settled it, beside the one that made it.
Result<Documents::Settled> Documents::settle_fact(Rows rows, const Entry& entry,
                                                  const Json& intent) {
    const auto id = RecordId::parse(intent.at("receipt").get_ref<const std::string&>());
    SPOT_ASSIGN(const auto key, id ? key_of(rows, *id) : std::optional<std::int64_t>());
    if (!key) return fail(Code::not_found, "unknown receipt");
    SPOT_ASSIGN(auto found, rows.record(*key));
    if (!found) return fail(Code::not_found, "unknown receipt");
    RecordRow& row = *found;
    Change change = change_of(entry.id());
    change.digest = digest_of(entry.kind, entry.intent);
    if (row.document) {
        View rest;
        const auto before = unpack(*row.document, rest);
        if (!before) return fail(Code::corrupt, "a record's changes are damaged");
        return before->back().digest == change.digest ? Settled::repeated : Settled::otherwise;
    }
    SPOT_ASSIGN(const auto before, open_json(rows, *id, row));
    Json shown = Json::parse(before.value_or(""), nullptr, false);
    if (!shown.is_object()) return fail(Code::corrupt, "a record does not read");
    shown["state"] = intent.at("state");
    const std::string json = canonical(shown);
    row.json.assign(json.begin(), json.end());
    row.document = pack({change_of(*id), change}, {});
    SPOT_TRY(rows.change(std::move(row)));
    return Settled::now;
}

Result<> Documents::undo_changes(Rows rows, std::string_view record, const RecordId& id,
                                 const LogId& log, std::uint64_t seq) {
    const auto key = key_of(rows, id);
    if (!key) return tl::make_unexpected(key.error());
    if (!*key) return {};
    CachedRecord working;
    working.id = id;
    working.place = *record_place(record);
    working.key = **key;
    SPOT_ASSIGN(const auto row, rows.record(working.key));
    if (!row || row->place != working.place) return {};
    SPOT_ASSIGN(auto changes, changes_in(rows, *row, id));
    if (!changes) return {};  // erased
    working.subject = row->subject;
    std::erase_if(*changes, [&](const Change& change) {
        const RecordId entry = entry_of(id, change);
        return entry.log == log && entry.seq > seq;
    });
    SPOT_TRY(replay(rows, working, std::move(*changes)));
    SPOT_ASSIGN(const auto saved, row_of(working));
    return save_change(rows, working, saved);
}

Result<> Documents::unsettle_fact(Rows rows, const RecordId& id) {
    SPOT_ASSIGN(const auto key, key_of(rows, id));
    if (!key) return {};
    SPOT_ASSIGN(auto row, rows.record(*key));
    if (!row) return {};
    row->json.clear();
    row->document.reset();
    row->changed_by.clear();
    return rows.change(std::move(*row));
}

Result<std::vector<RecordId>> Documents::changes(Rows rows, const RecordId& id,
                                                 const RecordRow& row) {
    SPOT_ASSIGN(const auto all, changes_in(rows, row, id));
    std::vector<RecordId> out;
    if (!all) return std::vector<RecordId>{id};  // erased
    for (const Change& change : *all) out.push_back(entry_of(id, change));
    return out;
}

Result<> Documents::tally(Rows rows, LogRow& log, std::uint64_t last) {
    if (last <= log.tallied) return {};
    SPOT_ASSIGN(const auto made, rows.tx().records.tally({entry_key(log.number, log.tallied + 1),
                                                          entry_key(log.number, last)}));
    for (std::size_t i = 0; i < made.size(); ++i) log.tally[i] += made[i];
    log.tallied = last;
    return {};
}

Result<> Documents::tally_on(Rows rows, LogRow& log, std::uint64_t last) {
    return tally(rows, log, std::min(last, log.tallied + kTalliedAtOnceMax));
}

Result<> Documents::save_new(Rows rows, const Entry& entry, const std::optional<SubjectId>& subject,
                             const Json& intent, const Made& made) {
    SPOT_ASSIGN(const auto found, key_of(rows, entry.id()));
    if (!found) return fail(Code::corrupt, "a record's entry is not in the store");
    const std::int64_t key = *found, place = *record_place(record_of(entry.kind));
    // A name that is taken by now (branch.cpp) keeps its meaning: to fail here would keep every
    // later entry from being read.
    if (!made.reference.empty()) {
        SPOT_TRY(rows.add_name({key, place, std::string(made.reference)}));
    }
    if (rules_of(here_).keeps_lists) SPOT_TRY(list(rows, key, place, made.ms, intent));
    RecordRow row;
    row.key = key;
    row.place = place;
    row.made_ms = made.ms;
    row.subject = subject;
    return rows.add(std::move(row));
}

Result<std::optional<std::string>> Documents::open_json(Rows rows, const RecordId& id,
                                                        const RecordRow& row) {
    if (row.json.empty()) {
        SPOT_ASSIGN(const auto line, line_of(rows, id));
        return json_as_made(line);
    }
    SPOT_ASSIGN(const auto plain,
                subjects_.open(rows, row.subject, {kJsonColumn, row.key}, row.json));
    if (!plain) return std::nullopt;
    return std::string(text(*plain));
}

// Most records are never changed: what they show stands in the entry that made them already.
Result<std::optional<std::string>> Documents::json_as_made(const StoredEntry& line) const {
    if (line.erased) return std::nullopt;
    return project_made(line.entry.kind, line.entry.id(), here_, line.entry.intent);
}

}  // namespace spot::core
