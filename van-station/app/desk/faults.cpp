#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using What = Fault::What;

struct Words {
    What what;
    const char* code;
    const char* sentence;
};

Words words_of(core::Code code) {
    switch (code) {
        case core::Code::invalid:
            return {What::invalid, "invalid",
                    "Há um valor que não serve. Nada foi mudado: corrija-o e tente outra vez."};
        case core::Code::not_found:
            return {What::not_found, "not_found", "Já não está neste portátil. Nada foi mudado."};
        case core::Code::conflict:
            return {What::conflict, "conflict",
                    "Já foi registado com outro conteúdo. O que estava ficou como estava."};
        case core::Code::refused:
            return {What::refused, "refused", "Não é permitido aqui. Nada foi mudado."};
        case core::Code::busy:
            return {What::busy, "busy",
                    "O registo está ocupado por um instante. Nada se perdeu: tente outra vez."};
        case core::Code::limit:
            return {What::invalid, "limit", "É mais do que cabe. Nada foi mudado."};
        case core::Code::offline:
        case core::Code::corrupt:
        case core::Code::io:
            break;
    }
    return {What::broken, "broken",
            "O disco recusou. O que já estava registado mantém-se. Veja o espaço livre e tente "
            "outra vez."};
}

// "fields.iban: …" and "citizen.nif: …" name the field; of other errors nothing is shown.
std::string field_in(std::string_view message) {
    const auto colon = message.find(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view field = message.substr(0, colon);
    const bool plain =
        field.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos;
    return plain ? std::string(field) : std::string();
}

}  // namespace

int status_of(Fault::What what) {
    switch (what) {
        case What::invalid:
            return 400;
        case What::refused:
            return 403;
        case What::not_found:
            return 404;
        case What::conflict:
            return 409;
        case What::locked:
            return 423;
        case What::busy:
            return 503;
        case What::broken:
            return 500;
    }
    return 500;
}

Fault::Fault(core::Error error) {
    const Words words = words_of(error.code);
    what = words.what;
    code = words.code;
    message = words.sentence;
    if (what == What::invalid) field = field_in(error.message);
}

tl::unexpected<Fault> refuse(What what, std::string code, std::string sentence, std::string field) {
    Fault fault(what, std::move(code), std::move(sentence));
    fault.field = std::move(field);
    return tl::make_unexpected(std::move(fault));
}

tl::unexpected<Fault> unknown(std::string_view what) {
    Fault fault(What::not_found, "not_found", "Não está neste portátil. Nada foi mudado.");
    fault.field = what;
    return tl::make_unexpected(std::move(fault));
}

}  // namespace spot::station
