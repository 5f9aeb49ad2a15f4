// Goal: however often a record is changed, each change costs little, and what two parties write
// while apart has room at both. A file of its own as it takes as long as all other limits together.

#include "tests/support/ledgers.h"

using namespace spot;
using namespace spot::support;
using core::Kind;
using core::Party;
using core::RecordId;

TEST_CASE("a record takes so many entries at most that each costs little") {
    Side van{Party::station, 1}, hub{Party::hub, 3};
    const RecordId session = add(van, Kind::session_open, session_intent(1));
    const RecordId request = add(van, Kind::request_queue, request_intent(2, session));
    hand_over(van, hub, kStationLog);
    std::size_t taken = 0;
    for (std::size_t n = 0; n < core::kRecordChangesMax * 3 / 4 + 10; ++n)
        taken +=
            van->journal()
                .append(Kind::request_edit, "", "m.abrantes",
                        edit_intent(n + 3, request, {{"fields.motivo", n % 2 ? "Furto" : "Perda"}}))
                .has_value();
    CHECK(taken == core::kRecordChangesMax * 3 / 4 - 1);
    // What the hub wrote meanwhile has room, too, at both.
    for (std::size_t n = 0; n < 30; ++n)
        add(hub, Kind::hub_edit, hub_edit_intent(n + 2000, request, {{"note", n % 2 ? "?" : "!"}}));
    hand_over(van, hub, kStationLog);
    hand_over(hub, van, kHubLog);
    CHECK(van->records().count()->quarantined == 0);
    CHECK(hub->records().count()->quarantined == 0);
    CHECK(van->audit().check()->empty());
    CHECK(van.lines() == hub.lines());
}
