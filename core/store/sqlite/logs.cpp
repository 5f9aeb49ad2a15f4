#include <algorithm>

#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {
namespace {

#define SPOT_LOG_COLUMNS                                                                      \
    "SELECT number, device, epoch, executed, receipts, acked_seq, acked_hash, backed_up_seq," \
    " backed_up_hash, settled, tallied, tally, branch_epoch, branch_seq, ended, projected"    \
    " FROM log "
constexpr char kOneLog[] = SPOT_LOG_COLUMNS "WHERE device = ?1 AND epoch = ?2";
constexpr char kOfDevice[] = SPOT_LOG_COLUMNS "WHERE device = ?1 ORDER BY epoch DESC";
// In the table the hub's bit makes a device negative.
constexpr char kUnexecuted[] = SPOT_LOG_COLUMNS
    "INDEXED BY log_unexecuted WHERE executed < settled ORDER BY device < 0, device, epoch";
#undef SPOT_LOG_COLUMNS

Hash hash_or_zeros(View bytes) {
    return hash_in(bytes).value_or(Hash{});
}

LogRow log_row_of(const Statement& row) {
    LogRow log;
    log.number = row.integer(0);
    log.id = {row.number(1), static_cast<std::uint32_t>(row.integer(2))};
    log.executed = row.number(3);
    log.receipts = row.number(4);
    log.acknowledged = {row.number(5), hash_or_zeros(row.blob(6))};
    log.backed_up = {row.number(7), hash_or_zeros(row.blob(8))};
    log.settled = row.number(9);
    ByteReader tally(row.blob(11));
    for (std::uint64_t& number : log.tally) number = tally.varint();
    if (tally.failed())
        log.tally.fill(0);  // counted anew
    else
        log.tallied = row.number(10);
    log.branch = {static_cast<std::uint32_t>(row.integer(12)), row.number(13)};
    if (!row.null(14)) log.ended = row.number(14);
    log.projected = row.number(15);
    return log;
}

}  // namespace

// The tip is the log's last row in `entry`, so that to append dirties no page of `log`.
Result<> Logs::read_tip(LogRow& log) {
    auto last = database_.prepare(
        "SELECT key, hash FROM entry WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC LIMIT 1");
    SPOT_ASSIGN(const bool any,
                last.with(entry_key(log.number, 0), entry_key(log.number, kSeqMax)).step());
    if (any) log.tip = {seq_of(last.integer(0)), hash_or_zeros(last.blob(1))};
    return {};
}

Result<std::optional<LogRow>> Logs::find(const LogId& id) {
    auto row = database_.prepare(kOneLog);
    SPOT_ASSIGN(const bool found, row.with(id.device, id.epoch).step());
    if (!found) return std::nullopt;
    auto log = log_row_of(row);
    SPOT_TRY(read_tip(log));
    return std::optional<LogRow>(std::move(log));
}

Result<std::optional<LogId>> Logs::id_of(std::int64_t number) {
    auto row = database_.prepare("SELECT device, epoch FROM log WHERE number = ?1");
    SPOT_ASSIGN(const bool found, row.with(number).step());
    if (!found) return std::nullopt;
    return LogId{row.number(0), static_cast<std::uint32_t>(row.integer(1))};
}

Result<LogTable::Summary> Logs::summary(std::uint64_t device) {
    auto row = database_.prepare(
        "SELECT coalesce(max(epoch), 0), count(*), (SELECT coalesce(max(number), 0)"
        " FROM log) FROM log WHERE device = ?1");
    SPOT_TRY(row.with(device).step());
    return Summary{static_cast<std::uint32_t>(row.integer(0)), row.number(1), row.integer(2) + 1};
}

Result<std::vector<LogRow>> Logs::of_device(std::uint64_t device) {
    std::vector<LogRow> out;
    auto rows = database_.prepare(kOfDevice);
    rows.with(device);
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return out;
        out.push_back(log_row_of(rows));
    }
}

Result<std::vector<LogId>> Logs::all() {
    std::vector<LogId> out;
    auto rows = database_.prepare("SELECT device, epoch FROM log");
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) break;
        out.push_back({rows.number(0), static_cast<std::uint32_t>(rows.integer(1))});
    }
    std::sort(out.begin(), out.end());
    return out;
}

Result<std::vector<LogRow>> Logs::unexecuted(std::size_t count) {
    std::vector<LogRow> out;
    auto rows = database_.prepare(kUnexecuted);
    while (out.size() < count) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) break;
        out.push_back(log_row_of(rows));
        SPOT_TRY(read_tip(out.back()));
    }
    return out;
}

Result<LogRow> Logs::add(const LogId& id) {
    SPOT_ASSIGN(const std::int64_t last,
                database_.integer("SELECT coalesce(max(number), 0) FROM log"));
    if (last >= kLogNumberMax) return fail(Code::limit, "the store holds a million logs");
    SPOT_TRY(database_.prepare("INSERT INTO log (number, device, epoch) VALUES (?1, ?2, ?3)")
                 .with(last + 1, id.device, id.epoch)
                 .run());
    LogRow log;
    log.number = last + 1;
    log.id = id;
    return log;
}

Result<> Logs::save(const LogRow& log) {
    ByteWriter tally;
    for (const std::uint64_t number : log.tally) tally.varint(number);
    return database_
        .prepare(
            "UPDATE log SET executed = ?2, receipts = ?3, acked_seq = ?4, acked_hash = ?5,"
            " backed_up_seq = ?6, backed_up_hash = ?7, settled = ?8, tallied = ?9, tally = ?10,"
            " branch_epoch = ?11, branch_seq = ?12, ended = ?13, projected = ?14 WHERE number = ?1")
        .with(log.number, log.executed, log.receipts, log.acknowledged.seq, log.acknowledged.hash,
              log.backed_up.seq, log.backed_up.hash, log.settled, log.tallied, tally.take(),
              log.branch.epoch, log.branch.seq, log.ended, log.projected)
        .run();
}

Result<std::optional<Bytes>> Logs::stored_secret(std::int64_t log, std::uint64_t period) {
    auto row = database_.prepare("SELECT secret FROM period WHERE log = ?1 AND period = ?2");
    SPOT_ASSIGN(const bool found, row.with(log, period).step());
    if (!found) return std::nullopt;
    const View bytes = row.blob(0);
    return std::optional<Bytes>(std::in_place, bytes.begin(), bytes.end());
}

Result<> Logs::store_secret(std::int64_t log, std::uint64_t period, View secret) {
    SPOT_ASSIGN(const auto there, stored_secret(log, period));
    if (there)
        return equal_in_constant_time(*there, secret)
                   ? Result<>()
                   : fail(Code::conflict, "another secret of this period is here");
    return database_.prepare("INSERT INTO period (log, period, secret) VALUES (?1, ?2, ?3)")
        .with(log, period, secret)
        .run();
}

Result<> Logs::drop_secrets(std::int64_t log, std::uint64_t first, std::uint64_t last) {
    return database_.prepare("DELETE FROM period WHERE log = ?1 AND period BETWEEN ?2 AND ?3")
        .with(log, first, last)
        .run();
}

}  // namespace spot::core::sqlite
