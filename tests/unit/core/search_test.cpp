// Goal: a mediator in a hurry finds a service by a few letters, whatever the typing.
#include "core/search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "core/catalogue/fold.h"

using namespace spot::core;

namespace {

const Search& search(Language language = Language::pt) {
    static const Search pt(CatalogueTexts::shipped(), Language::pt);
    static const Search en(CatalogueTexts::shipped(), Language::en);
    return language == Language::en ? en : pt;
}

std::vector<std::string> codes(std::string_view text, std::size_t limit = 5,
                               Language language = Language::pt) {
    std::vector<std::string> out;
    for (const auto& hit : search(language).find({text, {}, {}, limit}).hits)
        out.push_back(hit.service->code);
    return out;
}

bool among(const std::vector<std::string>& codes, std::string_view wanted) {
    while (!wanted.empty()) {
        const auto end = std::min(wanted.find(' '), wanted.size());
        if (std::find(codes.begin(), codes.end(), wanted.substr(0, end)) != codes.end())
            return true;
        wanted.remove_prefix(std::min(end + 1, wanted.size()));
    }
    return false;
}

std::u32string folded(std::string_view word) {
    const auto words = words_of(word);
    return words.size() == 1 ? words[0].folded : U"";
}

}  // namespace

TEST_CASE("words are compared without accents and capitals, in Latin and Cyrillic") {
    CHECK(folded("CERTIDÃO") == U"certidao");
    CHECK(folded("Ação") == folded("acao"));
    CHECK(folded("Straße") == U"strasse");
    CHECK(folded("e\u0301") == U"e");
    CHECK(folded("ПОСВІДКА") == folded("посвідка"));
    CHECK(folded("Ґ") == U"ґ");
    CHECK(folded("п'ять") == U"пять");
    const auto words = words_of("Cartão de-cidadão, 2");
    REQUIRE(words.size() == 4);
    CHECK(words[0].from == 0);
    CHECK(words[0].to == 6);
    CHECK(words[2].from == 10);
    CHECK(words[3].folded == U"2");
    CHECK(words_of("\xFF\xC3").empty());
    CHECK(words_of("").empty());
}

TEST_CASE("distances: insert, delete, replace, swap; never beyond the bound") {
    CHECK(distance(U"certidao", U"certidao", 2).whole == 0);
    CHECK(distance(U"certidao", U"sertidao", 2).whole == 1);
    CHECK(distance(U"certidao", U"cretidao", 2).whole == 1);  // two swapped
    CHECK(distance(U"certidao", U"certdao", 2).whole == 1);
    CHECK(distance(U"certidao", U"certiddao", 2).whole == 1);
    CHECK(distance(U"certidao", U"cretidoa", 2).whole == 2);
    CHECK(distance(U"certidao", U"xxrtidaoy", 2).whole == 3);
    CHECK(distance(U"", U"ab", 2).whole == 2);
    CHECK(distance(std::u32string(50, U'a'), std::u32string(50, U'a'), 2).whole == 3);  // too long
    CHECK(distance(U"desenp", U"desemprego", 2).beginning == 1);
    CHECK(distance(U"desenp", U"desemprego", 2).whole == 3);
    CHECK(distance(U"abc", U"", 2).beginning == 3);
}

TEST_CASE("everyday queries with typing errors find their service among the first five") {
    // Written for this test, by hand: letters swapped, doubled, left out, or heard wrongly.
    const std::vector<std::pair<const char*, const char*>> rows{
        {"cartao cidadao", "IRN-001 IRN-006 IRN-018"},
        {"crtao cidadao", "IRN-001 IRN-006 IRN-018"},
        {"CARTÃO DE CIDADÃO", "IRN-001 IRN-006 IRN-018"},
        {"renvoar cartao", "IRN-001"},
        {"pasaporte", "IRN-013"},
        {"passpaorte", "IRN-013"},
        {"certidao nascimemto", "IRN-026"},
        {"sertidao casmento", "IRN-023"},
        {"desempergo", "ISS-009 IEFP-001"},
        {"subsideo desemprego", "ISS-009"},
        {"abno familia", "ISS-002"},
        {"registo crimnial", "DGAJ-001"},
        {"chave movle digital", "AMA-001"},
        {"carta condcao", "IMT-001 IMT-005 IMT-019"},
        {"medcio familia", "SNS-002 SNS-016"},
        {"taxa modredora", "SNS-001"},
        {"atestado incapcidade", "SNS-013"},
        {"reembolos irs", "AT-032"},
        {"caderneta perdial", "AT-028 AT-002"},
        {"herensa", "IRN-009 AT-021"},
        {"nacionalidde portuguesa", "IRN-029"},
        {"bolsa de estduo", "DGES-004"},
        {"renda jovm", "IHRU-002"},
        {"incendio caza", "IHRU-001 ISS-008 AMA-003"},
        {"perdi a carteira com tudo", "AMA-008"},
        {"passa", "IRN-013"},
        {"desemp", "ISS-009 IEFP-001"},
        {"irs", "AT-001"},
        {"iuc", "AT-005"},
        {"nao tenho medico de familia", "SNS-002"}};
    for (const auto& [typed, wanted] : rows) {
        const std::string query = typed;
        CAPTURE(query);
        const auto found = codes(query);
        std::string all;
        for (const auto& code : found) all += code + " ";
        CAPTURE(all);
        CHECK(among(found, wanted));
    }
}

TEST_CASE("every word has to be found; where few have all, those that lack one follow") {
    const auto one = search().find({"cartao", {}, {}, 300});
    const auto two = search().find({"cartao cidadao", {}, {}, 300});
    CHECK(two.total < one.total);
    CHECK(two.total > 0);
    CHECK(two.total >= 5);
    CHECK(codes("documentos arderam").front() == "IRN-019");  // has both; alone
    CHECK(among(codes("documentos arderam"), "IRN-002 IRN-014 AMA-008"));
    CHECK(search().find({"xyzzyq", {}, {}, 5}).total == 0);
    CHECK(search().find({"%", {}, {}, 5}).total == 0);
    CHECK(search().find({" ", {}, {}, 5}).total == 234);  // nothing was asked
    CHECK(codes("cartao cidadao xyzzyq").front() == codes("cartao cidadao").front());
}

TEST_CASE("what counts more: the name before the keywords before the rest") {
    const auto found = search().find({"pensao", {}, {}, 300});
    REQUIRE(found.hits.size() > 3);
    const auto in_name = [](const Search::Hit& hit) { return !hit.marks.empty(); };
    CHECK(in_name(found.hits.front()));
    CHECK(!in_name(found.hits.back()));
}

TEST_CASE("an agency or occasion bounds the hits; an empty query lists all in order") {
    const auto all = search().find({{}, {}, {}, 300});
    CHECK(all.total == 234);
    CHECK(all.hits.front().service->code == CatalogueTexts::shipped().services().front().code);
    const auto tax = search().find({{}, "AT", {}, 300});
    CHECK(tax.total > 10);
    CHECK(std::all_of(tax.hits.begin(), tax.hits.end(),
                      [](const auto& hit) { return hit.service->agency == "AT"; }));
    const std::string occasion = CatalogueTexts::shipped().occasions().front().id;
    CHECK(search().find({{}, {}, occasion, 300}).total >= 3);
    CHECK(search().find({"cartao", "AT", {}, 3}).hits.size() <= 3);
    CHECK(search().find({{}, "NONE", {}, 3}).total == 0);
}

TEST_CASE("marks are code points of the name, in the language it is shown in") {
    const auto found = search().find({"cartão cid", "IRN", {}, 300});
    const auto at = std::find_if(found.hits.begin(), found.hits.end(),
                                 [](const auto& hit) { return hit.service->code == "IRN-001"; });
    REQUIRE(at != found.hits.end());
    // "Renovação do Cartão de Cidadão"
    using Marks = std::vector<std::pair<std::size_t, std::size_t>>;
    CHECK(at->marks == Marks{{13, 19}, {23, 26}});
    CHECK(among(codes("citizen card", 5, Language::en), "IRN-001 IRN-006 IRN-018"));
}

TEST_CASE("hostile queries are bounded") {
    std::string words;
    for (int i = 0; i < 2000; ++i) words += "abcdefgh" + std::to_string(i) + " ";
    for (const std::string& query : {words, std::string(100'000, 'a'), std::string("\xFF\xFE\x80"),
                                     std::string("\0\0", 2), std::string("' OR 1=1 --")})
        CHECK(search().find({query, {}, {}, 5}).hits.size() <= 5);
}

TEST_CASE("no query takes long") {
    (void)search();
    using Clock = std::chrono::steady_clock;
    const char* const queries[] = {"c", "cartao", "renvoar cartao cidadao", "desempergo subsideo",
                                   "certidao de nascimento do meu filho no estrangeiro urgente"};
    double worst = 0;
    for (const char* query : queries) {
        double best = 1e9;  // of several: the machine does other things, too
        for (int i = 0; i < 5; ++i) {
            const auto from = Clock::now();
            (void)search().find({query, {}, {}, 20});
            const std::chrono::duration<double, std::milli> took = Clock::now() - from;
            best = std::min(best, took.count());
        }
        worst = std::max(worst, best);
    }
    MESSAGE("worst query: " << worst << " ms");
    CHECK(worst < 1000);  // 20 are promised; a busy machine, or a sanitizer, takes its share
}
