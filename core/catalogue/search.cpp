#include "core/search.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "core/catalogue/fold.h"

namespace spot::core {
namespace {

using Service = CatalogueTexts::Service;

// What a word is worth by where it stands; a service counts each word of a query once, at its best.
constexpr int kInName = 100, kInKeywords = 80, kInSummary = 40, kInOccasion = 32, kInAgency = 24;
// … and by how it was found, in hundredths.
constexpr int kWhole = 100, kBeginning = 70, kNear = 55, kNearBeginning = 35;
constexpr int kPerError = 12;
// Fewer services with every word than this: those that lack one word follow them.
constexpr std::size_t kFew = 5;
constexpr int kWholeKeyword = 60;  // the query is one of the service's keywords

// Words that say nothing about a service.
constexpr std::string_view kPassedOver[] = {
    "a",      "o",    "as",    "os",  "e",     "de",    "da",     "do",      "das",   "dos",
    "em",     "no",   "na",    "nos", "nas",   "um",    "uma",    "para",    "por",   "pelo",
    "pela",   "com",  "que",   "se",  "ao",    "aos",   "ou",     "meu",     "minha", "meus",
    "minhas", "seu",  "sua",   "me",  "eu",    "quero", "queria", "preciso", "pedir", "tirar",
    "fazer",  "como", "onde",  "ter", "tenho", "sou",   "estou",  "foi",     "fui",   "ha",
    "ja",     "nao",  "muito", "the", "an",    "of",    "to",     "for",     "my",    "i",
    "want",   "need", "le",    "la",  "les",   "du",    "des",    "mon",     "ma",    "mes",
    "je",     "veux", "pour"};

bool passed_over(std::u32string_view word) {
    return std::any_of(std::begin(kPassedOver), std::end(kPassedOver), [&](std::string_view one) {
        return std::equal(
            one.begin(), one.end(), word.begin(), word.end(),
            [](char left, char32_t right) { return static_cast<char32_t>(left) == right; });
    });
}

std::size_t errors_allowed(std::size_t letters) {
    return letters < 4 ? 0 : letters < 7 ? 1 : 2;
}

// How well `wanted` is found in `word`, in hundredths; 0: it is not.
int quality(std::u32string_view wanted, std::u32string_view word) {
    if (word == wanted) return kWhole;
    if (word.starts_with(wanted)) {
        const int rest = static_cast<int>(30 * wanted.size() / word.size());
        return kBeginning + rest - (wanted.size() == 1 ? 20 : 0);
    }
    const std::size_t most = errors_allowed(wanted.size());
    if (most == 0) return 0;
    const Distance near = distance(wanted, word, most);
    const auto less = [](std::size_t errors) { return kPerError * static_cast<int>(errors - 1); };
    if (near.whole <= most) return kNear - less(near.whole);
    return near.beginning <= most ? kNearBeginning - less(near.beginning) : 0;
}

}  // namespace

struct Search::Index {
    const CatalogueTexts* texts = nullptr;
    Language language = Language::pt;

    struct Place {
        std::uint16_t service;
        std::uint8_t worth;
    };
    std::map<std::u32string, std::vector<Place>, std::less<>> words;
    struct Row {
        int number = 0;  // "IRN-001": low ones are the agency's commonest and win ties
        std::size_t name_words = 0;
        std::vector<std::u32string> keywords;  // each as one text
    };
    std::vector<Row> rows;

    void add(std::size_t service, std::string_view text, int worth) {
        for (const Word& word : words_of(text)) {
            if (passed_over(word.folded)) continue;
            auto& places = words[word.folded];
            if (!places.empty() && places.back().service == service) {
                places.back().worth =
                    std::max(places.back().worth, static_cast<std::uint8_t>(worth));
            } else {
                places.push_back(
                    {static_cast<std::uint16_t>(service), static_cast<std::uint8_t>(worth)});
            }
        }
    }
    void add_texts(std::size_t service, const CatalogueTexts::Text& text, int worth) {
        add(service, text.of(Language::pt), worth);
        if (language != Language::pt) add(service, text.of(language), worth);
    }
    void add_service(std::size_t at);
    bool wanted(const Service& service, const Query& query) const;
    std::vector<std::pair<std::size_t, std::size_t>> marks(
        const Service& service, const std::vector<std::u32string>& asked) const;
};

namespace {

std::u32string joined(std::string_view text) {
    std::u32string out;
    for (const Word& word : words_of(text)) {
        if (passed_over(word.folded)) continue;
        if (!out.empty()) out += U' ';
        out += word.folded;
    }
    return out;
}

// The words to look for; those that say nothing only where there are no others.
std::vector<std::u32string> asked_for(std::string_view text) {
    std::vector<std::u32string> all, telling;
    for (Word& word : words_of(text.substr(0, kQueryBytesMax))) {
        if (word.folded.size() > kWordMax) word.folded.resize(kWordMax);
        if (std::find(all.begin(), all.end(), word.folded) != all.end()) continue;
        if (!passed_over(word.folded) && telling.size() < kQueryWordsMax)
            telling.push_back(word.folded);
        if (all.size() < kQueryWordsMax) all.push_back(std::move(word.folded));
    }
    return telling.empty() ? all : telling;
}

}  // namespace

void Search::Index::add_service(std::size_t at) {
    const Service& service = texts->services()[at];
    Row& row = rows.emplace_back();
    const std::size_t dash = std::min(service.code.find('-'), service.code.size() - 1);
    std::from_chars(service.code.data() + dash + 1, service.code.data() + service.code.size(),
                    row.number);
    row.name_words = std::max<std::size_t>(1, words_of(service.name.of(language)).size());
    for (const std::string& keyword : service.keywords) row.keywords.push_back(joined(keyword));
    add_texts(at, service.name, kInName);
    for (const std::string& keyword : service.keywords) add(at, keyword, kInKeywords);
    add_texts(at, service.summary, kInSummary);
    for (const auto& occasion : texts->occasions())
        if (std::find(service.occasions.begin(), service.occasions.end(), occasion.id) !=
            service.occasions.end())
            add_texts(at, occasion.name, kInOccasion);
    add(at, service.code, kInName);
    if (const auto* agency = texts->agency(service.agency)) {
        add(at, agency->short_name, kInAgency);
        add_texts(at, agency->name, kInAgency);
    }
}

bool Search::Index::wanted(const Service& service, const Query& query) const {
    return !service.withdrawn && (query.agency.empty() || service.agency == query.agency) &&
           (query.occasion.empty() || std::find(service.occasions.begin(), service.occasions.end(),
                                                query.occasion) != service.occasions.end());
}

std::vector<std::pair<std::size_t, std::size_t>> Search::Index::marks(
    const Service& service, const std::vector<std::u32string>& asked) const {
    std::vector<std::pair<std::size_t, std::size_t>> out;
    for (const Word& word : words_of(service.name.of(language))) {
        std::size_t letters = 0;
        for (const std::u32string& wanted : asked) {
            const int how = quality(wanted, word.folded);
            const bool beginning = how > 0 && word.folded.starts_with(wanted);
            // Folding keeps the number of letters but for a few ligatures: then all is marked.
            const bool even = word.folded.size() == word.to - word.from;
            if (how > 0)
                letters =
                    std::max(letters, beginning && even ? wanted.size() : word.to - word.from);
        }
        if (letters > 0) out.emplace_back(word.from, word.from + letters);
    }
    return out;
}

Search::Search(const CatalogueTexts& texts, Language language) {
    auto index = std::make_unique<Index>();
    index->texts = &texts;
    index->language = language;
    for (std::size_t at = 0; at < texts.services().size(); ++at) index->add_service(at);
    index_ = std::move(index);
}
Search::Search(Search&&) noexcept = default;
Search::~Search() = default;

Search::Found Search::find(const Query& query) const {
    const auto& services = index_->texts->services();
    const auto asked = asked_for(query.text);
    if (asked.empty() && query.text.find_first_not_of(' ') != query.text.npos)
        return {};  // no word
    std::vector<int> score(services.size(), 0);
    std::vector<std::size_t> found(services.size(), 0);
    std::vector<int> best(services.size());
    for (const std::u32string& wanted : asked) {
        std::fill(best.begin(), best.end(), 0);
        for (const auto& [word, places] : index_->words) {
            const int how = quality(wanted, word);
            if (how == 0) continue;
            for (const auto& place : places)
                best[place.service] = std::max(best[place.service], how * place.worth);
        }
        for (std::size_t at = 0; at < services.size(); ++at) {
            score[at] += best[at];
            found[at] += best[at] > 0;
        }
    }
    std::size_t most = 0, with_most = 0;
    for (std::size_t at = 0; at < services.size(); ++at) {
        if (!index_->wanted(services[at], query) || found[at] < most) continue;
        with_most = found[at] > most ? 1 : with_most + 1;
        most = found[at];
    }
    const std::size_t enough = most > 1 && with_most < kFew ? most - 1 : most;

    std::u32string whole;
    for (const std::u32string& word : asked) whole += (whole.empty() ? U"" : U" ") + word;
    std::vector<std::size_t> order;
    for (std::size_t at = 0; at < services.size(); ++at) {
        if (!index_->wanted(services[at], query)) continue;
        if (!asked.empty() && (most == 0 || found[at] < enough)) continue;
        const auto& row = index_->rows[at];
        if (std::find(row.keywords.begin(), row.keywords.end(), whole) != row.keywords.end())
            score[at] += kWholeKeyword * 100;
        // Of two that have the word in the name, the one whose name says little else.
        score[at] += static_cast<int>(600 / row.name_words);
        order.push_back(at);
    }
    const bool ranked = !asked.empty();
    std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        if (found[left] != found[right]) return found[left] > found[right];
        if (ranked && score[left] != score[right]) return score[left] > score[right];
        return ranked && index_->rows[left].number < index_->rows[right].number;
    });

    Found out;
    out.total = order.size();
    order.resize(std::min({order.size(), query.limit, kHitsMax}));
    for (const std::size_t at : order)
        out.hits.push_back({&services[at], index_->marks(services[at], asked)});
    return out;
}

}  // namespace spot::core
