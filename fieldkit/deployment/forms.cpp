#include "fieldkit/deployment/forms.h"

#include <algorithm>
#include <functional>
#include <map>

#include "fieldkit/deployment/calendar.h"
#include "fieldkit/deployment/phrases.h"

namespace spot::fieldkit {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

struct Context {
    Draw& draw;
    const core::Catalogue::Field& field;
    const Place& place;
    sys_days today;

    std::string date_within(int from_days, int to_days) const {
        return draw_date(draw, today + days{from_days}, today + days{to_days});
    }
    std::string money(std::int64_t low, std::int64_t high) const {
        return std::to_string(draw.between(low, high)) + "," + draw_digits(draw, 2);
    }
};

std::string listed_or_own(const Context& c, Phrase own) {
    if (c.field.choices.empty() || (c.field.open && c.draw.chance(250)))
        return draw_phrase(c.draw, own);
    return c.field.choices[c.draw.skewed(c.field.choices.size())];
}

std::string document_number(Draw& draw) {
    static constexpr char kLetters[] = "XYZ";
    return draw_digits(draw, 8) + " " + draw_digits(draw, 1) + " Z" +
           kLetters[draw.below(sizeof kLetters - 1)] + draw_digits(draw, 1);
}

std::string a_person(const Context& c) {
    return draw_name(c.draw);
}

using Maker = std::function<std::string(const Context&)>;

const std::map<std::string, Maker, std::less<>>& makers_by_name() {
    static const std::map<std::string, Maker, std::less<>> makers{
        {"doc_numero", [](const Context& c) { return document_number(c.draw); }},
        {"doc_validade", [](const Context& c) { return c.date_within(-1500, 2200); }},
        {"data_inicio", [](const Context& c) { return c.date_within(-700, 20); }},
        {"data_fim", [](const Context& c) { return c.date_within(30, 900); }},
        {"data_ocorrencia", [](const Context& c) { return c.date_within(-40, 0); }},
        {"motivo", [](const Context& c) { return listed_or_own(c, Phrase::reason); }},
        {"profissao", [](const Context& c) { return listed_or_own(c, Phrase::occupation); }},
        {"entidade_patronal", [](const Context& c) { return listed_or_own(c, Phrase::employer); }},
        {"num_utente", [](const Context& c) { return draw_digits(c.draw, 9); }},
        {"rendimento_anual", [](const Context& c) { return c.money(2400, 31000); }},
        {"agregado", [](const Context& c) { return std::to_string(1 + c.draw.skewed(7)); }},
        {"altura_cm", [](const Context& c) { return std::to_string(c.draw.between(148, 190)); }},
        {"area_ha",
         [](const Context& c) {
             return std::to_string(c.draw.skewed(40)) + "," + draw_digits(c.draw, 4);
         }},
        {"naturalidade", [](const Context& c) { return std::string(draw_place(c.draw).parish); }},
        {"conjuge", a_person},
        {"filiacao_pai", a_person},
        {"filiacao_mae", a_person},
        {"representante", a_person},
        {"testemunha", a_person},
        {"artigo_matricial",
         [](const Context& c) {
             return (c.draw.chance(600) ? "R-" : "U-") + std::to_string(c.draw.between(2, 7400));
         }},
        {"centro_saude",
         [](const Context& c) { return "Extensão de saúde de " + std::string(c.place.parish); }},
        {"processo",
         [](const Context& c) {
             const auto year = static_cast<int>(std::chrono::year_month_day{c.today}.year());
             return std::to_string(c.draw.between(100, 899999)) + "/" +
                    std::to_string(year - static_cast<int>(c.draw.skewed(6)));
         }},
        {"anexos",
         [](const Context& c) { return std::to_string(2 + c.draw.skewed(14)) + " folhas"; }},
        {"local_ocorrencia", [](const Context& c) { return draw_street(c.draw); }},
    };
    return makers;
}

const std::map<std::string, Maker, std::less<>>& makers_by_type() {
    static const std::map<std::string, Maker, std::less<>> makers{
        {"longtext", [](const Context& c) { return draw_phrase(c.draw, Phrase::remark); }},
        {"text", a_person},
        {"date", [](const Context& c) { return c.date_within(-400, 400); }},
        {"number",
         [](const Context& c) {
             const auto low = static_cast<std::int64_t>(c.field.min.value_or(1));
             const auto high = static_cast<std::int64_t>(c.field.max.value_or(99));
             return std::to_string(c.draw.between(low, std::max(low, high)));
         }},
        {"money", [](const Context& c) { return c.money(15, 7200); }},
        {"choice", [](const Context& c) { return listed_or_own(c, Phrase::reason); }},
        {"yesno", [](const Context& c) { return std::string(c.draw.chance(600) ? "sim" : "não"); }},
        {"nif", [](const Context& c) { return draw_nif(c.draw); }},
        {"niss", [](const Context& c) { return draw_niss(c.draw); }},
        {"iban", [](const Context& c) { return draw_iban(c.draw); }},
        {"phone", [](const Context& c) { return draw_phone(c.draw); }},
        {"email", [](const Context& c) { return draw_email(c.draw); }},
        {"postal_address", [](const Context& c) { return draw_address(c.draw, c.place); }},
        {"parish", [](const Context& c) { return std::string(c.place.parish); }},
        {"municipality", [](const Context& c) { return std::string(c.place.municipality); }},
        {"plate", [](const Context& c) { return draw_plate(c.draw); }},
    };
    return makers;
}

}  // namespace

core::Result<std::string> draw_value(Draw& draw, const core::Catalogue& catalogue,
                                     const core::Catalogue::ServiceField& field, const Place& place,
                                     sys_days today) {
    // What need not be filled in is left empty now and then, as people do.
    if (!field.required && draw.chance(120)) return std::string();
    const Context context{draw, *field.field, place, today};
    const auto& by_name = makers_by_name();
    const auto& by_type = makers_by_type();
    std::string value;
    if (const auto named = by_name.find(field.field->name); named != by_name.end())
        value = named->second(context);
    else if (const auto typed = by_type.find(field.field->type); typed != by_type.end())
        value = typed->second(context);
    if (catalogue.check_value(*field.field, value, field.required)) return value;
    if (!field.required) return std::string();
    return core::fail(core::Code::invalid,
                      "no plausible value is known for the required field " + field.field->name);
}

}  // namespace spot::fieldkit
