#include "core/intent.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace spot::core;
using Json = nlohmann::json;

namespace {

std::string shown(const Operation& operation) {
    std::string out = operation.what == Operation::What::text ? "text " : "put ";
    out += operation.path + "=";
    if (const auto* text = std::get_if<std::string>(&operation.value)) out += "'" + *text + "'";
    if (const auto* number = std::get_if<std::int64_t>(&operation.value))
        out += std::to_string(*number);
    if (const auto* yes = std::get_if<bool>(&operation.value)) out += *yes ? "yes" : "no";
    return out;
}

std::vector<std::string> shown(Kind kind, const char* intent) {
    std::vector<std::string> out;
    for (const Operation& operation : operations_of(kind, Json::parse(intent)))
        out.push_back(shown(operation));
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("canonical JSON has sorted keys, no spaces, and text as it is") {
    CHECK(canonical(Json::parse(R"( { "b" : [1, true, null], "a":{"z":"é\n\"","Z":""} } )")) ==
          "{\"a\":{\"Z\":\"\",\"z\":\"é\\n\\\"\"},\"b\":[1,true,null]}");
}

TEST_CASE("operations come in the order of the schema, maps in the order of their keys") {
    CHECK(shown(Kind::session_open, R"({"at":"T","channel":"van","language":"pt","mediator":"m",
            "place":{"parish":"1","name":"N"},"station":"s",
            "privacy_notice":{"version":"v","accepted":false,"explained":true}})") ==
          Lines{"put station='s'", "put place.name='N'", "put place.parish='1'", "put mediator='m'",
                "put channel='van'", "put language='pt'", "put privacy_notice.accepted=no",
                "put privacy_notice.explained=yes", "put privacy_notice.version='v'",
                "put opened_at='T'"});
    CHECK(shown(Kind::request_queue, R"({"at":"T","session":"S","service":"IRN-001",
            "citizen":{"nif":"1","name":"N"},"fields":{"b":"2","a":"1"}})") ==
          Lines{"put session='S'", "put service='IRN-001'", "put fields.a='1'", "put fields.b='2'",
                "put citizen.name='N'", "put citizen.nif='1'", "put queued_at='T'"});
    // What came later stands at the end.
    CHECK(shown(Kind::request_queue, R"({"at":"T","session":"S","service":"IRN-001","fields":{},
            "citizen":{"name":"N"},"catalogue":"2026-11",
            "attachments":{"ab":{"type":"image/png","name":"f","bytes":7}}})") ==
          Lines{"put session='S'", "put service='IRN-001'", "put citizen.name='N'",
                "put queued_at='T'", "put catalogue='2026-11'", "put attachments.ab.bytes=7",
                "put attachments.ab.name='f'", "put attachments.ab.type='image/png'"});
    CHECK(shown(Kind::request_withdraw, R"({"at":"T","request":"R","reason":"W"})") ==
          Lines{"put withdrawn.at='T'", "put withdrawn.reason='W'"});
    CHECK(shown(Kind::receipt_settle, R"({"at":"T","receipt":"R","state":"spoiled"})").empty());
    CHECK(shown(Kind::session_close, R"({"at":"T","session":"S","station":"s","outcome":"queued",
            "minutes":7,"notes":""})") ==
          Lines{"put closed_at='T'", "put outcome='queued'", "put minutes=7", "text notes=''"});
    const char* const edit = R"({"at":"T","request":"R","station":"s","operator":"o",
            "set":{"status":"ok","fields.b":"2","citizen.phone":""}})";
    const Lines set{"put citizen.phone=''", "put fields.b='2'", "put status='ok'"};
    CHECK(shown(Kind::request_edit, edit) == set);
    CHECK(shown(Kind::hub_edit, edit) == set);
}

TEST_CASE("a fact has no document") {
    for (const Kind kind :
         {Kind::receipt_print, Kind::complaint_log, Kind::assessment_self, Kind::feedback_training})
        CHECK(operations_of(kind, Json::parse(R"({"at":"T","text":"x","lines":[]})")).empty());
}

TEST_CASE("moments") {
    struct Case {
        const char* text;
        std::int64_t ms;
        int offset;
    };
    const Case good[] = {
        {"2017-10-16T09:15:55.891+01:00", 1508141755891, 60},
        {"2017-10-16T08:15:55.891Z", 1508141755891, 0},
        {"2017-10-16T08:15:55Z", 1508141755000, 0},
        {"2017-10-16T08:15:55.8Z", 1508141755800, 0},
        {"2017-10-16T08:15:55.891999999Z", 1508141755891, 0},
        {"2017-10-16T05:15:55.891-03:00", 1508141755891, -180},
        {"2017-10-16T13:45:55.891+05:30", 1508141755891, 330},
        {"2000-01-01T00:00:00Z", 946684800000, 0},
        {"2000-01-01T00:00:00+23:59", 946598460000, 1439},
        {"2100-12-31T23:59:59Z", 4133980799000, 0},
        {"2016-02-29T12:00:00-00:00", 1456747200000, 0},
    };
    for (const Case& one : good) {
        CAPTURE(one.text);
        const auto moment = parse_moment(one.text);
        REQUIRE(moment);
        CHECK(moment->ms == one.ms);
        CHECK(moment->offset_minutes == one.offset);
    }
    const char* const wrong[] = {
        "",
        "2017-10-16",
        "2017-10-16T09:15:55",
        "2017-10-16 09:15:55Z",
        "2017-10-16t09:15:55z",
        "2017-10-16T09:15Z",
        "2017-10-16T09:15:55.Z",
        "2017-10-16T09:15:55.1234567890Z",
        "2017-10-16T09:15:55,5Z",
        "2017-10-16T09:15:55+0100",
        "2017-10-16T09:15:55+01",
        "2017-10-16T09:15:55+24:00",
        "2017-10-16T09:15:55+01:60",
        "2017-10-16T24:00:00Z",
        "2017-10-16T09:60:00Z",
        "2017-10-16T09:15:60Z",
        "2017-02-29T09:15:55Z",
        "2017-13-01T09:15:55Z",
        "2017-00-01T09:15:55Z",
        "2017-01-00T09:15:55Z",
        "1999-12-31T23:59:59Z",
        "2101-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z",
        "12017-10-16T09:15:55Z",
        " 2017-10-16T09:15:55Z",
        "2017-10-16T09:15:55Z ",
        "+017-10-16T09:15:55Z",
        "2017-1-016T09:15:55Z",
        "2017-10-16T09:15:55ZZ",
    };
    for (const char* const text : wrong) {
        CAPTURE(text);
        const auto moment = parse_moment(text);
        REQUIRE(!moment);
        CHECK(moment.error().code == Code::invalid);
    }
}
