#pragma once

#include <nlohmann/json.hpp>

#include "core/rules.h"

namespace spot::support {

// A good intent of each kind, with every field that may be there.
inline nlohmann::json example_intent(core::Kind kind) {
    using core::Kind;
    using Json = nlohmann::json;
    switch (kind) {
        case Kind::session_open:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "station":"van-07","place":{"name":"Adro, Arega","municipality":"Arega",
            "nuts":"PT16F","parish":"100802"},"mediator":"m.abrantes","channel":"care_home",
            "language":"pt-BR","privacy_notice":{"version":"1","explained":true,"accepted":false}})");
        case Kind::request_queue:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "session":"0000000000003G000100000005","station":"van-07","service":"IRN-001",
            "fields":{"motivo":"Perda","iban":"PT50000201231234567890154",
            "nacionalidade":"Portuguesa","categoria":"B","observacoes":"Sem observações."},
            "citizen":{"name":"Ana Silva","nif":"123456789","birth_date":"1971-04-06",
            "phone":"+351 932466144","address":"Rua da Fonte, 12"}})");
        case Kind::request_edit:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "request":"0000000000003G000100000005","station":"van-07",
            "set":{"fields.motivo":"Furto","citizen.phone":"932466144"}})");
        case Kind::receipt_print:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "session":"0000000000003G000100000005","station":"van-07","series":"7/1","number":1,
            "lines":[{"service":"IRN-001","cents":1800},{"service":"COPIAS","qty":2,"cents":40}],
            "total_cents":1840,"vat":{"rate":23,"cents":344}})");
        case Kind::complaint_log:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "session":"0000000000003G000100000005","station":"van-07","book":"eletrónico",
            "text":"Espera."})");
        case Kind::assessment_self:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "station":"van-07","scores":{"waiting_time":4,"courtesy":0,"privacy":10}})");
        case Kind::feedback_training:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "station":"van-07","mediator":"m.abrantes","topic":"Chave","text":"Mais exemplos."})");
        case Kind::session_close:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "session":"0000000000003G000100000005","station":"van-07","outcome":"queued",
            "minutes":9,"notes":""})");
        case Kind::hub_edit:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "request":"0000000000003G000100000005","station":"van-07","operator":"op.lisboa",
            "set":{"status":"Em análise","note":"","fields.motivo":"Furto"}})");
        case Kind::request_withdraw:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "request":"0000000000003G000100000005","station":"van-07","reason":"Pediu para anular."})");
        case Kind::receipt_settle:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00",
            "receipt":"0000000000003G000100000005","station":"van-07","state":"spoiled"})");
        case Kind::catalogue_set:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00","version":"2017-10",
            "group":"agencies","key":"CTT","definition":"{\"code\":\"CTT\"}"})");
        case Kind::catalogue_publish:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00","version":"2017-10",
            "base":"2017-09","parts":1,"in_force":"2017-11-01T00:00:00+00:00",
            "hash":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"})");
        case Kind::station_key:
            return Json::parse(R"({"at":"2017-10-16T09:15:55.891+01:00","station":"van-11",
            "device":"48aef944a224403e",
            "key":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"})");
    }
    return {};
}

// The party that may write entries of this kind.
inline core::Party author_of(core::Kind kind) {
    using core::Kind;
    const bool by_hub = kind == Kind::hub_edit || kind == Kind::catalogue_set ||
                        kind == Kind::catalogue_publish || kind == Kind::station_key;
    return by_hub ? core::Party::hub : core::Party::station;
}

}  // namespace spot::support
