#include <algorithm>

#include "core/store/memory/state.h"

namespace spot::core {
namespace {

class MemoryStations final : public StationTable {
public:
    explicit MemoryStations(MemoryWork& work) : work_(work) {}

    Result<> add(const StationRow& row) override {
        MemoryState& state = work_.change();
        if (!state.station_numbers.insert(row.device, state.last_station + 1)) return taken();
        state.stations.put(++state.last_station, row);
        return {};
    }

    Result<std::optional<StationRow>> find(std::uint64_t device) override {
        const std::int64_t* const number = work_.state.station_numbers.find(device);
        if (!number) return std::nullopt;
        return *work_.state.stations.find(*number);
    }

    Result<> save(const StationRow& row) override {
        MemoryState& state = work_.change();
        if (const std::int64_t* const number = state.station_numbers.find(row.device))
            state.stations.put(*number, row);
        return {};
    }

    Result<> each(const std::function<Result<>(StationRow&)>& use) override {
        Result<> done;
        work_.state.stations.all([&](std::int64_t, const StationRow& row) {
            StationRow copy = row;
            done = use(copy);
            return done.has_value();
        });
        return done;
    }

    Result<> add_exchange(const ExchangeRow& row) override {
        MemoryState& state = work_.change();
        ExchangeRow kept = row;
        kept.number = ++state.last_exchange;
        state.exchanges.put(kept.number, kept);
        return {};
    }

    Result<std::vector<ExchangeRow>> exchanges(std::uint64_t device, std::int64_t before,
                                               std::size_t count) override {
        std::vector<ExchangeRow> out;
        work_.state.exchanges.all([&](std::int64_t number, const ExchangeRow& row) {
            if (number < before && row.device == device) out.push_back(row);
            return true;
        });
        std::reverse(out.begin(), out.end());
        if (out.size() > count) out.resize(count);
        return out;
    }

    Result<> forget_exchanges(std::int64_t before_ms, std::size_t count) override {
        std::vector<std::int64_t> old;
        std::size_t seen = 0;
        work_.state.exchanges.all([&](std::int64_t number, const ExchangeRow& row) {
            if (seen++ == count) return false;
            if (row.began_ms < before_ms) old.push_back(number);
            return true;
        });
        for (const std::int64_t number : old) work_.change().exchanges.erase(number);
        return {};
    }

private:
    MemoryWork& work_;
};

}  // namespace

std::unique_ptr<StationTable> memory_stations(MemoryWork& work) {
    return std::make_unique<MemoryStations>(work);
}

}  // namespace spot::core
