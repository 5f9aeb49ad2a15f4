// Goal: whatever is done to them, all stores answer the same.
// Method: operations drawn from one seed, few keys so that they meet, applied to all in lockstep,
// with two connections each, units of work that are taken back, and savepoints. Every answer is
// compared as text, and all rows whenever a unit of work ends.

#include <cstdlib>
#include <functional>

#include "tests/contract/stores.h"
#include "tests/support/chance.h"

namespace spot::contract {
namespace {

using tests::SeededRandom;

constexpr int kOperations = 2000;

// ── Answers as text.

std::string shown(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c >= ' ' && c < 127 ? std::string(1, c) : '%' + to_hex(Bytes{std::uint8_t(c)});
    return out + "'";
}
std::string shown(std::int64_t number) {
    return std::to_string(number);
}
std::string shown(std::uint64_t number) {
    return std::to_string(number);
}
std::string shown(int number) {
    return std::to_string(number);
}
std::string shown(bool yes) {
    return yes ? "yes" : "no";
}
std::string shown(const Bytes& bytes) {
    return bytes.size() > 64 ? std::to_string(bytes.size()) + " bytes" : "x" + to_hex(bytes);
}
std::string shown(const Hash& hash) {
    return to_hex(hash);
}
std::string shown(const SubjectId& id) {
    return to_hex(id);
}
std::string shown(const SecretKey& key) {
    return to_hex(key.bytes());
}
std::string shown(const std::vector<std::int64_t>& keys) {
    std::string out;
    for (const std::int64_t key : keys) out += std::to_string(key) + ",";
    return out;
}
std::string shown(const LogId& id) {
    return std::to_string(id.device) + "." + std::to_string(id.epoch);
}
std::string shown(const Tip& tip) {
    return std::to_string(tip.seq) + "/" + shown(tip.hash);
}
template <class T>
std::string shown(const std::optional<T>& one);
std::string shown(const FileRow& row);
template <class... Parts>
std::string joined(const Parts&... parts) {
    std::string out = "(";
    ((out += shown(parts) + " "), ...);
    return out + ")";
}
std::string shown(const LogRow& row) {
    return joined(row.number, row.id, row.tip, row.settled, row.executed, row.projected,
                  row.receipts, row.acknowledged, row.backed_up, row.tally[0], row.tally[5],
                  row.tallied, std::uint64_t{row.branch.epoch}, row.branch.seq, row.ended);
}
std::string shown(const LogTable::Summary& summary) {
    return joined(std::uint64_t{summary.newest_epoch}, summary.count, summary.next_number);
}
std::string shown(const EntryRow& row) {
    return joined(row.key, static_cast<int>(row.kind), row.run, std::uint64_t{row.seen.epoch},
                  row.seen.seq, int{row.check}, row.user, row.subject, row.hash, row.commitment,
                  row.payload, row.reference);
}
std::string shown(const EntryHead& head) {
    return joined(head.key, static_cast<int>(head.kind), head.subject, head.quarantined);
}
std::string shown(const QuarantineRow& row) {
    return joined(row.entry, row.code);
}
std::string shown(const RecordRow& row) {
    return joined(row.key, row.place, row.made_ms, row.conflicts, row.subject, row.json,
                  row.document, row.route, row.changed_by);
}
std::string shown(const ListedRow& row) {
    return joined(row.key, row.place, row.made_ms);
}
std::string shown(const SubjectRow& row) {
    return joined(row.id, row.key);
}
// Numbers of files and of contents are the store's own.
std::string shown(const FileRow& row) {
    return joined(row.subject, row.hash, row.bytes, row.have, static_cast<int>(row.state),
                  row.failures, row.key);
}
std::string shown(const AttachedRow& row) {
    return joined(row.owner, row.hash, row.subject, row.key, static_cast<int>(row.remote));
}
std::string shown(const StationRow& row) {
    return joined(row.device, row.name, row.team, row.issued_ms, row.slip_expires_ms, row.slip_code,
                  row.enrolled_ms, row.sign, row.seal, row.revoked, row.contact_ms, row.backlog);
}
std::string shown(const ExchangeRow& row) {
    return joined(row.number, row.device, row.began_ms, static_cast<int>(row.end),
                  row.received_bytes);
}
std::string shown(const ValueRow& row) {
    return joined(row.key, row.value);
}
template <class T>
std::string shown(const std::optional<T>& one) {
    return one ? shown(*one) : "none";
}
template <class T>
std::string shown(const std::vector<T>& all) {
    std::string out;
    for (const T& one : all) out += shown(one) + "\n";
    return out;
}
std::string shown(const RecordTable::Tally& tally) {
    std::string out;
    for (const std::uint64_t number : tally) out += shown(number) + " ";
    return out;
}

// The answer of one operation. `failed`: the unit of work, or a savepoint, has to be taken back.
struct Answer {
    std::string text;
    bool failed = false;
};
Answer failure(const Error& error) {
    return {"error " + std::to_string(static_cast<int>(error.code)), true};
}
Answer answer(const Result<>& result) {
    return result ? Answer{"done"} : failure(result.error());
}
template <class T>
Answer answer(const Result<T>& result) {
    return result ? Answer{shown(*result)} : failure(result.error());
}

// ── Few values, so that operations meet; among them the extremes.

class Draw {
public:
    explicit Draw(std::uint64_t seed) : chance_(seed) {}

    std::uint64_t below(std::uint64_t limit) { return chance_.below(limit); }
    template <class T, std::size_t N>
    T one_of(const T (&all)[N]) {
        return all[below(N)];
    }
    template <class T>
    std::optional<T> maybe(T value) {
        if (below(2) == 0) return std::nullopt;
        return value;
    }

    std::uint8_t byte() { return static_cast<std::uint8_t>(below(6) * 50); }
    std::int64_t log_number() { return static_cast<std::int64_t>(1 + below(4)); }
    LogId log() { return {device(), static_cast<std::uint32_t>(1 + below(3))}; }
    std::uint64_t device() { return one_of<std::uint64_t>({1, 2, kHubBit | 1, ~std::uint64_t{0}}); }
    std::int64_t key() {
        return entry_key(log_number(), one_of<std::uint64_t>({0, 1, 2, 3, 4, 5, 6, 7, kSeqMax}));
    }
    KeyRange range() {
        const std::int64_t one = key(), other = key();
        switch (below(4)) {
            case 0:
                return {one, one};
            case 1:
                return {one, other};  // empty, perhaps
            case 2:
                return kAllKeys;
            default:
                return {std::min(one, other), std::max(one, other)};
        }
    }
    Keys keys() {
        Keys out(below(4));
        for (std::int64_t& one : out) one = key();
        return out;
    }
    std::size_t count() { return one_of<std::size_t>({0, 1, 2, 3, kAll, kAll}); }
    std::int64_t place() { return static_cast<std::int64_t>(below(6)); }
    std::int64_t ms() { return one_of<std::int64_t>({-7, 0, 1, 10, 20, 30}); }
    Hash hash() { return hash_with(byte(), byte()); }
    SubjectId subject() { return subject_with(byte()); }
    SecretKey secret() { return secret_with(byte()); }
    static inline const std::string kTexts[] = {
        "",  "a",    std::string("a\0", 2), std::string("a\0b", 3), "b",
        "é", "\xFF", std::string("\0", 1)};
    std::string text() { return kTexts[below(std::size(kTexts))]; }
    Bytes bytes() {
        if (below(20) == 0) return Bytes(70'000, byte());  // on pages of their own
        Bytes out(below(4));
        for (std::uint8_t& one : out) one = byte();
        return out;
    }
    FileState state() { return static_cast<FileState>(below(3)); }

    LogRow log_row() {
        LogRow row;
        row.number = log_number();
        row.settled = below(9);
        row.executed = below(9);
        row.projected = below(9);
        row.receipts = below(9);
        row.acknowledged = {below(9), hash()};
        row.backed_up = {below(9), hash()};
        row.tally[0] = below(3);
        row.tally[5] = kSeqMax;
        row.tallied = below(9);
        row.branch = {static_cast<std::uint32_t>(below(3)), below(9)};
        row.ended = maybe(below(3));
        return row;
    }
    EntryRow entry_row() {
        EntryRow row;
        row.key = key();
        row.kind = static_cast<Kind>(1 + below(kKindMax));
        row.run = chance_.next();
        row.seen = {static_cast<std::uint32_t>(below(4)), below(4)};
        row.check = static_cast<std::uint16_t>(chance_.next());
        row.user = text();
        row.subject = maybe(subject());
        row.hash = hash();
        row.commitment = hash();
        row.payload = bytes();
        row.reference = text();
        return row;
    }
    StationRow station_row() {
        StationRow row;
        row.device = below(5);
        row.name = text();
        row.team = text();
        row.issued_ms = ms();
        row.slip_expires_ms = ms();
        row.slip_code = hash();
        row.enrolled_ms = static_cast<std::int64_t>(below(2));
        if (row.enrolled_ms != 0) row.sign = row.seal = hash();
        row.revoked = below(2) == 0;
        row.contact_ms = ms();
        row.backlog = below(9);
        return row;
    }
    RecordRow record_row() {
        RecordRow row;
        row.key = key();
        row.place = place();
        row.made_ms = ms();
        row.conflicts = below(2) == 0;
        row.subject = maybe(subject());
        row.json = bytes();
        row.document = maybe(bytes());
        row.route = static_cast<int>(below(4));
        for (std::uint64_t i = below(3); i > 0; --i) row.changed_by.push_back(key());
        return row;
    }

private:
    SeededRandom chance_;
};

// ── Operations on the rows.

template <class T, class Make>
std::vector<T> some(Draw& draw, const Make& make) {
    std::vector<T> out;
    const std::uint64_t count = draw.below(4);
    for (std::uint64_t i = 0; i < count; ++i) out.push_back(make());
    return out;
}

using Operation = std::function<Answer(Tx&, Draw&)>;

const std::vector<Operation>& changes() {
    static const std::vector<Operation> all{
        [](Tx& tx, Draw& draw) { return answer(tx.logs.add(draw.log())); },
        [](Tx& tx, Draw& draw) { return answer(tx.logs.save(draw.log_row())); },
        [](Tx& tx, Draw& draw) {
            const std::int64_t log = draw.log_number();
            return answer(tx.logs.add_secret(log, draw.below(4), draw.secret()));
        },
        [](Tx& tx, Draw& draw) {
            const std::int64_t log = draw.log_number();
            const std::uint64_t first = draw.below(4);
            return answer(tx.logs.drop_secrets(log, first, draw.below(4)));
        },
        [](Tx& tx, Draw& draw) {
            return answer(
                tx.entries.append(some<EntryRow>(draw, [&] { return draw.entry_row(); })));
        },
        [](Tx& tx, Draw& draw) { return answer(tx.entries.append({{draw.entry_row()}})); },
        [](Tx& tx, Draw& draw) { return answer(tx.entries.reseal(draw.entry_row())); },
        [](Tx& tx, Draw& draw) {
            return answer(draw.below(3) == 0 ? tx.entries.remove(draw.range()) : Result<>());
        },
        [](Tx& tx, Draw& draw) {
            return answer(tx.entries.quarantine(some<QuarantineRow>(draw, [&] {
                const std::int64_t key = draw.key();
                return QuarantineRow{key, draw.text()};
            })));
        },
        [](Tx& tx, Draw& draw) {
            return answer(draw.below(2) == 0 ? tx.entries.release(draw.range()) : Result<>());
        },
        [](Tx& tx, Draw& draw) {
            return answer(
                tx.records.insert(some<RecordRow>(draw, [&] { return draw.record_row(); })));
        },
        [](Tx& tx, Draw& draw) {
            auto rows = some<RecordRow>(draw, [&] { return draw.record_row(); });
            for (RecordRow& row : rows)
                for (const RecordRow& there : value(tx.records.read(Keys{row.key})))
                    row.subject = there.subject;
            return answer(tx.records.update(rows));
        },
        [](Tx& tx, Draw& draw) {
            return answer(draw.below(3) == 0 ? tx.records.remove(draw.range()) : Result<>());
        },
        [](Tx& tx, Draw& draw) {
            return answer(tx.records.add_names(some<RecordName>(draw, [&] {
                const std::int64_t key = draw.key();  // whose place is always the same
                return RecordName{key, key % 3, draw.text()};
            })));
        },
        [](Tx& tx, Draw& draw) {
            const KeyRange from = draw.range();
            const std::int64_t by = draw.key();
            return answer(
                tx.records.move_names(from, [&](std::int64_t key) -> std::optional<std::int64_t> {
                    if (key % 3 == 0) return std::nullopt;
                    return (key ^ by) & 0xFFFF;
                }));
        },
        [](Tx& tx, Draw& draw) {
            const ListedRow row{draw.key(), draw.place(), draw.ms()};
            return answer(tx.records.list(row, draw.maybe(draw.key())));
        },
        [](Tx& tx, Draw& draw) {
            return answer(draw.below(9) == 0 ? tx.records.clear_lists() : Result<>());
        },
        [](Tx& tx, Draw& draw) {
            const SubjectId id = draw.subject();
            return answer(tx.subjects.add(id, draw.secret()));
        },
        [](Tx& tx, Draw& draw) { return answer(tx.subjects.erase(draw.subject())); },
        [](Tx& tx, Draw& draw) {
            const std::int64_t entry = draw.key();
            const std::uint64_t device = draw.device();
            const SubjectId subject = draw.subject();
            return answer(tx.files.name(entry, device, subject, some<FileName>(draw, [&] {
                                            const Hash hash = draw.hash();
                                            return FileName{hash, 10 + draw.below(2)};
                                        })));
        },
        [](Tx& tx, Draw& draw) {
            return answer(draw.below(3) == 0 ? tx.files.unname(draw.range()) : Result<>());
        },
        [](Tx& tx, Draw& draw) -> Answer {  // one of those that are named
            std::vector<FileRow> rows;
            ok(tx.files.each(kAllKeys, [&](std::int64_t, const FileRow& row) -> Result<> {
                rows.push_back(row);
                return {};
            }));
            if (rows.empty()) return {"no file"};
            FileRow row = rows[draw.below(rows.size())];
            switch (draw.below(4)) {
                case 0:
                    return answer(tx.files.drop_pieces(row.number));
                case 1: {
                    const std::uint64_t offset = draw.below(3);
                    return answer(tx.files.add_piece(row.number, offset, draw.bytes()));
                }
                case 2:
                    return answer(tx.files.piece(row.number, draw.below(3)));
                default:
                    break;
            }
            row.have = draw.below(3);
            row.state = draw.state();
            row.failures = draw.below(3);
            row.key = draw.bytes();
            return answer(tx.files.save(row));
        },
        [](Tx& tx, Draw& draw) {
            AttachedRow row;
            row.owner = draw.text();
            row.hash = draw.hash();
            row.subject = draw.maybe(draw.subject());
            row.key = draw.bytes();
            row.remote = draw.state();
            return answer(tx.attachments.add(row, draw.bytes()));
        },
        [](Tx& tx, Draw& draw) -> Answer {  // one of an owner's
            const std::string owner = draw.text();
            const auto rows = value(tx.attachments.of_owner(owner));
            if (rows.empty()) return {"no attachment"};
            AttachedRow row = rows[draw.below(rows.size())];
            switch (draw.below(4)) {
                case 0:
                    return answer(tx.attachments.remove(owner, row.hash));
                case 1:
                    return answer(tx.attachments.set_remote(owner, row.hash, draw.state()));
                case 2:
                    return answer(tx.attachments.content(row.attachment));
                default:
                    break;
            }
            row.owner = draw.text();
            row.subject = draw.maybe(draw.subject());
            row.key = draw.bytes();
            return answer(tx.attachments.move(owner, row));
        },
        [](Tx& tx, Draw& draw) {
            const std::string name = draw.text();
            return answer(tx.values.set(name, draw.text()));
        },
        [](Tx& tx, Draw& draw) {
            const std::string name = draw.text();
            return answer(draw.below(4) == 0 ? tx.values.unset(name) : Result<>());
        },
        [](Tx& tx, Draw& draw) { return answer(tx.stations.add(draw.station_row())); },
        [](Tx& tx, Draw& draw) {
            ExchangeRow row;
            row.device = draw.below(5);
            row.began_ms = draw.ms();
            row.received_bytes = draw.below(9);
            return answer(tx.stations.add_exchange(row));
        },
        [](Tx& tx, Draw& draw) {
            const std::int64_t before = draw.ms();
            return answer(tx.stations.forget_exchanges(before, draw.below(4)));
        },
        [](Tx& tx, Draw& draw) { return answer(tx.stations.save(draw.station_row())); },
        [](Tx& tx, Draw& draw) {
            const std::string space = draw.text(), key = draw.text(), owner = draw.text();
            return answer(tx.values.put(space, key, owner, draw.text()));
        },
        [](Tx& tx, Draw& draw) {
            const std::string space = draw.text();
            return answer(tx.values.remove(space, draw.text()));
        },
    };
    return all;
}

Answer awaited(Tx& tx, std::uint64_t device, std::uint64_t count) {
    std::string out;
    const auto done =
        tx.files.each_awaited(device, [&](std::int64_t entry, const FileRow& row) -> Result<bool> {
            out += joined(entry, row) + "\n";
            return --count > 0;
        });
    return done ? Answer{out} : failure(done.error());
}
Answer entries(Tx& tx, KeyRange range) {
    std::string out;
    const auto done = tx.entries.each(range, [&](EntryRow& row) -> Result<> {
        out += shown(row) + "\n";
        return {};
    });
    return done ? Answer{out} : failure(done.error());
}
Answer records(Tx& tx, const RecordTable::Selection& selection) {
    std::string out;
    const auto done = tx.records.each(selection, [&](RecordRow& row) -> Result<> {
        out += shown(row) + "\n";
        return {};
    });
    return done ? Answer{out} : failure(done.error());
}

const std::vector<Operation>& looks() {
    static const std::vector<Operation> all{
        [](Tx& tx, Draw& draw) { return answer(tx.logs.find(draw.log())); },
        [](Tx& tx, Draw& draw) { return answer(tx.logs.id_of(draw.log_number())); },
        [](Tx& tx, Draw& draw) { return answer(tx.logs.of_device(draw.device())); },
        [](Tx& tx, Draw& draw) { return answer(tx.logs.unexecuted(draw.below(4))); },
        [](Tx& tx, Draw& draw) {
            const std::int64_t log = draw.log_number();
            return answer(tx.logs.secret(log, draw.below(4)));
        },
        [](Tx& tx, Draw& draw) { return answer(tx.entries.read(draw.keys())); },
        [](Tx& tx, Draw& draw) { return answer(tx.entries.heads(draw.keys())); },
        [](Tx& tx, Draw& draw) { return answer(tx.entries.hash_of(draw.key())); },
        [](Tx& tx, Draw& draw) { return entries(tx, draw.range()); },
        [](Tx& tx, Draw& draw) {
            const KeyRange range = draw.range();
            const std::string code = draw.text();
            return answer(tx.entries.quarantined(range, code, draw.count()));
        },
        [](Tx& tx, Draw& draw) { return answer(tx.entries.count_quarantined(draw.range())); },
        [](Tx& tx, Draw& draw) { return answer(tx.logs.summary(draw.device())); },
        [](Tx& tx, Draw& draw) { return answer(tx.records.read(draw.keys())); },
        [](Tx& tx, Draw& draw) { return answer(tx.records.place_of(draw.key())); },
        [](Tx& tx, Draw& draw) {
            const KeyRange range = draw.range();
            const std::int64_t first = draw.place(), last = draw.place();
            return records(tx, {range, first, last, draw.ms()});
        },
        [](Tx& tx, Draw& draw) { return answer(tx.records.tally(draw.range())); },
        [](Tx& tx, Draw& draw) {
            const std::int64_t place = draw.place();
            return answer(tx.records.find_name(place, draw.text()));
        },
        [](Tx& tx, Draw& draw) {
            const std::int64_t place = draw.place(), from = draw.ms(), until = draw.ms();
            return answer(tx.records.made_between(place, from, until, draw.count()));
        },
        [](Tx& tx, Draw& draw) {
            const std::int64_t session = draw.key();
            return answer(tx.records.of_session(session, draw.count()));
        },
        [](Tx& tx, Draw& draw) { return answer(tx.records.conflicting(draw.count())); },
        [](Tx& tx, Draw& draw) {
            const int route = static_cast<int>(draw.below(4));
            return answer(tx.records.routed(route, draw.count()));
        },
        [](Tx& tx, Draw& draw) {
            const auto ids = some<SubjectId>(draw, [&] { return draw.subject(); });
            return answer(tx.subjects.read(ids));
        },
        [](Tx& tx, Draw& draw) {
            const std::int64_t entry = draw.key();
            return answer(tx.files.find(entry, draw.hash()));
        },
        [](Tx& tx, Draw& draw) {
            const std::uint64_t device = draw.device();
            return awaited(tx, device, 1 + draw.below(5));
        },
        [](Tx& tx, Draw& draw) {
            const std::string owner = draw.text();
            return answer(tx.attachments.find(owner, draw.hash()));
        },
        [](Tx& tx, Draw& draw) {
            const std::string space = draw.text();
            return answer(tx.values.list(space, draw.count()));
        },
        [](Tx& tx, Draw& draw) {
            const std::string space = draw.text(), owner = draw.text();
            return answer(tx.values.list_by_owner(space, owner, draw.count()));
        },
        [](Tx& tx, Draw& draw) { return answer(tx.stations.find(draw.below(5))); },
        [](Tx& tx, Draw& draw) {
            const std::uint64_t device = draw.below(5);
            const auto before = static_cast<std::int64_t>(draw.below(20));
            return answer(tx.stations.exchanges(device, before, draw.count()));
        },
        [](Tx& tx, Draw& draw) { return answer(tx.values.setting(draw.text())); },
        [](Tx& tx, Draw& draw) {
            const std::string space = draw.text();
            return answer(tx.values.get(space, draw.text()));
        },
    };
    return all;
}

// All that the face shows of a store.
std::string everything(Tx& tx) {
    std::string out;
    const auto add = [&](const char* what, const Answer& answer) {
        out += std::string(what) + ":\n" + answer.text + "\n";
    };
    const auto ids = value(tx.logs.all());
    add("logs", answer(Result<std::vector<LogId>>(ids)));
    for (const LogId& id : ids) add("log", answer(tx.logs.find(id)));
    for (std::int64_t log = 1; log <= 4; ++log)
        for (std::uint64_t period = 0; period < 4; ++period)
            add("secret", answer(tx.logs.secret(log, period)));
    add("entries", entries(tx, kAllKeys));
    add("quarantine", answer(tx.entries.quarantined(kAllKeys, {}, kAll)));
    add("quarantined", answer(tx.entries.count_quarantined(kAllKeys)));

    Keys keys;
    ok(tx.records.each({kAllKeys}, [&](RecordRow& row) -> Result<> {
        keys.push_back(row.key);
        return {};
    }));
    add("records", answer(tx.records.read(keys)));
    add("tally", answer(tx.records.tally(kAllKeys)));
    for (std::int64_t place = 0; place < 6; ++place)
        for (const std::string& name : Draw::kTexts)
            add("name", answer(tx.records.find_name(place, name)));
    for (std::int64_t place = 0; place < 6; ++place)
        add("made", answer(tx.records.made_between(place, -1000, 1000, kAll)));
    for (std::int64_t log = 1; log <= 4; ++log)
        for (const std::uint64_t seq : {std::uint64_t{0}, std::uint64_t{1}, kSeqMax})
            add("session", answer(tx.records.of_session(entry_key(log, seq), kAll)));
    add("conflicting", answer(tx.records.conflicting(kAll)));
    add("conflicts", answer(tx.records.count_conflicts()));

    std::vector<SubjectId> subjects;
    for (std::uint8_t i = 0; i < 6; ++i)
        subjects.push_back(subject_with(static_cast<std::uint8_t>(i * 50)));
    add("subjects", answer(tx.subjects.read(subjects)));
    ok(tx.files.each(kAllKeys, [&](std::int64_t entry, const FileRow& row) -> Result<> {
        out += joined(entry, row);
        for (std::uint64_t offset = 0; offset < 3; ++offset)
            add("piece", answer(tx.files.piece(row.number, offset)));
        return {};
    }));
    for (const std::uint64_t device : {std::uint64_t{1}, std::uint64_t{2}, kHubBit | 1}) {
        add("awaited", awaited(tx, device, kAll));
        add("given up", answer(tx.files.count_given_up(device)));
    }
    ok(tx.attachments.each_not_whole(
        [&](std::string_view owner, const Hash& hash, FileState state) -> Result<> {
            out += joined(std::string(owner), hash, static_cast<int>(state)) + "\n";
            return {};
        }));
    ok(tx.stations.each([&](StationRow& row) -> Result<> {
        out += shown(row) + "\n";
        return {};
    }));
    for (std::uint64_t device = 0; device < 5; ++device)
        add("exchanges",
            answer(tx.stations.exchanges(device, std::numeric_limits<std::int64_t>::max(), kAll)));
    const std::string texts[] = {"",  "a",    std::string("a\0", 2), std::string("a\0b", 3), "b",
                                 "é", "\xFF", std::string("\0", 1)};
    for (const std::string& text : texts) {
        for (const AttachedRow& row : value(tx.attachments.of_owner(text))) {
            add("attached", {shown(row)});
            add("content", answer(tx.attachments.content(row.attachment)));
        }
        add("setting", answer(tx.values.setting(text)));
        add("values", answer(tx.values.list(text, kAll)));
        for (const std::string& owner : texts)
            add("owner's", answer(tx.values.list_by_owner(text, owner, kAll)));
    }
    return out;
}

// One store under the operations. Decides by the seed of a step and by its own answers alone, so
// that two that answer the same do the same.
template <class Fixture>
class Driver {
public:
    Driver() : stores_{fixture_.open(), fixture_.open()} {}
    ~Driver() { end(); }

    std::string step(std::uint64_t seed) {
        Draw draw(seed);
        if (!tx_) return begin(draw);
        const std::uint64_t what = draw.below(100);
        if (what < 2) return take_back();
        if (what < 7) return commit();
        if (what < 10) return meanwhile(draw);
        if (what < 15) {
            savepoints_.push_back(value(tx_->savepoint()));
            return "savepoint";
        }
        if (what < 24 && !savepoints_.empty()) {
            if (what < 20) ok(savepoints_.back()->release());
            savepoints_.pop_back();
            return what < 20 ? "released" : "dropped";
        }
        const auto& all = tx_->writes() && what < 75 ? changes() : looks();
        const std::size_t number = draw.below(all.size());
        Answer out = all[number](*tx_, draw);
        out.text =
            (&all == &looks() ? "look " : "change ") + std::to_string(number) + ": " + out.text;
        if (!out.failed) return out.text;
        if (savepoints_.empty()) return out.text + ", " + take_back();
        savepoints_.pop_back();
        return out.text + ", dropped";
    }

    std::string at_end() {
        end();
        stores_ = {};
        stores_[0] = fixture_.open();
        const auto tx = value(stores_[0]->begin(Access::read));
        return everything(*tx) + shown(value(stores_[0]->check()).size());
    }

private:
    // A unit of work; checks what it says of what was remembered. Not compared between the stores:
    // a commit that changed nothing may count or not.
    std::unique_ptr<Tx> opened(std::size_t store, Access access) {
        auto tx = value(stores_[store]->begin(access));
        std::string now = everything(*tx);
        // Not the texts, which are long.
        if (!tx->stale()) CHECK((remembered_[store] == now));
        remembered_[store] = std::move(now);
        return tx;
    }
    // Commits, and returns what the store then holds.
    std::string committed(std::size_t store, Tx& tx) {
        if (tx.writes()) remembered_[store] = everything(tx);
        ok(tx.commit());
        return remembered_[store];
    }

    std::string begin(Draw& draw) {
        store_ = draw.below(3) == 0;
        const Access access = draw.below(4) == 0 ? Access::read : Access::write;
        tx_ = opened(store_, access);
        return tx_->writes() ? "write" : "read";
    }
    std::string commit() {
        while (!savepoints_.empty()) {
            ok(savepoints_.back()->release());
            savepoints_.pop_back();
        }
        const std::string out = committed(store_, *tx_);
        tx_.reset();
        return "committed: " + out;
    }
    std::string take_back() {
        const bool wrote = tx_->writes();
        end();
        tx_ = opened(store_, Access::read);
        CHECK(tx_->stale() >= wrote);
        const std::string out = committed(store_, *tx_);
        tx_.reset();
        return "taken back: " + out;
    }
    // The other connection, while this one has a unit of work.
    std::string meanwhile(Draw& draw) {
        const std::size_t other = 1 - store_;
        if (tx_->writes()) {
            if (draw.below(8) == 0)
                return "two writers: " + std::to_string(static_cast<int>(
                                             fault(stores_[other]->begin(Access::write))));
            const auto tx = opened(other, Access::read);
            return "meanwhile: " + committed(other, *tx);
        }
        std::string out = "meanwhile: ";
        {
            const auto tx = opened(other, Access::write);
            const auto& all = changes();
            const Answer done = all[draw.below(all.size())](*tx, draw);
            out += done.text;
            if (!done.failed) out += committed(other, *tx);
        }
        CHECK((everything(*tx_) == remembered_[store_]));  // sees nothing of it
        return out;
    }
    void end() {
        while (!savepoints_.empty()) savepoints_.pop_back();
        tx_.reset();
    }

    Fixture fixture_;
    std::array<std::unique_ptr<Store>, 2> stores_;
    std::unique_ptr<Tx> tx_;
    std::vector<std::unique_ptr<Tx::Savepoint>> savepoints_;
    std::size_t store_ = 0;                  // whose `tx_` is
    std::array<std::string, 2> remembered_;  // what each store held at its latest look
};

// The first line in which two texts differ, each.
std::string difference(const std::string& one, const char* name, const std::string& other) {
    std::size_t at = 0;
    while (at < one.size() && at < other.size() && one[at] == other[at]) ++at;
    const std::size_t line = one.rfind('\n', at == 0 ? 0 : at - 1);
    const std::size_t from = line == std::string::npos ? 0 : line + 1;
    return "memory: " + one.substr(from, 600) + "\n" + name + ": " + other.substr(from, 600);
}

void expect_same(const std::string& memory, const std::string& disk, const std::string& sealed) {
    if (memory != disk) FAIL(difference(memory, "sqlite", disk));
    if (memory != sealed) FAIL(difference(memory, "sealed", sealed));
}

void run(std::uint64_t seed) {
    Driver<InMemory> memory;
    Driver<OnDisk> disk;
    Driver<Sealed> sealed;
    SeededRandom chance(seed);
    for (int operation = 0; operation < kOperations; ++operation) {
        INFO("SPOT_SEED=" << seed << ", operation " << operation);
        const std::uint64_t step = chance.next();
        expect_same(memory.step(step), disk.step(step), sealed.step(step));
    }
    INFO("SPOT_SEED=" << seed << ", opened again at the end");
    expect_same(memory.at_end(), disk.at_end(), sealed.at_end());
}

// SPOT_SEED=n runs one seed instead.
TEST_CASE("all stores answer the same, whatever is done to them") {
    if (const char* const seed = std::getenv("SPOT_SEED")) {
        run(std::strtoull(seed, nullptr, 10));
        return;
    }
    for (const std::uint64_t seed : {1, 2, 3}) run(seed);
}

}  // namespace
}  // namespace spot::contract
