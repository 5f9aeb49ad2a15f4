#pragma once

// Private to the files of EntryCodec.

#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/id.h"
#include "core/log.h"
#include "sync/codec/columns.h"
#include "sync/codec/entry_codec.h"
#include "sync/codec/json_codec.h"
#include "sync/codec/moment_codec.h"
#include "sync/codec/values.h"
#include "sync/codec/vocabulary.h"

namespace spot::sync {

// What the entries before told about a session or request; sessions also stand for requests.
struct Visit {
    std::int64_t opened_ms = 0;
    std::int64_t last_ms = 0;
    std::string user;
    std::vector<std::string> services;
    std::optional<nlohmann::json> citizen;
};

struct EntryCodec::Inside {
    using Entry = core::Entry;
    using Json = nlohmann::json;
    using Kind = core::Kind;

    static constexpr std::uint64_t kSmallBundle = 256;

    Inside(const core::LogId& id, std::uint64_t first_seq, std::uint64_t entries);

    core::LogId log;
    std::uint64_t next_seq;
    std::uint64_t left;
    Values values;
    JsonCodec json{values};
    const Vocabulary& words = Vocabulary::version_1();

    // ── What the last entries held.
    Kind kinds[2] = {Kind::session_close, Kind::session_close};
    std::uint64_t run = 0;
    core::Seen seen;
    std::string user;
    MomentParts moment;
    Json place;
    std::string series;
    std::uint64_t receipts = 0;
    std::unordered_map<std::string, Visit> visits;            // by session id text
    std::unordered_map<std::string, std::string> session_of;  // request id → session id
    std::deque<std::string> recent_sessions, recent_requests;

    // ── Of the entry at hand.
    Visit* visit = nullptr;
    Json line_sum;
    std::string service;

    bool reading() const { return values.reading(); }

    void prime();
    void code_entry(Entry& entry);
    void code_header(Entry& entry, const Json& intent);
    void code_member(const Member& member, Entry& entry, Json& value, bool& present);
    void code_value(const Member& member, Entry& entry, Json& value);
    void fixed(std::span<const Member> members, Entry& entry, Json& object);
    void scores(Json& value);

    // ── What came before foretells (past.cpp).
    void time(Kind kind, Json& value);
    void reference(bool session, Json& value);
    void remember(const Entry& entry, const Json& intent);

    // ── Who, where, and what is asked for (requests.cpp).
    void place_value(Entry& entry, Json& value);
    void citizen(Entry& entry, Json& value);
    void service_code(Json& value);
    void form(Json& value);
    void set(Json& value);

    // ── What it costs (receipts.cpp).
    void lines(Json& value);
    void total(Json& value);
    void vat(Json& value);
    void series_name(Json& value);
    void receipt_number(Json& value);
};

}  // namespace spot::sync
