#pragma once

#include <memory>

#include "core/ledger.h"
#include "sync/bundle.h"
#include "sync/codec/entry_codec.h"

namespace spot::sync {

// A run of one log's entries as it goes into a bundle. The same upwards and downwards.
struct Outgoing {
    std::vector<core::Entry> entries;
    std::vector<core::Entry> context;
};

// Reads the entries after `head.from` (at most kBundleEntriesMax) with their context, and notes in
// `head` where they end and which period secrets the reader lacks.
Result<Outgoing> load_outgoing(core::Ledger& ledger, const core::LogId& log, Head& head);
void write_frames(const core::LogId& log, const Outgoing& outgoing, BundleWriter& writer);

// The codec for the frames that `head` announces; `not_found` if its context is not here.
Result<std::unique_ptr<EntryCodec>> codec_for(core::Ledger& ledger, const core::LogId& log,
                                              const Head& head);

}  // namespace spot::sync
