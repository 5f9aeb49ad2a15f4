#include "van-station/web/api.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "van-station/web/routes.h"

namespace spot::station::web {
namespace {

using Json = nlohmann::json;

constexpr char kState[] = "state";
constexpr char kCitizen[] = "citizen";

// Done here, not by one call of the desk. Those of Printing stand there.
constexpr std::string_view kOwn[] = {"events",        "citizen_events", "sync",
                                     "print_receipt", "receipt_pdf",    "summary_pdf",
                                     "closing_pdf",   "printers"};

bool is_own(std::string_view operation) {
    return std::find(std::begin(kOwn), std::end(kOwn), operation) != std::end(kOwn);
}

std::string printed(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Api::Api(Server& server, Desk& desk, Changes& changes, print::Issuer issuer)
    : server_(server),
      desk_(desk),
      changes_(changes),
      contract_(Contract::built_in()),
      pages_(Pages::built_in()),
      printing_(
          desk, std::move(issuer),
          [&server](std::function<void()> work) { server.post(std::move(work)); },
          [this] { tell_changes(); }) {
    SPOT_CHECK(is_complete());
}

bool Api::is_complete() const {
    return std::all_of(contract_.operations().begin(), contract_.operations().end(),
                       [](const Contract::Operation& one) {
                           return is_own(one.id) != (route_of(one.id) != nullptr);
                       });
}

Application::Plan Api::plan(const Request& head) {
    if (!is_api(head.path)) return {200, "", 0, {}};
    const auto match = contract_.find(head.method, head.path);
    if (!match.operation)
        return match.other_method ? Plan{405, "method", 0, {}} : Plan{404, "not_found", 0, {}};
    const Contract::Operation& operation = *match.operation;
    if (head.who != Who::mediator && !operation.citizens) return {403, "token", 0, {}};
    if (operation.body == Contract::Body::file &&
        !Contract::takes_media(operation, head.content_type))
        return {415, "content_type", 0, {}};
    Plan out{200, "", operation.body_bytes_max(), {}};
    if (operation.stream) out.stream = operation.citizens ? Channel::citizen : Channel::mediator;
    return out;
}

void Api::handle(Request request, Reply reply) {
    if (!is_api(request.path)) return reply(pages_.get(request));
    const auto match = contract_.find(request.method, request.path);
    SPOT_CHECK(match.operation);  // plan() has seen to it
    const Contract::Operation& operation = *match.operation;
    Json in = Json::object();
    if (operation.body == Contract::Body::json) {
        auto body = Contract::read_json(operation, request.content_type, request.body);
        if (!body && body.error().code == core::Code::refused)
            return reply(refusal(415, "content_type"));
        if (!body) return reply(refusal(400, "malformed"));
        in = std::move(*body);
    } else {
        auto query = Contract::read_query(operation, request.query);
        if (!query) return reply(refusal(400, "malformed"));
        in = std::move(*query);
    }
    dispatch(match, request, in, std::move(reply));
    tell_changes();
}

void Api::dispatch(const Contract::Match& match, const Request& request, const Json& in,
                   Reply reply) {
    const std::string& id = match.operation->id;
    if (const Route route = route_of(id)) {
        if (id == "lock" || id == "hide") printing_.forget();
        return reply(route(desk_, {match.values, in, request}));
    }
    if (id == "sync") {
        if (syncing_) syncing_->now();
        return reply(answer_of(desk_.state()));
    }
    const bool done = printing_.handle(id, match.values, in, std::move(reply));
    SPOT_CHECK(done);  // is_complete() has seen to it
}

std::vector<Event> Api::first_events(Channel channel) {
    if (channel == Channel::citizen) {
        const auto view = desk_.citizen_view();
        if (!view) return {};
        return {{kCitizen, kCitizen, printed(*view)}};
    }
    const auto state = desk_.state();
    if (!state) return {};
    return {{kState, kState, printed(*state)}};
}

void Api::tick() {
    if (syncing_) syncing_->tick();
    tell_changes();
}

// Paper comes to its end; an exchange can go on at the next launch.
void Api::end() {
    if (syncing_) syncing_->stop();
}

void Api::tell_changes() {
    const auto changes = changes_.take();
    if (changes.empty()) return;
    bool state = false, citizen = false;
    for (const auto& [what, id] : changes) {
        state |=
            what != kCitizen;  // what is recorded here waits for the hub, and the state says so
        citizen |= what == kCitizen || what == kState;
        if (what == kState) continue;
        Json data{{"what", what}};
        if (!id.empty()) data["id"] = id;
        server_.push(Channel::mediator, {what + ' ' + id, "changed", data.dump()});
    }
    if (citizen) push_citizen();
    if (state) push_state();
}

void Api::push_state() {
    auto state = desk_.state();
    if (!state) return;
    const std::uint64_t waiting = state->at("link").at("waiting");
    if (waiting > waiting_ && syncing_) syncing_->changed();
    waiting_ = waiting;
    const std::string whole = printed(*state);
    state->erase("clock");
    std::string timeless = printed(*state);
    if (timeless == state_told_) return;
    state_told_ = std::move(timeless);
    server_.push(Channel::mediator, {kState, kState, whole});
}

void Api::push_citizen() {
    const auto view = desk_.citizen_view();
    if (!view) return;
    std::string text = printed(*view);
    if (text == citizen_told_) return;
    citizen_told_ = std::move(text);
    server_.push(Channel::citizen, {kCitizen, kCitizen, citizen_told_});
}

Syncing::Heard Api::sync_heard() {
    return {[this] {
                desk_.sync_began();
                tell_changes();
            },
            [this](std::uint64_t sent, std::uint64_t total) {
                desk_.sync_progress(sent, total);
                tell_changes();
            },
            [this] { desk_.sync_arrived(); },
            [this](const std::string& state) {
                desk_.sync_ended(state);
                tell_changes();
            }};
}

}  // namespace spot::station::web
