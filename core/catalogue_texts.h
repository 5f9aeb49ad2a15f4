#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace spot::core {

enum class Language : std::uint8_t { pt, en, fr, uk };
constexpr std::size_t kLanguages = 4;
std::string_view language_name(Language language);  // "pt", …
// Of a BCP 47 tag ("pt-BR" is pt). Portuguese where we don't have it.
Language language_of(std::string_view tag);

// What a catalogue says to people, which the rules (core/catalogue.h) don't look at. A value:
// parse once (10 ms, 2 MB), then read from any thread.
class CatalogueTexts {
public:
    struct Text {
        std::array<std::string, kLanguages> in;
        // Portuguese where it was not translated.
        const std::string& of(Language language) const {
            const std::string& text = in[static_cast<std::size_t>(language)];
            return text.empty() ? in[0] : text;
        }
        bool is_in(Language language) const {
            return !in[static_cast<std::size_t>(language)].empty();
        }
    };
    struct Agency {
        std::string code, short_name;
        Text name;
    };
    struct Occasion {
        std::string id;
        Text name;
    };
    struct Choice {
        std::string value;
        Text label;
    };
    struct Field {
        Text label, hint;
        std::string sensitive;  // health, origin, social, financial; empty: nothing of these
        std::vector<Choice> choices;
    };
    struct Service {
        std::string code, agency;
        Text name, summary;
        std::vector<Text> needs;
        std::vector<std::string> keywords, occasions;
        int typical_days = 0;
        bool withdrawn = false;  // not offered any more
    };

    // `corrupt`: does not read; nothing was taken from it.
    static Result<CatalogueTexts> parse(std::string_view json);
    // Those of Catalogue::shipped().
    static const CatalogueTexts& shipped();

    // In the catalogue's order.
    const std::vector<Agency>& agencies() const { return agencies_; }
    const std::vector<Occasion>& occasions() const { return occasions_; }
    const std::vector<Service>& services() const { return services_; }
    // Null: not in the catalogue.
    const Agency* agency(std::string_view code) const;
    const Service* service(std::string_view code) const;
    const Field* field(std::string_view name) const;

private:
    std::vector<Agency> agencies_;
    std::vector<Occasion> occasions_;
    std::vector<Service> services_;
    std::map<std::string, Field, std::less<>> fields_;
    std::map<std::string, std::size_t, std::less<>> service_at_;
};

}  // namespace spot::core
