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
constexpr std::size_t kFrameBytesMax = 96 * 1024;  // one entry may be larger than the aim
// Intents of a frame, as JSON: three of the largest. The densest frames of real days hold 110 KiB.
constexpr std::size_t kFrameDecodedMax = 192 * 1024;
constexpr std::size_t kFrameEntriesMax = 4096;
// A codec starts from entries that both ends hold, as many as there are to code or a quarter of it,
// within these limits: one new request does not wait for it.
constexpr std::uint64_t kContextEntriesMin = 64;
constexpr std::uint64_t kContextEntriesUsual = 1024;
constexpr std::uint64_t kContextEntriesMax = 8192;
// Of all of them together, intents and what surrounds each: a head of 200 bytes makes its reader
// code so much, which takes 35 ms. A day's records start from less. Ten days behind ten others
// would be 3 % smaller with all the entries that they may start from, and what follows a cut in the
// middle of ten days 9 %.
constexpr std::size_t kContextBytesMax = 128 * 1024;
constexpr std::size_t kAroundIntentBytes = 64;

// Writes or reads the frames of one bundle, in order. What earlier frames held foretells later
// ones, so a codec lives as long as its bundle. 1 to 5 MB of memory, by `entries`, the number
// of entries that the bundle's head announces. After an error it is used up.
class EntryCodec {
public:
    // `context`: entries that both ends hold and that end right before `first_seq`. They cost no
    // bytes, and foretell what comes. `corrupt`: one of them is none that can be coded.
    static core::Result<std::unique_ptr<EntryCodec>> make(const core::LogId& log,
                                                          std::uint64_t first_seq,
                                                          std::uint64_t entries,
                                                          std::span<const core::Entry> context);
    ~EntryCodec();

    // Takes entries from the front until the frame is full; `taken` says how many (at least one).
    // `corrupt`: one of them can't be coded. `limit`: the first passes a frame's bytes.
    // REQUIRES: there is one.
    core::Result<core::Bytes> write(std::span<const core::Entry> entries, std::size_t& taken);
    // `corrupt` for what no writer writes. Hostile bytes cost at most the limits above. What was
    // read can be written again, and serve as context.
    core::Result<std::vector<core::Entry>> read(core::View frame);

    static std::size_t memory_for(std::uint64_t entries);

private:
    struct Inside;
    explicit EntryCodec(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::sync
