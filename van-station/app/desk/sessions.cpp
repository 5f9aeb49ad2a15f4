#include <algorithm>

#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Result;
using What = Fault::What;

constexpr char kDefaults[] = "defaults";
constexpr const char* kCitizenMembers[] = {"name", "nif", "birth_date", "phone", "address"};
constexpr const char* kOutcomes[] = {"resolved", "queued", "referred", "abandoned", "information"};
constexpr std::size_t kTypedBytesMax = 2000;  // of one member, right or wrong
constexpr std::size_t kRecordsOfSessionMax = 400;

// What a session's place may hold (schemas/intents/session.open.json).
Json place_of(const Json& given) {
    Json out = Json::object();
    for (const char* member : {"name", "municipality", "parish", "nuts"})
        if (std::string text = trimmed(text_at(given, member)); !text.empty())
            out[member] = std::move(text);
    return out;
}

}  // namespace

bool Visit::accepted() const {
    return flag_at(object_at(shown, "privacy_notice"), "accepted", false);
}

Done<Visit> Desk::Inside::find_session(std::string_view id) {
    SPOT_ASSIGN(auto kept, kept_json(shelf::kSession, id));
    if (kept.is_object()) return Visit{std::string(id), true, {}, std::move(kept)};
    const auto record = ledger().journal().find("session", id);
    if (!record) return unknown("session");
    SPOT_ASSIGN(const auto shown, ledger().records().view("session", *record));
    if (!shown) return unknown("session");
    return Visit{record->text(), false, *record, Json::parse(shown->json, nullptr, false)};
}

Done<Visit> Desk::Inside::working_session(std::string_view id) {
    auto visit = find_session(id);
    if (!visit) return visit;
    if (visit->draft)
        return refuse(What::conflict, "privacy_first",
                      "Primeiro explique a confidencialidade. Nada foi registado.");
    if (visit->closed())
        return refuse(What::conflict, "session_closed",
                      "O atendimento está fechado. Para continuar, abra outro.");
    if (!visit->accepted())
        return refuse(What::conflict, "privacy_declined",
                      "A pessoa não aceitou que se registem os seus dados. Pode dar informação e "
                      "fechar o atendimento.");
    return visit;
}

// Of an open session what was typed; of a closed one what its requests hold.
Result<Json> Desk::Inside::citizen_of(const Visit& visit) {
    auto kept = kept_json(shelf::kCitizen, visit.id);
    if (!kept) return kept;
    Json citizen = kept->is_object() ? std::move(*kept) : Json::object();
    if (citizen.empty() && !visit.draft && visit.closed()) {
        SPOT_ASSIGN(const auto hub, hub_view());
        const auto asked = requests_of(visit.record, hub);
        if (!asked) return tl::make_unexpected(asked.error());
        if (!asked->empty()) citizen = object_at(asked->back().shown, "citizen");
    }
    for (const char* member : kCitizenMembers)
        if (!citizen.contains(member)) citizen[member] = "";
    return citizen;
}

Result<> Desk::Inside::work_on(const Visit& visit) {
    const std::string id = visit.closed() ? std::string() : visit.id;
    if (working == id) return {};
    working = id;
    focus = {};
    change("citizen");
    return ledger().values().put(shelf::kDesk, shelf::kWorking, "", id);
}

Answer Desk::Inside::work_on_session(std::string_view id) {
    const auto visit = find_session(id);
    if (!visit) return tl::make_unexpected(visit.error());
    if (!visit->closed())
        if (auto there = work_on(*visit); !there) return tl::make_unexpected(Fault(there.error()));
    change("state");
    return session_json(*visit);
}

std::string Desk::Inside::session_at() const {
    auto at = ledger().values().get(shelf::kDesk, shelf::kWorking);
    return at && *at ? **at : std::string();
}

std::string Desk::Inside::step_of(const Json& session) const {
    if (session.at("draft") == true) return "privacy";
    if (!session.at("closed").is_null()) return "closed";
    if (session.at("privacy").at("accepted") != true) return "close";
    const Json& citizen = session.at("citizen");
    if (text_at(citizen, "name").empty()) return "citizen";
    const auto active = [](const Json& request) { return request.at("state") != "withdrawn"; };
    const Json& requests = session.at("requests");
    const bool any = std::any_of(requests.begin(), requests.end(), active);
    const bool begun = any || !session.at("drafts").empty();
    // Half a number was typed when the power went: it is finished first.
    const Json& checks = citizen.at("checks");
    if (!begun && std::find(checks.begin(), checks.end(), "wrong") != checks.end())
        return "citizen";
    if (!session.at("drafts").empty() || !any) return "requests";
    // A receipt that is not printed yet, or of which nobody has said whether it came out.
    const Json& receipts = session.at("receipts");
    bool printed = false;
    for (const Json& receipt : receipts) {
        const std::string state = text_at(receipt, "state");
        if (state != "spoiled" && state != "confirmed") return "receipt";
        printed = printed || state == "confirmed";
    }
    return printed ? "close" : "receipt";
}

Answer Desk::Inside::session_json(const Visit& visit) {
    SPOT_ASSIGN(auto citizen, citizen_of(visit));
    Json checks = citizen_checks(citizen);
    citizen["checks"] = std::move(checks);
    Json out{{"id", visit.id},
             {"draft", visit.draft},
             {"opened_at", text_at(visit.shown, "opened_at")},
             {"place", object_at(visit.shown, "place")},
             {"channel", text_at(visit.shown, "channel")},
             {"language", text_at(visit.shown, "language")},
             {"mediator", text_at(visit.shown, "mediator")},
             {"privacy", nullptr},
             {"citizen", std::move(citizen)},
             {"drafts", Json::array()},
             {"requests", Json::array()},
             {"receipts", Json::array()},
             {"closed", nullptr}};
    if (!visit.draft) {
        const Json& notice = object_at(visit.shown, "privacy_notice");
        out["privacy"] = {{"version", text_at(notice, "version")},
                          {"explained", flag_at(notice, "explained", false)},
                          {"accepted", flag_at(notice, "accepted", false)}};
        SPOT_ASSIGN(const auto drafts, drafts_of(visit.id));
        for (const Draft& draft : drafts) {
            auto shown = draft_json(draft);
            if (!shown) return shown;
            out["drafts"].push_back(std::move(*shown));
        }
        SPOT_ASSIGN(const auto hub, hub_view());
        SPOT_ASSIGN(const auto asked, requests_of(visit.record, hub));
        for (const Asked& one : asked) {
            auto shown = request_json(one);
            if (!shown) return shown;
            out["requests"].push_back(std::move(*shown));
        }
        SPOT_ASSIGN(const auto receipts, receipts_of(visit.record));
        for (const core::RecordId& id : receipts) {
            auto shown = receipt_json(id);
            if (!shown) return shown;
            out["receipts"].push_back(std::move(*shown));
        }
        if (visit.closed())
            out["closed"] = {{"at", text_at(visit.shown, "closed_at")},
                             {"outcome", text_at(visit.shown, "outcome")},
                             {"minutes", number_at(visit.shown, "minutes", 0)},
                             {"notes", text_at(visit.shown, "notes")}};
    }
    out["step"] = step_of(out);
    return out;
}

Answer Desk::Inside::session_defaults() {
    SPOT_ASSIGN(auto kept, kept_json(shelf::kDesk, kDefaults));
    if (kept.is_object()) return kept;
    return Json{
        {"place", {{"name", ""}, {"municipality", ""}}}, {"channel", "van"}, {"language", "pt"}};
}

Answer Desk::Inside::open_session(const Json& in, const Json& visit_of) {
    const Json place = place_of(object_at(in, "place"));
    const std::string channel = text_at(in, "channel"), tongue = text_at(in, "language");
    if (!place.contains("name"))
        return refuse(What::invalid, "required", "Falta o lugar. Nada foi mudado.", "place.name");
    const std::string scrap = text_at(in, "scrap");
    if (!scrap.empty()) {  // a call that is repeated finds the session that was opened from it
        const auto opened = ledger().values().list_by_owner(shelf::kSession, scrap, 1);
        if (!opened) return tl::make_unexpected(Fault(opened.error()));
        if (!opened->empty()) return work_on_session(opened->front().key);
    }
    Json session = intent();
    session["place"] = place;
    session["channel"] = channel;
    session["language"] = tongue;
    session["mediator"] = person->id;
    session["privacy_notice"] = {{"version", kPrivacyNotice}};
    // Said now, not when the privacy notice is answered.
    if (auto good =
            core::check_intent(core::Party::station, core::Kind::session_open, session, *forms);
        !good)
        return tl::make_unexpected(Fault(good.error()));

    Visit visit;
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        const auto number = ledger().values().next_number(shelf::kSession);
        if (!number) return tl::make_unexpected(number.error());
        visit.id = "s" + std::to_string(*number);
        visit.shown = {{"place", place},
                       {"channel", channel},
                       {"language", tongue},
                       {"opened_at", session["at"]},
                       {"mediator", person->id}};
        if (visit_of.is_object()) visit.shown["visit"] = visit_of;
        if (auto done = keep_json(shelf::kSession, visit.id, scrap, visit.shown); !done)
            return done;
        const Json defaults{{"place", place}, {"channel", channel}, {"language", tongue}};
        // A visit's place is the home: it says nothing about where the van stands next.
        if (!visit_of.is_object()) {
            if (auto done = keep_json(shelf::kDesk, kDefaults, "", defaults); !done) return done;
            if (auto done = drop_scrap("opening"); !done) return done;
        }
        return work_on(visit);
    }));
    change("session", visit.id);
    change("day");
    return session_json(visit);
}

Answer Desk::Inside::answer_privacy(std::string_view id, bool accepted) {
    auto visit = find_session(id);
    if (!visit) return tl::make_unexpected(visit.error());
    if (!visit->draft) {  // answered before: a repeated call is good, another answer is not
        if (visit->accepted() == accepted) return session_json(*visit);
        return refuse(What::conflict, "privacy_answered",
                      "A resposta já está registada. Se foi engano, feche e abra outro.");
    }
    Json opening = intent();
    opening["at"] = text_at(visit->shown, "opened_at");
    for (const char* member : {"place", "channel", "language", "mediator"})
        opening[member] = visit->shown.at(member);
    opening["privacy_notice"] = {
        {"version", kPrivacyNotice}, {"explained", true}, {"accepted", accepted}};
    const Json resident = object_at(visit->shown, "visit");
    std::string record;
    SPOT_TRY(atomically([&]() -> Done<> {
        const auto opened = append(core::Kind::session_open, id, opening);
        if (!opened) return tl::make_unexpected(Fault(opened.error()));
        record = opened->record.text();
        if (auto gone = ledger().values().remove(shelf::kSession, id); !gone)
            return tl::make_unexpected(Fault(gone.error()));
        const std::string name = text_at(resident, "name");
        if (!accepted || name.empty()) return {};
        auto kept = keep_json(shelf::kCitizen, record, "", {{"name", name}});
        if (!kept) return tl::make_unexpected(Fault(kept.error()));
        return {};
    }));
    SPOT_ASSIGN(auto opened, find_session(record));
    SPOT_TRY(work_on(opened));
    change("session", record);
    change("day");
    change("citizen");
    return session_json(opened);
}

Answer Desk::Inside::set_citizen(std::string_view id, const Json& set) {
    SPOT_ASSIGN(const auto visit, working_session(id));
    SPOT_ASSIGN(auto kept, kept_json(shelf::kCitizen, visit.id));
    Json citizen = kept.is_object() ? std::move(kept) : Json::object();
    for (const auto& [member, value] : set.items()) {
        const bool known = std::any_of(std::begin(kCitizenMembers), std::end(kCitizenMembers),
                                       [&](const char* one) { return member == one; });
        if (!known || !value.is_string())
            return refuse(What::invalid, "invalid", "Não há esse dado da pessoa.", "citizen");
        if (value.get_ref<const std::string&>().size() > kTypedBytesMax)
            return refuse(What::invalid, "too_long", "É comprido demais. Ficou o que estava.",
                          "citizen." + member);
        citizen[member] = value;
    }
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        if (auto saved = keep_json(shelf::kCitizen, visit.id, "", citizen); !saved) return saved;
        return work_on(visit);
    }));
    change("session", visit.id);
    change("citizen");
    return session_json(visit);
}

// A session whose privacy notice was not answered holds nobody's data and is no record.
Answer Desk::Inside::give_up(const Visit& visit, const Json& in) {
    auto shown = session_json(visit);
    if (!shown) return shown;
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        if (auto gone = ledger().values().remove(shelf::kSession, visit.id); !gone) return gone;
        return ledger().values().put(shelf::kDesk, shelf::kWorking, "", "");
    }));
    working.clear();
    focus = {};
    (*shown)["closed"] = {
        {"at", moment(now())}, {"outcome", text_at(in, "outcome")}, {"minutes", 0}, {"notes", ""}};
    (*shown)["step"] = "closed";
    change("session", visit.id);
    change("citizen");
    change("day");
    return shown;
}

Answer Desk::Inside::close_session(std::string_view id, const Json& in) {
    SPOT_ASSIGN(auto visit, find_session(id));
    const std::string outcome = text_at(in, "outcome");
    if (std::none_of(std::begin(kOutcomes), std::end(kOutcomes),
                     [&](const char* one) { return outcome == one; }))
        return refuse(What::invalid, "choice", "Diga como acabou o atendimento.", "outcome");
    if (visit.draft) return give_up(visit, in);
    if (visit.closed()) {
        if (text_at(visit.shown, "outcome") == outcome) return session_json(visit);
        return refuse(What::conflict, "session_closed", "O atendimento já está fechado.");
    }
    const auto drafts = drafts_of(visit.id);
    if (!drafts) return tl::make_unexpected(Fault(drafts.error()));
    if (!drafts->empty() && !flag_at(in, "discard_drafts", false)) {
        Fault waits(What::conflict, "drafts_wait",
                    "Há pedidos por registar neste atendimento. Registe-os ou deite-os fora.");
        for (const Draft& draft : *drafts)
            waits.names.push_back(text_at(service_brief(text_at(draft.kept, "service")), "name"));
        return tl::make_unexpected(std::move(waits));
    }
    SPOT_ASSIGN(const auto opened, core::parse_moment(text_at(visit.shown, "opened_at")));
    constexpr core::Instant kMinuteMs = 60'000, kMinutesMax = 100'000;
    const core::Instant minutes = (now() - opened.ms + kMinuteMs - 1) / kMinuteMs;
    Json closing = intent();
    closing["session"] = visit.id;
    closing["outcome"] = outcome;
    closing["minutes"] = std::clamp<core::Instant>(minutes, 0, kMinutesMax);
    closing["notes"] = trimmed(text_at(in, "notes"));
    SPOT_TRY(atomically([&]() -> Done<> {
        for (const Draft& draft : *drafts)
            if (auto gone = discard_draft(draft); !gone) return gone;
        if (auto closed = append(core::Kind::session_close, {}, closing); !closed)
            return tl::make_unexpected(Fault(closed.error()));
        // From here on the person's data stand in the requests only, under the person's key.
        auto gone = ledger().values().remove(shelf::kCitizen, visit.id);
        if (gone) gone = drop_scrap("close", visit.id);
        if (gone) gone = ledger().values().put(shelf::kDesk, shelf::kWorking, "", "");
        if (!gone) return tl::make_unexpected(Fault(gone.error()));
        return {};
    }));
    working.clear();
    focus = {};
    focus.screen = "closed";
    change("session", visit.id);
    change("citizen");
    change("day");
    SPOT_ASSIGN(auto closed, find_session(visit.id));
    return session_json(closed);
}

Result<std::vector<Asked>> Desk::Inside::requests_of(const core::RecordId& session,
                                                     const HubView& hub) {
    std::vector<Asked> out;
    SPOT_ASSIGN(const auto parts, ledger().records().of_session(session, kRecordsOfSessionMax));
    for (const auto& part : parts) {
        if (part.record != "request") continue;
        SPOT_ASSIGN(auto asked, load_request(part.id, hub));
        if (asked) out.push_back(std::move(*asked));
    }
    return out;
}

Result<std::vector<core::RecordId>> Desk::Inside::receipts_of(const core::RecordId& session) {
    std::vector<core::RecordId> out;
    SPOT_ASSIGN(const auto parts, ledger().records().of_session(session, kRecordsOfSessionMax));
    for (const auto& part : parts)
        if (part.record == "receipt") out.push_back(part.id);
    return out;
}

}  // namespace spot::station
