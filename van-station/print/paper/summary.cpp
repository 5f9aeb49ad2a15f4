#include "van-station/print/paper.h"
#include "van-station/print/paper/read.h"
#include "van-station/print/paper/way.h"
#include "van-station/print/paper/words.h"

namespace spot::print {
namespace {

using core::Result;
using nlohmann::json;
using Requests = std::vector<const json*>;

const char* Words::*next_of(const std::string& state) {
    if (state == "hub") return &Words::next_hub;
    if (state == "unsure" || state == "agency") return &Words::next_agency;
    if (state == "answered") return &Words::next_answered;
    if (state == "refused") return &Words::next_refused;
    if (state == "quarantine" || state == "conflict" || state == "held")
        return &Words::next_checking;
    if (state == "withdrawn") return &Words::next_withdrawn;
    return &Words::next_recorded;
}

// What happens next, then what the agency said, as far as anything is known.
Steps::Step step_of(const Issuer& issuer, Language language, const json& request) {
    const Words& say = words(language);
    const json& service = member(request, "service");
    const std::string state = text_in(request, "state"), whom = text_in(service, "agency_short");
    std::string text =
        fill(say.*next_of(state), {{"whom", whom.empty() ? std::string(say.an_agency) : whom}});
    const bool under_way = state != "answered" && state != "refused" && state != "withdrawn";
    const std::string code = text_in(service, "code");
    const auto* known = texts_of(issuer).service(code);
    const auto days = static_cast<std::uint64_t>(known ? known->typical_days : 0);
    if (under_way && days > 0)
        text += " " + fill(plural(language, days, say.usual_days), {{"n", std::to_string(days)}});
    const std::string reference = text_in(request, "agency_reference"),
                      note = text_in(request, "note");
    if (!reference.empty()) text += " " + fill(say.reference, {{"text", reference}}) + ".";
    if (!note.empty()) text += " " + note;
    return {service_name(issuer, language, code, text_in(service, "name")), std::move(text)};
}

// The name of who is at the desk: a sign-in name, or the person as an object.
std::string mediator_of(const json& session) {
    const std::string name = text_in(session, "mediator");
    return name.empty() ? text_in(member(session, "mediator"), "name") : name;
}

void put_help(Paper& paper, const json& session, const Issuer& issuer) {
    const Words& say = words(paper.language);
    const json& receipts = member(session, "receipts");
    if (!issuer.help_phone.empty()) {
        paper.parts.emplace_back(Heading{say.questions});
        paper.parts.emplace_back(Big{in_threes(issuer.help_phone)});
        if (!issuer.help_hours.empty()) paper.parts.emplace_back(Text{issuer.help_hours});
    }
    if (!receipts.is_array() || receipts.empty()) return;
    const json& receipt = receipts.back();
    paper.parts.emplace_back(
        Text{fill(say.say, {{"number", std::to_string(number_in(receipt, "number"))},
                            {"code", text_in(receipt, "short_code")}})});
}

}  // namespace

Result<Paper> summary_paper(const json& session, const Issuer& issuer, std::string_view now) {
    const json& requests = member(session, "requests");
    if (requests.is_array() && requests.size() > kRowsMax)
        return core::fail(core::Code::limit, "this session has too many requests for a sheet");
    Paper out;
    out.language = language_of(text_in(session, "language"));
    const Words& say = words(out.language);
    out.title = say.summary;
    out.file_title = say.summary;
    out.at = std::string(now);
    const json& citizen = citizen_of(session);
    out.whose = text_in(citizen, "name");
    out.origin = {out.whose, day_in_words(out.language, text_in(session, "opened_at")),
                  say.spot + (issuer.station.empty() ? "" : " · " + issuer.station)};

    Requests all;
    Steps steps;
    for (const auto& request : requests) {
        all.push_back(&request);
        steps.steps.push_back(step_of(issuer, out.language, request));
    }
    if (all.empty()) {
        out.parts.emplace_back(Text{say.nothing_asked});
    } else {
        out.parts.emplace_back(std::move(steps));
        out.parts.emplace_back(Heading{say.where_now});
        for (Way& way : ways_of(out.language, all)) out.parts.emplace_back(std::move(way));
        if (auto missing = provisional(out.language, all, text_in(citizen, "phone")))
            out.parts.emplace_back(std::move(*missing));
    }
    put_help(out, session, issuer);
    const std::string mediator = mediator_of(session);
    if (!mediator.empty()) out.foot.push_back(fill(say.who_saw, {{"name", mediator}}));
    out.foot.emplace_back(say.who_gets);
    return out;
}

}  // namespace spot::print
