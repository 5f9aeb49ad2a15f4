#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spot::core {

// Names one unbroken life of one device's log. The hub gives every device its number at enrolment;
// the hub's own log for a station has that station's number with `kHubBit` set.
// `epoch` starts at 1 and rises whenever the log could have been copied or rolled back.
struct LogId {
    std::uint64_t device = 0;
    std::uint32_t epoch = 0;
    auto operator<=>(const LogId&) const = default;
};

constexpr std::uint64_t kHubBit = std::uint64_t{1} << 63;
constexpr std::uint64_t kSeqMax = (std::uint64_t{1} << 40) - 1;
constexpr std::uint32_t kEpochMax = (1U << 24) - 1;

// A record's id is the place in the log of the entry that made it, so it costs nothing on the
// wire, sorts in order of making and can't be guessed into existence by another device.
// Text: 26 characters of Crockford's base 32 over device (64 bits), epoch (24), seq (40), two zero
// bits in front.
struct RecordId {
    LogId log;
    std::uint64_t seq = 0;  // from 1
    auto operator<=>(const RecordId&) const = default;

    std::string text() const;
    static std::optional<RecordId> parse(std::string_view text);
};

}  // namespace spot::core
