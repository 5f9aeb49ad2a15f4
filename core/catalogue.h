#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace spot::core {

// The services, agencies and forms in force. A value: parse once, then read from any thread.
class Catalogue {
public:
    struct Field {
        std::string name;
        std::string type;  // text, longtext, date, number, money, choice, yesno, nif, niss, iban, …
        std::size_t max_length = 0;  // code points
        std::string pattern;         // anchored; empty: none
        std::string check;           // niss, iban, nif or empty
        std::vector<std::string> choices;
        bool open = false;  // a choice whose list is a help only
        bool personal = false;
        std::optional<double> min, max;
        bool operator==(const Field&) const = default;
    };
    struct ServiceField {
        const Field* field;
        bool required;
    };
    struct Service {
        std::string code, agency;
        std::int64_t fee_cents = 0;
        std::vector<ServiceField> fields;
        bool withdrawn = false;  // not offered any more; old requests of it stay what they are
        // Null: its form does not ask for it.
        const ServiceField* use_of(std::string_view name) const;
    };

    static Result<Catalogue> parse(std::string_view json);
    // The one that ships with the program.
    static const Catalogue& shipped();

    Catalogue(Catalogue&&) noexcept;
    Catalogue& operator=(Catalogue&&) noexcept;
    ~Catalogue();

    const std::string& version() const;
    const std::vector<Service>& services() const;
    const Service* service(std::string_view code) const;  // null: not in the catalogue
    const Field* field(std::string_view name) const;
    // `invalid`, naming the field and the rule but never the value.
    Result<> check_value(const Field& field, std::string_view value, bool required) const;

private:
    struct Content;
    explicit Catalogue(std::unique_ptr<Content> content);
    std::unique_ptr<Content> content_;
};

// Is the same asked, by the same rules, and does it cost the same? Also where neither has the
// service.
bool same_form(const Catalogue& one, const Catalogue& other, std::string_view service);

// Check digits. Sources: NIF and NISS as in Portaria/Segurança Social practice (mod 11; weights
// 29 23 19 17 13 11 7 5 3 2, mod 10); IBAN ISO 13616 / ISO 7064 mod 97-10.
bool nif_valid(std::string_view digits);
bool niss_valid(std::string_view digits);
bool iban_valid(std::string_view text);
// A day that the calendar has, as "2017-10-16".
bool date_valid(std::string_view text, int year_min, int year_max);

}  // namespace spot::core
