// What somebody is writing that is no record yet. One kept row a place: key its id, owner the
// place, value {what, of, person, set, saved_at}. Nobody but its person finds it; that of a closing
// session has no person, as whoever works on the session goes on with it.
#include <algorithm>

#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Result;
using What = Fault::What;

constexpr std::size_t kNameBytesMax = 120;
constexpr std::size_t kTextBytesMax = 16 * 1024;

enum class About : std::uint8_t { person, session, request };
struct Place {
    std::string_view what;
    About about;
};
constexpr Place kPlaces[] = {
    {"opening", About::person},
    {"complaint", About::person},
    {"assessment", About::person},
    {"feedback", About::person},
    {"missing_service", About::person},
    {"visit", About::person},
    {"help", About::person},
    {"close", About::session},
    {"correction", About::request},
    {"withdrawal", About::request},
};

const Place* place_named(std::string_view what) {
    const auto at = std::find_if(std::begin(kPlaces), std::end(kPlaces),
                                 [&](const Place& one) { return one.what == what; });
    return at == std::end(kPlaces) ? nullptr : at;
}

std::string owner_of(const Place& place, std::string_view of, std::string_view person) {
    std::string out(place.what);
    if (place.about != About::person) out.append(" ").append(of);
    if (place.about != About::session) out.append(" ").append(person);
    return out;
}

Json scrap_json(std::string_view id, const Json& kept) {
    return {{"id", id}, {"set", object_at(kept, "set")}, {"saved_at", text_at(kept, "saved_at")}};
}

bool has_text(const Json& set) {
    return std::any_of(set.begin(), set.end(), [](const Json& one) {
        return one.is_string() && !trimmed(one.get_ref<const std::string&>()).empty();
    });
}

}  // namespace

std::string owner_of_scrap(const Json& kept) {
    const Place* const place = place_named(text_at(kept, "what"));
    return place ? owner_of(*place, text_at(kept, "of"), text_at(kept, "person")) : std::string();
}

Done<std::string> Desk::Inside::place_of_scrap(std::string_view what, std::string& of) {
    const Place* place = place_named(what);
    if (!place) return refuse(What::invalid, "invalid", "Aí não se escreve nada.", "what");
    if (place->about == About::person) of.clear();
    if (place->about == About::session) {
        SPOT_ASSIGN(const auto visit, find_session(of));
        if (visit.draft || visit.closed())
            return refuse(What::conflict, "session_closed", "O atendimento não está aberto.");
        of = visit.id;
    }
    if (place->about == About::request) {
        const auto request = ledger().journal().find("request", of);
        if (!request) return unknown("request");
        of = request->text();
    }
    return owner_of(*place, of, person_id());
}

Answer Desk::Inside::open_scrap(std::string_view what, std::string_view given) {
    std::string of(given);
    SPOT_ASSIGN(const auto owner, place_of_scrap(what, of));
    const auto there = ledger().values().list_by_owner(shelf::kScrap, owner, 1);
    if (!there) return tl::make_unexpected(Fault(there.error()));
    if (!there->empty())
        return scrap_json(there->front().key, Json::parse(there->front().value, nullptr, false));
    SPOT_ASSIGN(const auto all, ledger().values().list(shelf::kScrap, kScrapsMax));
    if (all.size() >= kScrapsMax)
        return refuse(What::conflict, "scraps_full",
                      "Há demasiados textos por acabar neste portátil. Registe ou apague alguns.");
    const bool shared = place_named(what)->about == About::session;
    const Json kept{{"what", what},
                    {"of", of},
                    {"person", shared ? std::string() : person_id()},
                    {"set", Json::object()},
                    {"saved_at", moment(now())}};
    std::string id;
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        const auto number = ledger().values().next_number(shelf::kScrap);
        if (!number) return tl::make_unexpected(number.error());
        id = "w" + std::to_string(*number);
        return keep_json(shelf::kScrap, id, owner, kept);
    }));
    return scrap_json(id, kept);
}

Done<Json> Desk::Inside::find_scrap(std::string_view id) {
    auto kept = kept_json(shelf::kScrap, id);
    if (!kept) return tl::make_unexpected(Fault(kept.error()));
    if (!kept->is_object()) return unknown("scrap");
    const std::string whose = text_at(*kept, "person");
    if (!whose.empty() && whose != person_id()) return unknown("scrap");
    return std::move(*kept);
}

Answer Desk::Inside::set_scrap(std::string_view id, const Json& set) {
    SPOT_ASSIGN(auto kept, find_scrap(id));
    Json& all = kept["set"];
    for (const auto& [name, text] : set.items()) {
        if (!text.is_string() || name.size() > kNameBytesMax)
            return refuse(What::invalid, "no_field", "Não há esse campo.");
        if (text.get_ref<const std::string&>().size() > kTextBytesMax)
            return refuse(What::invalid, "too_long", "É comprido demais. Ficou o que estava.");
        all[name] = text;
    }
    std::size_t bytes = 0;
    for (const auto& [name, text] : all.items())
        bytes += name.size() + text.get_ref<const std::string&>().size();
    if (all.size() > kScrapFieldsMax || bytes > kScrapBytesMax)
        return refuse(What::invalid, "too_long", "É comprido demais. Ficou o que estava.");
    kept["saved_at"] = moment(now());
    SPOT_TRY(keep_json(shelf::kScrap, id, owner_of_scrap(kept), kept));
    return Json{{"saved_at", kept.at("saved_at")}};
}

Done<> Desk::Inside::discard_scrap(std::string_view id) {
    SPOT_TRY(find_scrap(id));
    SPOT_TRY(ledger().values().remove(shelf::kScrap, id));
    change("day");
    return {};
}

Result<> Desk::Inside::drop_scrap(std::string_view what, std::string_view of) {
    const Place* place = place_named(what);
    SPOT_CHECK(place);
    SPOT_ASSIGN(const auto there, ledger().values().list_by_owner(
                                      shelf::kScrap, owner_of(*place, of, person_id()), 1));
    return there.empty() ? Result<>() : ledger().values().remove(shelf::kScrap, there.front().key);
}

// Anybody's: a request that was withdrawn can't be corrected any more.
Result<> Desk::Inside::drop_scraps_about(const core::RecordId& request) {
    SPOT_ASSIGN(const auto all, ledger().values().list(shelf::kScrap, kScrapsMax));
    for (const auto& row : all)
        if (text_at(Json::parse(row.value, nullptr, false), "of") == request.text())
            SPOT_TRY(ledger().values().remove(shelf::kScrap, row.key));
    return {};
}

// They hold people's data beside the log: what nobody comes back to goes, and with it what is about
// a request that was erased.
Result<> Desk::Inside::drop_old_scraps() {
    SPOT_ASSIGN(const auto all, ledger().values().list(shelf::kScrap, kScrapsMax));
    for (const auto& row : all) {
        const Json kept = Json::parse(row.value, nullptr, false);
        const auto saved = core::parse_moment(text_at(kept, "saved_at"));
        const Place* place = place_named(text_at(kept, "what"));
        const bool old = !saved || now() - saved->ms > kScrapLifeMs;
        const bool erased = place && place->about == About::request &&
                            !ledger().journal().find("request", text_at(kept, "of"));
        if (old || erased || !place) SPOT_TRY(ledger().values().remove(shelf::kScrap, row.key));
    }
    return {};
}

// What its person would look for. Of a session that is open the day tells already.
Result<Json> Desk::Inside::unfinished() {
    Json out = Json::array();
    SPOT_ASSIGN(const auto all, ledger().values().list(shelf::kScrap, kScrapsMax));
    for (const auto& row : all) {
        const Json kept = Json::parse(row.value, nullptr, false);
        const std::string what = text_at(kept, "what"), of = text_at(kept, "of");
        if (what == "opening" || what == "close" || text_at(kept, "person") != person_id() ||
            !has_text(object_at(kept, "set")))
            continue;
        Json one{{"what", what}};
        if (!of.empty()) {
            const auto id = ledger().journal().find("request", of);
            const auto shown = id ? ledger().records().view("request", *id)
                                  : Result<std::optional<core::RecordView>>();
            if (!shown) return tl::make_unexpected(shown.error());
            if (!*shown) continue;  // erased
            const Json request = Json::parse((*shown)->json, nullptr, false);
            one["of"] = of;
            one["name"] = text_at(service_brief(text_at(request, "service")), "name");
        }
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace spot::station
