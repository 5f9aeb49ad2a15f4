// Goal: the pages come as they were built, small where the browser takes it so, and once.

#include "van-station/web/pages.h"

#include <doctest/doctest.h>

namespace {

using namespace spot::station::web;
using namespace std::string_literals;

const std::string kPacked =
    "spot pages 1\n"
    "/index.html\ttext/html\tabc\t5\t2\nhelloGZ"
    "/citizen.html\ttext/html\tdef\t3\t0\nyou"s;

Request ask(std::string path, bool takes_gzip, std::string known = "") {
    Request out;
    out.path = std::move(path);
    out.takes_gzip = takes_gzip;
    out.known_etag = std::move(known);
    return out;
}

TEST_CASE("a page in both its forms") {
    const Pages pages(kPacked);
    const Answer plain = pages.get(ask("/", false));
    CHECK(plain.fixed == "hello");
    CHECK(plain.etag == "\"abc\"");
    CHECK(!plain.gzipped);
    CHECK(plain.content_type == "text/html");
    const Answer small = pages.get(ask("/index.html", true));
    CHECK(small.fixed == "GZ");
    CHECK(small.etag == "\"abc-gz\"");
    CHECK(small.gzipped);
    CHECK(pages.get(ask("/citizen", true)).fixed == "you");  // packing gained nothing
    CHECK(!pages.get(ask("/citizen", true)).gzipped);
}

TEST_CASE("what the browser has is not sent again") {
    const Pages pages(kPacked);
    CHECK(pages.get(ask("/", true, "\"abc-gz\"")).status == 304);
    CHECK(pages.get(ask("/", false, "\"abc-gz\"")).status == 200);  // other bytes
    CHECK(pages.get(ask("/", true, "\"old\"")).status == 200);
}

TEST_CASE("there is nothing else") {
    const Pages pages(kPacked);
    for (const char* path :
         {"/nothing", "/../index.html", "//", "", "/index.html/", "/%69ndex.html"}) {
        CAPTURE(path);
        CHECK(pages.get(ask(path, true)).status == 404);
    }
}

TEST_CASE("what the program carries has both screens") {
    const Pages pages = Pages::built_in();
    for (const char* path : {"/", "/citizen"}) {
        CAPTURE(path);
        const Answer page = pages.get(ask(path, false));
        CHECK(page.status == 200);
        CHECK(page.content_type == "text/html; charset=utf-8");
        // A strict policy stands over the page: nothing in line, nothing from elsewhere.
        CHECK(page.fixed.find("<style") == std::string_view::npos);
        CHECK(page.fixed.find(" style=") == std::string_view::npos);
        CHECK(page.fixed.find(" onclick=") == std::string_view::npos);
        CHECK(page.fixed.find("https://") == std::string_view::npos);
    }
}

}  // namespace
