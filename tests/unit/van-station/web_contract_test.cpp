// Goal: the server routes by the contract's file and lets nothing else in.

#include "van-station/web/contract.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace {

using namespace spot;
using namespace spot::station::web;
using core::Code;
using Json = nlohmann::json;

const Contract& contract() {
    static const Contract made = Contract::built_in();
    return made;
}

std::string operation(Method method, std::string_view path) {
    const auto match = contract().find(method, path);
    return match.operation ? match.operation->id : match.other_method ? "other method" : "none";
}

TEST_CASE("paths lead to operations") {
    CHECK(operation(Method::get, "/api/state") == "state");
    CHECK(operation(Method::get, "/api/sessions/d12") == "session");
    CHECK(operation(Method::post, "/api/sessions/d12/close") == "close_session");
    CHECK(operation(Method::get, "/api/receipts/ABC") == "receipt");
    CHECK(operation(Method::get, "/api/receipts/ABC.pdf") == "receipt_pdf");
    CHECK(operation(Method::get, "/api/visit") == "visit");
    CHECK(operation(Method::post, "/api/visit") == "plan_visit");
    const auto match = contract().find(Method::get, "/api/attachments/d7/abc");
    REQUIRE(match.operation);
    CHECK(match.values == std::vector<std::string>{"d7", "abc"});
    CHECK(operation(Method::post, "/api/state") == "other method");
    for (const char* path :
         {"/api/", "/api/nothing", "/api/state/", "/api//state", "/api/sessions/",
          "/api/sessions/d12/", "/api/sessions/a%2Fb", "/api/sessions/..", "/api/sessions/a.b",
          "/api/receipts/.pdf", "/api/receipts/A.pdf.pdf", "/api/sessions/d1/../state",
          "/api/state;x"}) {
        CAPTURE(std::string(path));
        CHECK(operation(Method::get, path) == "none");
    }
    CHECK(operation(Method::get, "/api/sessions/" + std::string(65, 'a')) == "none");
}

TEST_CASE("nothing that changes anything is a GET, and the citizen's screen only looks") {
    const std::set<std::string> citizens{"citizen_view", "citizen_events"};
    for (const Contract::Operation& one : contract().operations()) {
        CAPTURE(one.id);
        CHECK((one.body == Contract::Body::none) == (one.method == Method::get));
        CHECK(one.citizens == citizens.contains(one.id));
        CHECK(one.path.starts_with("/api/"));
        CHECK(one.body_bytes_max() <= Contract::kFileBytesMax);
    }
}

TEST_CASE("queries") {
    const auto& search = *contract().find(Method::get, "/api/search").operation;
    const auto read = [&](std::string_view query) { return Contract::read_query(search, query); };
    CHECK(read("")->empty());
    CHECK(*read("q=cart%C3%A3o+de&limit=20") == Json{{"q", "cartão de"}, {"limit", 20}});
    CHECK(*read("q=") == Json{{"q", ""}});
    CHECK(*read("q=a%26b%3Dc") == Json{{"q", "a&b=c"}});
    for (const char* query : {"q", "=a", "q=a&q=b", "other=1", "limit=ten", "limit=0", "limit=301",
                              "limit=", "limit=1x", "limit=99999999999999999999", "q=%", "q=%4",
                              "q=%zz", "q=%ff", "q=%00", "q=%c0%80"}) {
        CAPTURE(std::string(query));
        const auto wrong = read(query);
        REQUIRE(!wrong);
        CHECK(wrong.error().code == Code::invalid);
    }
    CHECK(!read("q=" + std::string(201, 'a')));
    const auto& attach = *contract().find(Method::post, "/api/drafts/d1/attachments").operation;
    CHECK(!Contract::read_query(attach, ""));  // it needs a name
    CHECK(Contract::read_query(attach, "name=a.jpg"));
}

TEST_CASE("bodies") {
    const auto& privacy = *contract().find(Method::post, "/api/sessions/d1/privacy").operation;
    const auto code = [&](std::string_view type, std::string_view body) {
        const auto read = Contract::read_json(privacy, type, body);
        return read ? Code::limit : read.error().code;
    };
    CHECK(code("application/json", R"({"accepted":true})") == Code::limit);  // that is, good
    CHECK(code("application/json; charset=utf-8", R"({"accepted":true})") == Code::limit);
    CHECK(code("text/plain", R"({"accepted":true})") == Code::refused);
    CHECK(code("", R"({"accepted":true})") == Code::refused);
    CHECK(code("application/jsonp", R"({"accepted":true})") == Code::refused);
    for (const std::string& body :
         {std::string(), std::string("{}"), std::string("[]"), std::string("null"),
          std::string("{\"accepted\":1}"), std::string("{\"accepted\":true,\"more\":1}"),
          std::string("{\"accepted\":true"), std::string("{\"accepted\":\"\xff\"}"),
          std::string(200'000, '['), std::string("{\"accepted\":true}\0", 18)}) {
        CAPTURE(body.substr(0, 40));
        CHECK(code("application/json", body) == Code::invalid);
    }
}

TEST_CASE("files") {
    const auto& attach = *contract().find(Method::post, "/api/drafts/d1/attachments").operation;
    for (const char* good : {"image/jpeg", "image/png", "application/pdf", "image/png; x=y"})
        CHECK(Contract::takes_media(attach, good));
    for (const char* bad : {"", "image", "text/html", "application/json", "application/pdfx"})
        CHECK(!Contract::takes_media(attach, bad));
}

}  // namespace
