// What the entries before foretell: which session or request is spoken of, and when.

#include <algorithm>
#include <utility>

#include "sync/codec/inside.h"

namespace spot::sync {

using core::Entry;
using core::Kind;
using core::RecordId;

namespace {

constexpr std::size_t kRanksMax = 15;

void touch(std::deque<std::string>& recent, const std::string& id) {
    const auto at = std::find(recent.begin(), recent.end(), id);
    if (at != recent.end()) recent.erase(at);
    recent.push_front(id);
    if (recent.size() > kRanksMax) recent.pop_back();
}

}  // namespace

// A record of this log or, from the hub, of the station's: by its rank among the recent ones, by
// how far back it stands, or in full.
void EntryCodec::Inside::reference(bool session, Json& value) {
    auto& recent = session ? recent_sessions : recent_requests;
    std::size_t rank = kRanksMax;
    RecordId id;
    if (!reading()) {
        const std::string& wanted = value.get_ref<const std::string&>();
        rank = static_cast<std::size_t>(std::find(recent.begin(), recent.end(), wanted) -
                                        recent.begin());
        if (rank == recent.size()) rank = kRanksMax;
        id = *RecordId::parse(wanted);
    }
    rank = values.symbol(session ? kSessionRank : kRequestRank, static_cast<unsigned>(rank),
                         recent.size());
    std::string found;
    if (rank < recent.size()) {
        found = recent[rank];
    } else {
        const bool own = values.flag(kRefOther, id.log == log && id.seq < next_seq);
        if (own) {
            const std::uint64_t back =
                values.number(session ? kSessionFar : kRequestFar, next_seq - id.seq);
            id = {log, next_seq - back};
            if (back == 0 || back >= next_seq) json.fail();
        } else {
            id.log.device = log.device ^ core::kHubBit ^
                            values.number(kRefRaw, id.log.device ^ log.device ^ core::kHubBit, 1);
            id.log.epoch = static_cast<std::uint32_t>(values.number(kRefRaw, id.log.epoch, 2));
            id.seq = values.number(kRefRaw, id.seq, 3);
            if (id.log.epoch == 0 || id.log.epoch > core::kEpochMax || id.seq == 0 ||
                id.seq > core::kSeqMax)
                json.fail();
        }
        if (json.failed()) return;
        found = id.text();
    }
    if (reading()) value = found;
    touch(recent, found);
    if (!session) {
        const auto of = session_of.find(found);
        if (of == session_of.end()) return;
        found = of->second;
    }
    const auto at = visits.find(found);
    visit = at == visits.end() ? nullptr : &at->second;
}

void EntryCodec::Inside::time(Kind kind, Json& value) {
    MomentParts parts;
    if (!reading()) parts = *MomentParts::parse(value.get_ref<const std::string&>());
    const auto k = static_cast<unsigned>(kind);
    if (!values.flag(kTimeOffset, parts.offset_minutes == moment.offset_minutes))
        parts.offset_minutes =
            static_cast<int>(values.signed_number(kTimeOffset, parts.offset_minutes));
    else
        parts.offset_minutes = moment.offset_minutes;
    const unsigned format =
        values.symbol(kTimeFormat, (parts.zulu ? 1u : 0u) | (parts.with_ms ? 2u : 0u));
    parts.zulu = (format & 1) != 0;
    parts.with_ms = (format & 2) != 0;
    const std::int64_t base = visit ? visit->last_ms : moment.ms;
    const unsigned hint = k * 2 + (visit ? 1 : 0);
    const std::int64_t delta = parts.ms - base;
    std::int64_t seconds = delta / 1000;
    if (delta % 1000 < 0) --seconds;
    const std::int64_t ms = delta - seconds * 1000;
    seconds = values.signed_number(kTimeSeconds, seconds, hint);
    std::int64_t rest = 0;
    if (!values.flag(kTimeMsZero, ms == 0, hint))
        rest = static_cast<std::int64_t>(values.number(kTimeMs, static_cast<std::uint64_t>(ms)));
    // From any moment to any other: ten thousand years have 2^38.2 seconds.
    constexpr std::int64_t kSecondsMax = std::int64_t{1} << 39;
    static_assert(MomentParts::kEndMs - MomentParts::kFirstMs < kSecondsMax * 1000);
    if (seconds > kSecondsMax || seconds < -kSecondsMax || rest > 999 ||
        parts.offset_minutes > 1440 || parts.offset_minutes < -1440) {
        json.fail();
        return;
    }
    parts.ms = base + seconds * 1000 + rest;
    if (parts.ms < MomentParts::kFirstMs || parts.ms >= MomentParts::kEndMs) {
        json.fail();
        return;
    }
    if (visit) visit->last_ms = std::max(visit->last_ms, parts.ms);
    if (visit == nullptr || parts.ms > moment.ms) moment = parts;
    moment.offset_minutes = parts.offset_minutes;
    if (reading()) value = parts.text();
}

void EntryCodec::Inside::remember(const Entry& entry, const Json& intent) {
    run = entry.run;
    seen = entry.seen;
    user = entry.user;
    kinds[1] = kinds[0];
    kinds[0] = entry.kind;
    const std::string id = entry.id().text();
    if (entry.kind == Kind::session_open) {
        Visit opened;
        opened.opened_ms = opened.last_ms = moment.ms;
        opened.user = entry.user;
        visits.emplace(id, std::move(opened));
        touch(recent_sessions, id);
    } else if (entry.kind == Kind::request_queue) {
        if (visit) visit->services.push_back(service);
        const auto session = intent.find("session");
        if (session != intent.end() && session->is_string())
            session_of.emplace(id, session->get<std::string>());
        touch(recent_requests, id);
    } else if (entry.kind == Kind::receipt_print) {
        const auto session = intent.find("session");
        if (session != intent.end() && session->is_string())
            session_of.emplace(id, session->get<std::string>());
    } else if (entry.kind == Kind::session_close) {
        // A closed session seldom comes again: let the open ones keep the low ranks.
        if (const auto session = intent.find("session");
            session != intent.end() && session->is_string()) {
            const auto at = std::find(recent_sessions.begin(), recent_sessions.end(),
                                      session->get_ref<const std::string&>());
            if (at != recent_sessions.end()) recent_sessions.erase(at);
        }
    }
}

}  // namespace spot::sync
