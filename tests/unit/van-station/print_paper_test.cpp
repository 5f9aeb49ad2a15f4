#include "van-station/print/paper.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/paper.h"

using namespace spot::print;
using nlohmann::json;
using spot::tests::a_receipt;
using spot::tests::a_request;
using spot::tests::a_session;

namespace {

const Issuer kIssuer{"van-07", "300000000", "dias úteis, 9–18 h"};
const json kRequests = json::array({a_request("IRN-001", "Renovação do Cartão de Cidadão"),
                                    a_request("X-2", "Alteração de morada")});

template <class T>
std::vector<T> parts_of(const Paper& paper) {
    std::vector<T> out;
    for (const Part& part : paper.parts)
        if (const auto* one = std::get_if<T>(&part)) out.push_back(*one);
    return out;
}

Paper receipt(const json& session, std::uint64_t cents = 0,
              const std::optional<Copy>& copy = std::nullopt) {
    const auto made = receipt_paper(a_receipt(session, cents), session, kIssuer, copy);
    REQUIRE(made);
    return *made;
}

Paper with_states(const std::vector<std::string>& states) {
    json requests = json::array();
    for (std::size_t i = 0; i < states.size(); ++i)
        requests.push_back(a_request("X-" + std::to_string(i), "Pedido", states[i]));
    return receipt(a_session("pt", requests));
}

}  // namespace

TEST_CASE("a receipt has its number, its lines and its total") {
    const auto paper = receipt(a_session("pt", kRequests), 20);
    CHECK(paper.title == "Recibo");
    CHECK(paper.number == "129");
    CHECK(paper.under == "Série 7K3Q9F2M-1");
    CHECK(paper.origin == std::vector<std::string>{"Espaço do Cidadão",
                                                   "van-07 · Largo da Igreja · Tábua",
                                                   "16-10-2017 · 10:46"});
    const auto rows = parts_of<Table>(paper).at(0).rows;
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].what == "Renovação do Cartão de Cidadão");
    CHECK(rows[0].whom == "Finanças");
    CHECK(rows[0].amount == "gratuito");
    CHECK(rows[2].what == "Fotocópias, 2");
    CHECK(rows[2].amount == "0,20\u00A0€");
    CHECK(parts_of<Total>(paper).at(0).amount == "0,20\u00A0€");
    CHECK(paper.code->short_code == "K7QX-4MHE-9B2D");
    CHECK(paper.code->help.find("300\u00A0000\u00A0000, dias úteis") != std::string::npos);
}

TEST_CASE("what names a sheet in queues and files is its number, no person") {
    for (const char* language : {"pt", "en", "fr", "uk"}) {
        const auto session = a_session(language, kRequests);
        const auto paper = receipt(session);
        CHECK(paper.file_title.find("7K3Q9F2M-1/129") != std::string::npos);
        CHECK(paper.file_title.find("Ana") == std::string::npos);
        const auto summary = summary_paper(session, kIssuer, "2017-10-16T11:00:00+01:00");
        REQUIRE(summary);
        CHECK(summary->file_title.find("Ana") == std::string::npos);
    }
}

TEST_CASE("what is only here is provisional, and says how many and whom we call") {
    const auto one = parts_of<Frame>(with_states({"recorded"}));
    REQUIRE(one.size() == 1);
    CHECK(one[0].mark == "PROVISÓRIO");
    CHECK(one[0].sentence ==
          "O pedido está guardado no computador do Espaço do Cidadão e ainda não chegou à central. "
          "Se for recusado, avisamos pelo 912\u00A0201\u00A0892.");
    const auto many = parts_of<Frame>(with_states({"recorded", "sent"}));
    CHECK(many.at(0).sentence.starts_with("Os 2 pedidos estão guardados"));
    const auto some = parts_of<Frame>(with_states({"recorded", "hub", "agency"}));
    CHECK(some.at(0).sentence.starts_with("Dos 3 pedidos, 1 ainda não chegou"));
}

TEST_CASE("what the hub has is not provisional, unless the receipt says so") {
    auto session = a_session("pt", json::array({a_request("X-1", "Pedido", "hub")}));
    auto given = a_receipt(session);
    given["provisional"] = false;
    auto paper = receipt_paper(given, session, kIssuer, std::nullopt);
    REQUIRE(paper);
    CHECK(parts_of<Frame>(*paper).empty());
    given["provisional"] = true;
    paper = receipt_paper(given, session, kIssuer, std::nullopt);
    REQUIRE(paper);
    CHECK(parts_of<Frame>(*paper).size() == 1);
}

TEST_CASE("a citizen without a telephone is told to keep the paper") {
    auto session = a_session("en", kRequests);
    session["citizen"].erase("phone");
    const auto frame = parts_of<Frame>(receipt(session)).at(0);
    CHECK(frame.sentence.ends_with("Keep this paper."));
    CHECK(frame.sentence.find("call") == std::string::npos);
}

TEST_CASE("a closed session's citizen is known from its requests") {
    auto requests = kRequests;
    requests[0]["citizen"] = {{"name", "Rui Sá"}, {"nif", "228803993"}, {"phone", "912201892"}};
    auto session = a_session("pt", requests);
    session["citizen"] = json::object();
    const auto paper = receipt(session);
    CHECK(parts_of<Text>(paper).at(0).text == "Rui Sá");
    CHECK(parts_of<Frame>(paper).at(0).sentence.ends_with("912\u00A0201\u00A0892."));
}

TEST_CASE("a copy says which one it is and when; the original says nothing of the kind") {
    const auto session = a_session("pt", kRequests);
    CHECK(receipt(session).copy.empty());
    const auto copy = receipt(session, 0, Copy{2, "2017-10-16T15:02:00+01:00"});
    CHECK(copy.copy == "DUPLICADO 2 · impresso 16-10-2017 15:02");
    CHECK(copy.copy_short == "DUPLICADO 2 · 15:02");
}

TEST_CASE("each state has a way of its own shape") {
    using enum Stop;
    struct Row {
        const char* state;
        Stop stops[kStops];
    };
    constexpr Row kRows[] = {
        {"recorded", {reached, ahead, ahead, ahead}},
        {"sent", {reached, unconfirmed, ahead, ahead}},
        {"hub", {reached, reached, ahead, ahead}},
        {"unsure", {reached, reached, unconfirmed, ahead}},
        {"agency", {reached, reached, reached, ahead}},
        {"answered", {reached, reached, reached, answered}},
        {"refused", {reached, reached, reached, refused}},
        {"quarantine", {reached, halted, ahead, ahead}},
        {"conflict", {reached, differs, ahead, ahead}},
        {"held", {reached, reached, halted, ahead}},
        {"withdrawn", {withdrawn, ahead, ahead, ahead}},
        {"of tomorrow", {reached, ahead, ahead, ahead}},  // claims no more than that it is here
    };
    for (const auto& row : kRows) {
        CAPTURE(row.state);
        const auto ways = parts_of<Way>(with_states({row.state}));
        REQUIRE(ways.size() == 1);
        for (std::size_t i = 0; i < kStops; ++i) CHECK(ways[0].stops[i].stop == row.stops[i]);
        CHECK(ways[0].whose.empty());
        CHECK(!ways[0].state.empty());
    }
}

TEST_CASE("requests of one state share a way, others have their own") {
    const auto ways = parts_of<Way>(with_states({"recorded", "hub", "recorded", "recorded"}));
    REQUIRE(ways.size() == 2);
    CHECK(ways[0].whose == "Pedidos 1, 3 e 4");
    CHECK(ways[0].stops[0].note == "16-10, 10:43");
    CHECK(ways[1].whose == "Pedido 2");
}

TEST_CASE("a service is named in the citizen's language, whatever the pages' was") {
    const auto paper = receipt(a_session("en", kRequests));
    const auto rows = parts_of<Table>(paper).at(0).rows;
    CHECK(rows.at(0).what == "Citizen Card renewal");
    CHECK(rows.at(1).what == "Alteração de morada");  // not in the catalogue
}

TEST_CASE("a line that counts two requests stands for two") {
    json requests = json::array();
    for (const char* state : {"withdrawn", "hub", "recorded"})
        requests.push_back(a_request("X-1", "Pedido", state));
    const auto session = a_session("pt", requests);
    auto given = a_receipt(session);
    given["lines"] =
        json::array({{{"service", "X-1"}, {"name", "Pedido"}, {"qty", 2}, {"cents", 0}}});
    const auto paper = receipt_paper(given, session, kIssuer, std::nullopt);
    REQUIRE(paper);
    CHECK(parts_of<Table>(*paper).at(0).rows.at(0).what == "Pedido, 2");
    CHECK(parts_of<Way>(*paper).size() == 2);
    CHECK(parts_of<Frame>(*paper).at(0).sentence.starts_with("Dos 2 pedidos, 1 ainda não chegou"));
}

TEST_CASE("a receipt without number, series, time, lines or total is refused") {
    const auto session = a_session("pt", kRequests);
    for (const char* member : {"number", "series", "at", "lines", "total_cents"}) {
        CAPTURE(member);
        auto given = a_receipt(session);
        given.erase(member);
        const auto made = receipt_paper(given, session, kIssuer, std::nullopt);
        REQUIRE(!made);
        CHECK(made.error().code == spot::core::Code::invalid);
        given[member] = json::array();
        CHECK(!receipt_paper(given, session, kIssuer, std::nullopt));
    }
}

TEST_CASE("what lacks or has another type is left out") {
    const auto whole = a_session("pt", kRequests);
    for (const json& wrong : {json(), json(7), json("x"), json::array(), json::object()}) {
        for (const char* member :
             {"citizen", "place", "requests", "language", "receipts", "mediator", "opened_at"}) {
            auto session = whole;
            session[member] = wrong;
            CHECK(receipt_paper(a_receipt(whole), session, kIssuer, std::nullopt));
            CHECK(summary_paper(session, kIssuer, "2017-10-16T11:00:00+01:00"));
        }
        CHECK(receipt_paper(a_receipt(whole), wrong, Issuer{}, std::nullopt));
        CHECK(summary_paper(wrong, Issuer{}, ""));
    }
}

TEST_CASE("the summary says what happens next, where it is, whom to call and who saw the data") {
    auto requests = kRequests;
    requests[1]["state"] = "agency";
    requests[1]["agency_reference"] = "AT-2017-88";
    auto session = a_session("pt", requests);
    session["receipts"] = json::array({a_receipt(session)});
    const auto paper = summary_paper(session, kIssuer, "2017-10-16T11:00:00+01:00");
    REQUIRE(paper);
    const auto steps = parts_of<Steps>(*paper).at(0).steps;
    REQUIRE(steps.size() == 2);
    CHECK(steps[0].title == "Renovação do Cartão de Cidadão");
    CHECK(steps[0].text.starts_with("Segue para Finanças quando houver ligação. Costuma demorar "));
    CHECK(steps[1].text == "Já está em Finanças. Referência: AT-2017-88.");
    CHECK(parts_of<Way>(*paper).size() == 2);
    CHECK(parts_of<Frame>(*paper).size() == 1);
    CHECK(parts_of<Big>(*paper).at(0).text == "300\u00A0000\u00A0000");
    CHECK(paper->foot.at(0) == "Quem viu os seus dados: Marta Abrantes, que preencheu consigo.");
}

TEST_CASE("the closing sheet counts, and names nobody") {
    const json day{
        {"date", "2017-10-16"},
        {"lead", {{"requests", 23}, {"only_here", 12}, {"need_you", 1}}},
        {"sessions",
         {{{"opened_at", "2017-10-16T10:31:00+01:00"},
           {"closed_at", "2017-10-16T10:50:00+01:00"},
           {"initials", "A. R."},
           {"place", "Tábua"},
           {"requests", 3},
           {"receipts", 1},
           {"open", false}},
          {{"opened_at", "2017-10-16T11:05:00+01:00"}, {"initials", "J. S."}, {"open", true}}}},
        {"waiting", 31},
        {"failed", {{{"seq", 388}, {"what_to_do", "Corrija o documento."}}}},
        {"reconciliation",
         {{"text_parts",
           {{"from", 1}, {"to", 412}, {"accepted", 409}, {"quarantined", 2}, {"awaited", 1}}},
          {"at", "2017-10-16T18:40:00+01:00"}}},
        {"receipts", {{"first", 101}, {"last", 129}, {"count", 29}, {"total_cents", 1840}}}};
    const auto paper = closing_paper(day, kIssuer, Language::pt, "2017-10-16T19:02:00+01:00");
    REQUIRE(paper);
    const auto texts = parts_of<Text>(*paper);
    CHECK(texts.at(0).text == "23 pedidos hoje. 12 só existem neste portátil. 1 precisa de si.");
    CHECK(std::any_of(texts.begin(), texts.end(), [](const Text& text) {
        return text.text ==
               "Entradas 1–412: 409 aceites, 2 em quarentena, 1 esperada. Confirmado pela central "
               "16-10-2017 18:40.";
    }));
    CHECK(parts_of<Total>(*paper).at(0).label == "29 recibos, de 101 a 129");
    CHECK(parts_of<Total>(*paper).at(0).amount == "18,40\u00A0€");
    const auto rows = parts_of<Table>(*paper).at(0).rows;
    CHECK(rows.at(0).what == "10:31–10:50  A. R.");
    CHECK(rows.at(0).amount == "3 pedidos, 1 recibo");
    CHECK(rows.at(1).what == "11:05–aberto  J. S.");
    CHECK(parts_of<Signature>(*paper).size() == 1);

    CHECK(closing_paper({{"date", "2017-10-16"}}, kIssuer, Language::uk, ""));
    CHECK(!closing_paper(json::object(), kIssuer, Language::pt, ""));
}
