// Goal: what another party wrote is applied only where the rules allow it, however it got here.

#include "tests/support/ledgers.h"

#include "core/intent.h"

using namespace spot;
using namespace spot::support;
using core::Kind;
using core::Party;
using core::Quarantined;

TEST_CASE("a session that is closed is not closed again") {
    for (const bool same : {true, false}) {
        CAPTURE(same);
        Side van{Party::station, 1}, hub{Party::hub, 2};
        const auto session = van->journal().append(Kind::session_open, "s", "m", session_intent(1));
        REQUIRE(session.has_value());
        const Json close = close_intent(2, session->record);
        REQUIRE(van->journal().append(Kind::session_close, "", "m", close).has_value());
        // The station's own ledger lets nobody: so it is written by hand.
        auto entries = van->replica().entries(kStationLog, 1, 2);
        REQUIRE(entries.has_value());
        core::Entry again = entries->back();
        again.seq = 3;
        if (!same) again.intent = core::canonical(close_intent(3, session->record));
        entries->push_back(again);

        REQUIRE(hub->replica()
                    .offer_period_secrets(kStationLog,
                                          *van->replica().period_secrets(kStationLog, 1, 2))
                    .has_value());
        REQUIRE(hub->replica().receive(kStationLog, *entries).has_value());
        REQUIRE(hub->replica().finalize(kStationLog).has_value());
        REQUIRE(hub->executor().run(10) == 3);
        CHECK(hub->quarantine().list(kStationLog) == std::vector{Quarantined{3, "duplicate"}});
        CHECK(hub.record(session->record) == van.record(session->record));
        CHECK(hub->audit().check()->empty());
    }
}
