// Goal: what makes one version of another, and what keeps a bad one out.

#include "core/catalogue_versions.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "core/catalogue.h"
#include "tests/support/next_catalogue.h"

using namespace spot;
using namespace spot::support;
using Json = nlohmann::json;

namespace {

std::vector<std::string> faults_with(const std::function<void(Json&)>& change) {
    Json all = Json::parse(core::shipped_catalogue());
    change(all);
    return core::catalogue_faults(all.dump());
}

}  // namespace

TEST_CASE("the shipped catalogue is good, and differs from itself in nothing") {
    CHECK(core::catalogue_faults(core::shipped_catalogue()).empty());
    CHECK(core::catalogue_version_of(core::shipped_catalogue()) ==
          core::Catalogue::shipped().version());
    CHECK(core::catalogue_difference(core::shipped_catalogue(), core::shipped_catalogue()).empty());
    const auto same =
        core::catalogue_with(core::shipped_catalogue(), core::Catalogue::shipped().version(), {});
    REQUIRE(same.has_value());
    CHECK(*same == core::shipped_catalogue());
}

TEST_CASE("a version is the one before and the difference, and nothing goes") {
    const std::string after = next_catalogue().dump();
    REQUIRE(core::catalogue_faults(after).empty());
    const auto parts = core::catalogue_difference(core::shipped_catalogue(), after);
    CHECK(parts.size() == 4);  // a field, the changed, the new and the withdrawn service
    const auto text = core::catalogue_with(core::shipped_catalogue(), "2027-01", parts);
    REQUIRE(text.has_value());
    CHECK(core::catalogue_faults(*text).empty());
    const auto read = core::Catalogue::parse(*text);
    REQUIRE(read.has_value());
    CHECK(read->version() == "2027-01");
    CHECK(read->services().size() == core::Catalogue::shipped().services().size() + 1);
    REQUIRE(read->service(kWithdrawnService));
    CHECK(read->service(kWithdrawnService)->withdrawn);
    CHECK_FALSE(read->service(kChangedService)->withdrawn);
    CHECK(read->service(kChangedService)->fee_cents == kNewFee);
    CHECK(read->service(kChangedService)->use_of(kNewField)->required);
    CHECK(read->service(kChangedService)->use_of(kGoneField) == nullptr);
    CHECK(core::same_form(*read, core::Catalogue::shipped(), "IRN-003"));
    CHECK_FALSE(core::same_form(*read, core::Catalogue::shipped(), kChangedService));
    CHECK_FALSE(core::same_form(*read, core::Catalogue::shipped(), kWithdrawnService));
    CHECK_FALSE(core::same_form(*read, core::Catalogue::shipped(), kNewService));
    // The same file again is no change, and what was withdrawn may come back.
    CHECK(core::catalogue_difference(*text, after).empty());
    const auto back = core::catalogue_difference(*text, core::shipped_catalogue());
    CHECK(std::any_of(back.begin(), back.end(), [](const auto& part) {
        return part.key == kWithdrawnService &&
               part.definition.find("withdrawn") == std::string::npos;
    }));
}

TEST_CASE("two steps and their sum come to the same text") {
    const Json second = next_catalogue("2027-01");
    Json third = second;
    third["version"] = "2027-02";
    Json more = third["services"].back();
    more["code"] = "IRN-901";
    third["services"].push_back(more);
    third["services"].erase(0);
    const auto with = [](const std::string& before, const Json& after) {
        const auto text = core::catalogue_with(before, after["version"].get<std::string>(),
                                               core::catalogue_difference(before, after.dump()));
        REQUIRE(text.has_value());
        return *text;
    };
    const std::string by_steps = with(with(core::shipped_catalogue(), second), third);
    const std::string at_once = with(core::shipped_catalogue(), Json::parse(by_steps));
    CHECK(by_steps == at_once);
    CHECK(core::catalogue_hash(by_steps) == core::catalogue_hash(at_once));
    CHECK(core::catalogue_hash(by_steps) != core::catalogue_hash(core::shipped_catalogue()));
}

TEST_CASE("parts that do not read make no version") {
    for (const core::CataloguePart& part :
         {core::CataloguePart{"services", "IRN-900", "{\"code\":\"IRN-901\"}"},
          core::CataloguePart{"nothing", "x", "{}"}, core::CataloguePart{"fields", "x", "[]"},
          core::CataloguePart{"fields", "x", "{"}})
        CHECK_FALSE(core::catalogue_with(core::shipped_catalogue(), "2", {part}).has_value());
}

TEST_CASE("all faults are told, each by its name, and none of it is taken") {
    const auto told = faults_with([](Json& all) {
        all["services"][0]["fee_cents"] = -1;
        all["services"][0]["fields"].push_back({{"name", "no_such"}, {"required", true}});
        all["services"][1]["agency"] = "XYZ";
        all["services"][2].erase("name");
        all["services"][3]["code"] = all["services"][4]["code"];
        all["fields"]["motivo"]["pattern"] = "^[$";
        all["fields"]["iban"]["check"] = "luhn";
        all["requird"] = true;
    });
    const std::string first = Json::parse(core::shipped_catalogue())["services"][0]["code"];
    const auto says = [&](const std::string& words) {
        return std::any_of(told.begin(), told.end(), [&](const std::string& one) {
            return one.find(words) != std::string::npos;
        });
    };
    CHECK(told.size() == 8);
    CHECK(says("service " + first + ": fee_cents has to be a whole number"));
    CHECK(says("service " + first + ", field no_such: is not among the fields"));
    CHECK(says("its agency is not known"));
    CHECK(says("name is missing"));
    CHECK(says("stands twice"));
    CHECK(says("field motivo: pattern does not read"));
    CHECK(says("field iban: check is none there is"));
    CHECK(says("there is no member requird"));
}

TEST_CASE("other files that are no catalogue") {
    for (const char* text : {"", "[]", "{}", "null", "{\"version\":1}", "\xff"})
        CHECK_FALSE(core::catalogue_faults(text).empty());
    CHECK_FALSE(faults_with([](Json& all) { all["version"] = "a b"; }).empty());
    CHECK_FALSE(faults_with([](Json& all) { all["services"] = Json::array(); }).empty());
    CHECK_FALSE(faults_with([](Json& all) { all["services"][0] = 7; }).empty());
    CHECK_FALSE(faults_with([](Json& all) { all["fields"]["motivo"] = "x"; }).empty());
    CHECK_FALSE(
        faults_with([](Json& all) { all["fields"]["Ana"] = all["fields"]["motivo"]; }).empty());
    CHECK(faults_with([](Json& all) {
              for (Json& service : all["services"]) service.erase("agency");
          }).size() == core::kCatalogueFaultsMax);
    CHECK_FALSE(faults_with([](Json& all) {
                    Json& choices = all["fields"]["motivo"]["choices"];
                    for (int i = 0; i < 400; ++i)
                        choices.push_back({{"value", "escolha " + std::to_string(i)},
                                           {"label", {{"pt", "escolha " + std::to_string(i)}}}});
                }).empty());  // would not fit into an entry
}
