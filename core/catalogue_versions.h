#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto.h"
#include "core/error.h"

namespace spot::core {

// A catalogue as one text, and what makes one version of another. A version is written as
// canonical JSON: keys sorted, no spaces; agencies, occasions and services in the order in which
// they first came. Nothing ever goes from one version to the next: a service that is not offered
// any more stays with "withdrawn": true, a field that no form has any more just stays. So what an
// old request says can be read by any later version.

constexpr std::size_t kCatalogueBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kCataloguePartsMax = 10'000;    // as schemas/intents/catalogue.publish.json
constexpr std::size_t kDefinitionLengthMax = 12'000;  // code points; as catalogue.set.json
constexpr std::size_t kCatalogueFaultsMax = 100;

// One thing of a catalogue.
struct CataloguePart {
    std::string group;       // "agencies", "fields", "occasions", "services"
    std::string key;         // the code, the field's name, the occasion's id
    std::string definition;  // canonical JSON
    bool operator==(const CataloguePart&) const = default;
};

// The text of the one that ships with the program, as a version is written.
const std::string& shipped_catalogue();
Hash catalogue_hash(std::string_view text);

// All that is wrong with a catalogue's file, a sentence each, naming service or field; at most
// kCatalogueFaultsMax. Empty: it is good.
std::vector<std::string> catalogue_faults(std::string_view json);
// The version that a good file names.
std::string catalogue_version_of(std::string_view json);

// What has to be set in `before` so that it says what `after` says. What `after` lacks stays, its
// services withdrawn. Both are good.
std::vector<CataloguePart> catalogue_difference(std::string_view before, std::string_view after);
// `before` with the parts set, as another version. `corrupt`: they don't read.
Result<std::string> catalogue_with(std::string_view before, std::string_view version,
                                   const std::vector<CataloguePart>& parts);

}  // namespace spot::core
