#include "sync/frames.h"

#include <algorithm>
#include <iterator>

#include "sync/exchange.h"

namespace spot::sync {
namespace {

using core::Code;
using core::Entry;
using core::LogId;

// A frame holds about 300. Two slices are more than any frame that was seen to be filled.
constexpr std::size_t kSliceEntries = 1024;

std::uint64_t context_entries(std::uint64_t from, std::uint64_t count, Start start) {
    const std::uint64_t wanted =
        start == Start::resumed
            ? std::clamp<std::uint64_t>(count, kContextEntriesMin, kContextEntriesMax)
            : std::clamp<std::uint64_t>(count / 4, kContextEntriesMin, kContextEntriesUsual);
    return std::min(from, wanted);
}

// Large enough that hardly anything is asked for twice, small enough that the largest entries do
// not pass the limit by much.
constexpr std::uint64_t kContextSlice = 32;

// The last entries up to `from`, at most so many and of no more bytes than a context may have.
Result<std::vector<Entry>> context_up_to(LedgerView ledger, const LogId& log, std::uint64_t from,
                                         std::uint64_t count) {
    std::vector<Entry> newest_first;
    std::size_t bytes = 0;
    while (newest_first.size() < count) {
        const std::uint64_t last = from - newest_first.size();
        const std::uint64_t some = std::min(kContextSlice, count - newest_first.size());
        SPOT_ASSIGN(auto slice, ledger.replica().entries(log, last + 1 - some, some));
        if (slice.size() != some)
            return core::fail(Code::corrupt, "entries that a bundle builds on are not here");
        while (!slice.empty()) {
            bytes += slice.back().intent.size() + kAroundIntentBytes;
            if (bytes > kContextBytesMax) break;
            newest_first.push_back(std::move(slice.back()));
            slice.pop_back();
        }
        if (!slice.empty()) break;
    }
    std::reverse(newest_first.begin(), newest_first.end());
    return newest_first;
}

Result<std::unique_ptr<EntryCodec>> codec_from(const LogId& log, const Head& head,
                                               std::span<const Entry> context) {
    return EntryCodec::make(log, head.from.seq + 1, head.last.seq - head.from.seq, context);
}

}  // namespace

Result<std::optional<Outgoing>> Outgoing::load(LedgerView ledger, const LogId& log, Head& head,
                                               Start start) {
    const std::uint64_t from = head.from.seq;
    const std::uint64_t tip = ledger.replica().tip(log).seq;
    if (from >= tip) return std::nullopt;
    Outgoing out(ledger, log);
    out.first_ = out.next_ = from + 1;
    out.last_ = std::min<std::uint64_t>(tip, from + kBundleEntriesMax);
    const auto hash = ledger.replica().hash_at(log, out.last_);
    if (!hash) return core::fail(Code::corrupt, "the log's last hash is missing");
    head.last = cursor_of({out.last_, *hash});

    SPOT_ASSIGN(auto secrets, ledger.replica().period_secrets(log, out.first_, out.last_));
    // Who has an entry of a period has its secret, too.
    for (core::PeriodSecret& secret : secrets)
        if (secret.period * core::kPeriodEntries >= from) head.secrets.push_back(std::move(secret));

    SPOT_ASSIGN(const auto context,
                context_up_to(ledger, log, from, context_entries(from, out.entries(), start)));
    head.context = context.size();
    SPOT_ASSIGN(auto codec, codec_from(log, head, context));
    out.codec_ = std::move(codec);
    return out;
}

Result<> Outgoing::refill() {
    const std::uint64_t have = next_ + slice_.size();
    if (slice_.size() >= kSliceEntries || have > last_) return {};
    SPOT_ASSIGN(auto more,
                ledger_.replica().entries(log_, have,
                                          static_cast<std::size_t>(std::min<std::uint64_t>(
                                              kSliceEntries, last_ + 1 - have))));
    if (more.empty()) return core::fail(Code::corrupt, "the log's entries are missing");
    std::move(more.begin(), more.end(), std::back_inserter(slice_));
    return {};
}

Result<bool> Outgoing::write_frame(BundleWriter& writer) {
    if (next_ > last_) return false;
    SPOT_TRY(refill());
    std::size_t taken = 0;
    SPOT_ASSIGN(const auto frame, codec_->write(slice_, taken));
    writer.frame(frame);
    slice_.erase(slice_.begin(), slice_.begin() + static_cast<std::ptrdiff_t>(taken));
    next_ += taken;
    return true;
}

Result<std::unique_ptr<EntryCodec>> codec_for(LedgerView ledger, const LogId& log,
                                              const Head& head) {
    SPOT_ASSIGN(const auto context, context_up_to(ledger, log, head.from.seq, head.context));
    if (context.size() != head.context)
        return core::fail(Code::corrupt, "a bundle builds on more than a reader starts from");
    return codec_from(log, head, context);
}

}  // namespace spot::sync
