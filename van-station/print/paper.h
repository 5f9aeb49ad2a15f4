#pragma once

// What stands on a sheet: a receipt, the citizen's summary, the day's closing sheet. Pure: no disk,
// no clock, no fonts. pdf.h and escpos.h draw the same Paper.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/catalogue_texts.h"
#include "core/error.h"

namespace spot::print {

using core::Language;
using core::language_of;

// ── The way of a request (percurso): four stops, drawn alike everywhere.
enum class Stop : std::uint8_t {
    ahead,        // ring: not yet
    reached,      // disc
    unconfirmed,  // dashed ring: it left, nobody has confirmed it
    answered,     // disc with a check
    refused,      // cross
    halted,       // square with bars: quarantine, or held as perhaps the same
    differs,      // ≠: two values
    withdrawn,    // struck ring
};
constexpr std::size_t kStops = 4;  // here, hub, agency, answer
struct Way {
    struct At {
        Stop stop = Stop::ahead;
        std::string label;  // "Na central"
        std::string note;   // "16-10, 10:43", "ainda não"; may be empty
    };
    At stops[kStops];
    std::string whose;  // "Pedidos 1 e 3"; empty: all that stand on the sheet
    std::string state;  // the state in one line: "Registado, ainda não na central"
};

// ── Parts of a sheet, from top to bottom.
struct Heading {
    std::string text;
};
struct Text {
    std::string text;
    bool strong = false;
};
struct Row {  // of a table: what, more about it in smaller type, for whom, how much
    std::string what, more, whom, amount;
};
struct Table {
    std::string what, whom, amount;  // titles of the columns; an empty one: no such column
    std::vector<Row> rows;
};
struct Total {
    std::string label, amount, note;
};
struct Big {
    std::string text;
};  // to be seen from afar: whom to call
struct Frame {
    std::string mark, sentence;
};              // PROVISÓRIO
struct Steps {  // numbered; large in the summary
    struct Step {
        std::string title, text;
    };
    std::vector<Step> steps;
};
struct Signature {
    std::string label;
};  // a line to sign on
using Part = std::variant<Heading, Text, Table, Total, Big, Frame, Way, Steps, Signature>;

struct ReceiptCode {         // at the foot of a receipt
    std::string qr;          // its text; empty: none
    std::string label;       // "Código da cadeia"
    std::string short_code;  // in groups of four
    std::string help;        // whom to call, what to say
};

struct Paper {
    Language language = Language::pt;
    std::string file_title;  // of the PDF and of the print job: names the number, never a person
    std::string at;          // RFC 3339: its time, the PDF's date of making
    std::string title;       // "Recibo", "O que pediu hoje"
    std::string number;      // the one big number; empty: none
    std::string under;       // "Série 7K3Q9F2M-1"
    std::vector<std::string> origin;  // spot, place, time
    std::string whose;                // on each of several sheets; empty: the title says enough
    std::string copy;        // "DUPLICADO 1 · impresso 16-10-2017 15:02"; empty: the original
    std::string copy_short;  // "DUPLICADO 1 · 15:02", for rolls
    std::vector<Part> parts;
    std::optional<ReceiptCode> code;
    std::vector<std::string> foot;  // small type at the end: who saw the data
};

// Whose paper it is.
struct Issuer {
    std::string station;     // "van-07"
    std::string help_phone;  // of the hotline; empty: the paper sends people to a spot instead
    std::string help_hours;  // "dias úteis, 9–18 h", in the paper's language; may be empty
    // Of the catalogue in force: services' names. None: of the one that ships with the program.
    std::shared_ptr<const core::CatalogueTexts> texts{};
};
// A print after the first original. `number` from 1; `at`: RFC 3339 with the station's offset.
struct Copy {
    std::uint32_t number = 1;
    std::string at;
};

// The shapes are those of the station's API (Receipt, Session, day). Members that are missing or of
// another type are left out of the sheet; what a receipt can't be without (number, series, at,
// lines, total_cents) is `invalid` where it lacks. Texts are cut at kTextBytesMax.
constexpr std::size_t kTextBytesMax = 2000;
constexpr std::size_t kRowsMax = 1000;
core::Result<Paper> receipt_paper(const nlohmann::json& receipt, const nlohmann::json& session,
                                  const Issuer&, const std::optional<Copy>&);
core::Result<Paper> summary_paper(const nlohmann::json& session, const Issuer&,
                                  std::string_view now);
core::Result<Paper> closing_paper(const nlohmann::json& day, const Issuer&, Language,
                                  std::string_view now);

}  // namespace spot::print
