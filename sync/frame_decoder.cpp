#include "sync/frame_decoder.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace spot::sync {

using core::Incoming;
using core::Result;

struct FrameDecoder::Inside {
    explicit Inside(std::unique_ptr<EntryCodec> given) : codec(std::move(given)) {}

    std::unique_ptr<EntryCodec> codec;  // of the worker while one is at work
    std::mutex mutex;
    std::condition_variable news;
    std::deque<core::Bytes> frames;
    std::deque<Result<Incoming>> decoded;
    bool is_working = false;
    std::optional<core::Error> fault;  // an error uses a codec up

    // A worker's job: all frames that are there, so that one worker is enough for a bundle.
    void work();
    Result<Incoming> read(core::View frame);
};

FrameDecoder::FrameDecoder(std::unique_ptr<EntryCodec> codec, core::Workers& workers)
    : inside_(std::make_shared<Inside>(std::move(codec))), workers_(workers) {}

FrameDecoder::~FrameDecoder() {
    std::unique_lock lock(inside_->mutex);
    inside_->frames.clear();
    inside_->news.wait(lock, [this] { return !inside_->is_working; });
}

void FrameDecoder::add(core::Bytes frame) {
    ++pending_;
    {
        const std::lock_guard lock(inside_->mutex);
        inside_->frames.push_back(std::move(frame));
        if (std::exchange(inside_->is_working, true)) return;
    }
    workers_.run([inside = inside_] { inside->work(); });
}

Result<Incoming> FrameDecoder::take() {
    --pending_;
    std::unique_lock lock(inside_->mutex);
    inside_->news.wait(lock, [this] { return !inside_->decoded.empty(); });
    auto first = std::move(inside_->decoded.front());
    inside_->decoded.pop_front();
    return first;
}

Result<Incoming> FrameDecoder::Inside::read(core::View frame) {
    if (fault) return core::Failure(*fault);
    auto entries = codec->read(frame);
    if (entries) return Incoming(std::move(*entries));
    fault = entries.error();
    return core::Failure(*fault);
}

void FrameDecoder::Inside::work() {
    std::unique_lock lock(mutex);
    while (!frames.empty()) {
        const core::Bytes frame = std::move(frames.front());
        frames.pop_front();
        lock.unlock();
        auto incoming = read(frame);
        lock.lock();
        decoded.push_back(std::move(incoming));
        news.notify_one();
    }
    is_working = false;
    news.notify_one();
}

}  // namespace spot::sync
