#include <algorithm>

#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::CatalogueTexts;

constexpr std::int64_t kHitsUsual = 20;

Json choices_of(const core::Catalogue::Field& field, const CatalogueTexts::Field* about,
                core::Language language) {
    Json out = Json::array();
    for (const std::string& value : field.choices) {
        std::string label = value;
        if (about)
            for (const auto& choice : about->choices)
                if (choice.value == value) label = choice.label.of(language);
        out.push_back({{"value", value}, {"label", std::move(label)}});
    }
    return out;
}

Json field_json(const core::Catalogue::ServiceField& use, const CatalogueTexts& texts,
                core::Language language) {
    const core::Catalogue::Field& field = *use.field;
    const auto* about = texts.field(field.name);
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    return {{"name", field.name},
            {"type", field.type},
            {"label", about ? about->label.of(language) : field.name},
            {"hint", about ? about->hint.of(language) : ""},
            {"required", use.required},
            {"max_length", field.max_length},
            {"pattern", or_null(field.pattern)},
            {"check", or_null(field.check)},
            {"choices", choices_of(field, about, language)},
            {"open", field.open},
            {"personal", field.personal},
            {"sensitive", about ? or_null(about->sensitive) : Json()},
            {"min", field.min ? Json(*field.min) : Json()},
            {"max", field.max ? Json(*field.max) : Json()}};
}

}  // namespace

Answer Desk::search(const Json& in) {
    return inside_->guarded([&]() -> Answer {
        Inside& desk = *inside_;
        if (!desk.search) desk.search.emplace(*desk.texts, desk.language);
        const std::string text = text_at(in, "q"), agency = text_at(in, "agency"),
                          occasion = text_at(in, "occasion");
        const std::int64_t limit = std::clamp<std::int64_t>(number_at(in, "limit", kHitsUsual), 0,
                                                            std::int64_t{core::kHitsMax});
        const auto found =
            desk.search->find({text, agency, occasion, static_cast<std::size_t>(limit)});
        Json hits = Json::array();
        for (const auto& hit : found.hits) {
            Json one = desk.service_brief(hit.service->code);
            one["summary"] = hit.service->summary.of(desk.language);
            one["typical_days"] = hit.service->typical_days;
            one["needs"] = Json::array();
            for (const auto& need : hit.service->needs)
                one["needs"].push_back(need.of(desk.language));
            one["marks"] = Json::array();
            for (const auto& [from, to] : hit.marks)
                one["marks"].push_back(Json::array({from, to}));
            hits.push_back(std::move(one));
        }
        return Json{{"total", found.total}, {"hits", std::move(hits)}};
    });
}

std::shared_ptr<const CatalogueTexts> Desk::catalogue_texts() {
    inside_->look_at_catalogue();
    return inside_->texts;
}

Answer Desk::catalogue() {
    return inside_->guarded([&]() -> Answer {
        const Inside& desk = *inside_;
        Json agencies = Json::array(), occasions = Json::array();
        for (const auto& agency : desk.texts->agencies()) {
            const auto& all = desk.texts->services();
            const auto count = std::count_if(all.begin(), all.end(), [&](const auto& service) {
                return !service.withdrawn && service.agency == agency.code;
            });
            agencies.push_back({{"code", agency.code},
                                {"name", agency.name.of(desk.language)},
                                {"short", agency.short_name},
                                {"count", count}});
        }
        for (const auto& occasion : desk.texts->occasions()) {
            const auto& all = desk.texts->services();
            const auto count = std::count_if(all.begin(), all.end(), [&](const auto& service) {
                return !service.withdrawn &&
                       std::find(service.occasions.begin(), service.occasions.end(), occasion.id) !=
                           service.occasions.end();
            });
            occasions.push_back(
                {{"id", occasion.id}, {"name", occasion.name.of(desk.language)}, {"count", count}});
        }
        return Json{{"version", desk.forms->version()},
                    {"agencies", std::move(agencies)},
                    {"occasions", std::move(occasions)}};
    });
}

Answer Desk::service(std::string_view code, const Json& in) {
    return inside_->guarded([&]() -> Answer {
        Inside& desk = *inside_;
        const std::string version = text_at(in, "version");
        const core::Catalogue& forms = version.empty() ? *desk.forms : desk.forms_of(version);
        const auto about = version.empty() ? desk.texts : desk.texts_of(version);
        const auto* service = forms.service(code);
        const auto* text = about->service(code);
        if (!service || !text) return unknown("service");
        Json out = desk.service_brief(code);
        out["fee_cents"] = service->fee_cents;
        out["summary"] = text->summary.of(desk.language);
        out["typical_days"] = text->typical_days;
        out["version"] = forms.version();
        out["needs"] = Json::array();
        for (const auto& need : text->needs) out["needs"].push_back(need.of(desk.language));
        out["fields"] = Json::array();
        for (const bool required : {true, false})  // what is required first
            for (const auto& use : service->fields)
                if (use.required == required)
                    out["fields"].push_back(field_json(use, *about, desk.language));
        return out;
    });
}

}  // namespace spot::station
