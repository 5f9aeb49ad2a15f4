// A frame's bytes, behind seal and signature: hostile only if an enrolled station is.
#include <cstdlib>

#include "sync/codec/entry_codec.h"

using namespace spot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::LogId log{7, 1};
    sync::EntryCodec reader(log, 1, sync::kFrameEntriesMax, {});
    const auto entries = reader.read({data, size});
    if (!entries || entries->empty()) return 0;
    // What is read can be written, and is then read as the same.
    sync::EntryCodec writer(log, 1, sync::kFrameEntriesMax, {});
    std::size_t taken = 0;
    const auto frame = writer.write(*entries, taken);
    sync::EntryCodec again(log, 1, sync::kFrameEntriesMax, {});
    const auto same = again.read(frame);
    if (!same || taken == 0 ||
        *same !=
            std::vector(entries->begin(), entries->begin() + static_cast<std::ptrdiff_t>(taken)))
        std::abort();
    return 0;
}
