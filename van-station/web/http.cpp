#include "van-station/web/http.h"

namespace spot::station::web {
namespace {

struct Text {
    std::string_view code, message;
};
// The pages have these texts in every language; this is what other readers see.
constexpr Text kTexts[] = {
    {"malformed", "O pedido não se percebe. Nada foi alterado."},
    {"host", "Este endereço não é o da estação. Nada foi alterado."},
    {"origin", "O pedido não vem das páginas da estação. Nada foi alterado."},
    {"token", "Falta a chave deste arranque. Abra o endereço que a estação mostrou."},
    {"not_found", "Não há nada neste endereço."},
    {"method", "Este endereço não se usa assim. Nada foi alterado."},
    {"content_type", "O tipo do que foi enviado não serve. Nada foi alterado."},
    {"too_large", "É demasiado grande. Nada foi alterado."},
    {"busy", "A estação está ocupada. Nada foi alterado; tente outra vez."},
    {"failed", "A estação não conseguiu. Nada foi alterado; tente outra vez."},
};

}  // namespace

Answer refusal(unsigned status, std::string_view code, std::string_view message) {
    Answer out;
    out.status = status;
    out.body.append(R"({"error":{"code":")").append(code);
    out.body.append(R"(","message":")").append(message).append(R"("}})");
    if (status == 503) out.retry_after_s = 1;
    return out;
}

Answer refusal(unsigned status, std::string_view code) {
    for (const Text& text : kTexts)
        if (text.code == code) return refusal(status, code, text.message);
    return refusal(status, code, "");
}

}  // namespace spot::station::web
