#include "core/ledger/entry_log.h"

#include <algorithm>

namespace spot::core {
namespace {

constexpr char kPayload = 'p';

}  // namespace

Result<> EntryLog::append(Rows rows, LogRow& log, StoredEntry& line) {
    const Entry& entry = line.entry;
    if (entry.log != log.id || entry.seq != log.tip.seq + 1)
        return fail(Code::conflict, "the entry does not follow on the log's tip");
    line.commitment = commitment(line.salt, entry.intent);
    line.hash = chain(log.tip.hash, entry, line.commitment);

    const std::int64_t key = entry_key(log.number, entry.seq);
    SPOT_ASSIGN(auto payload, sealed(rows, line, key));
    SPOT_TRY(
        rows.append({key, entry.kind, entry.run, entry.seen, entry.check, entry.user, line.subject,
                     line.hash, line.commitment, std::move(payload), line.reference}));
    log.tip = {entry.seq, line.hash};
    return {};
}

Result<Bytes> EntryLog::sealed(Rows rows, const StoredEntry& line, std::int64_t key) {
    Bytes payload(line.salt.begin(), line.salt.end());
    payload.insert(payload.end(), line.entry.intent.begin(), line.entry.intent.end());
    return subjects_.seal(rows, line.subject, {kPayload, key}, payload);
}

Result<> EntryLog::seal_for(Rows rows, const LogRow& log, const StoredEntry& line) {
    EntryRow row;
    row.key = entry_key(log.number, line.entry.seq);
    row.user = line.entry.user;
    row.subject = line.subject;
    SPOT_ASSIGN(row.payload, sealed(rows, line, row.key));
    row.reference = line.reference;
    return rows.tx().entries.reseal(row);
}

Result<StoredEntry> EntryLog::line_of(Rows rows, const EntryRow& row, const LogId& log) {
    StoredEntry line;
    Entry& entry = line.entry;
    entry.log = log;
    entry.seq = seq_of(row.key);
    entry.kind = row.kind;
    entry.run = row.run;
    entry.seen = row.seen;
    entry.check = row.check;
    entry.user = row.user;
    line.subject = row.subject;
    line.hash = row.hash;
    line.commitment = row.commitment;
    line.reference = row.reference;

    SPOT_ASSIGN(const auto payload,
                subjects_.open(rows, line.subject, {kPayload, row.key}, row.payload));
    line.erased = !payload;
    if (line.erased) return line;
    const View bytes = *payload;
    if (bytes.size() < line.salt.size()) return fail(Code::corrupt, "an entry is damaged");
    std::copy_n(bytes.begin(), line.salt.size(), line.salt.begin());
    entry.intent = text(bytes.subspan(line.salt.size()));
    return line;
}

Result<std::optional<StoredEntry>> EntryLog::read(Rows rows, const LogRow& log, std::uint64_t seq) {
    const std::int64_t key = entry_key(log.number, seq);
    std::optional<EntryRow> room;
    SPOT_ASSIGN(const auto* const row, rows.entry(key, room));
    if (!row) return std::nullopt;
    SPOT_ASSIGN(auto line, line_of(rows, *row, log.id));
    return std::optional<StoredEntry>(std::move(line));
}

Result<> EntryLog::each(Rows rows, const LogRow& log, std::uint64_t first, std::uint64_t last,
                        const std::function<Result<>(StoredEntry&)>& use) {
    if (first > last || first > kSeqMax) return {};
    const KeyRange range{entry_key(log.number, first),
                         entry_key(log.number, std::min(last, kSeqMax))};
    return rows.tx().entries.each(range, [&](EntryRow& row) -> Result<> {
        SPOT_ASSIGN(auto line, line_of(rows, row, log.id));
        return use(line);
    });
}

Result<std::optional<Hash>> EntryLog::hash_at(Rows rows, const LogRow& log, std::uint64_t seq) {
    if (seq == 0) return Hash{};
    if (seq > log.tip.seq) return std::nullopt;
    if (seq == log.tip.seq) return log.tip.hash;
    return rows.tx().entries.hash_of(entry_key(log.number, seq));
}

Result<std::optional<EntryLog::Head>> EntryLog::head(Rows rows, const LogRow& log,
                                                     std::uint64_t seq) {
    if (seq > log.tip.seq) return std::nullopt;
    const std::int64_t key = entry_key(log.number, seq);
    SPOT_ASSIGN(const auto found, rows.head(key));
    if (!found || found->quarantined) return std::nullopt;
    return Head{found->kind, found->subject};
}

Result<> EntryLog::quarantine(Rows rows, const LogRow& log, std::uint64_t seq,
                              std::string_view code) {
    return rows.quarantine(entry_key(log.number, seq), code);
}

Result<> EntryLog::release(Rows rows, const LogRow& log, std::uint64_t seq) {
    const std::int64_t key = entry_key(log.number, seq);
    return rows.tx().entries.release({key, key});
}

Result<> EntryLog::release_after(Rows rows, const LogRow& log, std::uint64_t seq) {
    return rows.tx().entries.release(
        {entry_key(log.number, seq + 1), entry_key(log.number, kSeqMax)});
}

Result<bool> EntryLog::in_quarantine(Rows rows, const LogRow& log, std::uint64_t seq) {
    return rows.in_quarantine(entry_key(log.number, seq));
}

Result<std::optional<std::string>> EntryLog::quarantine_code(Rows rows, const LogRow& log,
                                                             std::uint64_t seq) {
    const std::int64_t key = entry_key(log.number, seq);
    SPOT_ASSIGN(auto found, rows.tx().entries.quarantined({key, key}, {}, 1));
    if (found.empty()) return std::nullopt;
    return std::optional<std::string>(std::move(found.front().code));
}

Result<std::uint64_t> EntryLog::quarantined_count(Rows rows, const LogRow& log) {
    return rows.tx().entries.count_quarantined(
        {entry_key(log.number, 0), entry_key(log.number, kSeqMax)});
}

Result<std::optional<std::uint64_t>> EntryLog::next_quarantined(Rows rows, const LogRow& log,
                                                                std::uint64_t seq,
                                                                std::string_view code) {
    SPOT_ASSIGN(const auto found,
                rows.tx().entries.quarantined(
                    {entry_key(log.number, seq + 1), entry_key(log.number, kSeqMax)}, code, 1));
    if (found.empty()) return std::nullopt;
    return seq_of(found.front().entry);
}

Result<std::vector<Quarantined>> EntryLog::quarantined(Rows rows, const LogRow& log,
                                                       std::size_t count) {
    SPOT_ASSIGN(auto found,
                rows.tx().entries.quarantined(
                    {entry_key(log.number, 0), entry_key(log.number, kSeqMax)}, {}, count));
    std::vector<Quarantined> out;
    out.reserve(found.size());
    for (QuarantineRow& row : found) out.push_back({seq_of(row.entry), std::move(row.code)});
    return out;
}

Result<> EntryLog::remove_after(Rows rows, LogRow& log, const Tip& tip) {
    SPOT_ASSIGN(const auto hash, hash_at(rows, log, tip.seq));
    if (hash != tip.hash) return fail(Code::conflict, "the log has another entry there");
    SPOT_TRY(rows.tx().entries.remove(
        {entry_key(log.number, tip.seq + 1), entry_key(log.number, kSeqMax)}));
    log.tip = tip;
    return {};
}

}  // namespace spot::core
