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
// A frame ends before it would pass this: a cut loses half of one, and each costs 20 bytes.
constexpr std::size_t kFrameBytesAim = 4 * 1024;
constexpr std::size_t kFrameBytesMax = 96 * 1024;      // one entry may be larger than the aim
constexpr std::size_t kFrameDecodedMax = 1024 * 1024;  // intents of a frame, as JSON
constexpr std::size_t kFrameEntriesMax = 4096;
// A codec starts from entries that both ends hold, as many as there are to code or a quarter of it,
// within these limits: one new request does not wait for it, and a hostile head costs the hub at
// most half a second.
constexpr std::uint64_t kContextEntriesMin = 64;
constexpr std::uint64_t kContextEntriesUsual = 1024;
constexpr std::uint64_t kContextEntriesMax = 8192;

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
