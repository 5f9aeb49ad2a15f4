#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/catalogue/rows.h"
#include "core/catalogue_texts.h"

extern "C" const char spot_catalogue_start[], spot_catalogue_end[];

namespace spot::core {
namespace {

using Json = nlohmann::json;
using Text = CatalogueTexts::Text;

constexpr std::array<std::string_view, kLanguages> kNames{"pt", "en", "fr", "uk"};

// Reads with one flag for all that may be wrong: the caller looks at it once.
class TextReader {
public:
    bool failed() const { return failed_; }

    std::string text(const Json& object, const char* key) {
        const auto at = object.find(key);
        if (at != object.end() && at->is_string()) return at->get<std::string>();
        failed_ = true;
        return {};
    }
    Text texts(const Json& object, const char* key) {
        const auto at = object.find(key);
        if (at == object.end()) return fault();
        return texts(*at);
    }
    Text texts(const Json& value) {
        if (!value.is_object()) return fault();
        Text out;
        for (std::size_t i = 0; i < kLanguages; ++i)
            if (const auto at = value.find(kNames[i]); at != value.end() && at->is_string())
                out.in[i] = at->get<std::string>();
        if (out.in[0].empty()) failed_ = true;
        return out;
    }
    // The members of a list of objects, or of an object.
    const Json& all(const Json& object, const char* key, std::size_t most) {
        static const Json kNothing = Json::array();
        const auto at = object.find(key);
        if (at != object.end() && at->is_structured() && at->size() <= most) return *at;
        failed_ = true;
        return kNothing;
    }
    std::vector<std::string> list(const Json& object, const char* key) {
        std::vector<std::string> out;
        for (const Json& one : all(object, key, kListMax))
            if (one.is_string()) out.push_back(one.get<std::string>());
        return out;
    }

private:
    static constexpr std::size_t kListMax = 100;
    Text fault() {
        failed_ = true;
        return {};
    }
    bool failed_ = false;
};

CatalogueTexts::Field field_of(TextReader& reader, const Json& row) {
    CatalogueTexts::Field out;
    out.label = reader.texts(row, "label");
    out.hint = reader.texts(row, "hint");
    if (const auto at = row.find("sensitive"); at != row.end() && at->is_string())
        out.sensitive = at->get<std::string>();
    if (row.contains("choices"))
        for (const Json& choice : reader.all(row, "choices", kChoicesMax))
            out.choices.push_back({reader.text(choice, "value"), reader.texts(choice, "label")});
    return out;
}

CatalogueTexts::Service service_of(TextReader& reader, const Json& row) {
    CatalogueTexts::Service out;
    out.code = reader.text(row, "code");
    out.agency = reader.text(row, "agency");
    out.name = reader.texts(row, "name");
    out.summary = reader.texts(row, "summary");
    for (const Json& need : reader.all(row, "needs", kFieldsOfServiceMax))
        out.needs.push_back(reader.texts(need));
    out.keywords = reader.list(row, "keywords");
    out.occasions = reader.list(row, "occasions");
    if (const auto at = row.find("typical_days"); at != row.end() && at->is_number_integer())
        out.typical_days = at->get<int>();
    if (const auto at = row.find("withdrawn"); at != row.end() && at->is_boolean())
        out.withdrawn = at->get<bool>();
    return out;
}

}  // namespace

std::string_view language_name(Language language) {
    return kNames[static_cast<std::size_t>(language)];
}

Language language_of(std::string_view tag) {
    const std::string_view first = tag.substr(0, tag.find('-'));
    const auto at = std::find(kNames.begin(), kNames.end(), first);
    return at == kNames.end() ? Language::pt : static_cast<Language>(at - kNames.begin());
}

Result<CatalogueTexts> CatalogueTexts::parse(std::string_view json) {
    const Json all = Json::parse(json, nullptr, false);
    TextReader reader;
    CatalogueTexts out;
    if (all.is_object()) {
        constexpr std::size_t kAgenciesMax = 200, kOccasionsMax = 200;
        for (const Json& row : reader.all(all, "agencies", kAgenciesMax))
            out.agencies_.push_back(
                {reader.text(row, "code"), reader.text(row, "short"), reader.texts(row, "name")});
        for (const Json& row : reader.all(all, "occasions", kOccasionsMax))
            out.occasions_.push_back({reader.text(row, "id"), reader.texts(row, "name")});
        for (const auto& [name, row] : reader.all(all, "fields", kFieldsMax).items())
            out.fields_.emplace(name, field_of(reader, row));
        for (const Json& row : reader.all(all, "services", kServicesMax))
            out.services_.push_back(service_of(reader, row));
    }
    for (std::size_t i = 0; i < out.services_.size(); ++i)
        out.service_at_.emplace(out.services_[i].code, i);
    if (!all.is_object() || reader.failed())
        return fail(Code::corrupt, "the catalogue's texts can't be read; nothing was taken");
    return out;
}

const CatalogueTexts& CatalogueTexts::shipped() {
    static const CatalogueTexts texts = [] {
        auto parsed = parse({spot_catalogue_start, spot_catalogue_end});
        SPOT_CHECK(parsed.has_value());
        return std::move(*parsed);
    }();
    return texts;
}

const CatalogueTexts::Agency* CatalogueTexts::agency(std::string_view code) const {
    const auto at = std::find_if(agencies_.begin(), agencies_.end(),
                                 [&](const Agency& one) { return one.code == code; });
    return at == agencies_.end() ? nullptr : &*at;
}

const CatalogueTexts::Service* CatalogueTexts::service(std::string_view code) const {
    const auto at = service_at_.find(code);
    return at == service_at_.end() ? nullptr : &services_[at->second];
}

const CatalogueTexts::Field* CatalogueTexts::field(std::string_view name) const {
    const auto at = fields_.find(name);
    return at == fields_.end() ? nullptr : &at->second;
}

}  // namespace spot::core
