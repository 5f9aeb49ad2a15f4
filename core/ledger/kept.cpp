#include "core/ledger/impl.h"

namespace spot::core {
namespace {

Result<std::vector<Ledger::Kept>> all_of(Statement rows) {
    std::vector<Ledger::Kept> out;
    for (;;) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) return out;
        out.push_back({std::string(rows.text(0)), std::string(rows.text(1))});
    }
}

}  // namespace

Result<> Ledger::keep(std::string_view shelf, std::string_view key, std::string_view owner,
                      std::string_view value) {
    return inside_->transact([&](Tx& tx) {
        return inside_->database
            .prepare(
                "INSERT INTO kept (shelf, key, owner, value) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT (shelf, key) DO UPDATE SET owner = ?3, value = ?4")
            .with(shelf, key, owner, view(value))
            .run();
    });
}

Result<std::optional<std::string>> Ledger::kept(std::string_view shelf, std::string_view key) {
    auto row = inside_->database.prepare("SELECT value FROM kept WHERE shelf = ?1 AND key = ?2");
    SPOT_ASSIGN(const auto found, row.with(shelf, key).step());
    if (!found) return std::nullopt;
    return std::string(row.text(0));
}

Result<std::vector<Ledger::Kept>> Ledger::kept_of(std::string_view shelf, std::string_view owner,
                                                  std::size_t count) {
    auto rows = inside_->database.prepare(
        "SELECT key, value FROM kept WHERE shelf = ?1 AND owner = ?2 ORDER BY number LIMIT ?3");
    rows.with(shelf, owner, std::uint64_t{count});
    return all_of(std::move(rows));
}

Result<std::vector<Ledger::Kept>> Ledger::kept_on(std::string_view shelf, std::size_t count) {
    auto rows = inside_->database.prepare(
        "SELECT key, value FROM kept WHERE shelf = ?1 ORDER BY number LIMIT ?2");
    rows.with(shelf, std::uint64_t{count});
    return all_of(std::move(rows));
}

Result<> Ledger::drop(std::string_view shelf, std::string_view key) {
    return inside_->transact([&](Tx& tx) {
        return inside_->database.prepare("DELETE FROM kept WHERE shelf = ?1 AND key = ?2")
            .with(shelf, key)
            .run();
    });
}

Result<std::uint64_t> Ledger::next_number(std::string_view shelf) {
    std::uint64_t next = 0;
    SPOT_TRY(inside_->transact([&](Tx& tx) -> Result<> {
        auto row = inside_->database.prepare(
            "INSERT INTO kept (shelf, key, owner, value) VALUES ('number', ?1, '', 1)"
            " ON CONFLICT (shelf, key) DO UPDATE SET value = value + 1 RETURNING value");
        SPOT_ASSIGN(const auto found, row.with(shelf).step());
        if (!found) return fail(Code::io, "the store gave no number; nothing was changed");
        next = row.number(0);
        return row.run();
    }));
    return next;
}

}  // namespace spot::core
