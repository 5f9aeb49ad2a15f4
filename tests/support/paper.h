#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace spot::tests {

// Made-up people; the NIF's check digit is right.
inline nlohmann::json a_request(const std::string& code, const std::string& name,
                                const std::string& state = "recorded") {
    return {{"id", code},
            {"service", {{"code", code}, {"name", name}, {"agency_short", "Finanças"}}},
            {"queued_at", "2017-10-16T10:43:20.100+01:00"},
            {"state", state}};
}

inline nlohmann::json a_session(const std::string& language, nlohmann::json requests) {
    return {{"language", language},
            {"mediator", "Marta Abrantes"},
            {"opened_at", "2017-10-16T10:31:00+01:00"},
            {"place", {{"name", "Largo da Igreja"}, {"municipality", "Tábua"}}},
            {"citizen",
             {{"name", "Ana da Conceição Ribeiro"}, {"nif", "228803993"}, {"phone", "912201892"}}},
            {"requests", std::move(requests)},
            {"receipts", nlohmann::json::array()}};
}

// One line for each of the session's requests.
inline nlohmann::json a_receipt(const nlohmann::json& session, std::uint64_t total_cents = 0) {
    nlohmann::json lines = nlohmann::json::array();
    for (const auto& request : session.at("requests"))
        lines.push_back({{"service", request.at("service").at("code")},
                         {"name", request.at("service").at("name")},
                         {"qty", 1},
                         {"cents", 0}});
    if (total_cents > 0)
        lines.push_back({{"service", "COPIAS"}, {"qty", 2}, {"cents", total_cents}});
    return {{"number", 129},
            {"series", "7K3Q9F2M-1"},
            {"at", "2017-10-16T10:46:00+01:00"},
            {"lines", std::move(lines)},
            {"total_cents", total_cents},
            {"provisional", true},
            {"qr", "SPOT1:" + std::string(165, 'Z')},
            {"short_code", "K7QX-4MHE-9B2D"}};
}

}  // namespace spot::tests
