#pragma once

// The catalogue's versions: the one that ships with the program, and those that the hub has
// published (core/catalogue_versions.h). A station's come with the hub's log, each whole when the
// last of its entries is executed and its hash agrees. A request keeps to the version that it
// names, and its edits to that same one; the shipped one needs no naming.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.h"
#include "core/clock.h"
#include "core/crypto.h"
#include "core/error.h"

namespace spot::core {

struct LedgerImpl;

struct PublishedCatalogue {
    std::string version;
    Instant in_force = 0;  // from then on
    Hash hash{};
};

// The key by which another station's receipts are verified.
struct StationKey {
    std::string station;  // its name
    PublicKey key{};
};

class Catalogues {
public:
    explicit Catalogues(LedgerImpl& impl) : impl_(impl) {}

    Result<std::vector<PublishedCatalogue>> published();  // in the order of publishing
    // The hub's own, which it has just appended for its stations.
    Result<> add(const PublishedCatalogue& version, std::string_view text);
    // The last one in force. The ledger keeps what it has parsed, so references stay valid.
    const Catalogue& in_force_at(Instant now);
    // `invalid`: not known here. Empty: the shipped one.
    Result<const Catalogue*> find(std::string_view version);
    Result<std::string> text(std::string_view version);

    // As the hub published it; nullopt: it did not. Only at a station.
    Result<std::optional<StationKey>> station_key(std::uint64_t device);

private:
    LedgerImpl& impl_;
};

}  // namespace spot::core
