#pragma once

// The program's own rows beside the log: settings, drafts, the state of a print. They never travel.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/store/tables.h"

namespace spot::core {

struct LedgerImpl;

class Values {
public:
    explicit Values(LedgerImpl& impl) : impl_(impl) {}

    // ── Settings: small values by name (device keys, slip, cursors).
    std::optional<std::string> setting(std::string_view name);
    Result<> set(std::string_view name, std::string_view value);
    Result<> unset(std::string_view name);

    // ── Rows by namespace and key. `owner`: what they can be listed by; may be empty.
    Result<> put(std::string_view space, std::string_view key, std::string_view owner,
                 std::string_view value);
    Result<std::optional<std::string>> get(std::string_view space, std::string_view key);
    // In the order in which they were first put, at most `count`.
    Result<std::vector<ValueRow>> list(std::string_view space, std::size_t count);
    Result<std::vector<ValueRow>> list_by_owner(std::string_view space, std::string_view owner,
                                                std::size_t count);
    Result<> remove(std::string_view space, std::string_view key);
    // 1, 2, 3, …, each once in the store's life.
    Result<std::uint64_t> next_number(std::string_view space);

private:
    LedgerImpl& impl_;
};

}  // namespace spot::core
