#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {
namespace {

// Of rows of (key, value), at most `count`.
Result<std::vector<ValueRow>> listed_values(Statement& rows, std::size_t count) {
    std::vector<ValueRow> out;
    while (out.size() < count) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) break;
        out.push_back({std::string(rows.text(0)), std::string(rows.text(1))});
    }
    return out;
}

}  // namespace

Result<std::optional<std::string>> Values::setting(std::string_view name) {
    auto row = database_.prepare("SELECT value FROM setting WHERE name = ?1");
    SPOT_ASSIGN(const bool found, row.with(name).step());
    if (!found) return std::nullopt;
    return std::optional<std::string>(row.text(0));
}

Result<> Values::set(std::string_view name, std::string_view value) {
    return database_.prepare("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)")
        .with(name, view(value))
        .run();
}

Result<> Values::unset(std::string_view name) {
    return database_.prepare("DELETE FROM setting WHERE name = ?1").with(name).run();
}

Result<> Values::put(std::string_view space, std::string_view key, std::string_view owner,
                     std::string_view value) {
    return database_
        .prepare(
            "INSERT INTO kept (shelf, key, owner, value) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT (shelf, key) DO UPDATE SET owner = ?3, value = ?4")
        .with(space, key, owner, view(value))
        .run();
}

Result<std::optional<std::string>> Values::get(std::string_view space, std::string_view key) {
    auto row = database_.prepare("SELECT value FROM kept WHERE shelf = ?1 AND key = ?2");
    SPOT_ASSIGN(const bool found, row.with(space, key).step());
    if (!found) return std::nullopt;
    return std::optional<std::string>(row.text(0));
}

Result<std::vector<ValueRow>> Values::list(std::string_view space, std::size_t count) {
    auto rows = database_.prepare("SELECT key, value FROM kept WHERE shelf = ?1 ORDER BY number");
    return listed_values(rows.with(space), count);
}

Result<std::vector<ValueRow>> Values::list_by_owner(std::string_view space, std::string_view owner,
                                                    std::size_t count) {
    auto rows = database_.prepare(
        "SELECT key, value FROM kept WHERE shelf = ?1 AND owner = ?2 ORDER BY number");
    return listed_values(rows.with(space, owner), count);
}

Result<> Values::remove(std::string_view space, std::string_view key) {
    return database_.prepare("DELETE FROM kept WHERE shelf = ?1 AND key = ?2")
        .with(space, key)
        .run();
}

}  // namespace spot::core::sqlite
