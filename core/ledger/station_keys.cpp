// By which key the receipts of which other station are verified: the hub's entries, by device.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {
using Json = nlohmann::json;

// The last word about a device counts: a hub that was set back says it again.
Result<> LedgerImpl::keep_station_key(Rows rows, const Json& intent) {
    const Json stored{{"station", intent.at("station")}, {"key", intent.at("key")}};
    return rows.put(kStationKeys, intent.at("device").get_ref<const std::string&>(), stored.dump());
}

}  // namespace spot::core
