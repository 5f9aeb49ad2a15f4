#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/catalogue_texts.h"

namespace spot::core {

constexpr std::size_t kQueryBytesMax = 400;  // the rest of a longer query is not looked at
constexpr std::size_t kQueryWordsMax = 8;
constexpr std::size_t kHitsMax = 300;

// Finds services by what people type: a few letters, without accents, with typing errors.
// Every word of the query has to be found, whole, as a beginning, or with one wrong letter from
// four letters on (two from seven), in the service's name, keywords, summary, occasions or agency,
// which count in this order. Only where fewer than five services have them all do those follow that
// lack one ("documentos arderam"); where none has them all, those with most of them stand for them.
// Words that say nothing ("quero", "a", "the") are passed over.
class Search {
public:
    // Looks at the Portuguese texts and those in `language`. `texts` outlives it.
    Search(const CatalogueTexts& texts, Language language);
    Search(Search&&) noexcept;
    ~Search();

    struct Query {
        std::string_view text;      // empty: all
        std::string_view agency;    // a code; empty: all
        std::string_view occasion;  // an id; empty: all
        std::size_t limit = 20;     // at most kHitsMax
    };
    struct Hit {
        const CatalogueTexts::Service* service = nullptr;
        // Where the name, in the language, holds what was looked for: code points [from, to), in
        // order, apart from each other.
        std::vector<std::pair<std::size_t, std::size_t>> marks;
    };
    struct Found {
        std::size_t total = 0;
        std::vector<Hit> hits;  // the best first; equals in the catalogue's order
    };
    // Any thread; under 2 ms for the 234 services.
    Found find(const Query& query) const;

private:
    struct Index;
    std::unique_ptr<const Index> index_;
};

}  // namespace spot::core
