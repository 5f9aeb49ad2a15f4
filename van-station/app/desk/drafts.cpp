#include <algorithm>
#include <array>

#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Result;
using What = Fault::What;

// What belongs to one request and not to the person: never taken over to the next one.
constexpr std::array kOfOneRequest{"motivo",     "entrega",   "observacoes",      "urgente",
                                   "anexos",     "processo",  "valor_pedido",     "data_inicio",
                                   "data_fim",   "prestacao", "local_ocorrencia", "data_ocorrencia",
                                   "testemunha", "categoria"};
constexpr std::size_t kFieldBytesMax = 16 * 1024;  // of what is typed into one, right or wrong

bool of_one_request(const core::Catalogue::Field& field) {
    return field.type == "longtext" ||
           std::any_of(kOfOneRequest.begin(), kOfOneRequest.end(),
                       [&](const char* one) { return field.name == one; });
}

tl::unexpected<Fault> service_gone() {
    return refuse(What::conflict, "service_gone",
                  "O catálogo em vigor já não tem este serviço. O que estava escrito continua "
                  "guardado.");
}

}  // namespace

Json Desk::Inside::service_brief(std::string_view code) const {
    const auto* service = forms->service(code);
    const auto* text = texts->service(code);
    if (!service || !text)  // of a catalogue that is not in force any more
        return {
            {"code", code}, {"name", code}, {"agency", ""}, {"agency_short", ""}, {"fee_cents", 0}};
    const auto* agency = texts->agency(service->agency);
    return {{"code", code},
            {"name", text->name.of(language)},
            {"agency", service->agency},
            {"agency_short", agency ? agency->short_name : service->agency},
            {"fee_cents", service->fee_cents}};
}

Done<Desk::Inside::Draft> Desk::Inside::find_draft(std::string_view id) {
    auto kept = kept_json(shelf::kDraft, id);
    if (!kept) return tl::make_unexpected(Fault(kept.error()));
    if (!kept->is_object()) return unknown("draft");
    return Draft{std::string(id), std::move(*kept)};
}

Result<> Desk::Inside::save(Draft& draft) {
    draft.kept["saved_at"] = moment(now());
    return keep_json(shelf::kDraft, draft.id, text_at(draft.kept, "session"), draft.kept);
}

Result<std::vector<Desk::Inside::Draft>> Desk::Inside::drafts_of(std::string_view session) {
    std::vector<Draft> out;
    SPOT_ASSIGN(const auto rows,
                ledger().values().list_by_owner(shelf::kDraft, session, kDraftsOfSessionMax));
    for (const auto& row : rows) {
        Json kept = Json::parse(row.value, nullptr, false);
        if (!kept.is_object()) return core::fail(core::Code::corrupt, "a draft does not read");
        out.push_back({row.key, std::move(kept)});
    }
    return out;
}

Result<Json> Desk::Inside::offers(std::string_view session, std::string_view except) {
    Json out = Json::object();
    const auto take = [&](const Json& fields, const std::string& from) {
        for (const auto& [name, value] : fields.items()) {
            const auto* field = forms->field(name);
            if (!field || of_one_request(*field) || !value.is_string() || value == "") continue;
            if (!check_of(*forms, *field, tidied(*field, value.get<std::string>()), false).ok)
                continue;
            out[name] = {{"value", value}, {"from", from}};
        }
    };
    // The later ones win: what the person said last.
    if (const auto record = core::RecordId::parse(session)) {
        SPOT_ASSIGN(const auto hub, hub_view());
        SPOT_ASSIGN(const auto asked, requests_of(*record, hub));
        for (const Asked& one : asked) take(object_at(one.shown, "fields"), one.id.text());
    }
    SPOT_ASSIGN(const auto drafts, drafts_of(session));
    for (const Draft& draft : drafts)
        if (draft.id != except) take(object_at(draft.kept, "fields"), draft.id);
    return out;
}

Answer Desk::Inside::draft_json(const Draft& draft) {
    SPOT_ASSIGN(const auto said, offers(text_at(draft.kept, "session"), draft.id));
    return draft_json(draft, said);
}

Json Desk::Inside::draft_json(const Draft& draft, const Json& offers) {
    const std::string code = text_at(draft.kept, "service");
    const Json& fields = object_at(draft.kept, "fields");
    Json checks = Json::object(), missing = Json::array(), offered = Json::object();
    if (const auto* service = forms->service(code)) {
        for (const auto& [field, required] : service->fields) {
            const std::string typed = text_at(fields, field->name);
            const std::string value = tidied(*field, typed);
            const Check check = check_of(*forms, *field, value, required);
            if (check.code == "required")
                missing.push_back(field->name);
            else if (!value.empty())
                checks[field->name] = {{"ok", check.ok}, {"code", check.code}};
            if (const auto offer = offers.find(field->name); offer != offers.end())
                offered[field->name] = *offer;
        }
    }
    Json attachments = Json::array();
    if (const auto all = draft.kept.find("attachments"); all != draft.kept.end())
        attachments = *all;
    return {{"id", draft.id},
            {"session", text_at(draft.kept, "session")},
            {"service", service_brief(code)},
            {"version", text_at(draft.kept, "version")},
            {"fields", fields},
            {"saved_at", text_at(draft.kept, "saved_at")},
            {"checks", std::move(checks)},
            {"missing", std::move(missing)},
            {"offered", std::move(offered)},
            {"attachments", std::move(attachments)},
            {"changed_form", form_changed(text_at(draft.kept, "version"), code)},
            {"gone", not_asked_any_more(draft)}};
}

Answer Desk::Inside::begin_draft(std::string_view session, std::string_view service_code) {
    SPOT_ASSIGN(const auto visit, working_session(session));
    const auto* service = forms->service(service_code);
    if (!service) return unknown("service");
    if (service->withdrawn) return service_gone();
    SPOT_ASSIGN(const auto there, drafts_of(visit.id));
    if (there.size() >= kDraftsOfSessionMax)
        return refuse(What::conflict, "too_many_drafts",
                      "Há demasiados pedidos por registar. Registe ou deite fora alguns.");
    SPOT_ASSIGN(const auto said, offers(visit.id, {}));
    Json fields = Json::object();
    for (const auto& use : service->fields)
        if (const auto offer = said.find(use.field->name); offer != said.end())
            fields[use.field->name] = offer->at("value");

    Draft draft;
    draft.kept = {{"session", visit.id},
                  {"service", service_code},
                  {"version", forms->version()},
                  {"fields", std::move(fields)},
                  {"attachments", Json::array()}};
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        const auto number = ledger().values().next_number(shelf::kDraft);
        if (!number) return tl::make_unexpected(number.error());
        draft.id = "d" + std::to_string(*number);
        if (auto saved = save(draft); !saved) return saved;
        return work_on(visit);
    }));
    change("session", visit.id);
    change("citizen");
    return draft_json(draft, said);
}

Answer Desk::Inside::set_draft(std::string_view id, const Json& set) {
    SPOT_ASSIGN(auto draft, find_draft(id));
    const auto* service = forms->service(text_at(draft.kept, "service"));
    const auto* begun_under =
        forms_of(text_at(draft.kept, "version")).service(text_at(draft.kept, "service"));
    Json& fields = draft.kept["fields"];
    std::size_t bytes = 0;
    for (const auto& [name, value] : set.items()) {
        // A page that has not heard yet of another version goes on with the form it shows.
        if (!value.is_string() ||
            (service && !service->use_of(name) && !(begun_under && begun_under->use_of(name))))
            return refuse(What::invalid, "no_field", "Este pedido não tem esse campo.", "fields");
        if (value.get_ref<const std::string&>().size() > kFieldBytesMax)
            return refuse(What::invalid, "too_long", "É comprido demais. Ficou o que estava.",
                          "fields." + name);
        fields[name] = value;
    }
    for (const auto& [name, value] : fields.items())
        bytes += name.size() + value.get_ref<const std::string&>().size();
    if (bytes > kDraftBytesMax)
        return refuse(What::invalid, "too_long",
                      "O pedido ficou comprido demais. Ficou o que "
                      "estava.");
    SPOT_TRY(save(draft));
    change("session", text_at(draft.kept, "session"));
    change("citizen");
    return draft_json(draft);
}

Done<> Desk::Inside::discard_draft(const Draft& draft) {
    return atomically([&]() -> Done<> {
        for (const Json& one : draft.kept.value("attachments", Json::array())) {
            const auto hash = core::from_hex(text_at(one, "hash"));
            core::Hash exact{};
            if (!hash || hash->size() != exact.size()) continue;
            std::copy(hash->begin(), hash->end(), exact.begin());
            if (auto gone = ledger().attachments().remove(draft.id, exact); !gone)
                return tl::make_unexpected(Fault(gone.error()));
        }
        SPOT_TRY(ledger().values().remove(shelf::kDraft, draft.id));
        return {};
    });
}

// The request as it will be recorded; or the first thing that is wrong with it.
Done<Json> Desk::Inside::request_intent(const Draft& draft, const Visit& visit) {
    SPOT_ASSIGN(const auto citizen, citizen_of(visit));
    Json person_data = Json::object();
    const Json of_citizen = citizen_checks(citizen);  // items() refers to it
    for (const auto& [member, how] : of_citizen.items()) {
        if (how == "wrong")
            return refuse(What::invalid, member,
                          "Há um dado da pessoa que não bate certo. "
                          "O pedido continua guardado.",
                          "citizen." + member);
        if (how == "ok") person_data[member] = tidied_citizen(member, text_at(citizen, member));
    }
    if (!person_data.contains("name"))
        return refuse(What::invalid, "required",
                      "Falta o nome da pessoa. O pedido continua "
                      "guardado.",
                      "citizen.name");

    const std::string code = text_at(draft.kept, "service");
    const auto* service = forms->service(code);
    if (!service || service->withdrawn) return service_gone();
    Json values = Json::object();
    for (const auto& [field, required] : service->fields) {
        const std::string value =
            tidied(*field, text_at(object_at(draft.kept, "fields"), field->name));
        const Check check = check_of(*forms, *field, value, required);
        if (!check.ok)
            return refuse(What::invalid, check.code,
                          "Há um campo por corrigir. O pedido "
                          "continua guardado.",
                          "fields." + field->name);
        if (!value.empty()) values[field->name] = value;
    }
    Json out = intent();
    out["session"] = visit.id;
    out["service"] = code;
    out["fields"] = std::move(values);
    out["citizen"] = std::move(person_data);
    out["catalogue"] = forms->version();  // whose rules it has just passed
    for (const Json& one : draft.kept.value("attachments", Json::array()))
        out["attachments"][text_at(one, "hash")] = {
            {"name", one.at("name")}, {"type", one.at("type")}, {"bytes", one.at("bytes")}};
    return out;
}

Answer Desk::Inside::queue_draft(std::string_view id) {
    const auto draft = find_draft(id);
    if (!draft) {
        // Queued before, but the answer was lost: the draft's id is the request's reference.
        if (draft.error().what == What::not_found && ledger().journal().find("request", id))
            return request(id);
        return tl::make_unexpected(draft.error());
    }
    SPOT_ASSIGN(const auto visit, working_session(text_at(draft->kept, "session")));
    SPOT_ASSIGN(auto asked, request_intent(*draft, visit));
    std::vector<core::Hash> hashes;
    for (const auto& [hex, rest] : object_at(asked, "attachments").items()) {
        const auto bytes = core::from_hex(hex);
        if (!bytes || bytes->size() != core::Hash{}.size())
            return tl::make_unexpected(
                Fault(core::Error{core::Code::corrupt, "an attachment's hash is damaged"}));
        std::copy(bytes->begin(), bytes->end(), hashes.emplace_back().begin());
    }
    core::RecordId record;
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        const auto queued = append(core::Kind::request_queue, id, std::move(asked));
        if (!queued) return tl::make_unexpected(queued.error());
        record = queued->record;
        if (!hashes.empty())
            if (auto moved = ledger().attachments().transfer(id, record, hashes); !moved)
                return moved;
        return ledger().values().remove(shelf::kDraft, id);
    }));
    focus.screen = "recorded";
    focus.draft.clear();
    focus.field.clear();
    focus.last = record.text();
    change("session", visit.id);
    change("request", record.text());
    change("day");
    change("citizen");
    change("state");
    return request(record.text());
}

}  // namespace spot::station
