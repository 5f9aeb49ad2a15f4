#include "core/ledger/values.h"

#include <charconv>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

constexpr std::string_view kNumbers = "number";

}  // namespace

Result<> Values::put(std::string_view space, std::string_view key, std::string_view owner,
                     std::string_view value) {
    return impl_.transact([&](Tx& tx) { return tx.values.put(space, key, owner, value); });
}

Result<std::optional<std::string>> Values::get(std::string_view space, std::string_view key) {
    return impl_.look(LedgerImpl::Of::log, [&](Tx& tx) { return tx.values.get(space, key); });
}

Result<std::vector<ValueRow>> Values::list_by_owner(std::string_view space, std::string_view owner,
                                                    std::size_t count) {
    return impl_.look(LedgerImpl::Of::log, [&](Tx& tx) -> Result<std::vector<ValueRow>> {
        return tx.values.list_by_owner(space, owner, count);
    });
}

Result<std::vector<ValueRow>> Values::list(std::string_view space, std::size_t count) {
    return impl_.look(LedgerImpl::Of::log, [&](Tx& tx) -> Result<std::vector<ValueRow>> {
        return tx.values.list(space, count);
    });
}

Result<> Values::remove(std::string_view space, std::string_view key) {
    return impl_.transact([&](Tx& tx) { return tx.values.remove(space, key); });
}

Result<std::uint64_t> Values::next_number(std::string_view space) {
    std::uint64_t next = 0;
    SPOT_TRY(impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto last, tx.values.get(kNumbers, space));
        if (last) {
            const auto [end, error] =
                std::from_chars(last->data(), last->data() + last->size(), next);
            if (error != std::errc() || end != last->data() + last->size())
                return fail(Code::corrupt, "the store's count of numbers given is damaged");
        }
        ++next;
        return tx.values.put(kNumbers, space, "", std::to_string(next));
    }));
    return next;
}

std::optional<std::string> Values::setting(std::string_view name) {
    auto found = impl_.noted(
        impl_.look(LedgerImpl::Of::log, [&](Tx& tx) { return tx.values.setting(name); }));
    return found ? std::move(*found) : std::nullopt;
}

Result<> Values::set(std::string_view name, std::string_view value) {
    return impl_.transact([&](Tx& tx) { return tx.values.set(name, value); }, LedgerImpl::Of::log);
}

Result<> Values::unset(std::string_view name) {
    return impl_.transact([&](Tx& tx) { return tx.values.unset(name); }, LedgerImpl::Of::log);
}

}  // namespace spot::core
