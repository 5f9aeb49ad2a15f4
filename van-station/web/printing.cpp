#include "van-station/web/printing.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "van-station/print/escpos.h"
#include "van-station/print/pdf.h"
#include "van-station/print/printer.h"
#include "van-station/web/routes.h"

namespace spot::station::web {
namespace {

using core::Result;
using Json = nlohmann::json;

constexpr char kToPdf[] = "pdf";
constexpr char kUsualSheet[] = "a5";

Answer pdf_answer(std::string pdf) {
    Answer out;
    out.content_type = kPdf;
    out.body = std::move(pdf);
    return out;
}

Answer refusal_of_error(const core::Error& error) {
    return refusal_of(Fault(error));
}

Result<std::string> pdf_in(const Result<print::Paper>& paper, const std::string& format) {
    if (!paper) return tl::make_unexpected(paper.error());
    const auto sheet = print::parse_sheet(format);
    if (!sheet) return core::fail(core::Code::invalid, "a PDF is a4, a5 or large");
    return print::pdf_of(*paper, *sheet);
}

std::optional<print::Copy> copy_of(const Desk::Print& print) {
    if (print.original) return std::nullopt;
    return print::Copy{print.duplicate, print.at};
}

Result<print::Outcome> deliver(const Result<print::Paper>& paper, const std::string& printer,
                               const std::string& format) {
    if (!paper) return tl::make_unexpected(paper.error());
    SPOT_ASSIGN(const auto found, print::parse_printer(printer));
    const auto roll = print::parse_roll(format);
    if (found.escpos != roll.has_value())
        return core::fail(core::Code::invalid, "this printer does not take that format");
    SPOT_ASSIGN(auto bytes, roll ? print::escpos_of(*paper, *roll) : pdf_in(paper, format));
    return print::deliver({paper->file_title, std::move(bytes)}, found);
}

Json formats_of(bool escpos) {
    return escpos ? Json{"58", "80"} : Json{"a4", "a5", "large"};
}

}  // namespace

// One print of a receipt, from its reservation on.
struct Printing::Print {
    Json receipt, session;
    print::Issuer issuer;
    Desk::Print what;
    std::string format;
    std::string job;
    std::string id() const { return receipt.at("id").get<std::string>(); }
};

Printing::Printing(Desk& desk, print::Issuer issuer, Post post, std::function<void()> done)
    : desk_(desk), issuer_(std::move(issuer)), post_(std::move(post)), done_(std::move(done)) {}

bool Printing::handle(std::string_view operation, const std::vector<std::string>& values,
                      const Json& in, Reply reply) {
    if (operation == "print_receipt")
        print(values[0], in, std::move(reply));
    else if (operation == "receipt_pdf")
        receipt_pdf(values[0], in, std::move(reply));
    else if (operation == "summary_pdf")
        summary_pdf(values[0], in, std::move(reply));
    else if (operation == "closing_pdf")
        closing_pdf(in, std::move(reply));
    else if (operation == "printers")
        printers(std::move(reply));
    else
        return false;
    return true;
}

void Printing::print(const std::string& receipt, const Json& in, Reply reply) {
    Print print;
    auto found = desk_.receipt(receipt);
    if (!found) return reply(refusal_of(found.error()));
    // A second click is not a wish for a second paper.
    if (found->at("prints") > 0 && !in.value("copy", false))
        return reply(refusal(409, "already_printed",
                             "Este recibo já foi impresso. Peça um duplicado, se é preciso."));
    auto session = desk_.session(found->at("session").get_ref<const std::string&>());
    if (!session) return reply(refusal_of(session.error()));
    auto what = desk_.reserve_print(receipt);
    if (!what) return reply(refusal_of(what.error()));
    print.receipt = std::move(*found);
    print.session = std::move(*session);
    print.issuer = issuer(print.session);
    print.what = std::move(*what);
    print.format = in.at("format");
    print.job = "p" + std::to_string(++jobs_);
    const std::string printer = in.at("printer");
    if (printer == kToPdf)
        to_pdf(std::move(print), std::move(reply));
    else
        to_printer(std::move(print), printer, std::move(reply));
}

void Printing::to_pdf(Print print, Reply reply) {
    const auto kept = std::make_shared<Print>(std::move(print));
    const bool given = worker_.give([this, kept, reply] {
        auto pdf = pdf_in(
            print::receipt_paper(kept->receipt, kept->session, kept->issuer, copy_of(kept->what)),
            kept->format);
        post_([this, kept, reply, pdf = std::move(pdf)] {
            over(*kept, pdf ? "sent" : "not_sent");
            if (!pdf) return reply(refusal_of_error(pdf.error()));
            if (sheets_.size() == kSheetsMax) sheets_.pop_front();
            std::erase_if(sheets_, [&](const Sheet& one) {
                return one.receipt == kept->id() && one.format == kept->format;
            });
            sheets_.push_back({kept->id(), kept->format, *pdf});
            Answer answer;
            answer.body = Json{{"job", kept->job}}.dump();
            reply(std::move(answer));
        });
    });
    if (given) return;
    over(*kept, "not_sent");
    reply(refusal(503, "busy"));
}

void Printing::to_printer(Print print, std::string printer, Reply reply) {
    const auto kept = std::make_shared<Print>(std::move(print));
    const bool given = worker_.give([this, kept, printer = std::move(printer)] {
        const auto outcome = deliver(
            print::receipt_paper(kept->receipt, kept->session, kept->issuer, copy_of(kept->what)),
            printer, kept->format);
        const std::string name(
            print::outcome_name(outcome ? outcome->what : print::Outcome::What::not_sent));
        post_([this, kept, name] { over(*kept, name); });
    });
    if (!given) {
        over(*kept, "not_sent");
        return reply(refusal(503, "busy"));
    }
    Answer answer;
    answer.body = Json{{"job", kept->job}}.dump();
    reply(std::move(answer));
}

void Printing::over(const Print& print, std::string_view outcome) {
    // Where the store refuses to note it, the print stays reserved, and is uncertain at the next
    // start: more careful than the truth, never less.
    (void)desk_.printed(print.id(), print.what, outcome);
    done_();
}

void Printing::receipt_pdf(const std::string& receipt, const Json& in, Reply reply) {
    auto found = desk_.receipt(receipt);
    if (!found) return reply(refusal_of(found.error()));
    const std::string format = in.value("format", kUsualSheet);
    const auto sheet = std::find_if(sheets_.begin(), sheets_.end(), [&](const Sheet& one) {
        return one.receipt == receipt && one.format == format;
    });
    if (sheet != sheets_.end()) return reply(pdf_answer(sheet->pdf));
    // A look changes nothing, so it can't be the original.
    const auto prints = found->at("prints").get<std::uint32_t>();
    if (prints == 0)
        return reply(
            refusal(409, "not_printed", "Este recibo ainda não foi impresso. Imprima-o primeiro."));
    auto session = desk_.session(found->at("session").get_ref<const std::string&>());
    if (!session) return reply(refusal_of(session.error()));
    const print::Copy copy{std::max(prints - 1, 1U), now()};
    auto of_it = issuer(*session);
    draw([receipt = std::move(*found), session = std::move(*session), copy,
          issuer =
              std::move(of_it)] { return print::receipt_paper(receipt, session, issuer, copy); },
         format, std::move(reply));
}

void Printing::summary_pdf(const std::string& session, const Json& in, Reply reply) {
    auto found = desk_.session(session);
    if (!found) return reply(refusal_of(found.error()));
    auto of_it = issuer(*found);
    draw([found = std::move(*found), issuer = std::move(of_it),
          at = now()] { return print::summary_paper(found, issuer, at); },
         in.value("format", kUsualSheet), std::move(reply));
}

void Printing::closing_pdf(const Json& in, Reply reply) {
    auto found = desk_.day(in);
    if (!found) return reply(refusal_of(found.error()));
    const auto state = desk_.state();
    const auto language =
        print::language_of(state ? state->value("language", "pt") : std::string("pt"));
    draw([found = std::move(*found), issuer = issuer_, language,
          at = now()] { return print::closing_paper(found, issuer, language, at); },
         "a4", std::move(reply));
}

void Printing::printers(Reply reply) {
    // Printers' names are not personal, but a locked station shows nothing at all.
    if (const auto open = desk_.session_defaults(); !open) return reply(refusal_of(open.error()));
    work(
        [this, reply] {
            Json list = Json::array();
            list.push_back({{"name", kToPdf},
                            {"kind", "pdf"},
                            {"formats", formats_of(false)},
                            {"state", "ready"}});
            for (const print::Found& one : print::find_printers(kPrintersMs))
                list.push_back({{"name", one.printer.name},
                                {"kind", one.printer.escpos ? "escpos" : "cups"},
                                {"formats", formats_of(one.printer.escpos)},
                                {"state", print::readiness_name(one.readiness)}});
            Answer answer;
            answer.body = Json{{"printers", std::move(list)}}.dump();
            post_([reply, answer = std::move(answer)] { reply(answer); });
        },
        reply);
}

// With the hotline as it is set now, in the language of that session's paper.
print::Issuer Printing::issuer(const Json& session) {
    print::Issuer out = issuer_;
    auto help = desk_.help(print::language_of(session.value("language", "pt")));
    out.help_phone = std::move(help.phone);
    out.help_hours = std::move(help.hours);
    out.texts = desk_.catalogue_texts();
    return out;
}

std::string Printing::now() {
    const auto state = desk_.state();
    return state ? state->value("clock", "") : std::string();
}

void Printing::draw(std::function<Result<print::Paper>()> paper, std::string format, Reply reply) {
    work(
        [this, paper = std::move(paper), format = std::move(format), reply] {
            auto pdf = pdf_in(paper(), format);
            post_([reply, pdf = std::move(pdf)] {
                reply(pdf ? pdf_answer(*pdf) : refusal_of_error(pdf.error()));
            });
        },
        reply);
}

void Printing::work(std::function<void()> job, const Reply& reply) {
    if (!worker_.give(std::move(job))) reply(refusal(503, "busy"));
}

}  // namespace spot::station::web
