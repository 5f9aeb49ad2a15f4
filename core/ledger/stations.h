#pragma once

// The hub's stations: what their slips say, their keys once they enrolled, and their exchanges.
// Rows, no rules: who may enrol is the hub's business (hub/registry.h).

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/error.h"
#include "core/store/tables.h"

namespace spot::core {

struct LedgerImpl;

class Stations {
public:
    explicit Stations(LedgerImpl& impl) : impl_(impl) {}

    // `conflict`: the device is there.
    Result<> add(const StationRow& row);
    Result<std::optional<StationRow>> find(std::uint64_t device);
    // All but the device. One that is not there changes nothing.
    Result<> save(const StationRow& row);
    // In the order in which they were added. `use` writes nothing.
    Result<> each(const std::function<Result<>(StationRow&)>& use);

    Result<> add_exchange(const ExchangeRow& row);
    // A device's, with numbers below `before`, the latest first.
    Result<std::vector<ExchangeRow>> exchanges(std::uint64_t device, std::int64_t before,
                                               std::size_t count);
    // Removes the earliest ones, at most `count`, as far as they began before.
    Result<> forget_exchanges(std::int64_t before_ms, std::size_t count);

private:
    LedgerImpl& impl_;
};

}  // namespace spot::core
