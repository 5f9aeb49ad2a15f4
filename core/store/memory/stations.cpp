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

private:
    MemoryWork& work_;
};

}  // namespace

std::unique_ptr<StationTable> memory_stations(MemoryWork& work) {
    return std::make_unique<MemoryStations>(work);
}

}  // namespace spot::core
