#include "van-station/app/desk/inside.h"

namespace spot::station {

using core::Result;

namespace {

constexpr std::size_t kUncertainMax = 1000;

}  // namespace

Result<HubView> Desk::Inside::hub_view() {
    HubView out;
    SPOT_ASSIGN(const auto in_force, station.log());
    out.log = in_force;
    for (const core::LogId& id : ledger().replica().logs())
        if (!(id.device & core::kHubBit))
            out.acknowledged[id] = ledger().replica().acknowledged(id).seq;
    const auto contact = ledger().values().setting(setting::kLastContact);
    const Json last = contact ? Json::parse(*contact, nullptr, false) : Json();
    if (!last.is_object()) return out;
    out.at = text_at(last, "at");
    out.state = text_at(last, "state");
    const auto quarantined = last.find("quarantined");
    if (quarantined == last.end() || !quarantined->is_array()) return out;
    for (const Json& one : *quarantined)
        out.quarantined[static_cast<std::uint64_t>(number_at(one, "seq", 0))] =
            text_at(one, "code");
    return out;
}

// Entries that are on this laptop only, of this epoch and the ones before it.
Result<std::uint64_t> Desk::Inside::waiting() {
    std::uint64_t out = 0;
    for (const core::LogId& id : ledger().replica().logs())
        if (!(id.device & core::kHubBit)) out += ledger().journal().waiting(id);
    return out;
}

Result<std::uint64_t> Desk::Inside::need_person(const HubView& hub) {
    std::uint64_t out = hub.quarantined.size();
    SPOT_ASSIGN(const auto conflicting, ledger().records().conflicting(kListMax));
    SPOT_ASSIGN(const auto uncertain,
                ledger().values().list_by_owner(shelf::kPrint, "uncertain", kUncertainMax));
    SPOT_ASSIGN(const auto without, requests_without_file());
    out += conflicting.size() + uncertain.size() + without.size();
    for (const char* state : {"answered", "refused"}) {
        SPOT_ASSIGN(const auto routed, ledger().records().routed(state, kListMax));
        for (const auto& one : routed) {
            SPOT_ASSIGN(const auto told_before, ledger().values().get(shelf::kTold, one.id.text()));
            out += !told_before;
        }
    }
    return out;
}

Json Desk::Inside::link(const HubView& hub, std::uint64_t entries_waiting,
                        std::uint64_t files_waiting, std::uint64_t need) {
    Json out{{"state", "idle"},
             {"at", hub.at.empty() ? Json() : Json(hub.at)},
             {"waiting", entries_waiting},
             {"files", files_waiting},
             {"need_person", need}};
    if (const auto at = core::parse_moment(hub.at)) out["at"] = moment(at->ms);
    if (syncing) {
        out["state"] = "syncing";
        out["progress"] = {{"sent", sent}, {"total", total}};
    } else if (sync_state == "offline") {
        out["state"] = "offline";
    } else if (!sync_state.empty() && sync_state != "ok") {
        out["state"] = "attention";  // the hub refused, or the disk did
        out["reason"] = sync_state;
    } else if (hub.at.empty()) {
        out["state"] = "never";
    } else if (need > 0) {
        out["state"] = "attention";
    }
    return out;
}

Answer Desk::Inside::state() {
    SPOT_ASSIGN(const auto hub, hub_view());
    SPOT_ASSIGN(const auto entries_waiting, waiting());
    SPOT_ASSIGN(const auto files, ledger().files().counts(station.identity.device));
    SPOT_ASSIGN(const auto need, need_person(hub));
    SPOT_ASSIGN(auto all, people());
    SPOT_ASSIGN(const auto visit_plan, ledger().values().get(shelf::kDesk, "visit"));
    SPOT_ASSIGN(auto number, help());
    const bool first_run = all.empty();
    Json out{{"station", station.identity.station},
             {"team", station.identity.team},
             {"people", std::move(all)},
             {"first_run", first_run},
             {"person", nullptr},
             {"locked", locked},
             {"hidden", hidden},
             {"language", core::language_name(language)},
             {"link", link(hub, entries_waiting, files.awaited, need)},
             {"session", working.empty() ? Json() : Json(working)},
             {"catalogue", {{"version", forms->version()}}},
             {"clock", moment(now())},
             {"low", Json::object()},
             {"visit", visit_plan.has_value()},
             {"help", std::move(number)}};
    if (person) out["person"] = {{"id", person->id}, {"name", person->name}};
    return out;
}

}  // namespace spot::station
