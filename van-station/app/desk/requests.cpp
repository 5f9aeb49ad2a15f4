#include <algorithm>

#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Result;
using What = Fault::What;

constexpr std::size_t kHistoryMax = 100;

// By the hub's word for the route; empty: the hub has set none, or one that says no more.
std::string_view state_of_route(std::string_view route) {
    struct Row {
        std::string_view route, state;
    };
    static constexpr Row kRows[] = {{"held", "held"},         {"duplicate_of", "held"},
                                    {"dispatched", "unsure"}, {"accepted", "agency"},
                                    {"answered", "answered"}, {"refused", "refused"}};
    for (const Row& row : kRows)
        if (row.route == route) return row.state;
    return {};
}

}  // namespace

// Everything that this station did to it is in the hub's reconciliation.
bool Desk::Inside::acknowledged(const Asked& asked, const HubView& hub) const {
    return std::all_of(asked.changes.begin(), asked.changes.end(), [&](const core::RecordId& one) {
        if (one.log.device & core::kHubBit) return true;
        const auto at = hub.acknowledged.find(one.log);
        return at != hub.acknowledged.end() && one.seq <= at->second;
    });
}

std::string Desk::Inside::state_of(const Asked& asked, const HubView& hub) const {
    if (asked.shown.contains("withdrawn")) return "withdrawn";
    for (const core::RecordId& one : asked.changes)
        if (one.log == hub.log && hub.quarantined.contains(one.seq)) return "quarantine";
    if (asked.conflicts) return "conflict";
    const auto route = state_of_route(text_at(object_at(asked.shown, "route"), "state"));
    if (!route.empty()) return std::string(route);
    return acknowledged(asked, hub) ? "hub" : "recorded";
}

Result<std::optional<Asked>> Desk::Inside::load_request(const core::RecordId& id,
                                                        const HubView& hub) {
    SPOT_ASSIGN(auto shown, ledger().records().view("request", id));
    if (!shown) return std::nullopt;
    Asked asked{id,
                Json::parse(shown->json, nullptr, false),
                shown->conflicts,
                std::move(shown->changes),
                {}};
    if (!asked.shown.is_object()) return core::fail(core::Code::corrupt, "a request does not read");
    asked.state = state_of(asked, hub);
    return asked;
}

Done<Asked> Desk::Inside::find_request(std::string_view id, const HubView& hub) {
    const auto record = ledger().journal().find("request", id);
    if (!record) return unknown("request");
    SPOT_ASSIGN(auto asked, load_request(*record, hub));
    if (!asked) return unknown("request");
    return std::move(*asked);
}

// What was done to it, in the order in which this station came to know it.
Result<Json> Desk::Inside::history(const Asked& asked) {
    Json out = Json::array();
    for (const core::RecordId& one : asked.changes) {
        if (out.size() >= kHistoryMax) break;
        const auto entries = ledger().replica().entries(one.log, one.seq, 1);
        if (!entries || entries->empty()) continue;  // erased
        const Json made = Json::parse(entries->front().intent, nullptr, false);
        std::string what;
        switch (entries->front().kind) {
            case core::Kind::request_queue:
                what = "queued";
                break;
            case core::Kind::request_edit:
                what = "edited";
                break;
            case core::Kind::request_withdraw:
                what = "withdrawn";
                break;
            default: {
                const std::string route = text_at(object_at(made, "set"), "route.state");
                what = route.empty() ? "hub_edited" : "hub_" + route;
            }
        }
        out.push_back({{"at", text_at(made, "at")}, {"what", std::move(what)}});
    }
    return out;
}

Answer Desk::Inside::request_json(const Asked& asked) {
    SPOT_ASSIGN(auto steps, history(asked));
    const Json& shown = asked.shown;
    SPOT_ASSIGN(auto attachments, attachments_json(asked));
    const Json& route = object_at(shown, "route");
    const std::string filled_under = text_at(shown, "catalogue");
    Json out{{"id", asked.id.text()},
             {"session", text_at(shown, "session")},
             {"service", service_brief(text_at(shown, "service"))},
             {"fields", object_at(shown, "fields")},
             {"citizen", object_at(shown, "citizen")},
             {"queued_at", text_at(shown, "queued_at")},
             {"state", asked.state},
             {"version", forms_of(filled_under).version()},
             {"conflicts", object_at(shown, "conflicts")},
             {"withdrawn", nullptr},
             {"attachments", std::move(attachments)},
             {"history", std::move(steps)},
             {"changed_form", form_changed(filled_under, text_at(shown, "service"))}};
    if (const Json& taken = object_at(shown, "withdrawn"); !taken.empty())
        out["withdrawn"] = {{"at", text_at(taken, "at")}, {"reason", text_at(taken, "reason")}};
    const auto show = [&](const char* as, const std::string& text) {
        if (!text.empty()) out[as] = text;
    };
    show("agency_reference", text_at(route, "reference"));
    show("answer", text_at(route, "answer"));
    show("note", text_at(shown, "note"));
    show("status", text_at(shown, "status"));
    return out;
}

Answer Desk::Inside::request(std::string_view id) {
    SPOT_ASSIGN(const auto hub, hub_view());
    SPOT_ASSIGN(const auto asked, find_request(id, hub));
    return request_json(asked);
}

Done<> Desk::Inside::check_changeable(const Asked& asked) const {
    if (asked.state == "withdrawn")
        return refuse(What::conflict, "withdrawn",
                      "O pedido está anulado e fica na história. Para o retomar, faça outro.");
    const std::string route = text_at(object_at(asked.shown, "route"), "state");
    if (route == "dispatched" || route == "accepted" || route == "answered" || route == "refused")
        return refuse(What::conflict, "dispatched",
                      "O pedido já seguiu para a entidade. Ficou como estava: o que mudar tem de "
                      "ser dito à entidade, ou pedido de novo.");
    return {};
}

Answer Desk::Inside::edit_request(std::string_view id, const Json& set) {
    SPOT_ASSIGN(const auto hub, hub_view());
    SPOT_ASSIGN(const auto asked, find_request(id, hub));
    if (auto may = check_changeable(asked); !may) return tl::make_unexpected(may.error());

    // What it was filled under is what it has to keep to.
    const core::Catalogue& filled = forms_of(text_at(asked.shown, "catalogue"));
    const auto* service = filled.service(text_at(asked.shown, "service"));
    Json differs = Json::object();
    for (const auto& [path, given] : set.items()) {
        const auto dot = path.find('.');
        if (!given.is_string() || dot == std::string::npos)
            return refuse(What::invalid, "no_field", "Não há esse campo.", path.substr(0, 80));
        const std::string part = path.substr(0, dot), name = path.substr(dot + 1);
        std::string value = given.get<std::string>();
        if (part == "fields") {
            const auto* const field = filled.field(name);
            if (!service || !field)
                return refuse(What::invalid, "no_field", "Este pedido não tem esse campo.",
                              "fields");
            const auto* const use = service->use_of(name);
            value = tidied(*field, value);
            if (const Check check = check_of(filled, *field, value, use && use->required);
                !check.ok)
                return refuse(What::invalid, check.code, "O valor não serve. Ficou o que estava.",
                              path);
        } else if (part == "citizen") {
            value = tidied_citizen(name, value);
            const Json checks = citizen_checks({{name, value}});
            if (text_at(checks, name) == "wrong")
                return refuse(What::invalid, name, "O valor não bate certo. Ficou o que estava.",
                              path);
        }
        if (text_at(object_at(asked.shown, part), name) != value || asked.conflicts)
            differs[path] = std::move(value);
    }
    if (differs.empty()) {
        if (auto gone = drop_scrap("correction", asked.id.text()); !gone)
            return tl::make_unexpected(Fault(gone.error()));
        return request_json(asked);
    }
    Json change_it = intent();
    change_it["request"] = asked.id.text();
    change_it["set"] = std::move(differs);
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        const auto edited = append(core::Kind::request_edit, {}, std::move(change_it));
        if (!edited) return tl::make_unexpected(edited.error());
        return drop_scrap("correction", asked.id.text());
    }));
    change("request", asked.id.text());
    change("session", text_at(asked.shown, "session"));
    change("day");
    change("state");
    return request(asked.id.text());
}

Answer Desk::Inside::withdraw_request(std::string_view id, std::string_view why) {
    SPOT_ASSIGN(const auto hub, hub_view());
    SPOT_ASSIGN(const auto asked, find_request(id, hub));
    const std::string reason = trimmed(why);
    if (reason.empty())
        return refuse(What::invalid, "required", "Diga porque se anula. O pedido ficou.", "reason");
    if (asked.state == "withdrawn" &&
        text_at(object_at(asked.shown, "withdrawn"), "reason") == reason)
        return request_json(asked);  // the answer to the first call was lost
    if (auto may = check_changeable(asked); !may) return tl::make_unexpected(may.error());
    Json taking_back = intent();
    taking_back["request"] = asked.id.text();
    taking_back["reason"] = reason;
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        const auto taken = append(core::Kind::request_withdraw, {}, std::move(taking_back));
        if (!taken) return tl::make_unexpected(taken.error());
        return drop_scraps_about(asked.id);
    }));
    change("request", asked.id.text());
    change("session", text_at(asked.shown, "session"));
    change("day");
    change("state");
    change("citizen");
    return request(asked.id.text());
}

}  // namespace spot::station
