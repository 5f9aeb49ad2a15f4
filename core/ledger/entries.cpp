#include "core/ledger/entries.h"

#include <algorithm>

namespace spot::core {
namespace {

constexpr char kPayload = 'p';

// Of a row's column; a short one is damage, which the chain's check finds.
Hash hash_of(View bytes) {
    Hash out{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
    return out;
}

Result<Kind> kind_in(std::int64_t kind) {
    if (kind < 1 || kind > kKindMax) return fail(Code::corrupt, "an entry's kind is damaged");
    return static_cast<Kind>(kind);
}

}  // namespace

Result<> Entries::append(Tx& tx, Logs::Log& log, Line& line) {
    const Entry& entry = line.entry;
    if (entry.log != log.id || entry.seq != log.tip.seq + 1)
        return fail(Code::conflict, "the entry does not follow on the log's tip");
    line.commitment = commitment(line.salt, entry.intent);
    line.hash = chain(log.tip.hash, entry, line.commitment);

    const std::int64_t key = entry_key(log.number, entry.seq);
    SPOT_ASSIGN(const auto payload, sealed(tx, line, key));
    SPOT_TRY(
        database_
            .prepare("INSERT INTO entry (key, kind, run, seen_epoch, seen_seq, \"check\", user,"
                     " subject, hash, commitment, payload, reference)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, nullif(?12, ''))")
            .with(key, static_cast<int>(entry.kind), entry.run, entry.seen.epoch, entry.seen.seq,
                  int{entry.check}, std::string_view(entry.user), line.subject, line.hash,
                  line.commitment, payload, std::string_view(line.reference))
            .run());
    log.tip = {entry.seq, line.hash};
    return {};
}

Result<Bytes> Entries::sealed(Tx& tx, const Line& line, std::int64_t key) {
    Bytes payload(line.salt.begin(), line.salt.end());
    payload.insert(payload.end(), line.entry.intent.begin(), line.entry.intent.end());
    return subjects_.seal(tx, line.subject, {kPayload, key}, payload);
}

Result<> Entries::seal_for(Tx& tx, const Logs::Log& log, const Line& line) {
    const std::int64_t key = entry_key(log.number, line.entry.seq);
    SPOT_ASSIGN(const auto payload, sealed(tx, line, key));
    return database_.prepare("UPDATE entry SET subject = ?2, payload = ?3 WHERE key = ?1")
        .with(key, line.subject, payload)
        .run();
}

// Two texts, so that one can be read while a range is walked: a statement in use is prepared anew.
#define SPOT_LINE_COLUMNS                                                                      \
    "SELECT key, kind, run, seen_epoch, seen_seq, \"check\", user, subject, hash, commitment," \
    " payload, reference FROM entry WHERE "
constexpr char kRange[] = SPOT_LINE_COLUMNS "key BETWEEN ?1 AND ?2 ORDER BY key";
constexpr char kOne[] = SPOT_LINE_COLUMNS "key = ?1";
#undef SPOT_LINE_COLUMNS

Result<Line> Entries::line_of(Tx& tx, const Statement& row, const LogId& log) {
    Line line;
    Entry& entry = line.entry;
    const std::int64_t key = row.integer(0);
    entry.log = log;
    entry.seq = seq_of(key);
    SPOT_ASSIGN(entry.kind, kind_in(row.integer(1)));
    entry.run = row.number(2);
    entry.seen = {static_cast<std::uint32_t>(row.integer(3)), row.number(4)};
    entry.check = static_cast<std::uint16_t>(row.integer(5));
    entry.user = row.text(6);
    line.subject = subject_of(row, 7);
    line.hash = hash_of(row.blob(8));
    line.commitment = hash_of(row.blob(9));
    line.reference = row.text(11);

    SPOT_ASSIGN(const auto payload, subjects_.open(tx, line.subject, {kPayload, key}, row.blob(10)));
    line.erased = !payload;
    if (line.erased) return line;
    const View bytes = *payload;
    if (bytes.size() < line.salt.size()) return fail(Code::corrupt, "an entry is damaged");
    line.salt = hash_of(bytes.first(line.salt.size()));
    entry.intent = text(bytes.subspan(line.salt.size()));
    return line;
}

Result<std::optional<Line>> Entries::read(Tx& tx, const Logs::Log& log, std::uint64_t seq) {
    auto row = database_.prepare(kOne);
    SPOT_ASSIGN(const auto found, row.with(entry_key(log.number, seq)).step());
    if (!found) return std::nullopt;
    SPOT_ASSIGN(auto line, line_of(tx, row, log.id));
    return line;
}

Result<> Entries::each(Tx& tx, const Logs::Log& log, std::uint64_t first, std::uint64_t last,
                       const std::function<Result<>(Line&)>& use) {
    if (first > last || first > kSeqMax) return {};
    auto rows = database_.prepare(kRange);
    rows.with(entry_key(log.number, first), entry_key(log.number, std::min(last, kSeqMax)));
    for (;;) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) return {};
        SPOT_ASSIGN(auto line, line_of(tx, rows, log.id));
        SPOT_TRY(use(line));
    }
}

Result<std::optional<Hash>> Entries::hash_at(Tx& tx, const Logs::Log& log, std::uint64_t seq) {
    if (seq == 0) return Hash{};
    if (seq > log.tip.seq) return std::nullopt;
    if (seq == log.tip.seq) return log.tip.hash;
    auto row = database_.prepare("SELECT hash FROM entry WHERE key = ?1");
    SPOT_ASSIGN(const auto found, row.with(entry_key(log.number, seq)).step());
    if (!found) return std::nullopt;
    return hash_of(row.blob(0));
}

Result<std::optional<Entries::Head>> Entries::head(Tx& tx, const Logs::Log& log, std::uint64_t seq) {
    if (seq > log.tip.seq) return std::nullopt;
    SPOT_ASSIGN(const auto held, in_quarantine(tx, log, seq));
    if (held) return std::nullopt;
    auto row = database_.prepare("SELECT kind, subject FROM entry WHERE key = ?1");
    SPOT_ASSIGN(const auto found, row.with(entry_key(log.number, seq)).step());
    if (!found) return std::nullopt;
    SPOT_ASSIGN(const auto kind, kind_in(row.integer(0)));
    return Head{kind, subject_of(row, 1)};
}

Result<> Entries::quarantine(Tx& tx, const Logs::Log& log, std::uint64_t seq, std::string_view code) {
    return database_.prepare("INSERT OR IGNORE INTO quarantine (entry, code) VALUES (?1, ?2)")
        .with(entry_key(log.number, seq), code)
        .run();
}

Result<> Entries::release(Tx& tx, const Logs::Log& log, std::uint64_t seq) {
    return database_.prepare("DELETE FROM quarantine WHERE entry = ?1")
        .with(entry_key(log.number, seq))
        .run();
}

Result<> Entries::release_after(Tx& tx, const Logs::Log& log, std::uint64_t seq) {
    return database_.prepare("DELETE FROM quarantine WHERE entry BETWEEN ?1 AND ?2")
        .with(entry_key(log.number, seq + 1), entry_key(log.number, kSeqMax))
        .run();
}

Result<bool> Entries::in_quarantine(Tx& tx, const Logs::Log& log, std::uint64_t seq) {
    auto row = database_.prepare("SELECT 1 FROM quarantine WHERE entry = ?1");
    return row.with(entry_key(log.number, seq)).step();
}

Result<std::optional<std::string>> Entries::quarantine_code(Tx& tx, const Logs::Log& log,
                                                            std::uint64_t seq) {
    auto row = database_.prepare("SELECT code FROM quarantine WHERE entry = ?1");
    SPOT_ASSIGN(const auto found, row.with(entry_key(log.number, seq)).step());
    if (!found) return std::nullopt;
    return std::string(row.text(0));
}

Result<std::uint64_t> Entries::quarantined_count(Tx& tx, const Logs::Log& log) {
    auto row = database_.prepare("SELECT count(*) FROM quarantine WHERE entry BETWEEN ?1 AND ?2");
    SPOT_TRY(row.with(entry_key(log.number, 0), entry_key(log.number, kSeqMax)).step());
    return row.number(0);
}

Result<std::optional<std::uint64_t>> Entries::next_quarantined(Tx& tx, const Logs::Log& log,
                                                               std::uint64_t seq,
                                                               std::string_view code) {
    auto row = database_.prepare(
        "SELECT entry FROM quarantine WHERE entry BETWEEN ?1 AND ?2 AND code = ?3"
        " ORDER BY entry LIMIT 1");
    row.with(entry_key(log.number, seq + 1), entry_key(log.number, kSeqMax), code);
    SPOT_ASSIGN(const auto found, row.step());
    if (!found) return std::nullopt;
    return seq_of(row.integer(0));
}

Result<std::vector<Quarantined>> Entries::quarantined(Tx& tx, const Logs::Log& log, std::size_t count) {
    std::vector<Quarantined> out;
    auto rows = database_.prepare(
        "SELECT entry, code FROM quarantine WHERE entry BETWEEN ?1 AND ?2 ORDER BY entry LIMIT ?3");
    rows.with(entry_key(log.number, 0), entry_key(log.number, kSeqMax), std::uint64_t{count});
    for (;;) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) return out;
        out.push_back({seq_of(rows.integer(0)), std::string(rows.text(1))});
    }
}

Result<> Entries::remove_after(Tx& tx, Logs::Log& log, std::uint64_t seq) {
    SPOT_ASSIGN(const auto hash, hash_at(tx, log, seq));
    if (!hash) return fail(Code::not_found, "there is no such entry");
    const std::int64_t first = entry_key(log.number, seq + 1);
    const std::int64_t last = entry_key(log.number, kSeqMax);
    SPOT_TRY(
        database_.prepare("DELETE FROM entry WHERE key BETWEEN ?1 AND ?2").with(first, last).run());
    SPOT_TRY(release_after(tx, log, seq));
    log.tip = {seq, *hash};
    return {};
}

}  // namespace spot::core
