#include "sync/frames.h"

#include <algorithm>

#include "sync/exchange.h"

namespace spot::sync {

using core::Code;
using core::Entry;
using core::LogId;

Result<Outgoing> load_outgoing(core::Ledger& ledger, const LogId& log, Head& head) {
    Outgoing out;
    const std::uint64_t from = head.from.seq;
    auto entries = ledger.entries(log, from + 1, kBundleEntriesMax);
    if (!entries) return core::Failure(std::move(entries).error());
    out.entries = std::move(*entries);
    if (out.entries.empty()) return out;
    const std::uint64_t last = out.entries.back().seq;
    const auto hash = ledger.hash_at(log, last);
    if (!hash) return core::fail(Code::corrupt, "the log's last hash is missing");
    head.last = cursor_of({last, *hash});

    head.context = std::min(from, std::clamp<std::uint64_t>(out.entries.size() / 4,
                                                            kContextEntriesMin, kContextEntriesMax));
    auto context = ledger.entries(log, from + 1 - head.context, head.context);
    if (!context) return core::Failure(std::move(context).error());
    out.context = std::move(*context);

    auto secrets = ledger.period_secrets(log, from + 1, last);
    if (!secrets) return core::Failure(std::move(secrets).error());
    // Who has an entry of a period has its secret, too.
    for (core::PeriodSecret& secret : *secrets)
        if (secret.period * core::kPeriodEntries >= from) head.secrets.push_back(std::move(secret));
    return out;
}

void write_frames(const LogId& log, const Outgoing& outgoing, BundleWriter& writer) {
    if (outgoing.entries.empty()) return;
    EntryCodec codec(log, outgoing.entries.front().seq, outgoing.entries.size(), outgoing.context);
    for (std::span<const Entry> rest = outgoing.entries; !rest.empty();) {
        std::size_t taken = 0;
        writer.frame(codec.write(rest, taken));
        rest = rest.subspan(taken);
    }
}

Result<std::unique_ptr<EntryCodec>> codec_for(core::Ledger& ledger, const LogId& log,
                                              const Head& head) {
    std::vector<Entry> context;
    if (head.context > 0) {
        auto read = ledger.entries(log, head.from.seq + 1 - head.context, head.context);
        if (!read) return core::Failure(std::move(read).error());
        context = std::move(*read);
    }
    if (context.size() != head.context)
        return core::fail(Code::not_found, "entries that the bundle builds on are not here");
    return std::make_unique<EntryCodec>(log, head.from.seq + 1, head.last.seq - head.from.seq,
                                        context);
}

}  // namespace spot::sync
