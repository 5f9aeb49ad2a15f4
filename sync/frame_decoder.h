#pragma once

#include <cstddef>
#include <memory>

#include "core/ledger/replica.h"
#include "core/rim/workers.h"
#include "sync/codec/entry_codec.h"

namespace spot::sync {

// Decodes the frames of one bundle, in their order, beside the thread that takes them; that thread
// alone uses it.
class FrameDecoder {
public:
    // `workers` outlives it.
    FrameDecoder(std::unique_ptr<EntryCodec> codec, core::Workers& workers);
    // Waits for the worker, if one was called, so that no codec lives longer; it decodes at most
    // the frame that it is at.
    ~FrameDecoder();

    void add(core::Bytes frame);
    std::size_t pending() const { return pending_; }  // added and not taken
    // The first of those; waits for it. What does not decode is an error, as is what follows it.
    // REQUIRES: there is one.
    core::Result<core::Incoming> take();

private:
    struct Inside;
    std::shared_ptr<Inside> inside_;  // also the worker's, until it has let go of the lock
    core::Workers& workers_;
    std::size_t pending_ = 0;
};

}  // namespace spot::sync
