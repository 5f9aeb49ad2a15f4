// Goal: frames decoded beside the thread that takes them come in their order, whoever decodes, and
// nothing is waited for that nobody does.
#include "sync/frame_decoder.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/platform/worker_threads.h"
#include "tests/support/chance.h"

using namespace spot;
using core::Entry;

namespace {

constexpr std::uint64_t kEntries = 1500;
const core::LogId kLog{7, 1};

std::vector<Entry> entries() {
    tests::SeededRandom random{5};
    std::vector<Entry> all;
    for (std::uint64_t seq = 1; seq <= kEntries; ++seq) {
        Entry entry;
        entry.log = kLog;
        entry.seq = seq;
        entry.kind = core::Kind::feedback_training;
        entry.run = 3;
        entry.user = "m.abrantes";
        entry.intent = nlohmann::json{{"comment", std::to_string(random.next()) +
                                                      std::to_string(random.next())}}
                           .dump();
        all.push_back(std::move(entry));
    }
    return all;
}

std::vector<core::Bytes> frames_of(std::span<const Entry> all) {
    auto codec = sync::EntryCodec::make(kLog, 1, all.size(), {});
    REQUIRE(codec.has_value());
    std::vector<core::Bytes> frames;
    while (!all.empty()) {
        std::size_t taken = 0;
        auto frame = (*codec)->write(all, taken);
        REQUIRE(frame.has_value());
        frames.push_back(std::move(*frame));
        all = all.subspan(taken);
    }
    return frames;
}

std::unique_ptr<sync::EntryCodec> reader() {
    auto codec = sync::EntryCodec::make(kLog, 1, kEntries, {});
    REQUIRE(codec.has_value());
    return std::move(*codec);
}

}  // namespace

TEST_CASE("frames come in their order, with their intents read, whoever decodes them") {
    core::WorkerThreads none(0);
    core::WorkerThreads three(3);
    const auto all = entries();
    const auto frames = frames_of(all);
    REQUIRE(frames.size() > 2);
    for (core::WorkerThreads* const workers : {&none, &three}) {
        sync::FrameDecoder decoder(reader(), *workers);
        std::vector<Entry> got;
        const auto take = [&] {
            const auto incoming = decoder.take();
            REQUIRE(incoming.has_value());
            REQUIRE(incoming->intents().size() == incoming->entries().size());
            for (std::size_t i = 0; i < incoming->entries().size(); ++i) {
                got.push_back(incoming->entries()[i]);
                CHECK(incoming->intents()[i].dump() == got.back().intent);
            }
        };
        for (const core::Bytes& frame : frames) {
            decoder.add(frame);
            if (decoder.pending() > 2) take();
        }
        while (decoder.pending() > 0) take();
        CHECK(got == all);
    }
}

TEST_CASE("after a frame that does not decode none does") {
    core::WorkerThreads one(1);
    auto frames = frames_of(entries());
    REQUIRE(frames.size() > 2);
    frames[1] = core::Bytes(64, 0xA5);
    sync::FrameDecoder decoder(reader(), one);
    for (const core::Bytes& frame : frames) decoder.add(frame);
    CHECK(decoder.take().has_value());
    while (decoder.pending() > 0) CHECK(decoder.take().error().code == core::Code::corrupt);
}

TEST_CASE("a decoder can be given up with frames undecoded") {
    const auto frames = frames_of(entries());
    core::WorkerThreads one(1);
    for (int round = 0; round < 20; ++round) {
        sync::FrameDecoder decoder(reader(), one);
        for (const core::Bytes& frame : frames) decoder.add(frame);
        if (round % 2 == 0) CHECK(decoder.take().has_value());
    }
}

TEST_CASE("what is left of a batch keeps its intents") {
    core::Incoming incoming(entries());
    incoming.drop_front(kEntries - 1);
    REQUIRE(incoming.entries().size() == 1);
    CHECK(incoming.entries()[0].seq == kEntries);
    CHECK(incoming.intents()[0].dump() == incoming.entries()[0].intent);
}
