// By which key the receipts of which other station are verified: the hub's entries, by device.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kShelf = "station_key";

}  // namespace

// The last word about a device counts: a hub that was set back says it again.
Result<> Ledger::Inside::keep_station_key(Tx& tx, const Json& intent) {
    const Json stored{{"station", intent.at("station")}, {"key", intent.at("key")}};
    return tx.values.put(kShelf, intent.at("device").get_ref<const std::string&>(), "",
                         stored.dump());
}

Result<std::optional<Ledger::StationKey>> Ledger::station_key(std::uint64_t device) {
    ByteWriter number;
    number.u64(device);
    SPOT_ASSIGN(const auto row, kept(kShelf, to_hex(number.bytes())));
    if (!row) return std::nullopt;
    const Json stored = Json::parse(*row, nullptr, false);
    StationKey out;
    const auto key = stored.is_object() ? from_hex(stored.value("key", "")) : std::nullopt;
    if (!key || key->size() != out.key.size())
        return fail(Code::corrupt, "a station's key does not read");
    std::copy(key->begin(), key->end(), out.key.begin());
    out.station = stored.value("station", "");
    return out;
}

}  // namespace spot::core
