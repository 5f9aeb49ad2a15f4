#include <algorithm>

#include "van-station/print/paper.h"
#include "van-station/print/paper/read.h"
#include "van-station/print/paper/way.h"
#include "van-station/print/paper/words.h"

namespace spot::print {
namespace {

using core::Code;
using core::Result;
using nlohmann::json;
using Requests = std::vector<const json*>;

constexpr std::string_view kCopies = "COPIAS";

bool is_withdrawn(const json* request) {
    return text_in(*request, "state") == "withdrawn";
}

// The session's requests that the receipt's lines are about: as many as a line counts, each once,
// in the lines' order. Of two for one service the one that was withdrawn comes last.
Requests requests_of(const json& receipt, const json& session) {
    Requests out, left;
    for (const auto& request : member(session, "requests")) left.push_back(&request);
    std::stable_partition(left.begin(), left.end(),
                          [](const json* request) { return !is_withdrawn(request); });
    for (const auto& line : member(receipt, "lines")) {
        const std::string code = text_in(line, "service");
        auto count = std::max<std::uint64_t>(number_in(line, "qty"), 1);
        for (auto at = left.begin(); at != left.end() && count > 0;) {
            if (text_in(member(**at, "service"), "code") != code) {
                ++at;
                continue;
            }
            out.push_back(*at);
            at = left.erase(at);
            --count;
        }
    }
    return out;
}

Row row_of(const Issuer& issuer, Language language, const json& line, const Requests& requests) {
    const Words& say = words(language);
    const std::string code = text_in(line, "service");
    const std::uint64_t cents = number_in(line, "cents"), count = number_in(line, "qty");
    Row row;
    row.what =
        code == kCopies ? say.copies : service_name(issuer, language, code, text_in(line, "name"));
    if (row.what.empty()) row.what = code;
    if (count > 1 || code == kCopies)
        row.what += ", " + std::to_string(std::max<std::uint64_t>(count, 1));
    for (const json* request : requests) {
        const json& service = member(*request, "service");
        if (text_in(service, "code") != code) continue;
        row.whom = text_in(service, "agency_short");
        const std::string reference = text_in(*request, "agency_reference");
        if (!reference.empty()) row.more = fill(say.reference, {{"text", reference}});
        break;
    }
    row.amount = cents == 0 ? say.free : money(language, static_cast<std::int64_t>(cents));
    return row;
}

std::string vat_of(Language language, const json& receipt) {
    const json& vat = member(receipt, "vat");
    if (!vat.is_object() || number_in(vat, "cents") == 0) return {};
    return fill(words(language).vat,
                {{"rate", std::to_string(number_in(vat, "rate"))},
                 {"amount", money(language, static_cast<std::int64_t>(number_in(vat, "cents")))}});
}

std::vector<std::string> origin_of(Language language, const json& session, const Issuer& issuer,
                                   const std::string& at) {
    const json& place = member(session, "place");
    std::string where = issuer.station;
    // The municipality too, where the place's own name doesn't say it.
    const std::string name = text_in(place, "name"), town = text_in(place, "municipality");
    for (const std::string& part : {name, name.find(town) == std::string::npos ? town : ""})
        if (!part.empty()) where += (where.empty() ? "" : " · ") + part;
    const std::string date = day(language, at), time = clock_time(language, at);
    return {words(language).spot, where, time.empty() ? date : date + " · " + time};
}

void put_copy(Paper& paper, const Copy& copy) {
    const Words& say = words(paper.language);
    const std::string number = std::to_string(copy.number);
    const std::string time = clock_time(paper.language, copy.at);
    paper.copy = fill(say.duplicate_at,
                      {{"n", number}, {"day", day(paper.language, copy.at)}, {"time", time}});
    paper.copy_short = fill(say.duplicate, {{"n", number}}) + " · " + time;
}

void put_person(Paper& paper, const json& citizen) {
    const std::string name = text_in(citizen, "name"), nif = text_in(citizen, "nif");
    if (!name.empty()) paper.parts.emplace_back(Text{name, true});
    if (!nif.empty())
        paper.parts.emplace_back(
            Text{words(paper.language).tax_number + std::string(kNoBreak) + in_threes(nif)});
}

Result<> check_receipt(const json& receipt) {
    const json &number = member(receipt, "number"), &lines = member(receipt, "lines");
    if (!number.is_number_integer() || number_in(receipt, "number") == 0 ||
        text_in(receipt, "series").empty() || day(Language::pt, text_in(receipt, "at")).empty() ||
        !lines.is_array() || lines.empty() || !member(receipt, "total_cents").is_number_integer())
        return core::fail(Code::invalid,
                          "this receipt can't be printed: its number, series, time, lines or total "
                          "are missing");
    if (lines.size() > kRowsMax)
        return core::fail(Code::limit, "this receipt can't be printed: it has too many lines");
    return {};
}

}  // namespace

Result<Paper> receipt_paper(const json& receipt, const json& session, const Issuer& issuer,
                            const std::optional<Copy>& copy) {
    SPOT_TRY(check_receipt(receipt));
    Paper out;
    out.language = language_of(text_in(session, "language"));
    const Words& say = words(out.language);
    const std::string series = text_in(receipt, "series");
    out.number = std::to_string(number_in(receipt, "number"));
    out.title = say.receipt;
    out.under = fill(say.series, {{"series", series}});
    out.file_title = out.title + " " + series + "/" + out.number;
    out.at = text_in(receipt, "at");
    out.origin = origin_of(out.language, session, issuer, out.at);
    if (copy) put_copy(out, *copy);

    const json& citizen = citizen_of(session);
    put_person(out, citizen);
    const Requests requests = requests_of(receipt, session);
    Table table{say.request, requests.empty() ? "" : say.whom, say.fee, {}};
    for (const auto& line : receipt.at("lines"))
        table.rows.push_back(row_of(issuer, out.language, line, requests));
    out.parts.emplace_back(std::move(table));
    out.parts.emplace_back(
        Total{say.total,
              money(out.language, static_cast<std::int64_t>(number_in(receipt, "total_cents"))),
              vat_of(out.language, receipt)});

    // The receipt says itself whether it is provisional; what is missing is read off the requests.
    auto missing = provisional(out.language, requests, text_in(citizen, "phone"));
    if (!missing && truth_in(receipt, "provisional"))
        missing = Frame{say.provisional, say.unconfirmed};
    if (missing) out.parts.emplace_back(std::move(*missing));
    for (Way& way : ways_of(out.language, requests)) out.parts.emplace_back(std::move(way));

    const std::string hours = issuer.help_hours.empty() ? "" : ", " + issuer.help_hours;
    out.code = ReceiptCode{
        text_in(receipt, "qr"), say.short_code, text_in(receipt, "short_code"),
        issuer.help_phone.empty()
            ? say.ask_at_spot
            : fill(say.ask_by_phone, {{"phone", in_threes(issuer.help_phone)}, {"hours", hours}})};
    return out;
}

}  // namespace spot::print
