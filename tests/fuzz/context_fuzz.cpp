// Entries as they may lie in a store, a line each: its kind in one byte, then the intent. Where a
// codec starts from them, it can write them, and another reads the same.
#include <cstdlib>
#include <string_view>

#include "sync/codec/entry_codec.h"

using namespace spot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr core::LogId kLog{7, 1};
    std::vector<core::Entry> entries;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    while (!rest.empty() && entries.size() < 64) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.empty()) continue;
        core::Entry entry;
        entry.log = kLog;
        entry.seq = entries.size() + 1;
        entry.kind = static_cast<core::Kind>(line[0]);
        entry.intent = std::string(line.substr(1));
        entries.push_back(std::move(entry));
    }
    if (entries.empty()) return 0;
    if (!sync::EntryCodec::make(kLog, entries.size() + 1, 1, entries)) return 0;
    auto writer = sync::EntryCodec::make(kLog, 1, entries.size(), {});
    auto reader = sync::EntryCodec::make(kLog, 1, entries.size(), {});
    std::size_t taken = 0;
    const auto frame = (*writer)->write(entries, taken);
    if (!frame) {
        if (frame.error().code != core::Code::limit) std::abort();
        return 0;
    }
    const auto read = (*reader)->read(*frame);
    // What is too large, or not in its one spelling, comes back otherwise, if at all; but what
    // comes back is good to start from.
    if (read && !sync::EntryCodec::make(kLog, read->size() + 1, 1, *read)) std::abort();
    return 0;
}
