#pragma once

// A hub with two stations: one whose keys the attacker has, and an honest one that must not notice.

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/platform/worker_threads.h"
#include "hub/reception.h"
#include "sync/exchange.h"
#include "tests/hostile/forge.h"
#include "tests/support/hub_house.h"
#include "tests/support/ledgers.h"

namespace spot::hostile {

constexpr core::Instant kNow = support::HubHouse::kNow;

// In a child of in_a_child(), where no test framework listens.
inline void need(bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error(what);
}

// A station as its own program would have it.
struct HonestStation {
    HonestStation(support::HubHouse& house, const std::string& name, std::uint64_t seed);

    core::RecordId add(core::Kind kind, Json intent);
    // A visit: a session with one request. Answers the request.
    core::RecordId visit();
    Bytes bundle(sync::StationExchange& exchange,
                 sync::StationExchange::What what = sync::StationExchange::What::everything);

    support::TemporaryFolder folder;
    tests::SeededRandom random;
    sync::StationKeys keys;
    std::optional<core::Ledger> ledger;
    std::uint64_t second = 0;
    std::vector<core::RecordId> requests;
};

// What became of a bundle.
struct Reply {
    std::string text;  // "ok", "fork", …, or the code of the error with which it was refused
    std::optional<sync::Head> head;
    bool refused() const { return !head; }
};

class HubUnderAttack {
public:
    HubUnderAttack();

    Reply send(View bundle, const core::SecretKey& reader);
    Reply send(View bundle) { return send(bundle, rogue.keys.seal_secret); }
    // Everything that was received, as the server does between requests. The error's text, or "".
    std::string execute();
    // One exchange after the other until nothing is left. False: it was refused, or does not end.
    bool sync(HonestStation& station);

    // ── What the attacker writes.
    core::LogId log(std::uint32_t epoch = 1) const { return {rogue.keys.log.device, epoch}; }
    // A head that says nothing new.
    RawHead head(std::uint64_t epoch = 1);
    // A bundle with these entries on the end of that log, as the hub has it.
    Bytes bundle(const std::vector<LooseEntry>& entries, RawHead head, std::size_t a_frame = 64);
    Bytes bundle(const std::vector<LooseEntry>& entries, std::uint64_t epoch = 1) {
        return bundle(entries, head(epoch));
    }
    Bytes sealed(const RawHead& head, const std::vector<Bytes>& messages = {}) {
        return hostile::sealed(rogue.keys.sign_seed, rogue.keys.hub_seal, house.random,
                               head.bytes(), messages)
            .bytes;
    }
    LooseEntry edit(const std::string& text = "x");
    LooseEntry feedback(const std::string& text);
    core::Hash secret(std::uint32_t epoch);  // of the first period

    // ── What a hub may not lose or keep: how much there is of everything.
    std::string trace();
    std::map<std::string, int> quarantine();

    support::HubHouse house;
    core::Ledger& hub;
    hub::Reception reception;
    core::WorkerThreads workers{2};
    sync::CodecShare codecs{workers};
    HonestStation rogue, good;
    core::RecordId victim;  // a request of the rogue's, which an operator has edited
    std::uint64_t sent = 0;
};

}  // namespace spot::hostile
