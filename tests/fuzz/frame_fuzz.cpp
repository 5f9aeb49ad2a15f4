// A frame's bytes, behind seal and signature: hostile only if an enrolled station is.
#include <cstdlib>

#include "sync/codec/entry_codec.h"

using namespace spot;

namespace {

constexpr core::LogId kLog{7, 1};

std::unique_ptr<sync::EntryCodec> codec(std::uint64_t first, std::span<const core::Entry> context) {
    auto made = sync::EntryCodec::make(kLog, first, sync::kFrameEntriesMax, context);
    if (!made) std::abort();  // what is read serves as context
    return std::move(*made);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto entries = codec(1, {})->read({data, size});
    if (!entries || entries->empty()) return 0;
    // What is read can be written, and is then read as the same.
    std::size_t taken = 0;
    const auto frame = codec(1, {})->write(*entries, taken);
    if (!frame) std::abort();
    const auto same = codec(1, {})->read(*frame);
    if (!same || taken == 0 ||
        *same !=
            std::vector(entries->begin(), entries->begin() + static_cast<std::ptrdiff_t>(taken)))
        std::abort();
    // The next bundle of the same log starts from it.
    const auto next = codec(entries->size() + 1, *entries)->read({data, size});
    if (next && !next->empty()) (void)codec(entries->size() + next->size() + 1, *next);
    return 0;
}
