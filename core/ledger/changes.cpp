#include "core/ledger/changes.h"

namespace spot::core {
namespace {

using Change = CachedRecord::Change;

constexpr std::uint8_t kByHub = 1, kHasHash = 2;

}  // namespace

Bytes pack(const std::vector<Change>& changes, View document) {
    ByteWriter out;
    out.varint(changes.size());
    for (const Change& change : changes) {
        out.u8(
            static_cast<std::uint8_t>((change.by_hub ? kByHub : 0) | (change.hash ? kHasHash : 0)));
        out.varint(change.epoch);
        out.varint(change.seq);
        out.raw(change.digest);
        if (change.hash) out.raw(*change.hash);
    }
    out.raw(document);
    return out.take();
}

std::optional<std::vector<Change>> unpack(View bytes, View& document) {
    ByteReader in(bytes);
    std::vector<Change> changes;
    for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
        Change& change = changes.emplace_back();
        const std::uint8_t flags = in.u8();
        change.by_hub = (flags & kByHub) != 0;
        change.epoch = static_cast<std::uint32_t>(in.varint());
        change.seq = in.varint();
        change.digest = in.array<8>();
        if (flags & kHasHash) change.hash = in.array<32>();
    }
    if (in.failed() || changes.empty()) return std::nullopt;
    document = in.rest();
    return changes;
}

Change change_of(const RecordId& entry) {
    Change change;
    change.by_hub = (entry.log.device & kHubBit) != 0;
    change.epoch = entry.log.epoch;
    change.seq = entry.seq;
    return change;
}

RecordId entry_of(const RecordId& record, const Change& change) {
    const std::uint64_t device = (record.log.device & ~kHubBit) | (change.by_hub ? kHubBit : 0);
    return {{device, change.epoch}, change.seq};
}

}  // namespace spot::core
