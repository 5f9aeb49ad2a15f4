#pragma once

// What the entries amount to, read.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/id.h"

namespace spot::core {

struct LedgerImpl;

struct RecordRef {
    RecordId id;
    std::string_view record;
    std::int64_t made_ms = 0;
};

struct RecordView {
    std::string json;  // as stored: a route's state "recorded" was not set by the hub
    bool conflicts = false;
    std::vector<RecordId> changes;  // the entries it came from, as executed here
};

struct ExportOptions {
    std::string kind;   // "request", …; empty: all
    std::string since;  // RFC 3339; records made at or after; empty: all
    bool references = false;
};

struct RecordCounts {
    std::map<std::string, std::uint64_t> records;  // by record name
    std::uint64_t conflicts = 0;    // records with a conflict that nobody has settled
    std::uint64_t quarantined = 0;  // entries
    std::uint64_t unexecuted = 0;   // entries
};

class Records {
public:
    explicit Records(LedgerImpl& impl) : impl_(impl) {}

    // nullopt: there is no such record, or it was erased.
    Result<std::optional<RecordView>> view(std::string_view record, const RecordId& id);

    // Lists are never longer than `count`.
    // Made from `from_ms` until before `until_ms`, by time. At a station only, like of_session().
    Result<std::vector<RecordRef>> made_between(std::string_view record, std::int64_t from_ms,
                                                std::int64_t until_ms, std::size_t count);
    Result<std::vector<RecordRef>> of_session(const RecordId& session, std::size_t count);
    Result<std::vector<RecordRef>> conflicting(std::size_t count);
    // Requests whose route the hub has set to this state.
    Result<std::vector<RecordRef>> routed(std::string_view state, std::size_t count);

    Result<RecordCounts> count();
    // Calls `line` with each record as one line of JSON (no newline), sorted by record, then id.
    Result<> export_lines(const ExportOptions& options,
                          const std::function<void(std::string_view)>& line);

private:
    LedgerImpl& impl_;
};

}  // namespace spot::core
