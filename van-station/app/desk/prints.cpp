// The states of a receipt's one original:
//   reserved ─ reserve_print() → sent ─ printed() → confirmed, uncertain, or reserved again
//   uncertain ─ a person says → confirmed or spoiled
// "sent" is on disk before the first byte goes to a printer. So whatever dies in between, the
// next print is not a second original: it waits until a person has said what came out.
#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Result;
using What = Fault::What;

constexpr std::size_t kUnderWayMax = 1000;

}  // namespace

Result<Json> Desk::Inside::print_of(std::string_view receipt) {
    auto kept = kept_json(shelf::kPrint, receipt);
    if (!kept) return kept;
    if (kept->is_object()) return kept;
    return Json{{"state", "reserved"}, {"prints", 0}, {"duplicates", 0}};
}

Result<> Desk::Inside::recover_prints() {
    SPOT_ASSIGN(const auto under_way,
                ledger().values().list_by_owner(shelf::kPrint, "sent", kUnderWayMax));
    return ledger().atomically([&]() -> Result<> {
        for (const auto& row : under_way) {
            Json print = Json::parse(row.value, nullptr, false);
            if (!print.is_object())
                return core::fail(core::Code::corrupt, "the state of a print does not read");
            print["state"] = "uncertain";
            if (auto kept = keep_json(shelf::kPrint, row.key, "uncertain", print); !kept)
                return kept;
        }
        return {};
    });
}

Done<Desk::Print> Desk::Inside::reserve_print(std::string_view given) {
    SPOT_ASSIGN(const auto id, find_receipt(given));
    const std::string receipt = id.text();
    SPOT_ASSIGN(const auto shown, receipt_json(id));
    const std::string state = text_at(shown, "state");
    if (state == "spoiled")
        return refuse(What::conflict, "spoiled",
                      "Este recibo estragou-se e o número não volta a servir. Faça outro recibo.");
    if (state == "sent")
        return refuse(What::conflict, "printing", "Este recibo está a ser impresso.");
    if (state == "uncertain")
        return refuse(What::conflict, "uncertain",
                      "Diga primeiro se o papel saiu: só pode haver um original.");
    SPOT_ASSIGN(auto print, print_of(receipt));
    Print out;
    out.original = state == "reserved";
    out.at = moment(now());
    if (out.original) {
        print["state"] = "sent";
        print["original_at"] = out.at;
    } else {
        out.duplicate = static_cast<std::uint32_t>(number_at(print, "duplicates", 0) + 1);
        print["state"] = state;
        print["duplicates"] = out.duplicate;
    }
    print["prints"] = number_at(print, "prints", 0) + 1;
    SPOT_TRY(keep_json(shelf::kPrint, receipt, out.original ? "sent" : state, print));
    change("print", receipt);
    return out;
}

Result<> Desk::Inside::settle(const core::RecordId& receipt, Json print, std::string_view state) {
    Json settling = intent();
    settling["receipt"] = receipt.text();
    settling["state"] = state;
    print["state"] = state;
    return ledger().atomically([&]() -> Result<> {
        SPOT_TRY(append(core::Kind::receipt_settle, {}, std::move(settling)));
        return keep_json(shelf::kPrint, receipt.text(), state, print);
    });
}

Answer Desk::Inside::printed(std::string_view given, const Print& what, std::string_view outcome) {
    SPOT_ASSIGN(const auto id, find_receipt(given));
    const std::string receipt = id.text();
    SPOT_ASSIGN(auto print, print_of(receipt));
    Result<> done;
    if (!what.original) {
        // Its number is used up, whatever came out.
    } else if (text_at(print, "state") != "sent") {
        return refuse(What::conflict, "not_printing", "Este recibo não estava a ser impresso.");
    } else if (outcome == "sent") {
        done = settle(id, std::move(print), "confirmed");
    } else {
        const bool unused = outcome == "not_sent";
        print["state"] = unused ? "reserved" : "uncertain";
        if (unused) print["prints"] = number_at(print, "prints", 1) - 1;
        done = keep_json(shelf::kPrint, receipt, text_at(print, "state"), print);
    }
    if (!done) return tl::make_unexpected(Fault(done.error()));
    change("print", receipt);
    change("state");
    change("citizen");
    return receipt_json(id);
}

Answer Desk::Inside::settle_receipt(std::string_view given, bool came_out) {
    SPOT_ASSIGN(const auto id, find_receipt(given));
    SPOT_ASSIGN(auto print, print_of(id.text()));
    const std::string state = text_at(print, "state");
    const std::string wanted = came_out ? "confirmed" : "spoiled";
    if (state == wanted) return receipt_json(id);
    if (state != "uncertain")
        return refuse(What::conflict, "not_uncertain", "Deste recibo sabe-se o que saiu.");
    SPOT_TRY(settle(id, std::move(print), wanted));
    change("print", id.text());
    change("day");
    change("state");
    return receipt_json(id);
}

}  // namespace spot::station
