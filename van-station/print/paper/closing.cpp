#include "van-station/print/paper.h"
#include "van-station/print/paper/read.h"
#include "van-station/print/paper/words.h"

namespace spot::print {
namespace {

using core::Result;
using nlohmann::json;

std::string counted(Language language, std::uint64_t count, const Forms& forms) {
    return fill(plural(language, count, forms), {{"n", std::to_string(count)}});
}

// "23 pedidos hoje. 12 só existem neste portátil. 3 precisam de si."
std::string lead_of(Language language, const json& day) {
    const Words& say = words(language);
    const json& lead = member(day, "lead");
    std::string out = counted(language, number_in(lead, "requests"), say.requests_today);
    if (const auto here = number_in(lead, "only_here"))
        out += " " + counted(language, here, say.only_here_today);
    if (const auto need = number_in(lead, "need_you"))
        out += " " + counted(language, need, say.need_you_today);
    return out;
}

void put_receipts(Paper& paper, const json& day) {
    const Words& say = words(paper.language);
    const json& receipts = member(day, "receipts");
    paper.parts.emplace_back(Heading{say.receipts});
    const auto count = number_in(receipts, "count");
    if (count == 0) {
        paper.parts.emplace_back(Text{say.no_receipts});
        return;
    }
    const std::string first = std::to_string(number_in(receipts, "first")),
                      last = std::to_string(number_in(receipts, "last"));
    const std::string numbers = fill(first == last ? say.number_alone : say.numbers_from_to,
                                     {{"first", first}, {"last", last}});
    paper.parts.emplace_back(Total{
        counted(paper.language, count, say.receipt_count) + ", " + numbers,
        money(paper.language, static_cast<std::int64_t>(number_in(receipts, "total_cents"))), ""});
}

void put_hub(Paper& paper, const json& day) {
    const Words& say = words(paper.language);
    const Language language = paper.language;
    paper.parts.emplace_back(Heading{say.waiting_title});
    const auto waiting = number_in(day, "waiting");
    paper.parts.emplace_back(Text{
        waiting == 0 ? say.nothing_waits : counted(language, waiting, say.waiting), waiting != 0});
    const json& reconciliation = member(day, "reconciliation");
    const json& counts = member(reconciliation, "text_parts");
    if (!counts.is_object()) {
        paper.parts.emplace_back(Text{say.never_reconciled});
        return;
    }
    std::string parts = counted(language, number_in(counts, "accepted"), say.accepted);
    if (const auto held = number_in(counts, "quarantined"))
        parts += ", " + counted(language, held, say.quarantined);
    if (const auto awaited = number_in(counts, "awaited"))
        parts += ", " + counted(language, awaited, say.awaited);
    const std::string at = text_in(reconciliation, "at");
    paper.parts.emplace_back(
        Text{fill(say.reconciled, {{"from", std::to_string(number_in(counts, "from"))},
                                   {"to", std::to_string(number_in(counts, "to"))},
                                   {"parts", parts},
                                   {"day", print::day(language, at)},
                                   {"time", clock_time(language, at)}})});
}

void put_failed(Paper& paper, const json& day) {
    const json& failed = member(day, "failed");
    if (!failed.is_array() || failed.empty()) return;
    const Words& say = words(paper.language);
    paper.parts.emplace_back(Heading{say.to_do});
    Steps steps;
    for (const auto& one : failed) {
        const auto seq = number_in(one, "seq");
        std::string title =
            seq == 0 ? text_in(one, "code") : fill(say.entry, {{"n", std::to_string(seq)}});
        steps.steps.push_back({std::move(title), text_in(one, "what_to_do")});
    }
    paper.parts.emplace_back(std::move(steps));
}

// Initials and counts only: the sheet lies about in a van.
void put_sessions(Paper& paper, const json& day) {
    const Words& say = words(paper.language);
    const Language language = paper.language;
    paper.parts.emplace_back(Heading{say.sessions});
    const json& sessions = member(day, "sessions");
    if (!sessions.is_array() || sessions.empty()) {
        paper.parts.emplace_back(Text{say.no_sessions});
        return;
    }
    Table table;
    for (const auto& session : sessions) {
        const std::string opened = clock_time(language, text_in(session, "opened_at"));
        const std::string closed = truth_in(session, "open")
                                       ? std::string(say.session_open)
                                       : clock_time(language, text_in(session, "closed_at"));
        const json& place = member(session, "place");
        Row row;
        row.what =
            opened + (closed.empty() ? "" : "–" + closed) + "  " + text_in(session, "initials");
        row.whom = place.is_string() ? text_in(session, "place") : text_in(place, "name");
        row.amount = counted(language, number_in(session, "requests"), say.requests) + ", " +
                     counted(language, number_in(session, "receipts"), say.receipt_count);
        table.rows.push_back(std::move(row));
    }
    paper.parts.emplace_back(std::move(table));
}

}  // namespace

Result<Paper> closing_paper(const json& day, const Issuer& issuer, Language language,
                            std::string_view now) {
    const json& sessions = member(day, "sessions");
    if (sessions.is_array() && sessions.size() > kRowsMax)
        return core::fail(core::Code::limit, "this day has too many sessions for a sheet");
    const std::string date = text_in(day, "date");
    if (print::day(language, date).empty())
        return core::fail(core::Code::invalid, "the closing sheet needs a day, like 2017-10-16");
    const Words& say = words(language);
    Paper out;
    out.language = language;
    out.title = say.closing;
    out.file_title = say.closing + std::string(" ") + print::day(language, date);
    out.under = day_in_words(language, date);
    out.at = std::string(now);
    out.origin = {say.spot, issuer.station,
                  fill(say.printed,
                       {{"day", print::day(language, now)}, {"time", clock_time(language, now)}})};
    out.parts.emplace_back(Text{lead_of(language, day), true});
    put_receipts(out, day);
    put_hub(out, day);
    put_failed(out, day);
    put_sessions(out, day);
    out.parts.emplace_back(Signature{say.signature});
    return out;
}

}  // namespace spot::print
