// The catalogue that is in force, and those before it: a request keeps the version that it was
// filled under, and what has changed since is said, not broken.
#include "van-station/app/desk/inside.h"

namespace spot::station {

using core::Catalogue;
using core::CatalogueTexts;

// A version comes with a sync, of this process or another, and into force at its moment.
void Desk::Inside::look_at_catalogue() {
    const Catalogue& now_in_force = ledger().catalogues().in_force_at(now());
    if (&now_in_force == forms) return;
    auto its_texts = read_texts(now_in_force.version());
    if (!its_texts) return;  // the ledger tells a disk's fault at the next write
    forms = &now_in_force;
    texts = std::move(*its_texts);
    search.reset();
    older.reset();
    change("state");
    change("session");
    change("request");
    change("citizen");
}

core::Result<std::shared_ptr<const CatalogueTexts>> Desk::Inside::read_texts(
    std::string_view version) {
    const auto& shipped = CatalogueTexts::shipped();
    if (version == Catalogue::shipped().version())
        return std::shared_ptr<const CatalogueTexts>(std::shared_ptr<void>(), &shipped);
    SPOT_ASSIGN(const auto text, ledger().catalogues().text(version));
    SPOT_ASSIGN(auto read, CatalogueTexts::parse(text));
    return std::make_shared<const CatalogueTexts>(std::move(read));
}

// Where a version is not known here, the one in force has to do: it knows all that there was.
const Catalogue& Desk::Inside::forms_of(std::string_view version) {
    const auto found = ledger().catalogues().find(version);
    return found ? **found : *forms;
}

std::shared_ptr<const CatalogueTexts> Desk::Inside::texts_of(std::string_view version) {
    const std::string& name = forms_of(version).version();
    if (name == forms->version()) return texts;
    if (!older || older->first != name) {
        auto read = read_texts(name);
        if (!read) return texts;
        older.emplace(name, std::move(*read));
    }
    return older->second;
}

bool Desk::Inside::form_changed(std::string_view version, std::string_view service) {
    const auto filled_under = ledger().catalogues().find(version);
    return !filled_under || !core::same_form(**filled_under, *forms, service);
}

// What was typed that the form in force does not ask for any more.
Json Desk::Inside::not_asked_any_more(const Draft& draft) {
    Json out = Json::array();
    const auto* const service = forms->service(text_at(draft.kept, "service"));
    for (const auto& [name, value] : object_at(draft.kept, "fields").items()) {
        if (!service || service->use_of(name) || !value.is_string() || value == "") continue;
        const auto about = texts_of(text_at(draft.kept, "version"));
        const auto* const field = about->field(name);
        out.push_back({{"name", name},
                       {"label", field ? field->label.of(language) : name},
                       {"value", value}});
    }
    return out;
}

}  // namespace spot::station
