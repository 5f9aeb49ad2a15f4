#include "core/rules.h"

#include <doctest/doctest.h>

#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "tests/support/intents.h"

using namespace spot::core;
using spot::support::author_of;
using spot::support::example_intent;
using Json = nlohmann::json;

namespace {

const char* const kId = "0000000000003G000100000005";

std::string fault(Party author, Kind kind, const Json& intent) {
    const auto checked = check_intent(author, kind, intent, Catalogue::shipped());
    if (checked) return "";
    return (checked.error().code == Code::refused ? "refused " : "") + checked.error().message;
}

// The example with the value at `pointer` changed, or taken out if there is none.
Json changed(Kind kind, const std::string& pointer, const std::optional<Json>& value) {
    Json intent = example_intent(kind);
    const Json::json_pointer at(pointer);
    if (value)
        intent[at] = *value;
    else
        intent[at.parent_pointer()].erase(at.back());
    return intent;
}

struct Case {
    Kind kind;
    std::string pointer;
    std::optional<Json> value;
    std::string fault;  // empty: good
};

void check_all(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        CAPTURE(kind_name(one.kind));
        CAPTURE(one.pointer);
        CHECK(fault(author_of(one.kind), one.kind, changed(one.kind, one.pointer, one.value)) ==
              one.fault);
    }
}

std::string repeated(const std::string& text, int times) {
    std::string out;
    while (times-- > 0) out += text;
    return out;
}

// A good value of a field, as long as its rules allow where they leave it open.
std::string filling(const Catalogue::Field& field) {
    const std::map<std::string, std::string> fixed{{"date", "2017-10-16"},
                                                   {"niss", "12345678902"},
                                                   {"iban", "PT50000201231234567890154"},
                                                   {"money", "123456789,99"},
                                                   {"plate", "12-AB-34"},
                                                   {"email", "a@b.pt"},
                                                   {"doc_numero", "12345678 9 ZZ4"},
                                                   {"num_utente", "123456789"},
                                                   {"processo", "123456/2017"},
                                                   {"artigo_matricial", "U-123456"},
                                                   {"anexos", "12 folhas"}};
    for (const std::string& key : {field.name, field.type})
        if (const auto found = fixed.find(key); found != fixed.end()) return found->second;
    if (field.type == "number") return std::to_string(static_cast<int>(*field.min));
    if (!field.choices.empty() && !field.open) return field.choices.back();
    REQUIRE(field.pattern.empty());
    return repeated("\U0001F690", static_cast<int>(field.max_length));
}

}  // namespace

TEST_CASE("a good intent of each kind passes, by its own party only") {
    for (std::uint8_t number = 1; number <= kKindMax; ++number) {
        const Kind kind{number};
        CAPTURE(kind_name(kind));
        const bool by_hub = author_of(kind) == Party::hub;
        CHECK(fault(author_of(kind), kind, example_intent(kind)) == "");
        CHECK(fault(by_hub ? Party::station : Party::hub, kind, example_intent(kind)) ==
              (by_hub ? "refused this kind: a station may not write it"
                      : "refused this kind: the hub may not write it"));
    }
}

TEST_CASE("who may write what in a request") {
    const std::string paths[] = {"status", "note", "route.state", "route.reference",
                                 "route.answer"};
    for (const std::string& path : paths) {
        CAPTURE(path);
        const Json set{{path, "held"}};
        CHECK(fault(Party::hub, Kind::hub_edit, changed(Kind::hub_edit, "/set", set)) == "");
        CHECK(fault(Party::station, Kind::request_edit, changed(Kind::request_edit, "/set", set)) ==
              "refused " + path + ": a station may not write it");
    }
    const std::pair<std::string, std::string> both[] = {
        {"fields.observacoes", ""},           {"citizen.name", "Ana"}, {"citizen.nif", "501964843"},
        {"citizen.birth_date", "1880-01-01"}, {"citizen.phone", ""},   {"citizen.address", ""}};
    for (const auto& [path, value] : both) {
        CAPTURE(path);
        const Json set{{path, value}};
        CHECK(fault(Party::hub, Kind::hub_edit, changed(Kind::hub_edit, "/set", set)) == "");
        CHECK(fault(Party::station, Kind::request_edit, changed(Kind::request_edit, "/set", set)) ==
              "");
    }
}

TEST_CASE("form: what lacks, what is too much, what is too long") {
    check_all({
        {Kind::session_open, "/at", {}, "at: missing"},
        {Kind::session_open, "/station", {}, ""},
        {Kind::session_open, "/place", {}, ""},
        {Kind::session_open, "/place/name", {}, "place.name: missing"},
        {Kind::session_open, "/place/parish", {}, ""},
        {Kind::session_open, "/place/name", "", "place.name: may not be empty"},
        {Kind::session_open, "/place", "Arega", "place: not of the right type"},
        {Kind::session_open, "/place/zip", "1", "place.zip: there is no such field"},
        {Kind::session_open, "/kind", "x", "kind: there is no such field"},
        {Kind::session_open, "/Ana Silva", "x", "(a name not shown): there is no such field"},
        {Kind::session_open, "/channel", "Care home",
         "channel: not a short word of small letters, like care_home"},
        {Kind::session_open, "/language", "português",
         "language: not a language tag, like pt or pt-BR"},
        {Kind::session_open, "/privacy_notice/accepted", "yes",
         "privacy_notice.accepted: not of the right type"},
        {Kind::session_open, "/mediator", repeated("é", 64), ""},
        {Kind::session_open, "/mediator", repeated("é", 65), "mediator: longer than 64 characters"},
        {Kind::session_open, "/station", nullptr, "station: not of the right type"},
        {Kind::session_close, "/notes", repeated("é", 4000), ""},
        {Kind::session_close, "/notes", repeated("é", 4001), "notes: longer than 4000 characters"},
        {Kind::session_close, "/notes", {}, ""},
        {Kind::session_close, "/outcome", {}, "outcome: missing"},
        {Kind::session_close, "/minutes", -1, "minutes: less than 0"},
        {Kind::session_close, "/minutes", 100001, "minutes: more than 100000"},
        {Kind::session_close, "/minutes", 18446744073709551615U, "minutes: less than 0"},
        {Kind::session_close, "/minutes", 1.5, "minutes: not of the right type"},
        {Kind::session_close, "/minutes", "9", "minutes: not of the right type"},
        {Kind::session_close, "/session", "van-07", "session: not the id of a record"},
        {Kind::session_close, "/session", repeated("0", 26), "session: not the id of a record"},
        {Kind::session_close, "/session", std::string(kId) + "0",
         "session: not the id of a record"},
        {Kind::complaint_log, "/text", "", "text: may not be empty"},
        {Kind::complaint_log, "/session", {}, ""},
        {Kind::complaint_log, "/text", std::string("a\0b", 3),
         "text: holds a control character or is not UTF-8"},
        {Kind::complaint_log, "/text", "\xED\xA0\x80",
         "text: holds a control character or is not UTF-8"},
        {Kind::assessment_self, "/scores", Json::object(), "scores: may not be empty"},
        {Kind::assessment_self, "/scores/privacy", 11, "scores.privacy: more than 10"},
        {Kind::assessment_self, "/scores/privacy", -1, "scores.privacy: less than 0"},
        {Kind::assessment_self, "/scores/a.b", 1, "scores.a.b: there is no such field"},
        {Kind::feedback_training, "/text", {}, "text: missing"},
        {Kind::hub_edit, "/set", Json::object(), "set: may not be empty"},
        {Kind::hub_edit, "/set", Json::array({"status"}), "set: not of the right type"},
        {Kind::hub_edit, "/set/route.state", "lost", "route.state: none of the values there are"},
        {Kind::hub_edit, "/set/session", "x", "session: there is no such field"},
        {Kind::hub_edit, "/set/fields", Json::object(), "fields: there is no such field"},
        {Kind::hub_edit, "/set/citizen.name", Json::array(), "citizen.name: not of the right type"},
    });
    CHECK(fault(Party::station, Kind::session_open, Json::array()) ==
          "the event: not of the right type");
    CHECK(fault(Party::station, Kind::session_open, "text") == "the event: not of the right type");
}

TEST_CASE("times") {
    const char* const rule =
        "at: not a time with its offset, like 2017-10-16T09:15:55.891+01:00, of the years 2000 to "
        "2100";
    check_all({
        {Kind::session_open, "/at", "2017-10-16T09:15:55Z", ""},
        {Kind::session_open, "/at", "9999-10-16T09:15:55Z", rule},
        {Kind::session_open, "/at", "2017-10-16T09:15:55", rule},
        {Kind::session_open, "/at", 1508141755, "at: not of the right type"},
    });
}

TEST_CASE("citizens") {
    const char* const phone =
        "citizen.phone: not 9 to 20 digits and spaces, with a + in front at most";
    const char* const birth =
        "citizen.birth_date: not a real date of the years 1880 to 2100, like 1971-04-06";
    const Kind kind = Kind::request_queue;
    check_all({
        {kind, "/citizen", {}, "citizen: missing"},
        {kind, "/citizen/name", {}, "citizen.name: missing"},
        {kind, "/citizen/name", "", "citizen.name: may not be empty"},
        {kind, "/citizen/name", repeated("ã", 201), "citizen.name: longer than 200 characters"},
        {kind, "/citizen/nif", {}, ""},
        {kind, "/citizen/nif", "123456780", "citizen.nif: the check digit is wrong"},
        {kind, "/citizen/nif", "12345678", "citizen.nif: not 9 digits"},
        {kind, "/citizen/nif", "", "citizen.nif: not 9 digits"},
        {kind, "/citizen/nif", 123456789, "citizen.nif: not of the right type"},
        {kind, "/citizen/birth_date", "1879-12-31", birth},
        {kind, "/citizen/birth_date", "9999-01-01", birth},
        {kind, "/citizen/birth_date", "1971-02-30", birth},
        {kind, "/citizen/phone", "", ""},
        {kind, "/citizen/phone", "912345678", ""},
        {kind, "/citizen/phone", "91234567", phone},
        {kind, "/citizen/phone", "91234567x", phone},
        {kind, "/citizen/phone", repeated("1", 21), phone},
        {kind, "/citizen/address", repeated("ç", 301),
         "citizen.address: longer than 300 characters"},
        {kind, "/citizen/iban", "x", "citizen.iban: there is no such field"},
    });
    check_all({
        {Kind::request_edit, "/set/citizen.nif", "123456780",
         "citizen.nif: the check digit is wrong"},
        {Kind::request_edit, "/set/citizen.phone", "1", phone},
        {Kind::hub_edit, "/set/citizen.birth_date", "1971-13-01", birth},
    });
}

TEST_CASE("requests against the catalogue") {
    const Kind kind = Kind::request_queue;
    check_all({
        {kind, "/service", "IRN-999", "service: not in the catalogue 2026-11"},
        {kind, "/service", "COPIAS", "service: not in the catalogue 2026-11"},
        {kind, "/fields", {}, "fields: missing"},
        {kind, "/fields/motivo", {}, "fields.motivo: missing"},
        {kind, "/fields/motivo", " ", "fields.motivo: may not be empty"},
        {kind, "/fields/motivo", 7, "fields.motivo: not of the right type"},
        {kind, "/fields/iban", {}, ""},
        {kind, "/fields/iban", "", ""},
        {kind, "/fields/iban", "PT50000201231234567890155",
         "fields.iban: the check digit is wrong"},
        {kind, "/fields/niss", "12345678902", "fields.niss: not a field of IRN-001"},
        {kind, "/fields/sonho", "x", "fields.sonho: not in the catalogue 2026-11"},
        {kind, "/fields/Sonho mau", "x", "fields.(a name not shown): there is no such field"},
        {kind, "/fields/observacoes", repeated("é", 2001),
         "fields.observacoes: longer than 2000 characters"},
        {kind, "/fields/observacoes", repeated("é", 4001),
         "fields.observacoes: longer than 4000 characters"},
    });
    check_all({
        {Kind::request_edit, "/set/fields.sonho", "x",
         "fields.sonho: not in the catalogue 2026-11"},
        {Kind::request_edit, "/set/fields.niss", "12345678903",
         "fields.niss: the check digit is wrong"},
        {Kind::request_edit, "/set/fields.data_fim", "9999-12-31",
         "fields.data_fim: not a real date of the years 1900 to 2100"},
        {Kind::request_edit, "/set/fields.motivo", "", ""},
    });
}

TEST_CASE("receipts") {
    const Kind kind = Kind::receipt_print;
    check_all({
        {kind, "/vat", {}, ""},
        {kind, "/lines/1/qty", {}, ""},
        {kind, "/lines", Json::array(), "lines: may not be empty"},
        {kind, "/lines/0/service", "IRN-999", "lines.0.service: not in the catalogue 2026-11"},
        {kind, "/lines/1/cents", -1, "lines.1.cents: less than 0"},
        {kind, "/lines/1/cents", {}, "lines.1.cents: missing"},
        {kind, "/lines/1/text", "x", "lines.1.text: there is no such field"},
        {kind, "/total_cents", 1841, "total_cents: not the sum of the lines"},
        {kind, "/vat/cents", 346, ""},
        {kind, "/vat/cents", 347, "vat.cents: not the rate's share of the total"},
        {kind, "/vat/cents", 341, "vat.cents: not the rate's share of the total"},
        {kind, "/vat/rate", 6, "vat.cents: not the rate's share of the total"},
        {kind, "/vat/rate", 101, "vat.rate: more than 100"},
        {kind, "/number", 0, "number: less than 1"},
        {kind, "/series", {}, "series: missing"},
        {kind, "/series", "7 1", "series: not letters, digits and . _ / -"},
    });
}

TEST_CASE("the longest edit is within the size of an intent") {
    Json intent = example_intent(Kind::hub_edit);
    for (const char* const name :
         {"observacoes", "motivo", "morada_nova", "conjuge", "filiacao_pai", "filiacao_mae",
          "representante", "testemunha", "email", "local_ocorrencia", "entidade_patronal",
          "profissao", "entrega", "naturalidade", "nacionalidade", "freguesia", "concelho",
          "centro_saude"})
        intent["set"]["fields." + std::string(name)] = filling(*Catalogue::shipped().field(name));
    for (const auto& [path, length] : std::map<std::string, int>{{"citizen.name", 200},
                                                                 {"citizen.address", 300},
                                                                 {"status", 100},
                                                                 {"note", 4000},
                                                                 {"route.reference", 100},
                                                                 {"route.answer", 4000}})
        intent["set"][path] = repeated("\U0001F690", length);
    CHECK(fault(Party::hub, Kind::hub_edit, intent) == "");
    CHECK(canonical(intent).size() < kIntentBytesMax);
}

TEST_CASE("every service of the catalogue can be filled, within the size of an intent") {
    std::set<std::string> seen;
    for (int agency = 0; agency < 17; ++agency) {
        const char* const names[] = {"IRN",  "AT",   "ISS",  "IMT",  "SNS", "ADSE",
                                     "SEF",  "IEFP", "CGA",  "DGAJ", "AMA", "ACT",
                                     "IHRU", "DGES", "ICNF", "IFAP", "ERSE"};
        for (int number = 1; number < 100; ++number) {
            const std::string code = std::string(names[agency]) + "-0" + (number < 10 ? "0" : "") +
                                     std::to_string(number);
            const auto* service = Catalogue::shipped().service(code);
            if (!service) break;
            seen.insert(code);
            CAPTURE(code);
            Json intent = example_intent(Kind::request_queue);
            intent["service"] = code;
            intent["fields"] = Json::object();
            for (const auto& [field, required] : service->fields)
                intent["fields"][field->name] = filling(*field);
            CHECK(fault(Party::station, Kind::request_queue, intent) == "");
            CHECK(canonical(intent).size() < kIntentBytesMax);
            for (Json& value : intent["fields"])
                if (value.get_ref<const std::string&>().size() > 100) value = "x";
            for (const auto& [field, required] : service->fields) {
                Json empty = intent;
                empty["fields"][field->name] = "";
                CHECK(fault(Party::station, Kind::request_queue, empty).empty() == !required);
                empty["fields"].erase(field->name);
                CHECK(fault(Party::station, Kind::request_queue, empty).empty() == !required);
            }
        }
    }
    CHECK(seen.size() == 234);
}
