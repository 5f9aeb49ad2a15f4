#pragma once

// Files that requests name, on their way to the hub: the messages behind a head that offers some.
// Format: schemas/wire/README.md.

#include <optional>
#include <span>
#include <vector>

#include "sync/bundle.h"
#include "sync/ledger_view.h"

namespace spot::sync {

// What a station's bundle brings of its files. Holds the content of one at a time.
class OutgoingFiles {
public:
    // Notes in `head` what of `wanted` this store has, up to `bytes_max`, and what it has not; and
    // asks about those that the hub neither wants nor has spoken of. `ledger` outlives it.
    static Result<OutgoingFiles> load(LedgerView ledger, std::span<const FileWanted> wanted,
                                      std::uint64_t bytes_max, Head& head);
    // Adds the next piece. False: there was none left.
    Result<bool> write_piece(BundleWriter& writer);
    std::uint64_t left() const { return left_; }  // bytes

private:
    explicit OutgoingFiles(LedgerView ledger) : ledger_(ledger) {}
    void bring(const FileWanted& wanted, std::uint64_t size);

    LedgerView ledger_;
    std::vector<FileOffer> brought_;  // what is left of them
    std::size_t at_ = 0;
    std::optional<Bytes> content_;  // of brought_[at_]
    std::uint64_t left_ = 0;
};

// Of a bundle that was cut off: how many bytes of its files arrived, by what is wanted after it.
std::uint64_t arrived(std::span<const FileOffer> offers, std::span<const FileWanted> wanted);

// What the hub makes of them. Only what it wants from this very station is kept.
class IncomingFiles {
public:
    // `log`: the station's. `ledger` outlives it.
    static Result<IncomingFiles> expect(LedgerView ledger, const core::LogId& log,
                                        std::vector<FileOffer> offers);
    // From now on nothing is kept.
    void pass_over() { wanted_.clear(); }
    // The next piece. `corrupt`: it is not of the size that the head makes it.
    Result<> take(View piece);
    // All that was offered has come. What the station says it has not is asked for no more.
    Result<bool> conclude();
    // For the answer: what became of each.
    Result<std::vector<core::FileState>> states() const;

private:
    explicit IncomingFiles(LedgerView ledger) : ledger_(ledger) {}
    void skip_done();
    bool is_wanted(const FileOffer& offer) const;

    LedgerView ledger_;
    std::vector<core::AwaitedFile> wanted_;
    std::vector<FileOffer> offers_;
    std::size_t at_ = 0;      // the one that the next piece is of
    std::uint64_t done_ = 0;  // of its bytes
};

}  // namespace spot::sync
