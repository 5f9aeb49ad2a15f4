#include "van-station/app/desk.h"

#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Kind;
using What = Fault::What;

constexpr char kLanguage[] = "language";
constexpr int kDeskLockWaitMs = 200;

}  // namespace

Desk::Desk(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Desk::Desk(Desk&&) noexcept = default;
Desk::~Desk() = default;

core::Result<Desk> Desk::open(Station& station, Rim rim) {
    SPOT_ASSIGN(auto lock, core::FileLock::take(station.data / "desk.lock", kDeskLockWaitMs));
    auto inside = std::make_unique<Inside>(station, std::move(rim), std::move(lock));
    SPOT_TRY(inside->recover_prints());
    SPOT_TRY(inside->drop_old_scraps());
    inside->working = inside->session_at();
    const auto language = inside->kept_json(shelf::kDesk, kLanguage);
    if (!language) return tl::make_unexpected(language.error());
    if (language->is_string()) inside->language = core::language_of(language->get<std::string>());
    return Desk(std::move(inside));
}

// ── The station as a whole.

Answer Desk::state() {
    inside_->look_at_catalogue();
    return inside_->told(inside_->state());
}

Done<> Desk::language(const Json& in) {
    const std::string wanted = text_at(in, "language");
    const core::Language language = core::language_of(wanted);
    if (core::language_name(language) != wanted)
        return refuse(What::invalid, "choice", "Não há essa língua.", "language");
    SPOT_TRY(inside_->keep_json(shelf::kDesk, kLanguage, "", wanted));
    inside_->language = language;
    inside_->search.reset();
    inside_->change("state");
    return inside_->told(Done<>());
}

Answer Desk::set_help(const Json& in) {
    return inside_->guarded([&]() -> Answer {
        if (auto done = inside_->set_help(in); !done) return tl::make_unexpected(done.error());
        return inside_->state();
    });
}

void Desk::sync_began() {
    inside_->syncing = true;
    inside_->sent = inside_->total = 0;
    inside_->change("state");
    inside_->tell_changes(true);
}

void Desk::sync_progress(std::size_t sent, std::size_t total) {
    inside_->sent = sent;
    inside_->total = total;
    inside_->change("state");
    inside_->tell_changes(true);
}

void Desk::sync_arrived() {
    (void)inside_->ledger().catalogues().in_force_at(inside_->now());
}

void Desk::sync_ended(std::string_view state) {
    inside_->syncing = false;
    inside_->sync_state = state;
    look_again();
}

void Desk::look_again() {
    inside_->look_at_catalogue();
    inside_->working = inside_->session_at();  // after a fork it has another id
    for (const char* what : {"state", "day", "request", "session", "citizen"})
        inside_->change(what);
    inside_->tell_changes(true);
}

// ── People.

Answer Desk::add_person(const Json& in) {
    return inside_->told(inside_->add_person(in));
}

Answer Desk::sign_in(const Json& in) {
    const std::string id = text_at(in, "person");
    if (auto good = inside_->check_pin(id, text_at(in, "pin")); !good)
        return tl::make_unexpected(good.error());
    SPOT_ASSIGN(const auto kept, inside_->kept_json(shelf::kPerson, id));
    inside_->person = Inside::Person{id, text_at(kept, "name")};
    inside_->locked = false;
    inside_->hidden = false;
    inside_->change("state");
    inside_->change("citizen");
    return inside_->told(inside_->state());
}

Done<> Desk::lock() {
    inside_->locked = inside_->person.has_value();
    inside_->change("state");
    inside_->change("citizen");
    return inside_->told(Done<>());
}

Answer Desk::unlock(const Json& in) {
    if (!inside_->person) return tl::make_unexpected(*inside_->bar());
    if (auto good = inside_->check_pin(inside_->person->id, text_at(in, "pin")); !good)
        return tl::make_unexpected(good.error());
    inside_->locked = false;
    inside_->hidden = false;
    inside_->change("state");
    inside_->change("citizen");
    return inside_->told(inside_->state());
}

// In memory only, and told first of all: it has to be faster than a disk.
Done<> Desk::hide() {
    inside_->hidden = true;
    inside_->change("citizen");
    inside_->change("state");
    return inside_->told(Done<>());
}

Answer Desk::show(const Json& in) {
    return unlock(in);
}

// ── A session.

Answer Desk::session_defaults() {
    return inside_->guarded([&] { return inside_->session_defaults(); });
}
Answer Desk::open_session(const Json& in) {
    return inside_->guarded([&] { return inside_->open_session(in, Json()); });
}
Answer Desk::session(std::string_view id) {
    return inside_->guarded([&]() -> Answer {
        SPOT_ASSIGN(const auto visit, inside_->find_session(id));
        return inside_->session_json(visit);
    });
}
Answer Desk::work_on_session(std::string_view id) {
    return inside_->guarded([&] { return inside_->work_on_session(id); });
}
Answer Desk::answer_privacy(std::string_view id, const Json& in) {
    return inside_->guarded([&]() -> Answer {
        if (!in.is_object() || !in.contains("accepted") || !in.at("accepted").is_boolean())
            return refuse(What::invalid, "required", "Diga se a pessoa aceita.", "accepted");
        return inside_->answer_privacy(id, in.at("accepted").get<bool>());
    });
}
Answer Desk::set_citizen(std::string_view id, const Json& in) {
    return inside_->guarded([&] { return inside_->set_citizen(id, object_at(in, "set")); });
}
Answer Desk::close_session(std::string_view id, const Json& in) {
    return inside_->guarded([&] { return inside_->close_session(id, in); });
}

// ── Drafts and requests.

Answer Desk::begin_draft(std::string_view session, const Json& in) {
    return inside_->guarded([&] { return inside_->begin_draft(session, text_at(in, "service")); });
}
Answer Desk::set_draft(std::string_view id, const Json& in) {
    return inside_->guarded([&] { return inside_->set_draft(id, object_at(in, "set")); });
}
Done<> Desk::discard_draft(std::string_view id) {
    return inside_->guarded([&]() -> Done<> {
        SPOT_ASSIGN(const auto draft, inside_->find_draft(id));
        inside_->change("session", text_at(draft.kept, "session"));
        inside_->change("citizen");
        return inside_->discard_draft(draft);
    });
}
Answer Desk::queue_draft(std::string_view id) {
    return inside_->guarded([&] { return inside_->queue_draft(id); });
}
Answer Desk::attach(std::string_view draft, std::string_view name, std::string_view content_type,
                    std::string_view bytes) {
    return inside_->guarded([&] { return inside_->attach(draft, name, content_type, bytes); });
}
Answer Desk::remove_attachment(std::string_view draft, const Json& in) {
    return inside_->guarded([&] { return inside_->remove_attachment(draft, text_at(in, "hash")); });
}
Done<Desk::Attachment> Desk::attachment(std::string_view of, std::string_view hash) {
    return inside_->guarded([&] { return inside_->attachment(of, hash); });
}
Answer Desk::request(std::string_view id) {
    return inside_->guarded([&] { return inside_->request(id); });
}
Answer Desk::edit_request(std::string_view id, const Json& in) {
    return inside_->guarded([&] { return inside_->edit_request(id, object_at(in, "set")); });
}
Answer Desk::withdraw_request(std::string_view id, const Json& in) {
    return inside_->guarded([&] { return inside_->withdraw_request(id, text_at(in, "reason")); });
}

// ── Scraps.

Answer Desk::open_scrap(const Json& in) {
    return inside_->guarded(
        [&] { return inside_->open_scrap(text_at(in, "what"), text_at(in, "of")); });
}
Answer Desk::set_scrap(std::string_view id, const Json& in) {
    return inside_->guarded([&] { return inside_->set_scrap(id, object_at(in, "set")); });
}
Done<> Desk::discard_scrap(std::string_view id) {
    return inside_->guarded([&] { return inside_->discard_scrap(id); });
}

// ── Receipts.

Answer Desk::make_receipt(std::string_view session, const Json& in) {
    return inside_->guarded([&] { return inside_->make_receipt(session, in); });
}
Answer Desk::receipt(std::string_view id) {
    return inside_->guarded([&]() -> Answer {
        SPOT_ASSIGN(const auto record, inside_->find_receipt(id));
        return inside_->receipt_json(record);
    });
}
Done<Desk::Print> Desk::reserve_print(std::string_view receipt) {
    return inside_->guarded([&] { return inside_->reserve_print(receipt); });
}
// Also when somebody has locked the screen meanwhile: what is on paper is on paper.
Answer Desk::printed(std::string_view receipt, const Print& print, std::string_view outcome) {
    return inside_->told(inside_->printed(receipt, print, outcome));
}
Answer Desk::settle_receipt(std::string_view id, const Json& in) {
    return inside_->guarded([&]() -> Answer {
        if (!in.is_object() || !in.contains("came_out") || !in.at("came_out").is_boolean())
            return refuse(What::invalid, "required", "Diga se o papel saiu.", "came_out");
        return inside_->settle_receipt(id, in.at("came_out").get<bool>());
    });
}

// ── Day and mission.

Answer Desk::day(const Json& in) {
    return inside_->guarded([&] { return inside_->day(in); });
}
Answer Desk::tell() {
    return inside_->guarded([&] { return inside_->tell(); });
}
Done<> Desk::told(std::string_view request, const Json& in) {
    return inside_->guarded([&]() -> Done<> {
        const auto id = inside_->ledger().journal().find("request", request);
        if (!id) return unknown("request");
        const Json note{{"how", text_at(in, "how")},
                        {"at", inside_->moment(inside_->now())},
                        {"by", inside_->person->id}};
        SPOT_TRY(inside_->keep_json(shelf::kTold, id->text(), "", note));
        inside_->change("request", id->text());
        inside_->change("day");
        inside_->change("state");
        return {};
    });
}
Answer Desk::conflicts() {
    return inside_->guarded([&] { return inside_->conflicts(); });
}
Answer Desk::complain(const Json& in) {
    return inside_->guarded([&]() -> Answer {
        Json fact{{"text", trimmed(text_at(in, "text"))}, {"book", "eletrónico"}};
        if (const std::string at = text_at(in, "session"); !at.empty()) {
            const auto visit = inside_->find_session(at);
            if (!visit) return tl::make_unexpected(visit.error());
            if (!visit->draft) fact["session"] = visit->id;
        }
        return inside_->record_fact(Kind::complaint_log, "complaint", text_at(in, "scrap"),
                                    std::move(fact));
    });
}
Answer Desk::assess(const Json& in) {
    return inside_->guarded([&] {
        return inside_->record_fact(
            Kind::assessment_self, "assessment", text_at(in, "scrap"),
            {{"mediator", inside_->person->id}, {"scores", object_at(in, "scores")}});
    });
}
Answer Desk::give_feedback(const Json& in) {
    return inside_->guarded([&] {
        Json fact{{"mediator", inside_->person->id}, {"text", trimmed(text_at(in, "text"))}};
        if (std::string topic = trimmed(text_at(in, "topic")); !topic.empty())
            fact["topic"] = std::move(topic);
        return inside_->record_fact(Kind::feedback_training, "feedback", text_at(in, "scrap"),
                                    std::move(fact));
    });
}
Answer Desk::missing_service(const Json& in) {
    return inside_->guarded([&] {
        return inside_->record_fact(Kind::feedback_training, "missing_service",
                                    text_at(in, "scrap"),
                                    {{"mediator", inside_->person->id},
                                     {"topic", "Serviço em falta"},
                                     {"text", trimmed(text_at(in, "text"))}});
    });
}

// ── Visit of a care home, and the citizen's screen.

Answer Desk::visit() {
    return inside_->guarded([&] { return inside_->visit(); });
}
Answer Desk::plan_visit(const Json& in) {
    return inside_->guarded([&] { return inside_->plan_visit(in); });
}
Answer Desk::begin_visit(const Json& in) {
    return inside_->guarded([&]() -> Answer {
        const std::int64_t index = number_at(in, "index", -1);
        if (index < 0) return unknown("resident");
        return inside_->begin_visit(static_cast<std::size_t>(index));
    });
}
Answer Desk::rest_visit(const Json& in) {
    return inside_->guarded([&]() -> Answer {
        const std::int64_t index = number_at(in, "index", -1);
        if (index < 0) return unknown("resident");
        return inside_->rest_visit(static_cast<std::size_t>(index), text_at(in, "state"));
    });
}
Answer Desk::citizen_view() {
    return inside_->citizen_view();
}

}  // namespace spot::station
