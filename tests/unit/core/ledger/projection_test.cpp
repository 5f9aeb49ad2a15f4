#include "core/ledger/projection.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/documents.h"
#include "tests/support/ledgers.h"

using namespace spot;
using namespace spot::support;
using core::Kind;
using core::Party;

namespace {

const core::RecordId kId{kStationLog, 7};

// As the record's document would show it, or the fact's members one by one.
std::string by_reading(Kind kind, Party here, const Json& intent) {
    if (core::has_document(kind)) {
        const core::Step made{kind, core::canonical(intent)};
        const auto out = core::project_sequence(kId, here, {&made, 1});
        REQUIRE(out.has_value());
        return out->json;
    }
    Json out = intent;
    out["record"] = core::record_of(kind);
    out["id"] = kId.text();
    if (kind == Kind::receipt_print) out["state"] = "reserved";
    return core::canonical(out);
}

void check_same(Kind kind, const Json& intent) {
    for (const Party here : {Party::station, Party::hub}) {
        const auto made = core::project_made(kind, kId, here, core::canonical(intent));
        REQUIRE(made.has_value());
        CHECK(*made == by_reading(kind, here, intent));
    }
}

}  // namespace

TEST_CASE("what an entry made is the same by its text as by its document") {
    for (const Kind kind : {Kind::session_open, Kind::request_queue, Kind::receipt_print,
                            Kind::complaint_log, Kind::assessment_self, Kind::feedback_training}) {
        CAPTURE(core::kind_name(kind));
        const Json intent = example_intent(kind);
        check_same(kind, intent);
        // Without each member that may be left out, and with a text that needs escapes.
        for (const auto& [name, value] : intent.items()) {
            CAPTURE(name);
            Json other = intent;
            other.erase(name);
            if (name != "at") check_same(kind, other);
            if (!value.is_string()) continue;
            other[name] = "a \"b\": {c}, [d]\\ \n\u00e9 e.f";
            check_same(kind, other);
        }
    }
}

TEST_CASE("what a document does not hold as it stands in the intent is not shown so") {
    Json intent = example_intent(Kind::request_queue);
    for (const Json& fields : {Json::object(), Json{{"a", Json::object()}, {"b", 1}},
                               Json{{"a.b", "c"}}, Json{{"a", {{"b.c", true}}}}}) {
        intent["fields"] = fields;
        check_same(Kind::request_queue, intent);
    }
}

TEST_CASE("a receipt shows what became of its original") {
    const Json intent = example_intent(Kind::receipt_print);
    const auto made = core::project_made(Kind::receipt_print, kId, Party::hub,
                                         core::canonical(intent), "spoiled");
    REQUIRE(made.has_value());
    CHECK(Json::parse(*made).at("state") == "spoiled");
}

TEST_CASE("an intent that does not read is corrupt wherever it ends") {
    for (const Kind kind : {Kind::session_open, Kind::request_queue, Kind::receipt_print}) {
        const std::string whole = core::canonical(example_intent(kind));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CAPTURE(size);
            CHECK_FALSE(core::project_made(kind, kId, Party::hub, whole.substr(0, size)));
        }
        CHECK_FALSE(core::project_made(kind, kId, Party::hub, whole + " "));
    }
}
