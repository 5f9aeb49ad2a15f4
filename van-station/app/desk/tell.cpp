// What came in while the person was away, what differs, and what the staff have to say.
#include "van-station/app/desk/inside.h"

namespace spot::station {

using core::Result;
using What = Fault::What;

Result<Json> Desk::Inside::items_to_tell() {
    Json items = Json::array();
    SPOT_ASSIGN(const auto hub, hub_view());
    for (const char* state : {"refused", "answered"}) {
        SPOT_ASSIGN(const auto routed, ledger().records().routed(state, kListMax));
        for (const auto& one : routed) {
            SPOT_ASSIGN(const auto asked, load_request(one.id, hub));
            if (!asked) continue;
            SPOT_ASSIGN(const auto told_before, kept_json(shelf::kTold, one.id.text()));
            const Json& shown = asked->shown;
            const Json service = service_brief(text_at(shown, "service"));
            const Json& citizen = object_at(shown, "citizen");
            Json item{{"request", one.id.text()},
                      {"service", text_at(service, "name")},
                      {"agency_short", text_at(service, "agency_short")},
                      {"state", state},
                      {"name", text_at(citizen, "name")},
                      {"phone", text_at(citizen, "phone")},
                      {"at", text_at(shown, "queued_at")},
                      {"told", told_before.is_object()}};
            if (const auto answer = text_at(object_at(shown, "route"), "answer"); !answer.empty())
                item["answer"] = answer;
            items.push_back(std::move(item));
        }
    }
    return items;
}

Answer Desk::Inside::tell() {
    SPOT_ASSIGN(auto items, items_to_tell());
    return Json{{"items", std::move(items)}};
}

Answer Desk::Inside::conflicts() {
    SPOT_ASSIGN(const auto hub, hub_view());
    SPOT_ASSIGN(const auto all, ledger().records().conflicting(kListMax));
    Json items = Json::array();
    for (const auto& one : all) {
        if (one.record != "request") continue;
        SPOT_ASSIGN(const auto asked, load_request(one.id, hub));
        if (!asked) continue;
        const Json& shown = asked->shown;
        for (const auto& [path, values] : object_at(shown, "conflicts").items()) {
            std::string label = path;
            constexpr std::string_view kFields = "fields.";
            if (path.starts_with(kFields))
                if (const auto* field = texts->field(std::string_view(path).substr(kFields.size())))
                    label = field->label.of(language);
            items.push_back(
                {{"request", one.id.text()},
                 {"service", text_at(service_brief(text_at(shown, "service")), "name")},
                 {"path", path},
                 {"label", std::move(label)},
                 {"values", values},
                 {"initials", initials_of(text_at(object_at(shown, "citizen"), "name"))}});
        }
    }
    return Json{{"items", std::move(items)}};
}

// A complaint, an assessment or feedback: a fact that nobody changes any more. Its scrap's id is
// its reference: so a call that is repeated after a crash finds what it recorded.
Answer Desk::Inside::record_fact(core::Kind kind, std::string_view what, const std::string& scrap,
                                 Json members) {
    if (!scrap.empty())
        if (const auto before = ledger().journal().find(core::record_of(kind), scrap))
            return Json{{"id", before->text()}};
    Json fact = intent();
    fact.update(members);
    std::string id;
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        const auto recorded = append(kind, scrap, std::move(fact));
        if (!recorded) return tl::make_unexpected(recorded.error());
        id = recorded->record.text();
        return scrap.empty() ? Result<>() : drop_scrap(what);
    }));
    change("day");
    change("state");
    return Json{{"id", std::move(id)}};
}

}  // namespace spot::station
