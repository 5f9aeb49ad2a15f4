#include "fieldkit/deployment/people.h"

#include <array>

#include "fieldkit/deployment/calendar.h"

namespace spot::fieldkit {
namespace {

using Words = std::string_view;

// The first are the most frequent (Draw::skewed), so each list starts with common names.
constexpr Words kFirst[] = {
    "Custódia",   "Francisca", "Joaquina", "Sebastião",  "Leonor",   "Madalena", "Vicente",
    "Bernardino", "Bárbara",   "Aurélio",  "Catarina",   "Domingos", "Eugénia",  "Firmino",
    "Gertrudes",  "Odete",     "Raquel",   "Simão",      "Virgínia", "Delfina",  "Edmundo",
    "Patrícia",   "Nélson",    "Gonçalo",  "Duarte",     "Susana",   "Vanda",    "Marcelino",
    "Perpétua",   "Quitéria",  "Jacinta",  "Inácio",     "Hélder",   "Gisela",   "Fausto",
    "Ermelinda",  "Dinis",     "Cremilde", "Casimiro",   "Brígida",  "Anabela",  "Amílcar",
    "Adelaide",   "Valentim",  "Telma",    "Silvina",    "Rodrigo",  "Rafaela",  "Óscar",
    "Noémia",     "Matilde",   "Lídia",    "Laurinda",   "Júlio",    "Irene",    "Heitor",
    "Glória",     "Evaristo",  "Estêvão",  "Clementina", "Andriy",   "Ioana",    "Gary",
    "Pauline",    "Katrin",    "Daan",     "Harpreet",   "Bogdan"};
constexpr Words kMiddle[] = {"da Encarnação",  "das Dores",   "Bento",     "do Rosário",
                             "da Purificação", "Inácio",      "da Glória", "Guilherme",
                             "das Neves",      "Eduardo",     "Sofia",     "do Nascimento",
                             "Tomás",          "da Assunção", "Raul",      "dos Prazeres",
                             "Xavier",         "da Piedade",  "Henrique",  "do Livramento"};
constexpr Words kLast[] = {
    "Guerreiro", "Viegas",   "Cabrita",    "Palma",    "Duarte",      "Inácio",   "Nobre",
    "Rosado",    "Varela",   "Caeiro",     "Barradas", "Charrua",     "Galego",   "Jacinto",
    "Lourenço",  "Mestre",   "Nascimento", "Raposo",   "Serrano",     "Valadas",  "Ventura",
    "Vilhena",   "Zambujo",  "Bentes",     "Catarino", "Encarnação",  "Estêvão",  "Faustino",
    "Gago",      "Januário", "Colaço",     "Bexiga",   "Rosa",        "Candeias", "Marreiros",
    "Águas",     "Furtado",  "Glória",     "Horta",    "Louçã",       "Madeira",  "Negrão",
    "Pacheco",   "Quintas",  "Romeira",    "Sequeira", "Tengarrinha", "Urbano",   "Vargas",
    "Bonança",   "Calado",   "Boiça",      "Grade",    "Penisga",     "Sintra",   "Bondarenko",
    "Popescu",   "Turner",   "Lefebvre",   "Krüger",   "de Vries",    "Singh",    "Ionescu"};
constexpr Words kStreetKind[] = {
    "Rua",     "Sítio",    "Monte",   "Travessa",          "Caminho",
    "Praceta", "Azinhaga", "Ladeira", "Estrada Municipal", "Urbanização"};
constexpr Words kStreet[] = {"do Poço Novo",      "da Foz do Farelo",
                             "das Alfarrobeiras", "do Castelo",
                             "dos Pescadores",    "da Picota",
                             "do Corgo do Vale",  "da Fóia",
                             "da Boavista",       "do Alferce de Baixo",
                             "dos Medronheiros",  "do Barranco do Banho",
                             "da Corte Grande",   "das Caldas",
                             "da Serra",          "Serpa Pinto",
                             "Vasco da Gama",     "do Sobreiro",
                             "da Nora",           "dos Montes de Cima",
                             "do Pé da Cruz",     "da Ribeira de Seixe",
                             "do Rossio",         "das Amendoeiras",
                             "do Malhão",         "Catarina Eufémia",
                             "da Cerca",          "dos Celeiros",
                             "do Pomar",          "da Eira Velha",
                             "Gil Eanes",         "João de Deus",
                             "do Monte Ruivo",    "da Portela",
                             "dos Chorões",       "do Selão",
                             "da Perna da Negra", "da Umbria"};
constexpr Words kVenue[] = {
    "Heliporto municipal",     "Largo dos Chorões", "Pavilhão desportivo",
    "Junto à escola primária", "Largo do chafariz", "Casa do Povo",
    "Sociedade recreativa",    "Parque da feira",   "Centro de saúde, parque de estacionamento",
    "Terminal rodoviário"};
constexpr Words kCareHome[] = {"Lar de Santo Aleixo",
                               "Residência Sénior Vale das Hortas",
                               "Lar da Associação de Reformados",
                               "Fundação Casa da Serra",
                               "Unidade de Cuidados do Rossio",
                               "Lar Rainha Santa"};
constexpr Words kMediator[] = {"t.guerreiro", "l.palma", "v.bentes", "d.candeias", "a.marreiros"};

constexpr Place kPlaces[] = {
    {"080903", "Monchique", "Monchique", "PT150", "8550"},
    {"080901", "Alferce", "Monchique", "PT150", "8550"},
    {"080902", "Marmelete", "Monchique", "PT150", "8550"},
    {"081307", "Silves", "Silves", "PT150", "8300"},
    {"081306", "São Marcos da Serra", "Silves", "PT150", "8375"},
    {"081305", "São Bartolomeu de Messines", "Silves", "PT150", "8375"},
    {"081102", "Mexilhoeira Grande", "Portimão", "PT150", "8500"},
    {"080304", "Rogil", "Aljezur", "PT150", "8670"},
    {"080303", "Odeceixe", "Aljezur", "PT150", "8670"},
    {"021105", "Sabóia", "Odemira", "PT181", "7665"},
    {"021110", "São Teotónio", "Odemira", "PT181", "7630"},
    {"021107", "Santa Clara-a-Velha", "Odemira", "PT181", "7665"},
    {"021201", "Santana da Serra", "Ourique", "PT184", "7670"},
    {"020205", "Santa Clara-a-Nova e Gomes Aires", "Almodôvar", "PT184", "7700"},
    {"080803", "Ameixial", "Loulé", "PT150", "8100"},
    {"080808", "Salir", "Loulé", "PT150", "8100"},
    {"081401", "Cachopo", "Tavira", "PT150", "8800"},
    {"080203", "Martim Longo", "Alcoutim", "PT150", "8970"},
    {"020908", "São João dos Caldeireiros", "Mértola", "PT184", "7750"},
    {"150904", "Cercal do Alentejo", "Santiago do Cacém", "PT181", "7555"},
    {"071404", "Redondo", "Redondo", "PT187", "7170"},
    {"121301", "Gáfete", "Crato", "PT186", "7430"}};

int digit(char c) {
    return c - '0';
}

// ISO 7064 mod 97-10 over digits.
int mod97(std::string_view digits) {
    int rest = 0;
    for (const char c : digits) rest = (rest * 10 + digit(c)) % 97;
    return rest;
}

std::string two_digits(int value) {
    return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

}  // namespace

const Place& draw_place(Draw& draw) {
    return kPlaces[draw.skewed(std::size(kPlaces))];
}
std::string_view draw_venue(Draw& draw) {
    return draw.pick(kVenue);
}
std::string_view draw_care_home(Draw& draw) {
    return draw.pick(kCareHome);
}
std::string_view draw_mediator(Draw& draw) {
    return draw.pick_skewed(kMediator);
}

std::string draw_name(Draw& draw) {
    std::string name(draw.pick_skewed(kFirst));
    if (draw.chance(450)) name.append(" ").append(draw.pick(kMiddle));
    const auto surnames = draw.between(1, 3);
    for (std::int64_t i = 0; i < surnames; ++i) name.append(" ").append(draw.pick_skewed(kLast));
    return name;
}

std::string draw_street(Draw& draw) {
    std::string street(draw.pick_skewed(kStreetKind));
    return street.append(" ").append(draw.pick(kStreet));
}

std::string draw_address(Draw& draw, const Place& place) {
    std::string address = draw_street(draw);
    if (draw.chance(300))
        address += ", caixa postal " + std::to_string(draw.between(1, 980)) + "-X";
    else
        address += ", n.º " + std::to_string(draw.between(1, 90));
    address.append(", ").append(place.postal_stem).append("-").append(draw_digits(draw, 3));
    return address.append(" ").append(place.parish);
}

std::string draw_phone(Draw& draw) {
    static constexpr Words kStem[] = {"96", "91", "93", "92", "28"};
    return std::string(draw.pick_skewed(kStem)) + draw_digits(draw, 7);
}

std::string draw_email(Draw& draw) {
    static constexpr Words kBox[] = {"serra",    "monte",   "medronho", "alfarroba",
                                     "cortica",  "familia", "horta",    "barranco",
                                     "sobreiro", "mel",     "pomar",    "ribeira"};
    std::string text(draw.pick(kBox));
    text.append(".").append(draw.pick(kBox)).append(draw_digits(draw, 2));
    return text + "@correio.example";
}

Citizen draw_citizen(Draw& draw, const Place& place) {
    using namespace std::chrono;
    Citizen citizen;
    citizen.name = draw_name(draw);
    citizen.nif = draw_nif(draw);
    // Two in three were born before 1960: who comes to a van.
    const bool old = draw.chance(660);
    citizen.birth_date = draw_date(draw, sys_days{year{old ? 1926 : 1960} / 1 / 1},
                                   sys_days{year{old ? 1959 : 1999} / 12 / 31});
    citizen.phone = draw_phone(draw);
    citizen.address = draw_address(draw, place);
    return citizen;
}

std::string draw_digits(Draw& draw, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += static_cast<char>('0' + draw.below(10));
    return text;
}

std::string draw_nif(Draw& draw) {
    std::string nif =
        (draw.chance(960) ? (draw.chance(480) ? "1" : "2") : "3") + draw_digits(draw, 7);
    int sum = 0;
    for (std::size_t i = 0; i < 8; ++i) sum += digit(nif[i]) * (9 - static_cast<int>(i));
    const int rest = sum % 11;
    return nif + static_cast<char>('0' + (rest < 2 ? 0 : 11 - rest));
}

std::string draw_niss(Draw& draw) {
    static constexpr int kWeights[] = {29, 23, 19, 17, 13, 11, 7, 5, 3, 2};
    std::string niss = "1" + draw_digits(draw, 9);
    int sum = 0;
    for (std::size_t i = 0; i < 10; ++i) sum += digit(niss[i]) * kWeights[i];
    return niss + static_cast<char>('0' + (9 - sum % 10));
}

std::string draw_iban(Draw& draw) {
    static constexpr Words kBank[] = {"0035", "0045", "0036", "0023", "0079", "0046"};
    std::string account = std::string(draw.pick_skewed(kBank)) + draw_digits(draw, 15);
    account += two_digits(98 - mod97(account + "00"));  // the NIB's own check digits
    return "PT" + two_digits(98 - mod97(account + "252900")) + account;  // "PT" is 25 29
}

std::string draw_plate(Draw& draw) {
    static constexpr char kLetters[] = "ABCDEFGHIJLMNOPQRSTUVXZ";
    std::string letters;
    for (int i = 0; i < 2; ++i) letters += kLetters[draw.below(sizeof kLetters - 1)];
    return draw_digits(draw, 2) + "-" + letters + "-" + draw_digits(draw, 2);
}

std::string draw_date(Draw& draw, std::chrono::sys_days first, std::chrono::sys_days last) {
    return day_text(first + std::chrono::days{draw.between(0, (last - first).count())});
}

}  // namespace spot::fieldkit
