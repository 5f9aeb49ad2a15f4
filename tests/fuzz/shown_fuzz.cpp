// Changes that an author shows, all at once. Each stands behind its length, in two bytes.
#include <cstdlib>

#include "core/document.h"

using namespace spot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<core::Bytes> changes;
    for (std::size_t at = 0; at + 2 <= size;) {
        const std::size_t wanted = static_cast<std::size_t>(data[at]) << 8 | data[at + 1];
        at += 2;
        const std::size_t taken = std::min(wanted, size - at);
        changes.emplace_back(data + at, data + at + taken);
        at += taken;
    }
    const auto counted = core::Document::operations_in(changes);
    auto made = core::Document::from_changes(changes);
    if (made && (!counted || *counted > core::kGivenOperationsMax || !made->json())) std::abort();
    return 0;
}
