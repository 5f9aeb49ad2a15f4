#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.h"

namespace spot::core {

constexpr std::size_t kServicesMax = 5000;
constexpr std::size_t kFieldsMax = 500;
constexpr std::size_t kFieldsOfServiceMax = 60;
constexpr std::size_t kChoicesMax = 1000;
constexpr std::size_t kCodeCharsMax = 20;  // of a service, as the intents have it
// As schemas/intents/common.json has it for a form's field.
constexpr std::size_t kFieldLengthMax = 4000;
constexpr std::int64_t kFeeCentsMax = 100'000'000;
constexpr std::int64_t kPatternMemory = 256 * 1024;  // of RE2, for one field's pattern

// What the rules need of a catalogue file, as it stands there. Nine tenths of the file are texts
// for screens; read as a stream they cost no memory and a third of the time.
struct CatalogueRows {
    struct Use {
        std::string field;
        std::optional<bool> required;
    };
    struct Service {
        std::string code, agency;
        std::int64_t fee_cents = -1;
        bool withdrawn = false;
        std::vector<Use> uses;
    };
    std::string version;
    std::vector<Catalogue::Field> fields;
    std::vector<Service> services;
};

// Nothing if it is not JSON, a value has the wrong type, or a limit is passed. What lacks keeps
// its default.
std::optional<CatalogueRows> read_catalogue(std::string_view json);

}  // namespace spot::core
