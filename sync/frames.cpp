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

}  // namespace

Result<std::optional<Outgoing>> Outgoing::load(core::Ledger& ledger, const LogId& log, Head& head,
                                               Start start) {
    const std::uint64_t from = head.from.seq;
    const std::uint64_t tip = ledger.tip(log).seq;
    if (from >= tip) return std::nullopt;
    Outgoing out(ledger, log);
    out.first_ = out.next_ = from + 1;
    out.last_ = std::min<std::uint64_t>(tip, from + kBundleEntriesMax);
    const auto hash = ledger.hash_at(log, out.last_);
    if (!hash) return core::fail(Code::corrupt, "the log's last hash is missing");
    head.last = cursor_of({out.last_, *hash});
    head.context = context_entries(from, out.entries(), start);

    SPOT_ASSIGN(auto secrets, ledger.period_secrets(log, out.first_, out.last_));
    // Who has an entry of a period has its secret, too.
    for (core::PeriodSecret& secret : secrets)
        if (secret.period * core::kPeriodEntries >= from) head.secrets.push_back(std::move(secret));

    SPOT_ASSIGN(auto codec, codec_for(ledger, log, head));
    out.codec_ = std::move(codec);
    return out;
}

Result<> Outgoing::refill() {
    const std::uint64_t have = next_ + slice_.size();
    if (slice_.size() >= kSliceEntries || have > last_) return {};
    SPOT_ASSIGN(auto more, ledger_->entries(log_, have,
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
    writer.frame(codec_->write(slice_, taken));
    slice_.erase(slice_.begin(), slice_.begin() + static_cast<std::ptrdiff_t>(taken));
    next_ += taken;
    return true;
}

Result<std::unique_ptr<EntryCodec>> codec_for(core::Ledger& ledger, const LogId& log,
                                              const Head& head) {
    std::vector<Entry> context;
    if (head.context > 0) {
        SPOT_ASSIGN(auto read, ledger.entries(log, head.from.seq + 1 - head.context, head.context));
        context = std::move(read);
    }
    if (context.size() != head.context)
        return core::fail(Code::not_found, "entries that the bundle builds on are not here");
    return std::make_unique<EntryCodec>(log, head.from.seq + 1, head.last.seq - head.from.seq,
                                        context);
}

}  // namespace spot::sync
