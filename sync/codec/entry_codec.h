#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/log.h"

namespace spot::sync {

// A frame: entries that follow each other in one log, coded together; see schemas/wire/README.md.
constexpr std::size_t kFrameBytesAim = 8 * 1024;       // a frame ends before it would pass this
constexpr std::size_t kFrameBytesMax = 96 * 1024;      // one entry may be larger than the aim
constexpr std::size_t kFrameDecodedMax = 1024 * 1024;  // intents of a frame, as JSON
constexpr std::size_t kFrameEntriesMax = 4096;
// A codec starts from a quarter as many entries as it has to code, within these limits: it learns
// most of what a cut bundle had taught it, and one new request does not wait for it.
constexpr std::uint64_t kContextEntriesMin = 64;
constexpr std::uint64_t kContextEntriesMax = 1024;

// Writes or reads the frames of one bundle, in order. What earlier frames held foretells later
// ones, so a codec lives as long as its bundle. 1 to 5 MB of memory, by `entries`, the number
// of entries that the bundle's head announces. After an error it is used up.
class EntryCodec {
public:
    // `context`: entries that both ends hold and that end right before `first_seq`. They cost no
    // bytes, and foretell what comes.
    EntryCodec(const core::LogId& log, std::uint64_t first_seq, std::uint64_t entries,
               std::span<const core::Entry> context);
    ~EntryCodec();

    // Takes entries from the front until the frame is full; `taken` says how many (at least one).
    core::Bytes write(std::span<const core::Entry> entries, std::size_t& taken);
    // `corrupt` for what no writer writes. Hostile bytes cost at most the limits above.
    core::Result<std::vector<core::Entry>> read(core::View frame);

    static std::size_t memory_for(std::uint64_t entries);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::sync
