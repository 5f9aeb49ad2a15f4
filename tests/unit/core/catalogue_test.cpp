#include "core/catalogue.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace spot::core;
using Json = nlohmann::json;

namespace {

Json small() {
    return Json::parse(R"({
      "version": "2026-01",
      "agencies": [], "occasions": [{"id": "x", "name": {"pt": "fields"}}],
      "fields": {
        "motivo": {"type": "choice", "max_length": 10, "open": true, "personal": false,
                   "label": {"pt": "Motivo"}, "choices": [{"value": "Perda", "label": {"pt": "x"}}]},
        "contrib": {"type": "nif", "max_length": 9, "personal": true},
        "peso": {"type": "number", "max_length": 8, "min": 0.5, "max": 20, "personal": false}
      },
      "services": [
        {"code": "A-1", "agency": "A", "name": {"pt": "n"}, "fee_cents": 150,
         "needs": [{"pt": "name"}], "channel": {"connector": "http"},
         "fields": [{"name": "motivo", "required": true, "later": false}, {"name": "peso", "required": false}]}
      ]})");
}

std::string fault(const Catalogue& catalogue, const std::string& field, std::string_view value,
                  bool required = false) {
    const auto* known = catalogue.field(field);
    REQUIRE(known);
    const auto checked = catalogue.check_value(*known, value, required);
    if (checked) return "";
    CHECK(checked.error().code == Code::invalid);
    return checked.error().message;
}

}  // namespace

TEST_CASE("the catalogue that ships") {
    const Catalogue& catalogue = Catalogue::shipped();
    CHECK(catalogue.version() == "2026-11");
    const auto* service = catalogue.service("IRN-001");
    REQUIRE(service);
    CHECK(service->agency == "IRN");
    CHECK(service->fee_cents == 1800);
    REQUIRE(service->fields.size() == 5);
    CHECK(service->fields[0].field->name == "motivo");
    CHECK(service->fields[0].required);
    CHECK(service->fields[1].field == catalogue.field("iban"));
    CHECK(!service->fields[1].required);
    CHECK(catalogue.service("ERSE-005"));
    CHECK(!catalogue.service("IRN-032"));
    CHECK(!catalogue.service(""));
    CHECK(!catalogue.field("Motivo"));

    const auto* field = catalogue.field("estado_civil");
    REQUIRE(field);
    CHECK(field->type == "choice");
    CHECK(field->choices ==
          std::vector<std::string>{"Casado(a)", "Viúvo(a)", "Solteiro(a)", "Divorciado(a)"});
    CHECK(!field->open);
    CHECK(catalogue.field("motivo")->open);
    CHECK(catalogue.field("niss")->personal);
    CHECK(catalogue.field("altura_cm")->max == 250);
}

TEST_CASE("values of form fields") {
    struct Case {
        std::string field;
        std::string value;
        std::string fault;  // after "<field>: "; empty: good
    };
    const std::string emoji = "\U0001F600";
    const auto repeated = [](const std::string& text, int times) {
        std::string out;
        while (times-- > 0) out += text;
        return out;
    };
    const Case cases[] = {
        {"observacoes", repeated(emoji, 2000), ""},
        {"observacoes", repeated("é", 2001), "longer than 2000 characters"},
        {"observacoes", "two\r\nlines\t\"quoted\" \\ /", ""},
        {"observacoes", std::string("null\0inside", 11),
         "holds a control character or is not UTF-8"},
        {"observacoes", "\xFF", "holds a control character or is not UTF-8"},
        {"motivo", "Perda (3)", ""},
        {"estado_civil", "Viúvo(a)", ""},
        {"estado_civil", "viúvo(a)", "none of the choices"},
        {"urgente", "sim", ""},
        {"urgente", "yes", "none of the choices"},
        {"data_fim", "2016-02-29", ""},
        {"data_fim", "2017-02-29", "not a real date of the years 1900 to 2100"},
        {"data_fim", "9999-12-31", "not a real date of the years 1900 to 2100"},
        {"data_fim", "1899-12-31", "not a real date of the years 1900 to 2100"},
        {"data_fim", "2017-00-10", "not a real date of the years 1900 to 2100"},
        {"data_fim", "2017-1-01", "does not have the form of this field"},
        {"data_fim", "2017-10-16\n", "longer than 10 characters"},
        {"niss", "12345678902", ""},
        {"niss", "12345678903", "the check digit is wrong"},
        {"niss", "1234567890", "does not have the form of this field"},
        {"iban", "PT50000201231234567890154", ""},
        {"iban", "PT50000201231234567890155", "the check digit is wrong"},
        {"agregado", "30", ""},
        {"agregado", "0", "below the least allowed"},
        {"agregado", "31", "above the most allowed"},
        {"altura_cm", "29", "below the least allowed"},
        {"area_ha", "0,1234", ""},
        {"area_ha", "0.1", "does not have the form of this field"},
        {"rendimento_anual", "12345,67", ""},
        {"rendimento_anual", "12345.67", "does not have the form of this field"},
        {"matricula", "12-AB-34", ""},
        {"matricula", "12-ab-34", "does not have the form of this field"},
        {"email", "a@b.pt", ""},
        {"email", "a b@c.pt", "does not have the form of this field"},
        {"email", repeated("a", 250) + "@b.pt", "longer than 254 characters"},
        {"anexos", "1 folha", ""},
        {"niss", "", ""},
    };
    for (const Case& one : cases) {
        CAPTURE(one.field);
        CAPTURE(one.fault);
        const std::string want = one.fault.empty() ? "" : one.field + ": " + one.fault;
        CHECK(fault(Catalogue::shipped(), one.field, one.value) == want);
    }
}

TEST_CASE("a required field may not be empty") {
    for (const char* const blank : {"", " ", "\t\r\n "})
        CHECK(fault(Catalogue::shipped(), "motivo", blank, true) == "motivo: may not be empty");
    CHECK(fault(Catalogue::shipped(), "motivo", "", false).empty());
    CHECK(fault(Catalogue::shipped(), "motivo", "x", true).empty());
}

TEST_CASE("a catalogue is parsed whole or not at all") {
    const auto good = Catalogue::parse(small().dump());
    REQUIRE(good);
    CHECK(good->version() == "2026-01");
    CHECK(good->service("A-1")->fee_cents == 150);
    REQUIRE(good->service("A-1")->fields.size() == 2);
    CHECK(good->service("A-1")->fields[0].required);
    CHECK(!good->service("A-1")->fields[1].required);
    CHECK(fault(*good, "contrib", "123456789").empty());
    CHECK(fault(*good, "contrib", "123456780") == "contrib: the check digit is wrong");
    CHECK(fault(*good, "peso", "0,5").empty());
    CHECK(fault(*good, "peso", "20,1") == "peso: above the most allowed");
    for (const char* const text : {"1e1", "nan", "inf", "1,2,3", "x", " 1", "0x1"})
        CHECK(fault(*good, "peso", text) == "peso: not a number");

    struct Case {
        std::string pointer;
        Json value;
    };
    const Case cases[] = {
        {"/version", 7},
        {"/fields/motivo/max_length", 0},
        {"/fields/motivo/max_length", -1},
        {"/fields/motivo/max_length", 4001},
        {"/fields/motivo/max_length", 18446744073709551615U},
        {"/fields/motivo/type", 1},
        {"/fields/motivo/pattern", "("},
        {"/fields/motivo/check", "luhn"},
        {"/fields/Motivo", {{"type", "text"}, {"max_length", 3}}},
        {"/fields/a.b", {{"type", "text"}, {"max_length", 3}}},
        {"/services/0/code", ""},
        {"/services/0/code", std::string(21, 'A')},
        {"/services/0/agency", nullptr},
        {"/services/0/fee_cents", -1},
        {"/services/0/fee_cents", 1.5},
        {"/services/0/fee_cents", "150"},
        {"/services/0/fields/0/name", "nowhere"},
        {"/services/0/fields/0/required", "yes"},
        {"/services/1", small()["services"][0]},
    };
    for (const Case& one : cases) {
        CAPTURE(one.pointer);
        Json json = small();
        json[Json::json_pointer(one.pointer)] = one.value;
        const auto parsed = Catalogue::parse(json.dump());
        REQUIRE(!parsed);
        CHECK(parsed.error().code == Code::corrupt);
    }
    const std::string text = small().dump();
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK(!Catalogue::parse(std::string_view(text).substr(0, size)));
}

TEST_CASE("check digits") {
    for (const char* const good : {"123456789", "501964843", "100000010", "100000070", "999999990"})
        CHECK(nif_valid(good));
    for (const char* const bad : {"123456780", "501964844", "100000011", "000000000", "12345678",
                                  "1234567890", "12345678a", "", " 23456789"})
        CHECK(!nif_valid(bad));
    for (const char* const good : {"12345678902", "10000000000", "29876543219"})
        CHECK(niss_valid(good));
    for (const char* const bad : {"12345678901", "1234567890", "123456789020", "1234567890x", ""})
        CHECK(!niss_valid(bad));
    for (const char* const good : {"PT50000201231234567890154", "GB82WEST12345698765432",
                                   "DE89370400440532013000", "NO9386011117947"})
        CHECK(iban_valid(good));
    for (const char* const bad : {"PT50000201231234567890145", "GB82west12345698765432",
                                  "GB82 WEST 1234 5698 7654 32", "NO938601111794", ""})
        CHECK(!iban_valid(bad));
}

TEST_CASE("one wrong digit never passes") {
    for (const auto& [number, valid] :
         {std::pair{std::string("501964843"), &nif_valid},
          std::pair{std::string("PT50000201231234567890154"), &iban_valid}})
        for (std::size_t at = 2; at < number.size(); ++at)
            for (char digit = '0'; digit <= '9'; ++digit) {
                std::string other = number;
                other[at] = digit;
                CHECK(valid(other) == (other == number));
            }
}

TEST_CASE("dates") {
    CHECK(date_valid("2000-02-29", 1900, 2100));
    CHECK(date_valid("1900-01-01", 1900, 2100));
    CHECK(date_valid("2100-12-31", 1900, 2100));
    for (const char* const bad :
         {"1900-02-29", "2017-04-31", "2017-13-01", "2017-01-32", "", "2017/01/01", "2017-1-001",
          "2101-01-01", "20170101", "+017-01-01", "2017-01-01 "})
        CHECK(!date_valid(bad, 1900, 2100));
}
