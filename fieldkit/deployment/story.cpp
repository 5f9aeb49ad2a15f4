#include "fieldkit/deployment/story.h"

#include <algorithm>
#include <map>

#include "fieldkit/deployment/forms.h"
#include "fieldkit/deployment/phrases.h"

namespace spot::fieldkit {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr Stamp kOpens = 8 * 60 * kMinute;  // UTC: nine o'clock of Lisbon's summer
constexpr Stamp kOpenFor = 8 * 60 * kMinute + 30 * kMinute;
constexpr std::size_t kKnownMax = 2000;
constexpr std::int64_t kCopyCents = 15;

// What people ask for after a forest fire: papers, help, land, then the rest.
std::uint64_t weight_of(const std::string& agency) {
    static const std::map<std::string, std::uint64_t> weights{
        {"IRN", 25}, {"ISS", 18}, {"AT", 14}, {"SNS", 9},  {"IFAP", 8}, {"ICNF", 7},
        {"IHRU", 6}, {"IMT", 6},  {"AMA", 5}, {"IEFP", 4}, {"CGA", 3},  {"ERSE", 2}};
    const auto found = weights.find(agency);
    return found == weights.end() ? 1 : found->second;
}

Event citizen_json(const Citizen& citizen) {
    return {{"name", citizen.name},
            {"nif", citizen.nif},
            {"birth_date", citizen.birth_date},
            {"phone", citizen.phone},
            {"address", citizen.address}};
}

std::string_view draw_language(Draw& draw) {
    static constexpr std::string_view kOthers[] = {"en", "de", "nl", "fr", "uk", "ro", "es"};
    return draw.chance(870) ? "pt" : draw.pick_skewed(kOthers);
}

}  // namespace

Story::Story(const DeploymentPlan& plan, const core::Catalogue& catalogue)
    : plan_(plan), catalogue_(catalogue), draw_("deployment/" + plan.seed + "/" + plan.station) {
    std::uint64_t total = 0;
    std::map<std::string, std::uint64_t> rank;
    for (const auto& service : catalogue.services()) {
        total += 1000 * weight_of(service.agency) / ++rank[service.agency];
        weights_.push_back(total);
    }
}

std::vector<sys_days> Story::working_days() const {
    std::vector<sys_days> all;
    for (auto day = *parse_day(plan_.start); all.size() < static_cast<std::size_t>(plan_.days);
         day += days{1})
        if (!is_weekend(day)) all.push_back(day);
    return all;
}

core::Result<> Story::tell() {
    const auto dates = working_days();
    end_ = start_of(dates.back()) + kOpens + kOpenFor + 30 * kMinute;
    int number = 0;
    for (const auto date : dates) {
        ++number;
        Day day{date,
                &draw_place(draw_),
                draw_venue(draw_),
                draw_care_home(draw_),
                draw_mediator(draw_),
                draw_.chance(plan_.care_home_permille),
                plan_.sessions_per_day * (number == plan_.surge_day ? 3 : 1)};
        SPOT_TRY(tell_day(day));
    }
    std::stable_sort(told_.begin(), told_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    return {};
}

std::vector<Event> Story::take_events() {
    std::vector<Event> events;
    events.reserve(told_.size());
    for (auto& [stamp, event] : told_) events.push_back(std::move(event));
    told_.clear();
    return events;
}

void Story::emit(Stamp stamp, const char* kind, Event rest) {
    Event event{{"at", moment_text(stamp)}, {"kind", kind}};
    event.update(rest);
    told_.emplace_back(stamp, std::move(event));
}

core::Result<> Story::tell_day(const Day& today) {
    Day day = today;
    const Stamp opens = start_of(day.date) + kOpens + draw_.between(0, 35) * kMinute;
    const Stamp gap = kOpenFor / day.sessions;
    for (int i = 0; i < day.sessions; ++i) {
        if (i > 0 && i % 24 == 0) day.mediator = draw_mediator(draw_);  // a shift ends
        SPOT_TRY(tell_visit(day, opens + gap * i + draw_.between(0, gap * 4 / 5)));
    }
    tell_evening(day);
    return {};
}

void Story::tell_opening(const Day& day, const Visit& visit) {
    const bool at_bedside = day.at_care_home && draw_.chance(800);
    const std::string where(at_bedside ? day.care_home : day.venue);
    const std::string_view channel = at_bedside ? "care_home" : draw_.chance(900) ? "van" : "desk";
    emit(visit.now, "session.open",
         {{"session", visit.session},
          {"station", plan_.station},
          {"place",
           {{"name", where + ", " + std::string(day.place->parish)},
            {"municipality", day.place->municipality},
            {"nuts", day.place->nuts},
            {"parish", day.place->parish_code}}},
          {"mediator", day.mediator},
          {"channel", channel},
          {"language", draw_language(draw_)},
          {"privacy_notice",
           {{"version", "2018-05"}, {"explained", true}, {"accepted", !draw_.chance(8)}}}});
}

core::Result<> Story::tell_visit(const Day& day, Stamp opened) {
    Visit visit{opened, ulid(opened, draw_), {}, {}};
    tell_opening(day, visit);
    visit.now += draw_.between(45, 200) * kSecond;
    static constexpr int kRequests[] = {0, 1, 1, 1, 1, 1, 1, 2, 2, 3};
    const int count = kRequests[draw_.below(std::size(kRequests))];
    for (int i = 0; i < count; ++i) {
        SPOT_TRY(tell_request(day, visit));
        visit.now += draw_.between(100, 380) * kSecond;
    }
    if (draw_.chance(520)) tell_receipt(visit);
    if (draw_.chance(6)) {
        const Stamp at = visit.now + draw_.between(8, 40) * kSecond;
        emit(at, "complaint.log",
             {{"complaint", ulid(at, draw_)},
              {"session", visit.session},
              {"station", plan_.station},
              {"book", draw_.chance(700) ? "eletrónico" : "papel"},
              {"text", draw_phrase(draw_, Phrase::complaint)}});
        visit.now = at;
    }
    visit.now += draw_.between(15, 160) * kSecond;
    static constexpr std::string_view kOutcomes[] = {"queued", "resolved", "referred", "abandoned"};
    emit(visit.now, "session.close",
         {{"session", visit.session},
          {"station", plan_.station},
          {"outcome", count == 0 ? "information" : draw_.pick_skewed(kOutcomes)},
          {"minutes", std::max<Stamp>(1, (visit.now - opened + kMinute / 2) / kMinute)},
          {"notes", draw_.chance(400) ? draw_phrase(draw_, Phrase::session_note) : ""}});
    return {};
}

core::Result<> Story::tell_request(const Day& day, Visit& visit) {
    const auto& service = draw_service();
    const Place& home = draw_.chance(780) ? *day.place : draw_place(draw_);
    // A second request is mostly the same person's; now and then a neighbour's papers come along.
    if (visit.citizen.is_null() || draw_.chance(150)) visit.citizen = someone(home);
    QueuedRequest queued{ulid(visit.now, draw_), visit.session, &service};
    Event fields = Event::object();
    for (const auto& field : service.fields) {
        SPOT_ASSIGN(auto value, draw_value(draw_, catalogue_, field, home, day.date));
        fields[field.field->name] = std::move(value);
    }
    emit(visit.now, "request.queue",
         {{"request", queued.request},
          {"session", queued.session},
          {"station", plan_.station},
          {"service", service.code},
          {"fields", std::move(fields)},
          {"citizen", visit.citizen}});
    visit.services.push_back(&service);
    requests_.push_back(queued);
    return draw_.chance(220) ? tell_correction(day, queued, home, visit.now) : core::Result<>();
}

core::Result<> Story::tell_correction(const Day& day, const QueuedRequest& queued,
                                      const Place& home, Stamp queued_at) {
    // While the citizen sits there, later that day, or when a missing paper came.
    const auto when = draw_.below(10);
    Stamp at =
        queued_at + (when < 5   ? draw_.between(50, 420) * kSecond
                     : when < 8 ? draw_.between(20, 260) * kMinute
                                : draw_.between(1, 4) * kDay + draw_.between(0, 90) * kMinute);
    while (is_weekend(sys_days{days{at / kDay}})) at += kDay;
    at = std::max(std::min(at, end_), queued_at + kSecond);  // the last visits pass the end
    Event set = Event::object();
    const auto changes = draw_.chance(250) ? 2 : 1;
    for (int i = 0; i < changes; ++i) {
        const auto which = draw_.below(queued.service->fields.size() + 2);
        if (which == queued.service->fields.size())
            set["citizen.phone"] = draw_phone(draw_);
        else if (which > queued.service->fields.size())
            set["citizen.address"] = draw_address(draw_, home);
        else {
            const auto& field = queued.service->fields[which];
            SPOT_ASSIGN(auto value, draw_value(draw_, catalogue_, field, home, day.date));
            set["fields." + field.field->name] = std::move(value);
        }
    }
    emit(at, "request.edit",
         {{"request", queued.request},
          {"session", queued.session},
          {"station", plan_.station},
          {"set", std::move(set)}});
    return {};
}

void Story::tell_receipt(Visit& visit) {
    Event lines = Event::array();
    std::int64_t total = 0;
    for (const auto* service : visit.services) {
        lines.push_back({{"service", service->code}, {"cents", service->fee_cents}});
        total += service->fee_cents;
    }
    if (const auto copies = static_cast<std::int64_t>(draw_.skewed(6));
        copies > 0 || lines.empty()) {
        const std::int64_t quantity = std::max<std::int64_t>(copies, 1);
        lines.push_back(
            {{"service", "COPIAS"}, {"qty", quantity}, {"cents", quantity * kCopyCents}});
        total += quantity * kCopyCents;
    }
    visit.now += draw_.between(4, 50) * kSecond;
    // The tax is contained: 23 of 123 parts, rounded; a half can't occur, 123 being odd.
    emit(visit.now, "receipt.print",
         {{"receipt", ulid(visit.now, draw_)},
          {"session", visit.session},
          {"station", plan_.station},
          {"lines", std::move(lines)},
          {"total_cents", total},
          {"vat", {{"rate", 23}, {"cents", (total * 46 + 123) / 246}}}});
}

void Story::tell_evening(const Day& day) {
    Stamp at = start_of(day.date) + kOpens + kOpenFor + draw_.between(26, 29) * kMinute;
    Event scores = Event::object();
    for (const char* standard :
         {"waiting_time", "courtesy", "accuracy", "accessibility", "privacy", "equipment"})
        scores[standard] = 5 - draw_.skewed(4);
    emit(at, "assessment.self",
         {{"assessment", ulid(at, draw_)},
          {"station", plan_.station},
          {"scores", std::move(scores)}});
    if (!draw_.chance(250)) return;
    at += draw_.between(20, 55) * kSecond;
    emit(at, "feedback.training",
         {{"feedback", ulid(at, draw_)},
          {"station", plan_.station},
          {"mediator", day.mediator},
          {"topic", draw_phrase(draw_, Phrase::feedback_topic)},
          {"text", draw_phrase(draw_, Phrase::feedback)}});
}

Event Story::someone(const Place& home) {
    if (!known_.empty() && draw_.chance(60)) return known_[draw_.below(known_.size())];
    Event citizen = citizen_json(draw_citizen(draw_, home));
    if (known_.size() < kKnownMax) known_.push_back(citizen);
    return citizen;
}

const core::Catalogue::Service& Story::draw_service() {
    const auto drawn = draw_.below(weights_.back());
    const auto at = std::upper_bound(weights_.begin(), weights_.end(), drawn) - weights_.begin();
    return catalogue_.services()[static_cast<std::size_t>(at)];
}

}  // namespace spot::fieldkit
