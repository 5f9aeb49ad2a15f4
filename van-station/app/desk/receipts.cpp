#include <algorithm>
#include <numeric>

#include "core/receipt_code.h"
#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Result;
using What = Fault::What;

constexpr char kCopies[] = "COPIAS";
constexpr std::size_t kLinesMax = 100;  // as schemas/intents/receipt.print.json

}  // namespace

std::string Desk::Inside::line_name(std::string_view service) const {
    if (service == kCopies) return language == core::Language::pt ? "Cópias" : "Copies";
    return text_at(service_brief(service), "name");
}

Done<core::RecordId> Desk::Inside::find_receipt(std::string_view id) {
    const auto record = ledger().journal().find("receipt", id);
    if (!record) return unknown("receipt");
    return *record;
}

// What its paper says may still change: the hub has not confirmed every request of the session.
Result<bool> Desk::Inside::provisional(const Json& receipt) {
    const auto session = core::RecordId::parse(text_at(receipt, "session"));
    if (!session) return true;
    SPOT_ASSIGN(const auto hub, hub_view());
    SPOT_ASSIGN(const auto asked, requests_of(*session, hub));
    return std::any_of(asked.begin(), asked.end(), [](const Asked& one) {
        return one.state == "recorded" || one.state == "quarantine" || one.state == "conflict";
    });
}

Answer Desk::Inside::receipt_json(const core::RecordId& id) {
    SPOT_ASSIGN(const auto shown, ledger().records().view("receipt", id));
    if (!shown) return unknown("receipt");
    const Json receipt = Json::parse(shown->json, nullptr, false);
    SPOT_ASSIGN(const auto print, print_of(id.text()));
    SPOT_ASSIGN(const auto unsure, provisional(receipt));

    Json lines = Json::array();
    for (const Json& line : receipt.value("lines", Json::array()))
        lines.push_back({{"service", text_at(line, "service")},
                         {"name", line_name(text_at(line, "service"))},
                         {"qty", number_at(line, "qty", 1)},
                         {"cents", number_at(line, "cents", 0)}});
    // The record's word is final; before it, the desk's own.
    std::string state = text_at(receipt, "state");
    if (state == "reserved") state = text_at(print, "state");
    Json out{{"id", id.text()},
             {"session", text_at(receipt, "session")},
             {"number", number_at(receipt, "number", 0)},
             {"series", text_at(receipt, "series")},
             {"at", text_at(receipt, "at")},
             {"lines", std::move(lines)},
             {"total_cents", number_at(receipt, "total_cents", 0)},
             {"state", std::move(state)},
             {"prints", number_at(print, "prints", 0)},
             {"provisional", unsure},
             {"short_code", ""},
             {"qr", ""}};
    const auto hash = ledger().replica().hash_at(id.log, id.seq);
    const auto keys = station.keys();
    const auto at = core::parse_moment(text_at(receipt, "at"));
    if (!keys) return tl::make_unexpected(Fault(keys.error()));
    const auto number = number_at(receipt, "number", 0);
    if (!hash || !at || at->ms < 0 || number < 1) return out;
    const auto facts = core::receipt_facts(
        id, static_cast<std::uint64_t>(number),
        static_cast<std::uint64_t>(number_at(receipt, "total_cents", 0)), at->ms, *hash);
    out["qr"] = core::receipt_qr(facts, keys->sign_seed);
    out["short_code"] = core::short_code_in_groups(core::short_code(id, *hash));
    return out;
}

// One line for each service that was asked for more often than it stands on a good receipt.
Done<Json> Desk::Inside::lines_left(const Visit& visit) {
    SPOT_ASSIGN(const auto hub, hub_view());
    SPOT_ASSIGN(const auto asked, requests_of(visit.record, hub));
    struct Left {
        std::string service;
        std::int64_t on_receipts = 0;
        std::vector<std::int64_t> fees;  // of each request, by the catalogue it was filled under
    };
    std::vector<Left> left;  // in the order they were asked for
    const auto of = [&](const std::string& service) -> Left& {
        for (Left& one : left)
            if (one.service == service) return one;
        return left.emplace_back(Left{service, 0, {}});
    };
    for (const Asked& one : asked) {
        const std::string service = text_at(one.shown, "service");
        const auto* known = forms_of(text_at(one.shown, "catalogue")).service(service);
        if (one.state != "withdrawn" && known) of(service).fees.push_back(known->fee_cents);
    }
    SPOT_ASSIGN(const auto receipts, receipts_of(visit.record));
    for (const core::RecordId& id : receipts) {
        SPOT_ASSIGN(const auto receipt, receipt_json(id));
        if (receipt.at("state") == "spoiled") continue;
        for (const Json& line : receipt.at("lines"))
            of(text_at(line, "service")).on_receipts += number_at(line, "qty", 1);
    }
    Json lines = Json::array();
    for (const auto& [service, on_receipts, fees] : left) {
        const auto times = static_cast<std::int64_t>(fees.size()) - on_receipts;
        if (times <= 0 || service == kCopies) continue;
        Json line{{"service", service},
                  {"cents", std::accumulate(fees.end() - times, fees.end(), std::int64_t{0})}};
        if (times > 1) line["qty"] = times;
        lines.push_back(std::move(line));
    }
    if (lines.empty())
        return refuse(What::conflict, "nothing_to_receipt",
                      "Todos os pedidos deste atendimento já estão num recibo.");
    return lines;
}

Done<Json> Desk::Inside::lines_given(const Json& given) const {
    if (!given.is_array() || given.empty() || given.size() > kLinesMax)
        return refuse(What::invalid, "invalid", "Um recibo tem entre 1 e 100 linhas.", "lines");
    Json lines = Json::array();
    for (const Json& line : given) {
        Json out{{"service", text_at(line, "service")}, {"cents", number_at(line, "cents", -1)}};
        if (const auto qty = number_at(line, "qty", 1); qty != 1) out["qty"] = qty;
        lines.push_back(std::move(out));
    }
    return lines;
}

// One transaction: the session may get another id meanwhile (renamed.cpp).
Answer Desk::Inside::make_receipt(std::string_view session, const Json& in) {
    Answer out;
    SPOT_TRY(atomically([&]() -> Done<> {
        out = write_receipt(session, in);
        return out ? Done<>() : tl::make_unexpected(out.error());
    }));
    focus.screen = "receipt";
    focus.last = text_at(*out, "id");
    change("session", text_at(*out, "session"));
    change("day");
    change("citizen");
    change("state");
    return out;
}

Answer Desk::Inside::write_receipt(std::string_view session, const Json& in) {
    SPOT_ASSIGN(const auto visit, find_session(session));
    if (visit.draft)
        return refuse(What::conflict, "privacy_first",
                      "Primeiro explique a confidencialidade. Nada foi registado.");
    auto lines =
        in.is_object() && in.contains("lines") ? lines_given(in.at("lines")) : lines_left(visit);
    if (!lines) return tl::make_unexpected(lines.error());
    std::int64_t total_cents = 0;
    for (const Json& line : *lines) total_cents += number_at(line, "cents", 0);
    Json receipt = intent();
    receipt["session"] = visit.id;
    receipt["lines"] = std::move(*lines);
    receipt["total_cents"] = total_cents;
    SPOT_ASSIGN(const auto made, append(core::Kind::receipt_print, {}, std::move(receipt)));
    return receipt_json(made.record);
}

}  // namespace spot::station
