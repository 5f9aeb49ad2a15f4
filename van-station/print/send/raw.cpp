#include "van-station/print/send/raw.h"

#include <algorithm>

namespace spot::print {
namespace {

using What = Outcome::What;
using Why = Outcome::Why;

// Real-time status (DLE EOT n): answered at once, even where the printer does nothing else.
constexpr std::string_view kAskPrinter{"\x10\x04\x01", 3}, kAskOffline{"\x10\x04\x02", 3},
    kAskPaper{"\x10\x04\x04", 3};
constexpr std::uint8_t kOffline = 0x08;       // of kAskPrinter
constexpr std::uint8_t kCauseIsPaper = 0x20;  // of kAskOffline
constexpr std::uint8_t kPaperIsOut = 0x60;    // of kAskPaper
// GS r 1: answered in its turn, so after all that stands before it was worked through.
constexpr std::string_view kAskWhenDone{"\x1Dr\x01", 3};
constexpr std::uint8_t kDoneButPaperIsOut = 0x0C;

bool is_real_time(std::uint8_t answer) {
    return (answer & 0x93) == 0x12;
}
bool is_in_turn(std::uint8_t answer) {
    return (answer & 0x90) == 0;
}

std::optional<std::uint8_t> ask_now(Line& line, std::string_view command, int ms) {
    const auto answer = line.ask(command, Deadline(ms));
    return answer && is_real_time(*answer) ? answer : std::nullopt;
}

// Nothing: it does not answer, which is no fault.
std::optional<Readiness> ask_readiness(Line& line, int ms) {
    const auto printer = ask_now(line, kAskPrinter, ms);
    if (!printer) return std::nullopt;
    const auto paper = ask_now(line, kAskPaper, ms);
    if (paper && (*paper & kPaperIsOut)) return Readiness::paper;
    if (!(*printer & kOffline)) return Readiness::ready;
    const auto cause = ask_now(line, kAskOffline, ms);
    return cause && (*cause & kCauseIsPaper) ? Readiness::paper : Readiness::off;
}

tl::expected<Line, Line::Unopened> open_line(const Printer& printer, Deadline by) {
    return printer.via == Via::network ? Line::connect(printer.address, by)
                                       : Line::open(printer.address);
}

// How it is before anything is printed; `answers` tells whether it will say when it is done.
Readiness before(Line& line, const Printer& printer, int answer_ms, bool& answers) {
    answers = false;
    if (const auto device = line.device_readiness(); device && *device != Readiness::ready)
        return *device;
    // To a printer of pages the question would be the beginning of a page.
    if (!printer.escpos) return Readiness::unknown;
    const auto said = ask_readiness(line, answer_ms);
    answers = said.has_value();
    return said.value_or(Readiness::unknown);
}

Outcome uncertain(Why why, std::size_t bytes) {
    return {What::uncertain, why, bytes};
}

Outcome after(Line& line, std::size_t bytes, bool answers, int answer_ms, Deadline by) {
    if (!answers)
        return line.taken(by) ? Outcome{What::sent, Why::none, bytes} : uncertain(Why::died, bytes);
    const auto done = line.ask(kAskWhenDone, by);
    if (done && is_in_turn(*done))
        return *done & kDoneButPaperIsOut ? uncertain(Why::paper, bytes)
                                          : Outcome{What::sent, Why::none, bytes};
    const auto now = ask_readiness(line, answer_ms);
    if (now == Readiness::paper) return uncertain(Why::paper, bytes);
    return uncertain(now ? Why::too_slow : Why::died, bytes);
}

}  // namespace

Outcome deliver_raw(const Job& job, const Printer& printer, const Patience& patience) {
    auto line = open_line(printer, Deadline(patience.connect_ms_max));
    if (!line) return {What::not_sent, line.error().why, 0};
    bool answers = false;
    const Readiness ready = before(*line, printer, patience.answer_ms_max, answers);
    if (ready == Readiness::off) return {What::not_sent, Why::off, 0};
    if (ready == Readiness::paper) return {What::not_sent, Why::paper, 0};

    // Three questions at most follow after the time is over.
    const Deadline by(std::max(patience.job_ms_max - 3 * patience.answer_ms_max, 0));
    const auto wrote = line->write(job.bytes, by);
    if (wrote.bytes == 0) return {What::not_sent, wrote.broken ? Why::off : Why::too_slow, 0};
    if (wrote.bytes < job.bytes.size())
        return uncertain(wrote.broken ? Why::died : Why::too_slow, wrote.bytes);
    return after(*line, wrote.bytes, answers, patience.answer_ms_max, by);
}

Readiness readiness_raw(const Printer& printer, Deadline by) {
    auto line = open_line(printer, by);
    if (!line) {
        const bool away = line.error().why == Why::off || line.error().why == Why::name;
        return away ? Readiness::off : Readiness::unknown;
    }
    bool answers = false;
    return before(*line, printer, by.left_ms() / 3, answers);
}

}  // namespace spot::print
