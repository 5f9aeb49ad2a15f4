// A head behind a right signature: hostile only if an enrolled station, or the hub, is.
#include <cstdlib>

#include "sync/bundle.h"
#include "sync/codec/entry_codec.h"

using namespace spot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    core::Bytes bytes(data, data + size);
    bytes.resize(size + sizeof(core::Signature));
    const auto head = sync::parse_head(bytes);
    if (!head) return 0;
    // What every later step goes by.
    std::size_t shown = 0;
    for (const sync::Shown& one : head->shown)
        for (const core::Bytes& change : one.changes) shown += change.size();
    const bool holds =
        head->epoch <= core::kEpochMax && head->last.seq <= core::kSeqMax &&
        head->last.seq >= head->from.seq &&
        head->last.seq - head->from.seq <= sync::kBundleEntriesMax &&
        head->context <= head->from.seq && head->context <= sync::kContextEntriesMax &&
        (head->branch.epoch < head->epoch || head->epoch == 0) &&
        head->secrets.size() <= sync::kPeriodsMax && head->shown.size() <= sync::kShownMax &&
        shown <= sync::kShownBytesMax && head->files.size() <= sync::kFilesMax;
    if (!holds) std::abort();
    return 0;
}
