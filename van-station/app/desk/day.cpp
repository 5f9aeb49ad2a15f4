#include <algorithm>
#include <cstdio>

#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Instant;
using core::Result;
using What = Fault::What;

constexpr std::size_t kPartsMax = 400;
constexpr Instant kMinuteMs = 60'000, kDayMs = 24 * 60 * kMinuteMs;

// The instant at which the day begins where the station stands. Offsets change at night, but not
// at midnight, in all the time zones of the spots.
Instant midnight(std::string_view date, const std::function<int(Instant)>& offset) {
    const auto utc = core::parse_moment(std::string(date) + "T00:00:00Z");
    if (!utc) return 0;
    Instant at = utc->ms;
    for (int i = 0; i < 2; ++i) at = utc->ms - offset(at) * kMinuteMs;
    return at;
}

}  // namespace

Result<Json> Desk::Inside::day_request(const Asked& asked) {
    const Json service = service_brief(text_at(asked.shown, "service"));
    Json out{{"id", asked.id.text()},
             {"session", text_at(asked.shown, "session")},
             {"service", text_at(service, "name")},
             {"agency_short", text_at(service, "agency_short")},
             {"at", text_at(asked.shown, "queued_at")},
             {"state", asked.state},
             {"initials", initials_of(text_at(object_at(asked.shown, "citizen"), "name"))}};
    const Json& route = object_at(asked.shown, "route");
    for (const std::string& detail :
         {text_at(route, "answer"), text_at(route, "reference"), text_at(asked.shown, "note")})
        if (!detail.empty()) {
            out["detail"] = detail;
            break;
        }
    return out;
}

Result<Json> Desk::Inside::day_sessions(Instant from, Instant until, const HubView& hub) {
    Json out = Json::array();
    SPOT_ASSIGN(const auto sessions,
                ledger().records().made_between("session", from, until, kDayMax));
    for (const auto& one : sessions) {
        SPOT_ASSIGN(const auto shown, ledger().records().view("session", one.id));
        if (!shown) continue;
        const Json session = Json::parse(shown->json, nullptr, false);
        SPOT_ASSIGN(const auto parts, ledger().records().of_session(one.id, kPartsMax));
        std::size_t requests = 0, receipts = 0;
        std::string name;
        for (const auto& part : parts) {
            receipts += part.record == "receipt";
            if (part.record != "request" || ++requests > 1) continue;
            SPOT_ASSIGN(const auto asked, load_request(part.id, hub));
            if (asked) name = text_at(object_at(asked->shown, "citizen"), "name");
        }
        if (name.empty()) {
            SPOT_ASSIGN(const auto typed, kept_json(shelf::kCitizen, one.id.text()));
            name = text_at(typed, "name");
        }
        const std::string closed = text_at(session, "closed_at");
        out.push_back({{"id", one.id.text()},
                       {"opened_at", text_at(session, "opened_at")},
                       {"closed_at", closed.empty() ? Json() : Json(closed)},
                       {"initials", initials_of(name)},
                       {"place", text_at(object_at(session, "place"), "name")},
                       {"requests", requests},
                       {"receipts", receipts},
                       {"open", closed.empty()}});
    }
    return out;
}

// What the hub could not take in, or an agency refused, and what is to be done about it: a key for
// which the pages have words.
Result<Json> Desk::Inside::failed(const HubView& hub) {
    Json out = Json::array();
    for (const auto& [seq, code] : hub.quarantined)
        out.push_back({{"seq", seq}, {"code", code}, {"what_to_do", "quarantine_" + code}});
    SPOT_ASSIGN(const auto refused, ledger().records().routed("refused", kListMax));
    for (const auto& one : refused) {
        SPOT_ASSIGN(const auto told_before, ledger().values().get(shelf::kTold, one.id.text()));
        if (!told_before)
            out.push_back(
                {{"id", one.id.text()}, {"code", "refused"}, {"what_to_do", "tell_refused"}});
    }
    SPOT_ASSIGN(const auto without, requests_without_file());
    for (const auto& id : without)
        out.push_back(
            {{"id", id.text()}, {"code", "file_refused"}, {"what_to_do", "file_refused"}});
    SPOT_ASSIGN(const auto uncertain,
                ledger().values().list_by_owner(shelf::kPrint, "uncertain", kListMax));
    for (const auto& one : uncertain) {
        const auto receipt = core::RecordId::parse(one.key);
        if (!receipt) continue;
        SPOT_ASSIGN(const auto shown, ledger().records().view("receipt", *receipt));
        if (!shown) continue;
        const Json printed = Json::parse(shown->json, nullptr, false);
        out.push_back({{"id", one.key},
                       {"session", text_at(printed, "session")},
                       {"code", "print_uncertain"},
                       {"what_to_do", "say_what_came_out"}});
    }
    return out;
}

Answer Desk::Inside::day(const Json& in) {
    std::string date = text_at(in, "date");
    if (date.empty()) date = moment(now()).substr(0, 10);
    constexpr int kYearMin = 2000, kYearMax = 2100;
    if (!core::date_valid(date, kYearMin, kYearMax))
        return refuse(What::invalid, "date", "Não é um dia do calendário.", "date");
    const Instant from = midnight(date, rim.offset);
    const Instant until = midnight(moment(from + kDayMs + kDayMs / 8).substr(0, 10), rim.offset);

    SPOT_ASSIGN(const auto hub, hub_view());
    SPOT_ASSIGN(auto sessions, day_sessions(from, until, hub));
    SPOT_ASSIGN(const auto made, ledger().records().made_between("request", from, until, kDayMax));
    Json requests = Json::array();
    for (const auto& one : made) {
        SPOT_ASSIGN(const auto asked, load_request(one.id, hub));
        if (!asked) continue;
        SPOT_ASSIGN(auto row, day_request(*asked));
        requests.push_back(std::move(row));
    }

    Json receipts{{"first", nullptr}, {"last", nullptr}, {"count", 0}, {"total_cents", 0}};
    SPOT_ASSIGN(const auto printed_ones,
                ledger().records().made_between("receipt", from, until, kDayMax));
    std::int64_t cents = 0;
    for (const auto& one : printed_ones) {
        SPOT_ASSIGN(const auto shown, ledger().records().view("receipt", one.id));
        if (!shown) continue;
        const Json receipt = Json::parse(shown->json, nullptr, false);
        if (receipts["first"].is_null()) receipts["first"] = receipt.at("number");
        receipts["last"] = receipt.at("number");
        receipts["count"] = receipts["count"].get<int>() + 1;
        if (text_at(receipt, "state") != "spoiled") cents += number_at(receipt, "total_cents", 0);
    }
    receipts["total_cents"] = cents;

    SPOT_ASSIGN(const auto entries_waiting, waiting());
    SPOT_ASSIGN(const auto need, need_person(hub));
    SPOT_ASSIGN(auto not_done, failed(hub));
    Json reconciliation;
    if (const auto at = core::parse_moment(hub.at)) {
        const std::uint64_t tip = ledger().replica().tip(hub.log).seq;
        const auto known = hub.acknowledged.find(hub.log);
        const std::uint64_t durable = known == hub.acknowledged.end() ? 0 : known->second;
        const std::uint64_t held = std::min<std::uint64_t>(hub.quarantined.size(), durable);
        reconciliation = {{"at", moment(at->ms)},
                          {"text_parts",
                           {{"from", tip > 0 ? 1 : 0},
                            {"to", tip},
                            {"accepted", durable - held},
                            {"quarantined", held},
                            {"awaited", tip - durable}}}};
    }
    SPOT_ASSIGN(auto begun, unfinished());
    const auto requests_made = requests.size();
    const auto only_here = std::count_if(requests.begin(), requests.end(), [](const Json& one) {
        return one.at("state") == "recorded" || one.at("state") == "sent";
    });
    return Json{
        {"date", date},
        {"lead", {{"requests", requests_made}, {"only_here", only_here}, {"need_you", need}}},
        {"sessions", std::move(sessions)},
        {"requests", std::move(requests)},
        {"waiting", entries_waiting},
        {"failed", std::move(not_done)},
        {"unfinished", std::move(begun)},
        {"reconciliation", std::move(reconciliation)},
        {"receipts", std::move(receipts)}};
}

}  // namespace spot::station
