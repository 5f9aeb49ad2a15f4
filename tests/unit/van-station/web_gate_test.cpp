// Goal: nobody but this launch's own pages is heard, and the citizen's token opens two addresses.

#include "van-station/web/gate.h"

#include <doctest/doctest.h>

#include "tests/support/chance.h"

namespace {

using namespace spot;
using namespace spot::station::web;

struct Case {
    const char* what;
    Head head;
    unsigned status;
};

const Tokens kTokens{"aaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbb"};
constexpr char kMediator[] = "Bearer aaaaaaaaaaaaaaaaaaaa";
constexpr char kCitizen[] = "Bearer bbbbbbbbbbbbbbbbbbbb";
constexpr char kHost[] = "127.0.0.1:4000";
constexpr char kOrigin[] = "http://127.0.0.1:4000";

Head get(std::string_view target, std::string_view authorization = kMediator) {
    return {Method::get, target, kHost, "", "same-origin", authorization};
}
Head post(std::string_view target, std::string_view authorization = kMediator) {
    return {Method::post, target, kHost, kOrigin, "same-origin", authorization};
}
template <class Change>
Head but(Head head, Change change) {
    change(head);
    return head;
}

TEST_CASE("what is heard and what is not") {
    const Gate gate(4000, kTokens);
    const Case cases[] = {
        {"the pages need no token", get("/", ""), 200},
        {"the mediator asks", get("/api/state"), 200},
        {"the mediator does", post("/api/sessions"), 200},
        {"no Sec-Fetch-Site: not every browser sends it",
         but(get("/api/state"), [](Head& h) { h.fetch_site = ""; }), 200},
        {"the address was typed", but(get("/", ""), [](Head& h) { h.fetch_site = "none"; }), 200},
        {"localhost",
         but(post("/api/lock"),
             [](Head& h) {
                 h.host = "localhost:4000";
                 h.origin = "http://localhost:4000";
             }),
         200},
        {"IPv6",
         but(post("/api/lock"),
             [](Head& h) {
                 h.host = "[::1]:4000";
                 h.origin = "http://[::1]:4000";
             }),
         200},

        {"a name led here by DNS", but(get("/"), [](Head& h) { h.host = "evil.example:4000"; }),
         421},
        {"another port", but(get("/"), [](Head& h) { h.host = "127.0.0.1:4001"; }), 421},
        {"no port", but(get("/"), [](Head& h) { h.host = "127.0.0.1"; }), 421},
        {"no host", but(get("/"), [](Head& h) { h.host = ""; }), 421},
        {"a longer name", but(get("/"), [](Head& h) { h.host = "127.0.0.1:4000.evil.example"; }),
         421},
        {"a whole address as target", but(get("http://127.0.0.1:4000/"), [](Head&) {}), 400},
        {"two hosts", but(get("/"), [](Head& h) { h.repeated = true; }), 400},

        {"a POST without origin", but(post("/api/lock"), [](Head& h) { h.origin = ""; }), 403},
        {"a sandboxed page", but(post("/api/lock"), [](Head& h) { h.origin = "null"; }), 403},
        {"another page", but(post("/api/lock"), [](Head& h) { h.origin = "https://evil.example"; }),
         403},
        {"another port's page",
         but(post("/api/lock"), [](Head& h) { h.origin = "http://127.0.0.1:4001"; }), 403},
        {"TLS is another origin",
         but(post("/api/lock"), [](Head& h) { h.origin = "https://127.0.0.1:4000"; }), 403},
        {"one of our names for another",
         but(post("/api/lock"), [](Head& h) { h.origin = "http://localhost:4000"; }), 403},
        {"another page reads",
         but(get("/api/state"), [](Head& h) { h.origin = "http://evil.example"; }), 403},
        {"cross-site", but(get("/api/state"), [](Head& h) { h.fetch_site = "cross-site"; }), 403},
        {"same-site: another port of this machine",
         but(get("/", ""), [](Head& h) { h.fetch_site = "same-site"; }), 403},

        {"no token", get("/api/state", ""), 401},
        {"no token, no such address", get("/api/nothing", ""), 401},
        {"a wrong token", get("/api/state", "Bearer aaaaaaaaaaaaaaaaaaab"), 401},
        {"its beginning", get("/api/state", "Bearer aaaaaaaaaaaaaaaaaaa"), 401},
        {"and more", get("/api/state", "Bearer aaaaaaaaaaaaaaaaaaaaa"), 401},
        {"empty", get("/api/state", "Bearer "), 401},
        {"the token in another way", get("/api/state", "Basic aaaaaaaaaaaaaaaaaaaa"), 401},
        {"the token in the address", get("/api/state?token=aaaaaaaaaaaaaaaaaaaa", ""), 401},
        {"a POST without token", post("/api/lock", ""), 401},

        {"the citizen's screen looks", get("/api/citizen", kCitizen), 200},
        {"and hears", get("/api/citizen/events", kCitizen), 200},
        {"and hears, with a query", get("/api/citizen/events?a=b", kCitizen), 200},
        {"but no more", get("/api/state", kCitizen), 403},
        {"not what is longer", get("/api/citizen/focus", kCitizen), 403},
        {"nor does it do anything", post("/api/citizen", kCitizen), 403},
        {"nor move", post("/api/citizen/focus", kCitizen), 403},
        {"nor by a detour", get("/api/citizen/../state", kCitizen), 403},
        {"the mediator mirrors it", get("/api/citizen", kMediator), 200},

        {"a method of others", but(get("/api/state"), [](Head& h) { h.method = Method::other; }),
         405},
        {"pages are only read", post("/"), 405},
    };
    for (const Case& one : cases) {
        CAPTURE(one.what);
        CHECK(gate.judge(one.head).status == one.status);
    }
}

TEST_CASE("who it is") {
    const Gate gate(4000, kTokens);
    CHECK(gate.judge(get("/api/state")).who == Who::mediator);
    CHECK(gate.judge(get("/api/citizen", kCitizen)).who == Who::citizen);
    CHECK(gate.judge(get("/")).who == Who::nobody);  // pages are the same for all
}

TEST_CASE("tokens are long, and another pair at each launch") {
    tests::SeededRandom random(1);
    const Tokens one = Tokens::draw(random);
    const Tokens two = Tokens::draw(random);
    CHECK(one.mediator.size() == 40);
    CHECK(one.mediator != one.citizen);
    CHECK(one.mediator != two.mediator);
    CHECK(one.citizen != two.citizen);
}

}  // namespace
