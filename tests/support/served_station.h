#pragma once

// A station with its desk and loopback server in this process, in a folder that goes with it, and a
// client that holds every answer against the contract.

#include <doctest/doctest.h>
#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "core/platform/system.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/web_client.h"
#include "van-station/app/desk.h"
#include "van-station/app/station.h"
#include "van-station/web/api.h"

namespace spot::tests {

using Json = nlohmann::json;

class ServedStation {
public:
    // `fill` may write to the store before it is served.
    explicit ServedStation(const std::function<void(station::Station&)>& fill = {}) {
        const auto made =
            station::make_station(folder.path() / "van", slip(), passphrase(), clock.now(), random);
        REQUIRE(made);
        auto opened = station::open_station(folder.path() / "van", passphrase(), random);
        REQUIRE(opened);
        station.emplace(std::move(*opened));
        if (fill) fill(*station);
        auto at = station::Desk::open(
            *station,
            {clock, random, [](core::Instant) { return 60; },
             [this](std::string_view what, std::string_view id) { changes.note(what, id); }});
        REQUIRE(at);
        desk.emplace(std::move(*at));
        station::web::ServerOptions options;
        options.tokens = station::web::Tokens::draw(random);
        options.user = static_cast<std::uint32_t>(::geteuid());
        tokens = options.tokens;
        auto listening = station::web::Server::listen(std::move(options));
        REQUIRE(listening);
        server.emplace(std::move(*listening));
        api.emplace(*server, *desk, changes, print::Issuer{"van-07", "", ""});
        thread = std::thread([this] { server->run(*api); });
    }
    ~ServedStation() {
        server->stop();
        thread.join();
    }
    ServedStation(const ServedStation&) = delete;
    ServedStation& operator=(const ServedStation&) = delete;

    std::string head(std::string_view method, std::string_view path, std::string_view token,
                     std::string_view type, std::size_t size) const {
        const std::string host = "127.0.0.1:" + std::to_string(server->port());
        std::string out(method);
        out.append(" ").append(path).append(" HTTP/1.1\r\nHost: ").append(host);
        out.append("\r\nAuthorization: Bearer ").append(token);
        if (method == "POST")
            out.append("\r\nOrigin: http://")
                .append(host)
                .append("\r\nContent-Type: ")
                .append(type)
                .append("\r\nContent-Length: ")
                .append(std::to_string(size));
        return out.append("\r\n\r\n");
    }
    WebClient::Answer ask(std::string_view method, std::string_view path, std::string_view body,
                          std::string_view type = "application/json") {
        if (!client) client.emplace(server->port());
        auto answer =
            client->ask(head(method, path, tokens.mediator, type, body.size()) + std::string(body));
        if (answer.head.find("Connection: close") != std::string::npos) client.reset();
        return answer;
    }

    support::TemporaryFolder folder;
    core::SystemRandom random;
    core::SystemClock clock;
    std::optional<station::Station> station;
    station::web::Changes changes;
    station::web::Tokens tokens;
    std::optional<station::web::Server> server;
    std::optional<station::Desk> desk;
    std::optional<station::web::Api> api;
    std::optional<WebClient> client;
    std::thread thread;

private:
    static core::Passphrase passphrase() { return core::Passphrase("four words by the river"); }
    sync::Slip slip() {
        sync::Slip out;
        out.station = "van-07";
        out.team = "coimbra";
        out.device = 7;
        out.url = "https://127.0.0.1:1";
        out.tls_pin = "sha256//" + std::string(43, 'A') + "=";
        out.expires = clock.now() + sync::kSlipLifeMs;
        return out;
    }
};

// Calls the operations of the contract by name and validates what comes back.
class ContractClient {
public:
    explicit ContractClient(ServedStation& of) : station_(of) {}

    struct Given {
        std::map<std::string, std::string> path = {};
        std::string query = {};
        Json body = Json::object();
        std::string file = {};  // instead of `body`
        std::string type = "application/json";
    };
    // The answer's JSON; of another kind of answer its bytes as a JSON text.
    Json call(const std::string& operation, const Given& given, unsigned status = 200) {
        INFO(operation);
        const auto& contract = station_.api->contract();
        const auto& all = contract.operations();
        const auto at = std::find_if(all.begin(), all.end(),
                                     [&](const auto& one) { return one.id == operation; });
        REQUIRE(at != all.end());
        called.insert(operation);
        const bool get = at->method == station::web::Method::get;
        const std::string path =
            filled(at->path, given.path) + (given.query.empty() ? "" : "?" + given.query);
        const auto answer = station_.ask(get ? "GET" : "POST", path,
                                         get                  ? std::string()
                                         : given.file.empty() ? given.body.dump()
                                                              : given.file,
                                         given.type);
        INFO(answer.head.substr(0, 40) << answer.body.substr(0, 400));
        REQUIRE(answer.status == status);
        CHECK(answer.head.find("Cache-Control: no-store") != std::string::npos);
        const auto& document = contract.document();
        const auto& responses =
            document.at("paths").at(at->path).at(get ? "get" : "post").at("responses");
        const Json& content =
            status == 200 ? responses.at("200").at("content")
                          : document.at("components").at("responses").at("Refused").at("content");
        if (!content.contains("application/json")) return answer.body;
        Json out = Json::parse(answer.body, nullptr, false);
        REQUIRE(!out.is_discarded());
        const station::web::JsonShape shape(document, content.at("application/json").at("schema"));
        CHECK_MESSAGE(shape.fault(out).empty(), operation, ": ", shape.fault(out), out.dump());
        return out;
    }

    std::set<std::string> called;

private:
    static std::string filled(std::string path, const std::map<std::string, std::string>& values) {
        for (const auto& [name, value] : values) {
            const auto at = path.find("{" + name + "}");
            REQUIRE(at != std::string::npos);
            path.replace(at, name.size() + 2, value);
        }
        REQUIRE(path.find('{') == std::string::npos);
        return path;
    }
    ServedStation& station_;
};

}  // namespace spot::tests
