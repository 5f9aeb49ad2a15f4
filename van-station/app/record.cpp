#include "van-station/app/record.h"

#include <utility>

namespace spot::station {
namespace {

using core::Code;
using core::fail;
using core::Kind;
using core::RecordId;
using core::Result;
using nlohmann::json;

constexpr std::size_t kRememberedMax = 4096;
constexpr int kFewRecorded = 16;  // who recorded so many one after the other goes on

std::string text_at(const json& object, const char* key) {
    const auto at = object.find(key);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

template <class Value>
const Value& keep(std::map<RecordId, Value>& remembered, const RecordId& id, Value value) {
    if (remembered.size() >= kRememberedMax) remembered.clear();
    return remembered[id] = std::move(value);
}

// Puts the id in the place of the reference.
Result<RecordId> resolve(json& body, const char* record, Records& records) {
    SPOT_ASSIGN(auto reference, core::take_reference(body, record));
    const auto id = records.find(record, reference);
    if (!id) return fail(Code::not_found, std::string(record) + ": is not known here");
    body[record] = id->text();
    return *id;
}

// The session of an edit is a check on the caller only: its request has one already.
Result<std::string> settle_edit(json& body, Records& records) {
    SPOT_ASSIGN(const auto request, resolve(body, "request", records));
    const auto session = records.session_of(request);
    if (body.contains("session")) {
        SPOT_ASSIGN(const auto given, resolve(body, "session", records));
        if (given != session) return fail(Code::invalid, "session: is not the request's");
        body.erase("session");
    }
    return session ? records.mediator_of(*session) : std::string();
}

Result<std::string> settle_receipt(json& body, Records& records) {
    SPOT_ASSIGN(const auto receipt, resolve(body, "receipt", records));
    const auto session = records.session_of(receipt);
    return session ? records.mediator_of(*session) : std::string();
}

Result<std::string> settle_session(json& body, Records& records) {
    if (!body.contains("session")) return std::string();
    SPOT_ASSIGN(const auto session, resolve(body, "session", records));
    return records.mediator_of(session);
}

}  // namespace

Result<Draft> draft_of(core::Event event, Records& records) {
    if (event.kind == Kind::hub_edit)
        return fail(Code::refused, "kind: hub.edit is recorded at the hub");
    if (record_of(event.kind).empty())
        return fail(Code::refused, "kind: is written by the hub itself");
    Draft out;
    out.kind = event.kind;
    out.intent = std::move(event.body);

    const std::string own(record_of(event.kind));
    if (makes_record(event.kind)) {
        auto reference = core::take_reference(out.intent, own.c_str());
        if (!reference) return tl::make_unexpected(std::move(reference).error());
        out.reference = std::move(*reference);
        out.about = out.reference;
    } else {
        out.about = text_at(out.intent, own.c_str());
    }
    if (event.kind == Kind::receipt_print)
        for (const char* key : {"series", "number"})
            if (out.intent.contains(key))
                return fail(Code::invalid, std::string(key) + ": is given by the station");

    const bool changes_request =
        event.kind == Kind::request_edit || event.kind == Kind::request_withdraw;
    auto user = changes_request                      ? settle_edit(out.intent, records)
                : event.kind == Kind::receipt_settle ? settle_receipt(out.intent, records)
                : event.kind == Kind::session_open   ? Result<std::string>(std::string())
                                                     : settle_session(out.intent, records);
    if (!user) return tl::make_unexpected(std::move(user).error());
    const std::string mediator = text_at(out.intent, "mediator");
    out.user = mediator.empty() ? std::move(*user) : mediator;
    return out;
}

std::optional<RecordId> LedgerRecords::find(std::string_view record,
                                            std::string_view reference_or_id) {
    return ledger_.journal().find(record, reference_or_id);
}

// The intent of the entry that made the record; null if it can't be read any more.
json LedgerRecords::making(const RecordId& record) {
    const auto entries = ledger_.replica().entries(record.log, record.seq, 1);
    if (!entries || entries->empty()) return nullptr;
    return json::parse(entries->front().intent, nullptr, false);
}

std::optional<RecordId> LedgerRecords::session_of(const RecordId& request) {
    if (const auto at = sessions_.find(request); at != sessions_.end()) return at->second;
    return keep(sessions_, request, RecordId::parse(text_at(making(request), "session")));
}

std::string LedgerRecords::mediator_of(const RecordId& session) {
    if (const auto at = mediators_.find(session); at != mediators_.end()) return at->second;
    return keep(mediators_, session, text_at(making(session), "mediator"));
}

void LedgerRecords::remember_session_of(const RecordId& request, const RecordId& session) {
    keep(sessions_, request, std::optional(session));
}

void LedgerRecords::remember_mediator_of(const RecordId& session, std::string mediator) {
    keep(mediators_, session, std::move(mediator));
}

void LedgerRecords::forget() {
    sessions_.clear();
    mediators_.clear();
}

Recorder::Recorder(Station& station, core::Clock& clock)
    : station_(station), clock_(clock), records_(station.ledger) {}

// Asked before every append: a sync in another process may have had to begin a new epoch.
Result<> Recorder::write_to_current_log() {
    SPOT_ASSIGN(const auto log, station_.log());
    if (log_ == log) return {};
    SPOT_TRY(station_.ledger.journal().write_to(log));
    log_ = log;
    return {};
}

// A new request is one of the catalogue in force, and says so; the shipped one needs no saying.
Result<> Recorder::put_catalogue(Draft& draft) {
    if (draft.kind != Kind::request_queue) return {};
    const std::string& in_force = station_.ledger.catalogues().in_force_at(clock_.now()).version();
    const auto given = draft.intent.find("catalogue");
    if (given == draft.intent.end()) {
        if (in_force != core::Catalogue::shipped().version()) draft.intent["catalogue"] = in_force;
        return {};
    }
    // One that was recorded under an older version is found to be there already.
    if (*given == in_force || records_.find("request", draft.reference)) return {};
    return fail(Code::invalid, "catalogue: in force is " + in_force);
}

Result<core::Taken> Recorder::record(std::string_view line) {
    SPOT_ASSIGN(auto event, core::parse_event(line));
    core::Result<core::Taken> out;
    // One transaction, so that what is looked up takes no lock of its own.
    const auto done = station_.ledger.atomically([&]() -> Result<> {
        out = take(std::move(event));
        return out ? Result<>() : tl::make_unexpected(out.error());
    });
    if (!done) {
        records_.forget();  // another record may get the number of what was taken back
        return tl::make_unexpected(done.error());
    }
    if (recorded_ < kFewRecorded && ++recorded_ == kFewRecorded) (void)station_.ledger.reserve();
    return out;
}

Result<core::Taken> Recorder::take(core::Event event) {
    SPOT_ASSIGN(auto draft, draft_of(std::move(event), records_));
    SPOT_TRY(write_to_current_log());
    SPOT_TRY(put_catalogue(draft));
    const auto session = draft.kind == Kind::request_queue
                             ? RecordId::parse(text_at(draft.intent, "session"))
                             : std::nullopt;
    SPOT_ASSIGN(const auto appended,
                station_.ledger.journal().append(draft.kind, draft.reference, draft.user,
                                                 std::move(draft.intent)));
    // What is recorded next is mostly of this session, or about this request.
    if (draft.kind == Kind::session_open)
        records_.remember_mediator_of(appended.record, std::move(draft.user));
    if (session) records_.remember_session_of(appended.record, *session);
    return core::Taken{std::string(kind_name(draft.kind)), std::move(draft.about), appended.record,
                       appended.entry.seq, appended.repeated};
}

}  // namespace spot::station
