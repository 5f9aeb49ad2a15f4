#include "van-station/print/paper/way.h"

#include <algorithm>

#include "van-station/print/paper/read.h"
#include "van-station/print/paper/words.h"

namespace spot::print {
namespace {

using nlohmann::json;
using Requests = std::vector<const json*>;

// What a state means on paper. An unknown word is drawn as recorded: paper claims no more than
// that.
struct State {
    std::string_view name;
    Stop stops[kStops];
    const char* Words::*line;
    std::size_t noted = 0;  // the stop that carries `note`
    const char* Words::*note = nullptr;
    bool only_here = false;
};
using enum Stop;
constexpr State kStates[] = {
    {"recorded", {reached, ahead, ahead, ahead}, &Words::is_recorded, 0, nullptr, true},
    {"sent", {reached, unconfirmed, ahead, ahead}, &Words::is_sent, 1, &Words::not_confirmed, true},
    {"hub", {reached, reached, ahead, ahead}, &Words::is_hub},
    {"unsure", {reached, reached, unconfirmed, ahead}, &Words::is_unsure, 2, &Words::not_confirmed},
    {"agency", {reached, reached, reached, ahead}, &Words::is_agency},
    {"answered", {reached, reached, reached, answered}, &Words::is_answered},
    {"refused", {reached, reached, reached, refused}, &Words::is_refused, 3, &Words::refused},
    {"quarantine", {reached, halted, ahead, ahead}, &Words::is_quarantine, 1, &Words::checking},
    {"conflict", {reached, differs, ahead, ahead}, &Words::is_conflict, 1, &Words::two_values},
    {"held", {reached, reached, halted, ahead}, &Words::is_held, 2, &Words::held},
    {"withdrawn", {withdrawn, ahead, ahead, ahead}, &Words::is_withdrawn, 0, &Words::withdrawn},
};

const State& state_of(const json& request) {
    const std::string name = text_in(request, "state");
    const auto* found = std::find_if(std::begin(kStates), std::end(kStates),
                                     [&](const State& one) { return one.name == name; });
    return found == std::end(kStates) ? kStates[0] : *found;
}

std::string whom_of(const Words& say, const json& request) {
    const std::string name = text_in(member(request, "service"), "agency_short");
    return name.empty() ? say.an_agency : name;
}

// "16-10, 10:43" where all were recorded in one minute, else the day alone.
std::string recorded_at(Language language, const Requests& requests) {
    std::string out;
    for (const auto* request : requests) {
        const std::string at = text_in(*request, "queued_at");
        const std::string date = day_and_month(language, at);
        const std::string whole = date + ", " + clock_time(language, at);
        if (date.empty()) return {};
        if (out.empty())
            out = whole;
        else if (out != whole)
            out = date;
    }
    return out;
}

std::string listed(const Words& say, const std::vector<std::size_t>& numbers) {
    std::string list;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0) list += i + 1 == numbers.size() ? " " + std::string(say.and_word) + " " : ", ";
        list += std::to_string(numbers[i]);
    }
    return fill(numbers.size() == 1 ? say.request_listed : say.requests_listed, {{"list", list}});
}

Way way_of(Language language, const Requests& requests) {
    const Words& say = words(language);
    const State& state = state_of(*requests.front());
    Way out;
    for (std::size_t i = 0; i < kStops; ++i) {
        auto& at = out.stops[i];
        at = {state.stops[i], say.stops[i], state.stops[i] == ahead ? say.not_yet : ""};
        if (state.note && state.noted == i) at.note = say.*state.note;
    }
    if (out.stops[0].stop == reached) out.stops[0].note = recorded_at(language, requests);
    if (out.stops[0].stop == withdrawn)
        for (std::size_t i = 1; i < kStops; ++i) out.stops[i].note.clear();
    // Of several agencies none is named: they stand beside their requests.
    std::string whom = whom_of(say, *requests.front());
    for (const auto* request : requests)
        if (whom_of(say, *request) != whom) whom = say.an_agency;
    out.state = fill(say.*state.line, {{"whom", whom}});
    return out;
}

}  // namespace

std::vector<Way> ways_of(Language language, const Requests& requests) {
    std::vector<Way> out;
    std::vector<const State*> drawn;  // in the order of the requests
    for (const json* first : requests) {
        const State& state = state_of(*first);
        if (std::find(drawn.begin(), drawn.end(), &state) != drawn.end()) continue;
        drawn.push_back(&state);
        Requests of_state;
        std::vector<std::size_t> numbers;
        for (std::size_t i = 0; i < requests.size(); ++i)
            if (&state_of(*requests[i]) == &state) {
                of_state.push_back(requests[i]);
                numbers.push_back(i + 1);
            }
        out.push_back(way_of(language, of_state));
        if (of_state.size() < requests.size()) out.back().whose = listed(words(language), numbers);
    }
    return out;
}

std::string state_in_words(Language language, const json& request) {
    const Words& say = words(language);
    return fill(say.*state_of(request).line, {{"whom", whom_of(say, request)}});
}

std::optional<Frame> provisional(Language language, const Requests& requests,
                                 const std::string& phone) {
    const auto count = static_cast<std::size_t>(
        std::count_if(requests.begin(), requests.end(),
                      [](const json* request) { return state_of(*request).only_here; }));
    if (count == 0) return std::nullopt;
    const Words& say = words(language);
    const Forms& forms = count == requests.size() ? say.only_here : say.some_only_here;
    std::string sentence =
        fill(plural(language, count, forms),
             {{"n", std::to_string(count)}, {"all", std::to_string(requests.size())}});
    sentence += " ";
    sentence += phone.empty() ? std::string(say.keep_paper)
                              : fill(plural(language, count, say.warn_by_phone),
                                     {{"phone", in_threes(phone)}});
    return Frame{say.provisional, std::move(sentence)};
}

}  // namespace spot::print
