#include "van-station/web/routes.h"

#include <map>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

namespace spot::station::web {
namespace {

using Json = nlohmann::json;

template <class Result>
Answer told(const Result& done) {
    if (!done) return refusal_of(done.error());
    Answer out;
    if constexpr (std::is_void_v<typename Result::value_type>)
        out.body = "{}";
    else
        out.body = done->dump(-1, ' ', false, Json::error_handler_t::replace);
    return out;
}

template <class Out>
Answer call(Out (Desk::*member)(), Desk& of, const Given&) {
    return told((of.*member)());
}
template <class Out>
Answer call(Out (Desk::*member)(const Json&), Desk& of, const Given& given) {
    return told((of.*member)(given.in));
}
template <class Out>
Answer call(Out (Desk::*member)(std::string_view), Desk& of, const Given& given) {
    return told((of.*member)(given.values[0]));
}
template <class Out>
Answer call(Out (Desk::*member)(std::string_view, const Json&), Desk& of, const Given& given) {
    return told((of.*member)(given.values[0], given.in));
}

// A member of Desk as a Route.
template <auto member>
Answer desk(Desk& of, const Given& given) {
    return call(member, of, given);
}

Answer attach(Desk& of, const Given& given) {
    return told(of.attach(given.values[0], given.in.at("name").get_ref<const std::string&>(),
                          given.request.content_type, given.request.body));
}

Answer attachment(Desk& of, const Given& given) {
    auto found = of.attachment(given.values[0], given.values[1]);
    if (!found) return refusal_of(found.error());
    Answer out;
    out.content_type = std::move(found->content_type);
    out.body = std::move(found->bytes);
    return out;
}

const std::map<std::string_view, Route> kRoutes{
    {"state", desk<&Desk::state>},
    {"add_person", desk<&Desk::add_person>},
    {"sign_in", desk<&Desk::sign_in>},
    {"lock", desk<&Desk::lock>},
    {"unlock", desk<&Desk::unlock>},
    {"hide", desk<&Desk::hide>},
    {"show", desk<&Desk::show>},
    {"language", desk<&Desk::language>},
    {"set_help", desk<&Desk::set_help>},
    {"session_defaults", desk<&Desk::session_defaults>},
    {"open_session", desk<&Desk::open_session>},
    {"session", desk<&Desk::session>},
    {"work_on_session", desk<&Desk::work_on_session>},
    {"answer_privacy", desk<&Desk::answer_privacy>},
    {"set_citizen", desk<&Desk::set_citizen>},
    {"close_session", desk<&Desk::close_session>},
    {"search", desk<&Desk::search>},
    {"catalogue", desk<&Desk::catalogue>},
    {"service", desk<&Desk::service>},
    {"begin_draft", desk<&Desk::begin_draft>},
    {"set_draft", desk<&Desk::set_draft>},
    {"discard_draft", desk<&Desk::discard_draft>},
    {"queue_draft", desk<&Desk::queue_draft>},
    {"attach", attach},
    {"remove_attachment", desk<&Desk::remove_attachment>},
    {"attachment", attachment},
    {"request", desk<&Desk::request>},
    {"edit_request", desk<&Desk::edit_request>},
    {"withdraw_request", desk<&Desk::withdraw_request>},
    {"open_scrap", desk<&Desk::open_scrap>},
    {"set_scrap", desk<&Desk::set_scrap>},
    {"discard_scrap", desk<&Desk::discard_scrap>},
    {"make_receipt", desk<&Desk::make_receipt>},
    {"receipt", desk<&Desk::receipt>},
    {"settle_receipt", desk<&Desk::settle_receipt>},
    {"day", desk<&Desk::day>},
    {"tell", desk<&Desk::tell>},
    {"told", desk<&Desk::told>},
    {"conflicts", desk<&Desk::conflicts>},
    {"complain", desk<&Desk::complain>},
    {"assess", desk<&Desk::assess>},
    {"give_feedback", desk<&Desk::give_feedback>},
    {"missing_service", desk<&Desk::missing_service>},
    {"visit", desk<&Desk::visit>},
    {"plan_visit", desk<&Desk::plan_visit>},
    {"begin_visit", desk<&Desk::begin_visit>},
    {"rest_visit", desk<&Desk::rest_visit>},
    {"citizen_view", desk<&Desk::citizen_view>},
    {"citizen_focus", desk<&Desk::citizen_focus>},
    {"citizen_display", desk<&Desk::citizen_display>},
};

}  // namespace

Route route_of(std::string_view operation) {
    const auto found = kRoutes.find(operation);
    return found == kRoutes.end() ? nullptr : found->second;
}

Answer answer_of(const station::Answer& answer) {
    return told(answer);
}

Answer refusal_of(const Fault& fault) {
    Json error{{"code", fault.code}, {"message", fault.message}};
    if (!fault.field.empty()) error["field"] = fault.field;
    if (fault.wait_seconds > 0) error["wait_seconds"] = fault.wait_seconds;
    if (!fault.names.empty()) error["names"] = fault.names;
    Answer out;
    out.status = static_cast<unsigned>(status_of(fault.what));
    out.body = Json{{"error", std::move(error)}}.dump();
    if (fault.what == Fault::What::busy) out.retry_after_s = 1;
    return out;
}

}  // namespace spot::station::web
