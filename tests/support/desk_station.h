#pragma once

// A station with a desk on it, closed and opened again as often as a test likes, and a hub's hand
// that acknowledges and edits, without wire.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/ledgers.h"
#include "van-station/app/desk.h"

namespace spot::support {

class SteppedClock final : public core::Clock {
public:
    core::Instant now() override { return at; }
    core::Instant at = 1'508'141'755'891;  // 2017-10-16T09:15:55.891+01:00
};

class DeskStation {
public:
    DeskStation() : random(7), hub(core::Party::hub, 11) {
        core::start_crypto();
        sync::Slip slip;
        slip.station = "van-07";
        slip.device = kDevice;
        slip.url = "https://hub.example";
        slip.hub_sign = core::sign_public(core::SecretKey::random(random));
        slip.hub_seal = core::seal_public(core::SecretKey::random(random));
        slip.expires = clock.at + 1;
        REQUIRE(station::make_station(data(), slip, passphrase, clock.at, random));
        open();
    }

    // As after a kill: whatever was only in memory is gone.
    void open() {
        desk.reset();
        station.reset();
        auto opened = station::open_station(data(), passphrase, random);
        REQUIRE(opened.has_value());
        station = std::make_unique<station::Station>(std::move(*opened));
        auto at_it =
            station::Desk::open(*station, {clock, random, [](core::Instant) { return 60; },
                                           [this](std::string_view what, std::string_view id) {
                                               changes.emplace_back(what, id);
                                           }});
        REQUIRE(at_it.has_value());
        desk = std::make_unique<station::Desk>(std::move(*at_it));
    }
    // Again, and the mediator signs in.
    void reopen() {
        open();
        sign_in();
    }

    void first_person() {
        const auto added = ok(desk->add_person({{"name", "Maria Abrantes"}, {"pin", "482913"}}));
        supervisor_code = added.at("supervisor_code");
        sign_in();
    }
    void sign_in() { ok(desk->sign_in({{"person", "m.abrantes"}, {"pin", "482913"}})); }

    static Json ok(station::Answer answer) {
        const std::string why = answer ? "" : answer.error().code + " " + answer.error().field;
        CAPTURE(why);
        REQUIRE(answer.has_value());
        return std::move(*answer);
    }
    static void ok(const station::Done<>& done) {
        const std::string why = done ? "" : done.error().code;
        CAPTURE(why);
        REQUIRE(done.has_value());
    }

    Json open_session(const char* language = "pt") {
        return ok(desk->open_session({{"place", {{"name", "Arega"}, {"municipality", "Figueiró"}}},
                                      {"channel", "van"},
                                      {"language", language}}));
    }
    // A session with its privacy notice accepted, and whom it is about.
    std::string session_with_citizen(const char* language = "pt") {
        const Json opened = ok(desk->answer_privacy(
            open_session(language).at("id").get<std::string>(), {{"accepted", true}}));
        const std::string id = opened.at("id");
        ok(desk->set_citizen(id, {{"set",
                                   {{"name", "Ana Silva"},
                                    {"nif", "123 456 789"},
                                    {"birth_date", "1941-04-06"},
                                    {"phone", "+351 932466144"}}}}));
        return id;
    }
    std::string draft(const std::string& session, const std::string& service, Json fields) {
        const Json begun = ok(desk->begin_draft(session, {{"service", service}}));
        const std::string id = begun.at("id");
        ok(desk->set_draft(id, {{"set", std::move(fields)}}));
        return id;
    }
    std::string queued(const std::string& session) {
        return ok(desk->queue_draft(draft(session, "IRN-001",
                                          {{"motivo", "Perda"}, {"nacionalidade", "Portuguesa"}})))
            .at("id");
    }

    // The hub takes and acknowledges all that this station has.
    void reach_hub() {
        const core::LogId log = *station->log();
        take(station->ledger, *hub, log);
        REQUIRE(station->ledger.replica().acknowledge(log, station->ledger.replica().tip(log), {}));
    }
    // An operator's edit, brought here.
    void hub_edits(const std::string& request, Json set) {
        clock.at += 1000;
        REQUIRE(hub->journal().append(core::Kind::hub_edit, "", "op.lisboa",
                                      {{"at", core::utc_text(clock.at)},
                                       {"request", request},
                                       {"operator", "op.lisboa"},
                                       {"set", std::move(set)}}));
        take(*hub, station->ledger, {kDevice | core::kHubBit, 1});
        desk->look_again();
    }
    static void take(core::Ledger& from, core::Ledger& to, const core::LogId& log) {
        const core::Tip have = to.replica().tip(log), all = from.replica().tip(log);
        if (have == all) return;
        const auto entries = from.replica().entries(log, have.seq + 1, all.seq);
        const auto secrets = from.replica().period_secrets(log, have.seq + 1, all.seq);
        REQUIRE(entries.has_value());
        REQUIRE(secrets.has_value());
        REQUIRE(to.replica().offer_period_secrets(log, *secrets));
        REQUIRE(to.replica().receive(log, *entries));
        REQUIRE(to.replica().finalize(log));
        for (;;) {
            const auto executed = to.executor().run(100);
            REQUIRE(executed.has_value());
            if (*executed == 0) break;
        }
    }
    // What export prints of one kind.
    std::vector<Json> records(const std::string& kind) {
        std::vector<Json> out;
        REQUIRE(station->ledger.records().export_lines(
            {kind, {}, false}, [&](std::string_view line) { out.push_back(Json::parse(line)); }));
        return out;
    }
    bool sound() {
        const auto faults = station->ledger.audit().check();
        return faults && faults->empty();
    }
    bool said_changed(std::string_view what) const {
        return std::any_of(changes.begin(), changes.end(),
                           [&](const auto& one) { return one.first == what; });
    }

    std::filesystem::path data() const { return folder.path() / "van"; }

    TemporaryFolder folder;
    tests::SeededRandom random;
    SteppedClock clock;
    core::Passphrase passphrase{"quatro palavras sem sentido"};
    Side hub;
    std::unique_ptr<station::Station> station;
    std::unique_ptr<station::Desk> desk;
    std::string supervisor_code;
    std::vector<std::pair<std::string, std::string>> changes;
};

// Why it was refused; empty: it was not.
template <class Answer>
std::string why(const Answer& answer) {
    return answer ? "" : answer.error().code;
}

}  // namespace spot::support
