#include <cstdio>
#include <nlohmann/json.hpp>

#include "van-station/app/desk.h"
#include "van-station/cli/offset.h"
#include "van-station/cli/verbs.h"
#include "van-station/print/escpos.h"
#include "van-station/print/paper.h"
#include "van-station/print/pdf.h"
#include "van-station/print/printer.h"

namespace spot::station {
namespace {

using core::Code;
using core::Exit;
using core::fail;
using core::Result;
using nlohmann::json;

core::Failure failure(const Fault& fault) {
    const bool gone = fault.what == Fault::What::not_found;
    const bool busy = fault.what == Fault::What::busy;
    return fail(gone ? Code::not_found : busy ? Code::busy : Code::conflict, fault.message);
}

// Where it goes, and in which format.
struct Target {
    std::optional<print::Sheet> sheet;  // else a roll
    print::Roll roll = print::Roll::mm80;
    std::string file;  // else a printer
    print::Printer printer;
};

Result<Target> target_of(const core::Arguments& arguments) {
    const std::string format = arguments.value("format"), size = arguments.value("size");
    Target out;
    out.file = arguments.value("out");
    if (arguments.has("out") == arguments.has("printer"))
        return fail(Code::invalid, "give either --out FILE or --printer NAME");
    if (arguments.has("printer")) {
        auto printer = print::parse_printer(arguments.value("printer"));
        if (!printer) return tl::make_unexpected(printer.error());
        out.printer = std::move(*printer);
    }
    const bool escpos =
        format.empty() ? out.file.empty() && out.printer.escpos : format == "escpos";
    if (!format.empty() && format != "pdf" && format != "escpos")
        return fail(Code::invalid, "--format: pdf or escpos");
    out.printer.escpos = escpos;
    const auto roll = print::parse_roll(size.empty() ? "80" : size);
    const auto sheet = print::parse_sheet(size.empty() ? "a5" : size);
    if (escpos ? !roll.has_value() : !sheet.has_value())
        return fail(Code::invalid, escpos ? "--size: 58 or 80" : "--size: a4, a5 or large");
    if (escpos)
        out.roll = *roll;
    else
        out.sheet = *sheet;
    return out;
}

struct Found {
    json receipt, session;
};

Result<Found> find(Desk& desk, const std::string& id) {
    auto receipt = desk.receipt(id);
    if (!receipt) return failure(receipt.error());
    auto session = desk.session(receipt->at("session").get_ref<const std::string&>());
    if (!session) return failure(session.error());
    return Found{std::move(*receipt), std::move(*session)};
}

Result<std::string> bytes_of(const print::Paper& paper, const Target& target) {
    return target.sheet ? print::pdf_of(paper, *target.sheet)
                        : print::escpos_of(paper, target.roll);
}

Result<print::Outcome> send(const print::Paper& paper, std::string bytes, const Target& target) {
    if (target.file.empty())
        return print::deliver({paper.file_title, std::move(bytes)}, target.printer);
    SPOT_TRY(core::system_disk().replace(target.file, bytes));
    return print::Outcome{print::Outcome::What::sent, print::Outcome::Why::none, bytes.size()};
}

struct Printed {
    print::Outcome outcome;
    std::uint32_t duplicate = 0;
    json receipt;  // as it stands now
};

// Reserved on disk before the first byte leaves, and settled after the last: what dies in between
// is uncertain, never a second original.
Result<Printed> print_one(Desk& desk, const Found& found, const Target& target,
                          const print::Issuer& issuer) {
    const std::string id = found.receipt.at("id");
    const auto what = desk.reserve_print(id);
    if (!what) return failure(what.error());
    std::optional<print::Copy> copy;
    if (!what->original) copy = print::Copy{what->duplicate, what->at};

    Result<print::Outcome> outcome = print::Outcome{};
    const auto paper = print::receipt_paper(found.receipt, found.session, issuer, copy);
    auto bytes = paper ? bytes_of(*paper, target) : tl::make_unexpected(paper.error());
    if (bytes)
        outcome = send(*paper, std::move(*bytes), target);
    else
        outcome = tl::make_unexpected(bytes.error());

    const auto name = print::outcome_name(outcome ? outcome->what : print::Outcome::What::not_sent);
    auto now = desk.printed(id, *what, name);
    if (!outcome) return tl::make_unexpected(outcome.error());
    if (!now) return failure(now.error());
    return Printed{*outcome, what->duplicate, std::move(*now)};
}

const char* sentence(const print::Outcome& outcome) {
    switch (outcome.what) {
        case print::Outcome::What::sent:
            return "Printed.";
        case print::Outcome::What::uncertain:
            return "Some of it left this computer. Look at the paper, then say on the station's "
                   "page whether it came out whole.";
        case print::Outcome::What::not_sent:
            break;
    }
    switch (outcome.why) {
        case print::Outcome::Why::paper:
            return "The printer has no paper. Nothing was printed, the original is unused.";
        case print::Outcome::Why::name:
            return "Nobody on this network knows a printer of this name. Nothing was printed, the "
                   "original is unused. Look at how it is written, or give its address in numbers.";
        case print::Outcome::Why::off:
            return "The printer is off or out of reach. Nothing was printed, the original is "
                   "unused.";
        default:
            return "The printer did not take it. Nothing was printed, the original is unused.";
    }
}

void say(const Printed& printed, const core::Arguments& arguments) {
    const auto& [outcome, duplicate, receipt] = printed;
    if (!arguments.json()) {
        std::fprintf(outcome.what == print::Outcome::What::sent ? stdout : stderr, "%s\n",
                     sentence(outcome));
        return;
    }
    core::print_line(json{{"receipt", receipt.at("id")},
                          {"number", receipt.at("number")},
                          {"state", receipt.at("state")},
                          {"duplicate", duplicate},
                          {"outcome", print::outcome_name(outcome.what)},
                          {"why", print::why_name(outcome.why)},
                          {"bytes", outcome.bytes_left}}
                         .dump());
}

Exit exit_of(const print::Outcome& outcome) {
    switch (outcome.what) {
        case print::Outcome::What::sent:
            return Exit::done;
        case print::Outcome::What::uncertain:
            return Exit::attention;
        case print::Outcome::What::not_sent:
            break;
    }
    return outcome.why == print::Outcome::Why::refused ? Exit::refused : Exit::offline;
}

Result<Exit> run_print(const core::Arguments& arguments) {
    const auto target = target_of(arguments);
    if (!target) {
        if (target.error().code != Code::invalid) return tl::make_unexpected(target.error());
        std::fprintf(stderr, "%s\n", target.error().message.c_str());
        return Exit::usage;
    }
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(auto station, open_station(arguments, random));
    SPOT_ASSIGN(auto desk, Desk::open(station, {clock, random, offset_of, {}}));
    desk.trust_command_line();
    SPOT_ASSIGN(const auto found, find(desk, arguments.value("receipt")));
    const auto help = desk.help(print::language_of(found.session.value("language", "pt")));
    const auto printed =
        print_one(desk, found, *target,
                  {station.identity.station, help.phone, help.hours, desk.catalogue_texts()});
    if (!printed) return tl::make_unexpected(printed.error());
    say(*printed, arguments);
    return exit_of(printed->outcome);
}

}  // namespace

const core::Verb kPrint{
    "print",
    "prints a receipt; what was printed before comes out marked as a duplicate",
    {{"receipt", "ID", "its id, or the reference it was recorded under", true},
     {"format", "pdf|escpos", "standard: what the printer takes, else pdf"},
     {"size", "SIZE", "of a pdf a4, a5 or large, of a roll 58 or 80; standard: a5, 80"},
     {"out", "FILE", "write it into this file"},
     {"printer", "NAME", "a CUPS queue, HOST:PORT, or a device like /dev/usb/lp0"}},
    run_print};

}  // namespace spot::station
