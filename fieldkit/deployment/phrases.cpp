#include "fieldkit/deployment/phrases.h"

#include <string_view>

#include "core/error.h"

namespace spot::fieldkit {
namespace {

// A small grammar: `{name}` stands for one of that rule's alternatives, `{#}` for a number of 2
// to 30.
struct Rule {
    std::string_view name;
    std::string_view alternatives;  // between bars
};

constexpr Rule kRules[] = {
    {"remark",
     "{situacao}; {prova}.|{situacao}. {seguimento}.|{prova}. {seguimento}.|{seguimento}.|"
     "{situacao}, {consequencia}. {contacto}.|{contacto}; {prova}.|Nada a assinalar.|"
     "{situacao}.|{prova}; {consequencia}."},
    {"situacao",
     "A casa {dano} no fogo que desceu da {lugar}|O {anexo} {dano} na noite de {dia}|"
     "Evacuado para {abrigo} durante {#} dias|Perdeu {#} {bens} e {bens2}|"
     "Vive {como} desde o regresso ao monte|Ficou sem {servico} há {#} dias|"
     "Regressou {quando} da casa {familiar}|Os papéis guardados no {movel} perderam-se todos|"
     "Tem dificuldade em {dificuldade}|Veio acompanhado {familiar}|"
     "O terreno confina com a zona ardida a {rumo}|Já tinha feito o pedido em {mes} no balcão"},
    {"dano",
     "ardeu por completo|ficou sem telhado|ficou com o piso de cima destruído|foi atingido pelas "
     "chamas|"
     "perdeu portas e janelas"},
    {"lugar", "Picota|Fóia|serra|mata do Estado|encosta norte|barragem|estrada velha"},
    {"anexo", "palheiro|armazém das alfaias|alambique|curral|barracão da cortiça|colmeal"},
    {"dia", "sexta para sábado|sábado|domingo|segunda-feira|terça para quarta|quinta-feira"},
    {"abrigo",
     "o pavilhão de Portimão|a escola secundária|casa de vizinhos|uma pensão paga pela câmara|o "
     "quartel"},
    {"bens", "colmeias|cabras|sobreiros|medronheiros|ovelhas|painéis solares|depósitos de água"},
    {"bens2",
     "toda a rega gota-a-gota|a motobomba|o trator|a lenha do inverno|as ferramentas|a carrinha de "
     "trabalho"},
    {"como",
     "numa caravana emprestada|no anexo que sobrou|com a irmã|em casa alugada|com os filhos em "
     "Lagos"},
    {"servico", "luz|telefone fixo|água da rede|rede de telemóvel|estrada de acesso"},
    {"quando", "ontem|na semana passada|só no fim do mês|há três dias|esta manhã"},
    {"familiar",
     "do neto|da nora|de uma vizinha|do genro|da assistente social|de um voluntário|do cunhado"},
    {"movel", "baú da entrada|louceiro|cofre pequeno|gavetão da cómoda|escritório do anexo"},
    {"dificuldade",
     "ler letra miúda|ouvir ao telefone|subir os degraus da carrinha|assinar o nome|"
     "perceber as cartas das Finanças|deslocar-se sem boleia"},
    {"rumo", "nascente|poente|norte|sul"},
    {"mes", "janeiro|fevereiro|março|abril|maio|junho|julho"},
    {"prova",
     "mostrou {documento} {estado}|traz {documento} e {documento2}|juntámos {documento} por "
     "fotografia|"
     "falta {documento2}, que vem {via}|a {entidade} confirmou por telefone|"
     "números copiados deste papel: {documento}|não tem {documento}; serve {documento2}"},
    {"documento",
     "a caderneta antiga|uma fatura da luz|o cartão chamuscado|a participação à GNR|o recibo da "
     "renda|"
     "uma certidão de {mes}|a apólice do seguro|o boletim de vacinas|a licença de construção"},
    {"documento2",
     "o auto dos bombeiros|a declaração da cooperativa|o extrato do banco|o atestado da freguesia|"
     "a planta do monte|o contrato de arrendamento|o relatório do perito"},
    {"estado", "em mau estado|sem a última folha|já caducado|com o nome antigo|ainda legível"},
    {"via",
     "pelo correio|com o carteiro de quinta-feira|por um familiar|na próxima volta da carrinha"},
    {"entidade", "junta|cooperativa|repartição|enfermeira do posto|técnica da câmara"},
    {"seguimento",
     "Combinado voltar {quando2} com {documento}|Pede resposta por carta, pois {porque}|"
     "Explicámos o prazo de {#} dias e o que fazer se não houver resposta|"
     "Ensinado a consultar o estado do pedido no telemóvel|Fica a aguardar {espera}|"
     "Deve confirmar-se a morada antes do envio, porque {porque}|"
     "Encaminhar juntamente com o pedido {familiar}"},
    {"quando2", "na terça|depois da vindima|no dia {#}|na próxima passagem|quando tiver alta"},
    {"porque",
     "não há rede no monte|a caixa do correio ardeu|mudou de casa|o telemóvel é emprestado|"
     "só está em casa à noite|a rua ainda não tem nome"},
    {"espera",
     "a vistoria da câmara|o perito do seguro|a consulta de dia {#}|a senha nova|a chave por SMS"},
    {"consequencia",
     "pelo que não consegue apresentar {documento}|e precisa da segunda via sem demora|"
     "razão por que pede isenção|e receia perder o apoio|sem prejuízo do prazo em curso"},
    {"contacto",
     "Ligar só depois das {#2} horas|Deixar recado no café do largo|Contactar por intermédio "
     "{familiar}|"
     "Prefere mensagem escrita|Atende no posto público da aldeia"},
    {"#2", "9|10|12|14|17|18"},
    {"session_note",
     "{ritmo}.|{ritmo}; {ecra}.|{ecra}.|{apoio}.|{apoio}. {ritmo}.|{ecra}. {apoio}."},
    {"ritmo",
     "Atendimento interrompido {#} minutos por falha do gerador|Muita gente à espera; atendido de "
     "pé|"
     "Sessão tranquila, fez quase tudo sozinho|Foi preciso repetir a explicação da privacidade|"
     "Retomada depois do almoço"},
    {"ecra",
     "seguiu os passos no segundo ecrã|pediu letra maior|o sol não deixava ver o ecrã|quis ler "
     "tudo antes de confirmar|"
     "usou o rato com a nossa ajuda"},
    {"apoio",
     "esteve presente um intérprete|trouxe {#} perguntas de vizinhos|veio pela primeira vez|"
     "já sabe entrar com a chave digital|ficou com o folheto da proteção de dados"},
    {"complaint", "{queixa}. {pedido}.|{queixa}; {queixa2}. {pedido}.|{queixa2}. {pedido}."},
    {"queixa",
     "A carrinha chegou {#} minutos depois da hora afixada|Perdi a manhã para um papel que já "
     "entreguei em {mes}|"
     "O pedido feito no balcão de {mes} nunca teve resposta|Não havia sombra nem água para quem "
     "esperava"},
    {"queixa2",
     "quem estava atrás ouvia tudo o que se dizia|o recibo saiu ilegível|mandaram-me a três sítios "
     "diferentes|"
     "a informação do cartaz estava errada"},
    {"pedido",
     "Peço que me respondam por carta|Espero que mudem o horário|Só quero que fique registado|"
     "Solicito a devolução do que paguei"},
    {"feedback_topic",
     "Privacidade à cabeceira|Pedidos após incêndio florestal|Assinatura digital|Reembolsos de "
     "saúde|"
     "Comunicar com quem ouve mal|Apoios à floresta"},
    {"feedback",
     "Na formação falta um caso sobre {tema}. {sugestao}.|{sugestao}.|Tivemos {#} dúvidas sobre "
     "{tema} esta semana."},
    {"tema",
     "prédios rústicos sem artigo|herdeiros no estrangeiro|quem perdeu todos os "
     "documentos|segundas vias isentas|"
     "residentes sem morada fixa"},
    {"sugestao",
     "Um cartão de bolso com os prazos ajudava|Treinar com o gerador desligado|"
     "Mostrar exemplos de cartas verdadeiras, sem nomes|Combinar com a enfermeira antes da visita"},
    {"reason",
     "Ardeu na habitação|Ilegível pelo fumo|Nome mal escrito|Primeira vez|Regresso do estrangeiro|"
     "Exigido pelo seguro|Exigido pelo banco|Extraviado na evacuação|Atualização após a vistoria"},
    {"hub_note", "{triagem}.|{triagem}; {acao}.|{acao}.|{acao}. {prazo}."},
    {"triagem",
     "Conferido com o registo de {mes}|Processo junto ao n.º {#}{#}{#}|Sem correspondência na base "
     "da entidade|"
     "Duplicado aparente, mantém-se este|Morada normalizada segundo os CTT"},
    {"acao",
     "pedida {documento}|devolvido à carrinha por faltar {documento2}|enviado ofício à entidade|"
     "aguarda-se parecer do serviço regional|validado pela chefia"},
    {"prazo", "Resposta prevista em {#} dias|Prazo suspenso até dia {#}|Prioridade por calamidade"},
    {"hub_status",
     "Recebido na entidade|Em verificação|Falta elemento|Deferido|Indeferido|Suspenso"},
    {"occupation",
     "Apanhador de medronho|Tirador de cortiça|Pescador reformado|Cantoneiro|Ajudante de "
     "cozinha|Tosquiador|"
     "Guarda florestal|Costureira|Viveirista"},
    {"employer",
     "Destilaria da Fóia, Lda.|Suinicultura do Barranco, S.A.|Hotel das Termas|Corticeira Serra e "
     "Mar, Lda.|"
     "Junta de Regantes|Viveiros da Nave Redonda|Águas da Serra, E.M."},
};

constexpr std::size_t kDepthMax = 8;

std::string_view alternatives_of(std::string_view name) {
    for (const auto& rule : kRules)
        if (rule.name == name) return rule.alternatives;
    core::broken("a phrase names a rule that exists", __FILE__, __LINE__);
}

std::string_view draw_alternative(Draw& draw, std::string_view all) {
    std::uint64_t count = 1;
    for (const char c : all) count += c == '|' ? 1 : 0;
    for (auto skip = draw.below(count); skip > 0; --skip) all.remove_prefix(all.find('|') + 1);
    return all.substr(0, all.find('|'));
}

void expand(Draw& draw, std::string_view text, std::string& out, std::size_t depth) {
    SPOT_CHECK(depth < kDepthMax);
    while (!text.empty()) {
        const auto open = text.find('{');
        out.append(text.substr(0, open));
        if (open == std::string_view::npos) return;
        const auto close = text.find('}', open);
        const auto name = text.substr(open + 1, close - open - 1);
        if (name == "#")
            out += std::to_string(draw.between(2, 30));
        else
            expand(draw, draw_alternative(draw, alternatives_of(name)), out, depth + 1);
        text.remove_prefix(close + 1);
    }
}

std::string_view root_of(Phrase phrase) {
    switch (phrase) {
        case Phrase::remark:
            return "{remark}";
        case Phrase::session_note:
            return "{session_note}";
        case Phrase::complaint:
            return "{complaint}";
        case Phrase::feedback_topic:
            return "{feedback_topic}";
        case Phrase::feedback:
            return "{feedback}";
        case Phrase::reason:
            return "{reason}";
        case Phrase::hub_note:
            return "{hub_note}";
        case Phrase::hub_status:
            return "{hub_status}";
        case Phrase::occupation:
            return "{occupation}";
        case Phrase::employer:
            return "{employer}";
    }
    core::broken("every phrase has a rule", __FILE__, __LINE__);
}

// Sentences start with a capital; no part that may start one begins outside ASCII.
void capitalise(std::string& text) {
    bool at_start = true;
    for (auto& c : text) {
        if (at_start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (c != ' ') at_start = c == '.';
    }
}

}  // namespace

std::string draw_phrase(Draw& draw, Phrase phrase) {
    std::string text;
    expand(draw, root_of(phrase), text, 0);
    capitalise(text);
    return text;
}

}  // namespace spot::fieldkit
