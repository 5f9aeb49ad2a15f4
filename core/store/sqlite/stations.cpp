#include <algorithm>

#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {
namespace {

template <std::size_t N>
Result<> take(View bytes, std::array<std::uint8_t, N>& out) {
    if (bytes.size() != N) return fail(Code::corrupt, "a station's row is damaged");
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return {};
}

// Of a row of all columns but `number`.
Result<StationRow> station_of(const Statement& row) {
    StationRow out;
    out.device = row.number(0);
    out.name = row.text(1);
    out.team = row.text(2);
    out.issued_ms = row.integer(3);
    out.slip_expires_ms = row.integer(4);
    SPOT_TRY(take(row.blob(5), out.slip_code));
    out.enrolled_ms = row.integer(6);
    if (out.enrolled_ms != 0) {
        SPOT_TRY(take(row.blob(7), out.sign));
        SPOT_TRY(take(row.blob(8), out.seal));
    }
    out.revoked = row.integer(9) != 0;
    out.contact_ms = row.integer(10);
    out.backlog = row.number(11);
    return out;
}

View key_of(const StationRow& row, const PublicKey& key) {
    return row.enrolled_ms == 0 ? View() : View(key);
}

}  // namespace

Result<> Stations::add(const StationRow& row) {
    return database_
        .prepare(
            "INSERT INTO station (device, name, team, issued_ms, slip_expires_ms, slip_code,"
            " enrolled_ms, sign, seal, revoked, contact_ms, backlog)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
        .with(row.device, view(row.name), view(row.team), row.issued_ms, row.slip_expires_ms,
              row.slip_code, row.enrolled_ms, key_of(row, row.sign), key_of(row, row.seal),
              int{row.revoked}, row.contact_ms, row.backlog)
        .run();
}

Result<std::optional<StationRow>> Stations::find(std::uint64_t device) {
    auto row = database_.prepare(
        "SELECT device, name, team, issued_ms, slip_expires_ms, slip_code, enrolled_ms, sign, seal,"
        " revoked, contact_ms, backlog FROM station WHERE device = ?1");
    SPOT_ASSIGN(const bool found, row.with(device).step());
    if (!found) return std::nullopt;
    SPOT_ASSIGN(auto station, station_of(row));
    return std::optional(std::move(station));
}

Result<> Stations::save(const StationRow& row) {
    return database_
        .prepare(
            "UPDATE station SET name = ?2, team = ?3, issued_ms = ?4, slip_expires_ms = ?5,"
            " slip_code = ?6, enrolled_ms = ?7, sign = ?8, seal = ?9, revoked = ?10,"
            " contact_ms = ?11, backlog = ?12 WHERE device = ?1")
        .with(row.device, view(row.name), view(row.team), row.issued_ms, row.slip_expires_ms,
              row.slip_code, row.enrolled_ms, key_of(row, row.sign), key_of(row, row.seal),
              int{row.revoked}, row.contact_ms, row.backlog)
        .run();
}

Result<> Stations::each(const std::function<Result<>(StationRow&)>& use) {
    auto rows = database_.prepare(
        "SELECT device, name, team, issued_ms, slip_expires_ms, slip_code, enrolled_ms, sign, seal,"
        " revoked, contact_ms, backlog FROM station ORDER BY number");
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        SPOT_ASSIGN(auto station, station_of(rows));
        SPOT_TRY(use(station));
    }
}

Result<> Stations::add_exchange(const ExchangeRow& row) {
    return database_
        .prepare(
            "INSERT INTO exchange (device, began_ms, duration_ms, carrier, end,"
            " received_bytes, sent_bytes, received_entries, sent_entries)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .with(row.device, row.began_ms, row.duration_ms, static_cast<int>(row.carrier),
              static_cast<int>(row.end), row.received_bytes, row.sent_bytes, row.received_entries,
              row.sent_entries)
        .run();
}

Result<std::vector<ExchangeRow>> Stations::exchanges(std::uint64_t device, std::int64_t before,
                                                     std::size_t count) {
    std::vector<ExchangeRow> out;
    auto rows = database_.prepare(
        "SELECT number, began_ms, duration_ms, carrier, end, received_bytes, sent_bytes,"
        " received_entries, sent_entries FROM exchange WHERE device = ?1 AND number < ?2"
        " ORDER BY number DESC");
    rows.with(device, before);
    while (out.size() < count) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) break;
        ExchangeRow& one = out.emplace_back();
        one.number = rows.integer(0);
        one.device = device;
        one.began_ms = rows.integer(1);
        one.duration_ms = rows.integer(2);
        one.carrier = static_cast<ExchangeRow::Carrier>(rows.integer(3));
        one.end = static_cast<ExchangeRow::End>(rows.integer(4));
        one.received_bytes = rows.number(5);
        one.sent_bytes = rows.number(6);
        one.received_entries = rows.number(7);
        one.sent_entries = rows.number(8);
    }
    return out;
}

Result<> Stations::forget_exchanges(std::int64_t before_ms, std::size_t count) {
    return database_
        .prepare(
            "DELETE FROM exchange WHERE began_ms < ?1 AND number IN"
            " (SELECT number FROM exchange ORDER BY number LIMIT ?2)")
        .with(before_ms, static_cast<std::int64_t>(count))
        .run();
}

}  // namespace spot::core::sqlite
