// What came in while the person was away, what differs, and what the staff have to say.
#include "van-station/app/desk/inside.h"

namespace spot::station {

using core::Result;
using What = Fault::What;

Result<Json> Desk::Inside::items_to_tell() {
    Json items = Json::array();
    const auto hub = hub_view();
    if (!hub) return tl::make_unexpected(hub.error());
    for (const char* state : {"refused", "answered"}) {
        const auto routed = ledger().routed(state, kListMax);
        if (!routed) return tl::make_unexpected(routed.error());
        for (const auto& one : *routed) {
            const auto asked = load_request(one.id, *hub);
            if (!asked) return tl::make_unexpected(asked.error());
            if (!*asked) continue;
            const auto told_before = kept_json(shelf::kTold, one.id.text());
            if (!told_before) return tl::make_unexpected(told_before.error());
            const Json& shown = (*asked)->shown;
            const Json service = service_brief(text_at(shown, "service"));
            const Json& citizen = object_at(shown, "citizen");
            Json item{{"request", one.id.text()},
                      {"service", text_at(service, "name")},
                      {"agency_short", text_at(service, "agency_short")},
                      {"state", state},
                      {"name", text_at(citizen, "name")},
                      {"phone", text_at(citizen, "phone")},
                      {"at", text_at(shown, "queued_at")},
                      {"told", told_before->is_object()}};
            if (const auto answer = text_at(object_at(shown, "route"), "answer"); !answer.empty())
                item["answer"] = answer;
            items.push_back(std::move(item));
        }
    }
    return items;
}

Answer Desk::Inside::tell() {
    auto items = items_to_tell();
    if (!items) return tl::make_unexpected(Fault(items.error()));
    return Json{{"items", std::move(*items)}};
}

Answer Desk::Inside::conflicts() {
    const auto hub = hub_view();
    if (!hub) return tl::make_unexpected(Fault(hub.error()));
    const auto all = ledger().conflicting(kListMax);
    if (!all) return tl::make_unexpected(Fault(all.error()));
    Json items = Json::array();
    for (const auto& one : *all) {
        if (one.record != "request") continue;
        const auto asked = load_request(one.id, *hub);
        if (!asked) return tl::make_unexpected(Fault(asked.error()));
        if (!*asked) continue;
        const Json& shown = (*asked)->shown;
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
        if (const auto before = ledger().find(core::record_of(kind), scrap))
            return Json{{"id", before->text()}};
    Json fact = intent();
    fact.update(members);
    std::string id;
    const auto done = ledger().atomically([&]() -> Result<> {
        const auto recorded = append(kind, scrap, std::move(fact));
        if (!recorded) return tl::make_unexpected(recorded.error());
        id = recorded->record.text();
        return scrap.empty() ? Result<>() : drop_scrap(what);
    });
    if (!done) return tl::make_unexpected(Fault(done.error()));
    change("day");
    change("state");
    return Json{{"id", std::move(id)}};
}

}  // namespace spot::station
