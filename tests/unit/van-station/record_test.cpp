#include "van-station/app/record.h"

#include <doctest/doctest.h>

using namespace spot;
using core::Code;
using core::Kind;
using core::RecordId;

namespace {

const RecordId kSession{{7, 1}, 1};
const RecordId kOtherSession{{7, 1}, 2};
const RecordId kRequest{{7, 1}, 3};

// One session "s" with mediator "m.abrantes", in it one request "r"; another session "s2".
class FewRecords final : public station::Records {
public:
    std::optional<RecordId> find(std::string_view record, std::string_view name) override {
        if (record == "session" && (name == "s" || name == kSession.text())) return kSession;
        if (record == "session" && name == "s2") return kOtherSession;
        if (record == "request" && (name == "r" || name == kRequest.text())) return kRequest;
        return std::nullopt;
    }
    std::optional<RecordId> session_of(const RecordId& request) override {
        if (request == kRequest) return kSession;
        return std::nullopt;
    }
    std::string mediator_of(const RecordId& session) override {
        return session == kSession ? "m.abrantes" : "";
    }
};

core::Result<station::Draft> draft(std::string_view line) {
    FewRecords records;
    auto event = core::parse_event(line);
    if (!event) return tl::make_unexpected(event.error());
    return station::draft_of(std::move(*event), records);
}

}  // namespace

TEST_CASE("an event becomes an intent: its own reference goes, others become ids") {
    struct Row {
        const char* line;
        Kind kind;
        const char* reference;
        const char* about;
        const char* user;
        std::string intent;
    };
    const std::string session = kSession.text();
    const std::string request = kRequest.text();
    const std::vector<Row> rows{
        {R"({"kind":"session.open","session":"n","at":"T","mediator":"c.nogueira"})",
         Kind::session_open, "n", "n", "c.nogueira", R"({"at":"T","mediator":"c.nogueira"})"},
        {R"({"kind":"request.queue","request":"n","session":"s","at":"T"})", Kind::request_queue,
         "n", "n", "m.abrantes", R"({"at":"T","session":")" + session + R"("})"},
        {R"({"kind":"request.edit","request":"r","session":"s","set":{"fields.a":"b"}})",
         Kind::request_edit, "", "r", "m.abrantes",
         R"({"request":")" + request + R"(","set":{"fields.a":"b"}})"},
        {R"({"kind":"request.edit","request":"r","set":{}})", Kind::request_edit, "", "r",
         "m.abrantes", R"({"request":")" + request + R"(","set":{}})"},
        {R"({"kind":"receipt.print","receipt":"n","session":"s2","lines":[]})", Kind::receipt_print,
         "n", "n", "", R"({"lines":[],"session":")" + kOtherSession.text() + R"("})"},
        {R"({"kind":"complaint.log","complaint":"n","session":"s","text":"t"})",
         Kind::complaint_log, "n", "n", "m.abrantes",
         R"({"session":")" + session + R"(","text":"t"})"},
        {R"({"kind":"complaint.log","complaint":"n","text":"t"})", Kind::complaint_log, "n", "n",
         "", R"({"text":"t"})"},
        {R"({"kind":"assessment.self","assessment":"n","scores":{"privacy":4}})",
         Kind::assessment_self, "n", "n", "", R"({"scores":{"privacy":4}})"},
        {R"({"kind":"feedback.training","feedback":"n","mediator":"m.x","text":"t"})",
         Kind::feedback_training, "n", "n", "m.x", R"({"mediator":"m.x","text":"t"})"},
        {R"({"kind":"session.close","session":"s","outcome":"resolved"})", Kind::session_close, "",
         "s", "m.abrantes", R"({"outcome":"resolved","session":")" + session + R"("})"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.line);
        const auto made = draft(row.line);
        REQUIRE(made);
        CHECK(made->kind == row.kind);
        CHECK(made->reference == row.reference);
        CHECK(made->about == row.about);
        CHECK(made->user == row.user);
        CHECK(made->intent.dump() == row.intent);
    }
}

TEST_CASE("an id is understood where a reference is") {
    const auto made = draft(R"({"kind":"session.close","session":")" + kSession.text() + R"("})");
    REQUIRE(made);
    CHECK(made->intent["session"] == kSession.text());
}

TEST_CASE("what can't be recorded is refused with the reason and without its values") {
    struct Row {
        const char* line;
        Code code;
        const char* reason;
    };
    const std::vector<Row> rows{
        {"", Code::invalid, "not valid JSON"},
        {"{", Code::invalid, "not valid JSON"},
        {"{} x", Code::invalid, "not valid JSON"},
        {"[1]", Code::invalid, "not a JSON object"},
        {"{\"kind\":\"session.open\",\"a\":\"\xff\"}", Code::invalid, "not valid JSON in UTF-8"},
        {R"({"kind":"session.open","a":"\ud800"})", Code::invalid, "not valid JSON"},
        {R"({"kind":"session.open","a":"x\u0000y"})", Code::invalid, "null character"},
        {R"({"kind":"session.open","a":1e999})", Code::invalid, "out of range"},
        {R"({"kind":"session.open","a":1,"a":2})", Code::invalid, "a key stands twice"},
        {R"({"kind":"session.open","a":{"b":1,"b":2}})", Code::invalid, "a key stands twice"},
        {R"({"session":"n"})", Code::invalid, "kind: is needed"},
        {R"({"kind":7})", Code::invalid, "kind: is needed"},
        {R"({"kind":"session.begin"})", Code::invalid, "kind: is not known"},
        {R"({"kind":"hub.edit","request":"r"})", Code::refused, "at the hub"},
        {R"({"kind":"session.open"})", Code::invalid, "session: is needed"},
        {R"({"kind":"session.open","session":7})", Code::invalid, "session: has to be a text"},
        {R"({"kind":"session.open","session":""})", Code::invalid, "session: has to be 1 to 128"},
        {R"({"kind":"request.queue","request":"n","session":"Maria"})", Code::not_found,
         "session: is not known here"},
        {R"({"kind":"request.edit","request":"Maria"})", Code::not_found,
         "request: is not known here"},
        {R"({"kind":"request.edit","request":"r","session":"s2"})", Code::invalid,
         "session: is not the request's"},
        {R"({"kind":"request.edit","session":"s"})", Code::invalid, "request: is needed"},
        {R"({"kind":"receipt.print","receipt":"n","session":"s","number":1})", Code::invalid,
         "number: is given by the station"},
        {R"({"kind":"receipt.print","receipt":"n","session":"s","series":"A"})", Code::invalid,
         "series: is given by the station"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.line);
        const auto made = draft(row.line);
        REQUIRE_FALSE(made);
        CHECK(made.error().code == row.code);
        CHECK(made.error().message.find(row.reason) != std::string::npos);
        CHECK(made.error().message.find("Maria") == std::string::npos);
    }
}

TEST_CASE("nesting is taken to its limit and no deeper") {
    const auto nested = [](int depth) {
        std::string line = R"({"kind":"session.open","session":"n","a":)";
        for (int i = 1; i < depth; ++i) line += '[';
        for (int i = 1; i < depth; ++i) line += ']';
        return line + "}";
    };
    CHECK(core::parse_event(nested(core::kEventDepthMax)));
    const auto deeper = core::parse_event(nested(core::kEventDepthMax + 1));
    REQUIRE_FALSE(deeper);
    CHECK(deeper.error().message.find("nested") != std::string::npos);
    CHECK_FALSE(core::parse_event(std::string(100'000, '[')));
}
