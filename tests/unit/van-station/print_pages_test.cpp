#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/paper.h"
#include "van-station/print/draw/canvas.h"
#include "van-station/print/draw/qr.h"
#include "van-station/print/draw/roll.h"
#include "van-station/print/escpos.h"
#include "van-station/print/pdf.h"

using namespace spot::print;
using nlohmann::json;
using spot::tests::a_receipt;
using spot::tests::a_request;
using spot::tests::a_session;

namespace {

constexpr Sheet kSheets[] = {Sheet::a4, Sheet::a5, Sheet::large};
constexpr Roll kRolls[] = {Roll::mm58, Roll::mm80};
const Issuer kIssuer{"van-07", "300000000", ""};

Paper paper_with(const json& session) {
    const auto paper = receipt_paper(a_receipt(session, 20), session, kIssuer, std::nullopt);
    REQUIRE(paper);
    return *paper;
}

json session_with(std::size_t requests, const std::string& language = "pt") {
    json list = json::array();
    for (std::size_t i = 0; i < requests; ++i)
        list.push_back(a_request("X-" + std::to_string(i), "Alteração de morada"));
    return a_session(language, list);
}

std::size_t count(const std::string& text, std::string_view what) {
    std::size_t out = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++out;
    return out;
}

}  // namespace

TEST_CASE("every paper comes in every format and language") {
    for (const char* language : {"pt", "en", "fr", "uk"}) {
        const auto session = session_with(3, language);
        const auto summary = summary_paper(session, kIssuer, "2017-10-16T11:00:00+01:00");
        REQUIRE(summary);
        for (const Paper& paper : {paper_with(session), *summary}) {
            for (const Sheet sheet : kSheets) {
                const auto pdf = pdf_of(paper, sheet);
                REQUIRE(pdf);
                CHECK(pdf->starts_with("%PDF-"));
                CHECK(pdf->size() < 100'000);
            }
            for (const Roll roll : kRolls) {
                const auto bytes = escpos_of(paper, roll);
                REQUIRE(bytes);
                CHECK(bytes->starts_with("\x1B@"));
                CHECK(bytes->ends_with(std::string("\x1DVB\0", 4)));
            }
        }
    }
}

TEST_CASE("the same paper gives the same bytes") {
    const auto paper = paper_with(session_with(2));
    const auto pdf = pdf_of(paper, Sheet::a5), pdf_again = pdf_of(paper, Sheet::a5);
    REQUIRE(pdf);
    REQUIRE(pdf_again);
    CHECK(*pdf == *pdf_again);
    const auto roll = escpos_of(paper, Roll::mm80), roll_again = escpos_of(paper, Roll::mm80);
    REQUIRE(roll);
    REQUIRE(roll_again);
    CHECK(*roll == *roll_again);
}

TEST_CASE("no name can carry a command to the printer") {
    auto session = session_with(1);
    session["citizen"]["name"] = "Ana Ribeiro";
    const auto plain = escpos_of(paper_with(session), Roll::mm80);
    session["citizen"]["name"] = "Ana\x1BRibeiro";
    const auto hostile = escpos_of(paper_with(session), Roll::mm80);
    REQUIRE(plain);
    REQUIRE(hostile);
    CHECK(*hostile == *plain);
    for (const char* name : {"\x1B@\x1DVB\x10\x04\x01\n\r", "\xC2\x9B", "\xFF\xFE\xC3"}) {
        session["citizen"]["name"] = name;
        const auto bytes = escpos_of(paper_with(session), Roll::mm80);
        REQUIRE(bytes);
        CHECK(count(*bytes, "\x1B@") == 1);
        CHECK(count(*bytes, "\x1DV") == 1);
    }
}

TEST_CASE("what the code page has is the printer's type, what it has not is a picture") {
    CHECK(in_code_page("Conceição, 0,20\u00A0€ – œuvre") ==
          "Concei\xE7\xE3o, 0,20 \x80 \x96 \x9Cuvre");
    CHECK(in_code_page("a\tb\x1B"
                       "c") == "a b c");
    for (const char* lacks : {"Łukasz", "Київ", "e\u0301", "\u0081", "\xFF"}) {
        CAPTURE(lacks);
        CHECK(!in_code_page(lacks));
    }
    RollWriter writer(384, false);
    REQUIRE(writer.text("Łukasz"));
    const auto picture = writer.take();
    CHECK(count(picture, "\x1Dv0") == 1);
    RollWriter plain(384, false);
    REQUIRE(plain.text("Lukasz"));
    const auto text = plain.take();
    CHECK(count(text, "\x1Dv0") == 0);
    CHECK(count(text, "Lukasz\n") == 1);
}

TEST_CASE("a long day takes pages, too long a one is refused") {
    const auto long_one = pdf_of(paper_with(session_with(100)), Sheet::a5);
    REQUIRE(long_one);
    CHECK(long_one->size() > pdf_of(paper_with(session_with(1)), Sheet::a5)->size());
    const auto too_long = pdf_of(paper_with(session_with(kRowsMax - 1)), Sheet::large);
    REQUIRE(!too_long);
    CHECK(too_long.error().code == spot::core::Code::limit);
}

TEST_CASE("a QR code that can't be is refused, none is left out") {
    auto paper = paper_with(session_with(1));
    paper.code->qr = std::string(8'000, 'Z');
    for (const Sheet sheet : kSheets) CHECK(!pdf_of(paper, sheet));
    for (const Roll roll : kRolls) CHECK(!escpos_of(paper, roll));
    paper.code->qr.clear();
    for (const Sheet sheet : kSheets) CHECK(pdf_of(paper, sheet));
    for (const Roll roll : kRolls) CHECK(escpos_of(paper, roll));
}

TEST_CASE("a picture's bits are where they were drawn") {
    auto canvas = Canvas::picture(20, 4);
    REQUIRE(canvas);
    canvas->area(9, 1, 3, 2);
    const auto picture = canvas->take_picture();
    REQUIRE(picture);
    CHECK(picture->row_bytes() == 3);
    const std::vector<std::uint8_t> wanted{0, 0, 0, 0, 0x70, 0, 0, 0x70, 0, 0, 0, 0};
    CHECK(picture->bits == wanted);
}

TEST_CASE("text is broken between words, and within one that is too wide") {
    auto canvas = Canvas::picture(1, 1);
    REQUIRE(canvas);
    const Type type{20};
    const auto lines =
        canvas->wrap("um dois três quatro", type, canvas->width_of("um dois ", type));
    REQUIRE(lines.size() >= 2);
    CHECK(lines[0] == "um dois");
    const std::string word(60, 'm');
    std::string together;
    for (const auto& line : canvas->wrap(word, type, 200)) {
        CHECK(canvas->width_of(line, type) <= 200);
        together += line;
    }
    CHECK(together == word);
}
