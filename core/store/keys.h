#pragma once

// How the tables number what they hold: see migrations/0001_first.sql.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/id.h"
#include "core/log.h"

namespace spot::core {

constexpr int kSeqBits = 40;
constexpr std::int64_t kLogNumberMax = (1 << 20) - 1;

constexpr std::int64_t entry_key(std::int64_t log_number, std::uint64_t seq) {
    return log_number << kSeqBits | static_cast<std::int64_t>(seq);
}
constexpr std::uint64_t seq_of(std::int64_t key) {
    return static_cast<std::uint64_t>(key) & kSeqMax;
}

// In the order in which an export shows them.
constexpr std::array<std::string_view, 6> kRecordNames{"assessment", "complaint", "feedback",
                                                       "receipt",    "request",   "session"};

// Nothing: no record has this name.
constexpr std::optional<std::int64_t> record_place(std::string_view name) {
    for (std::size_t i = 0; i < kRecordNames.size(); ++i)
        if (kRecordNames[i] == name) return static_cast<std::int64_t>(i);
    return std::nullopt;
}

// What the hub has set as the state of a request's route, in the order of record.route.
constexpr std::array<std::string_view, 7> kRoutes{"",         "held",    "dispatched",  "accepted",
                                                  "answered", "refused", "duplicate_of"};
constexpr int route_place(std::string_view state) {
    for (std::size_t i = 1; i < kRoutes.size(); ++i)
        if (kRoutes[i] == state) return static_cast<int>(i);
    return 0;
}

// What lives and dies with the subjects' keys beside them: the setting that the keys of subjects
// without a row follow from, and the namespaces of values that hold what people said before it
// became a request.
constexpr std::string_view kFreshSubjects = "ledger.fresh_subjects";
constexpr std::array<std::string_view, 4> kPersonalSpaces{"citizen", "draft", "scrap", "session"};

}  // namespace spot::core
