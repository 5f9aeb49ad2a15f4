#include <charconv>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

constexpr std::string_view kNumbers = "number";

std::vector<Ledger::Kept> all_of(std::vector<ValueRow> rows) {
    std::vector<Ledger::Kept> out;
    out.reserve(rows.size());
    for (ValueRow& row : rows) out.push_back({std::move(row.key), std::move(row.value)});
    return out;
}

}  // namespace

Result<> Ledger::keep(std::string_view shelf, std::string_view key, std::string_view owner,
                      std::string_view value) {
    return inside_->transact([&](Tx& tx) { return tx.values.put(shelf, key, owner, value); });
}

Result<std::optional<std::string>> Ledger::kept(std::string_view shelf, std::string_view key) {
    return inside_->look(Inside::Of::log, [&](Tx& tx) { return tx.values.get(shelf, key); });
}

Result<std::vector<Ledger::Kept>> Ledger::kept_of(std::string_view shelf, std::string_view owner,
                                                  std::size_t count) {
    return inside_->look(Inside::Of::log, [&](Tx& tx) -> Result<std::vector<Kept>> {
        SPOT_ASSIGN(auto rows, tx.values.list_by_owner(shelf, owner, count));
        return all_of(std::move(rows));
    });
}

Result<std::vector<Ledger::Kept>> Ledger::kept_on(std::string_view shelf, std::size_t count) {
    return inside_->look(Inside::Of::log, [&](Tx& tx) -> Result<std::vector<Kept>> {
        SPOT_ASSIGN(auto rows, tx.values.list(shelf, count));
        return all_of(std::move(rows));
    });
}

Result<> Ledger::drop(std::string_view shelf, std::string_view key) {
    return inside_->transact([&](Tx& tx) { return tx.values.remove(shelf, key); });
}

Result<std::uint64_t> Ledger::next_number(std::string_view shelf) {
    std::uint64_t next = 0;
    SPOT_TRY(inside_->transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto last, tx.values.get(kNumbers, shelf));
        if (last) {
            const auto [end, error] =
                std::from_chars(last->data(), last->data() + last->size(), next);
            if (error != std::errc() || end != last->data() + last->size())
                return fail(Code::corrupt, "the store's count of numbers given is damaged");
        }
        ++next;
        return tx.values.put(kNumbers, shelf, "", std::to_string(next));
    }));
    return next;
}

}  // namespace spot::core
