// What the citizen's screen shows: the session being worked on, and nobody else's data ever.
// Texts are keys with parameters, for which the page has words; what the catalogue says, and what
// the person said, comes as {"key":"text","params":{"text":…}}.
#include <algorithm>

#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using What = Fault::What;

constexpr char kDisplay[] = "display";
constexpr int kSteps = 5;
constexpr std::size_t kSaidMax = 12;  // what fits on the screen
constexpr const char* kScreens[] = {"idle", "privacy",  "citizen", "search",
                                    "form", "recorded", "receipt", "closed"};

Json key(std::string_view name, Json params = Json::object()) {
    return {{"key", name}, {"params", std::move(params)}};
}
Json words(std::string_view text) {
    return key("text", {{"text", text}});
}

// All digits are there and do not fit each other. A value that is still being typed says nothing.
bool misfits(std::string_view kind, const std::string& value) {
    constexpr std::size_t kNif = 9, kNiss = 11, kPortugueseIban = 25;
    if (kind == "nif") return value.size() == kNif && !core::nif_valid(value);
    if (kind == "niss") return value.size() == kNiss && !core::niss_valid(value);
    // How long those of other countries are, we do not know.
    return kind == "iban" && value.size() == kPortugueseIban && value.starts_with("PT") &&
           !core::iban_valid(value);
}

bool misfits(const core::Catalogue::Field& field, std::string_view typed) {
    return misfits(field.check.empty() ? field.type : field.check, tidied(field, typed));
}

int step_of_screen(std::string_view screen) {
    if (screen == "privacy") return 1;
    if (screen == "citizen") return 2;
    if (screen == "receipt") return 4;
    if (screen == "closed") return 5;
    return 3;
}

}  // namespace

Json Desk::Inside::body_of_form(const Visit& visit, core::Language tongue) {
    Json out{{"title", key("form.title")}, {"said", Json::array()}};
    const auto draft = find_draft(focus.draft);
    if (!draft || text_at(draft->kept, "session") != visit.id) return out;
    const std::string code = text_at(draft->kept, "service");
    const auto* service = forms->service(code);
    const auto* text = texts->service(code);
    if (!service || !text) return out;
    out["title"] = words(text->name.of(tongue));
    if (const auto* agency = texts->agency(service->agency))
        out["who_sees"] = key("form.who_sees", {{"agency", agency->name.of(tongue)}});
    const Json& fields = object_at(draft->kept, "fields");
    for (const auto& use : service->fields) {
        const auto* about = texts->field(use.field->name);
        const std::string typed = text_at(fields, use.field->name);
        if (!about) continue;
        const std::string& label = about->label.of(tongue);
        if (use.field->name == focus.field) {
            // The mediator's copy of this screen says it in Portuguese.
            const std::string& here = about->label.of(core::Language::pt);
            out["value"] = {{"label", key("text", {{"text", label}, {"here", here}})},
                            {"text", typed}};
            if (misfits(*use.field, typed)) out["value"]["ok"] = false;
            if (about->hint.is_in(tongue))
                out["why"] = key("form.why", {{"hint", about->hint.of(tongue)}});
        } else if (!typed.empty() && out["said"].size() < kSaidMax) {
            out["said"].push_back({{"label", words(label)}, {"text", typed}});
        }
    }
    return out;
}

// All but what is about the display itself. Empty: nobody sits there.
Json Desk::Inside::citizen_body() {
    if (working.empty()) return {};
    const auto visit = find_session(working);
    if (!visit || visit->closed()) return {};
    const core::Language tongue = citizen_language(*visit);
    std::string screen = visit->draft ? "privacy" : focus.screen;
    if (screen.empty() || screen == "idle" || (screen == "privacy" && !visit->draft))
        screen = "citizen";
    Json out{{"screen", screen}, {"title", key(screen + ".title")}};
    if (screen == "privacy") {
        out["why"] = key("privacy.why");
        out["who_sees"] = key("privacy.who_sees");
    } else if (screen == "citizen") {
        out["why"] = key("citizen.why");
        out["who_sees"] = key("citizen.who_sees");
        const auto citizen = citizen_of(*visit);
        if (!citizen) return {};
        out["said"] = Json::array();
        for (const char* member : {"name", "nif", "birth_date", "phone", "address"}) {
            const std::string typed = text_at(*citizen, member);
            const Json label = key(std::string("citizen.") + member);
            if (focus.field == member) {
                out["value"] = {{"label", label}, {"text", typed}};
                if (misfits(member, tidied_citizen(member, typed))) out["value"]["ok"] = false;
            } else if (!typed.empty()) {
                out["said"].push_back({{"label", label}, {"text", typed}});
            }
        }
    } else if (screen == "form") {
        out.update(body_of_form(*visit, tongue));
    } else if (screen == "recorded") {
        const auto hub = hub_view();
        const auto asked = hub ? find_request(focus.last, *hub) : Done<Asked>(unknown("request"));
        if (asked && text_at(asked->shown, "session") == visit->id) {
            const auto* text = texts->service(text_at(asked->shown, "service"));
            if (text)
                out["value"] = {{"label", key("recorded.service")},
                                {"text", text->name.of(tongue)}};
            out["way"] = asked->state;
        }
    } else if (screen == "receipt") {
        const auto id = find_receipt(focus.last);
        const auto receipt = id ? receipt_json(*id) : Answer(unknown("receipt"));
        if (receipt && receipt->at("session") == visit->id)
            out["receipt"] = {{"number", receipt->at("number")},
                              {"short_code", receipt->at("short_code")}};
    }
    out["language"] = text_at(visit->shown, "language");
    return out;
}

Answer Desk::Inside::citizen_view() {
    SPOT_ASSIGN(const auto kept, kept_json(shelf::kDesk, kDisplay));
    const auto display = [&](const char* member, const char* otherwise) {
        const std::string set = text_at(kept, member);
        return set.empty() ? otherwise : set;
    };
    Json out{{"hidden", hidden},
             {"type", display("type", "normal")},
             {"contrast", display("contrast", "normal")},
             {"language", display("language", "pt")},
             {"said", Json::array()}};
    // Nothing of anybody's on a hidden or locked screen, not even in what travels to it.
    Json body = hidden || locked || !person ? Json() : citizen_body();
    const std::string calm = hidden                                                  ? "hidden"
                             : focus.screen == "closed" && working.empty() && person ? "closed"
                                                                                     : "idle";
    if (!body.is_object()) body = {{"screen", calm}, {"title", key(calm + ".title")}};
    out.update(body);
    if (const auto shown = text_at(out, "screen"); shown == "closed" || shown == "receipt") {
        SPOT_ASSIGN(auto number, help_words());
        if (number.is_object()) out["help"] = std::move(number);
    }
    const std::string chosen = text_at(kept, "language");
    if (!chosen.empty()) out["language"] = chosen;
    out["language"] = core::language_name(core::language_of(text_at(out, "language")));
    if (const std::string screen = text_at(out, "screen"); screen != "idle" && screen != "hidden")
        out["step"] = {{"number", step_of_screen(screen)}, {"of", kSteps}};
    return out;
}

Done<> Desk::citizen_focus(const Json& in) {
    return inside_->guarded([&]() -> Done<> {
        const std::string screen = text_at(in, "screen");
        if (std::none_of(std::begin(kScreens), std::end(kScreens),
                         [&](const char* one) { return screen == one; }))
            return refuse(What::invalid, "invalid", "Não há esse ecrã.", "screen");
        auto& focus = inside_->focus;
        focus.screen = screen;
        focus.draft = text_at(in, "draft");
        focus.field = text_at(in, "field");
        inside_->change("citizen");
        return {};
    });
}

Done<> Desk::citizen_display(const Json& in) {
    return inside_->guarded([&]() -> Done<> {
        SPOT_ASSIGN(const auto kept, inside_->kept_json(shelf::kDesk, kDisplay));
        Json display = kept.is_object() ? kept : Json::object();
        const auto take = [&](const char* member, std::initializer_list<const char*> values) {
            const std::string given = text_at(in, member);
            for (const char* value : values)
                if (given == value) display[member] = given;
        };
        take("type", {"normal", "large"});
        take("contrast", {"normal", "high"});
        take("language", {"pt", "en", "fr", "uk"});
        SPOT_TRY(inside_->keep_json(shelf::kDesk, kDisplay, "", display));
        inside_->change("citizen");
        return {};
    });
}

}  // namespace spot::station
