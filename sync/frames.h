#pragma once

#include <memory>
#include <optional>

#include "sync/bundle.h"
#include "sync/codec/entry_codec.h"
#include "sync/ledger_view.h"

namespace spot::sync {

// Entries that a codec starts from. Both ends hold them; they cost time, not bytes.
enum class Start : std::uint8_t {
    usual,    // from a quarter as many entries as there are to code
    resumed,  // a bundle was cut: from as many, so that little of what it had taught is lost
};

// A run of one log's entries on its way into a bundle, the same upwards and downwards. Reads them
// in slices: a few megabytes of memory, however many there are.
class Outgoing {
public:
    // The entries after `head.from`, at most kBundleEntriesMax. Notes in `head` where they end, the
    // context, and which period secrets the reader lacks. Nothing: there are none.
    // `ledger` outlives it.
    static Result<std::optional<Outgoing>> load(LedgerView ledger, const core::LogId& log,
                                                Head& head, Start start);
    // Adds the next frame. False: there was none left.
    Result<bool> write_frame(BundleWriter& writer);
    std::uint64_t entries() const { return last_ - first_ + 1; }
    std::uint64_t written() const { return next_ - first_; }

private:
    Outgoing(LedgerView ledger, const core::LogId& log) : ledger_(ledger), log_(log) {}
    Result<> refill();

    LedgerView ledger_;
    core::LogId log_;
    std::uint64_t first_ = 0, last_ = 0;
    std::uint64_t next_ = 0;          // of the entry that the next frame begins with
    std::vector<core::Entry> slice_;  // from next_ on
    std::unique_ptr<EntryCodec> codec_;
};

// The codec for the frames that `head` announces; `corrupt` if its context is not here, or more
// than may be.
Result<std::unique_ptr<EntryCodec>> codec_for(LedgerView ledger, const core::LogId& log,
                                              const Head& head);

}  // namespace spot::sync
