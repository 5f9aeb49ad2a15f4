#include "core/verify_receipt.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

namespace spot::core {
namespace {

using Json = nlohmann::json;
using What = ReceiptVerdict::What;

// What the store says of a receipt. A right signature over another entry's hash means that two
// stores have written with one key: the paper's branch is not the one here.
enum class Here : std::uint8_t { not_ours, absent, same, differs };

struct Found {
    Here here = Here::not_ours;
    std::string state;  // of the original: "confirmed", "spoiled", …; empty: not known here
};

// The receipt as the store has it: nothing if it was not executed yet.
Result<Json> record_of_receipt(Ledger& ledger, const RecordId& id) {
    SPOT_ASSIGN(const auto shown, ledger.records().view("receipt", id));
    if (!shown) return Json();
    return Json::parse(shown->json, nullptr, false);
}

std::string state_in(const Json& receipt) {
    return receipt.is_object() ? receipt.value("state", "") : std::string();
}

Result<Found> look_up(Ledger& ledger, const ReceiptKeeper& keeper, const ReceiptFacts& facts) {
    if (!keeper.holds_log(facts.id.log.device)) return Found{};
    const auto hash = ledger.replica().hash_at(facts.id.log, facts.id.seq);
    if (!hash) return Found{Here::absent, {}};
    if (!std::equal(facts.chain.begin(), facts.chain.end(), hash->begin()))
        return Found{Here::differs, {}};
    SPOT_ASSIGN(const auto receipt, record_of_receipt(ledger, facts.id));
    return Found{Here::same, state_in(receipt)};
}

std::string euros(std::uint64_t cents) {
    const std::string rest = std::to_string(cents % 100);
    return std::to_string(cents / 100) + "." + (rest.size() < 2 ? "0" : "") + rest + " EUR";
}

std::string described(std::uint64_t number, const std::string& series, std::uint64_t cents,
                      const std::string& at) {
    return "receipt " + std::to_string(number) + " of series " + series + ", " + euros(cents) +
           ", " + at;
}

void print_json(const ReceiptVerdict& verdict, const Found& found) {
    constexpr const char* kNames[] = {"valid", "forged", "unknown_device"};
    const auto& facts = verdict.facts;
    Json out{{"verdict", kNames[static_cast<int>(verdict.what)]},
             {"receipt", facts.id.text()},
             {"series", series_of(facts.id.log)},
             {"number", facts.number},
             {"total_cents", facts.total_cents},
             {"at", utc_text(facts.at)},
             {"here", found.here == Here::not_ours ? Json() : Json(found.here == Here::same)}};
    if (!found.state.empty()) out["state"] = found.state;
    print_line(out.dump());
}

void print_text(const ReceiptVerdict& verdict, const Found& found, const ReceiptKeeper& keeper) {
    const char* const where = keeper.where;
    const auto& facts = verdict.facts;
    const std::string which = described(facts.number, series_of(facts.id.log), facts.total_cents,
                                        utc_text(facts.at).substr(0, 16) + " UTC");
    switch (verdict.what) {
        case What::valid:
            print_line("Genuine: " + which + ".");
            if (found.here == Here::absent) print_line(keeper.absent);
            if (found.here == Here::differs)
                print_line(std::string("At ") + where +
                           " another entry has its place: a copy of that station's store made it. "
                           "Tell the hub.");
            if (found.state == "spoiled")
                print_line("But its original was spoiled and does not count: ask for the new one.");
            return;
        case What::forged:
            print_line("FORGED or damaged: it claims to be " + which +
                       ", but that station did not sign it.");
            return;
        case What::unknown_device:
            print_line("Can't be checked here: it claims to be " + which +
                       ", of a station whose "
                       "key is not known at " +
                       where + ". Synchronise, or ask the hub.");
            return;
    }
}

Result<Exit> verify_qr(Ledger& ledger, const ReceiptKeeper& keeper, const Arguments& arguments) {
    SPOT_ASSIGN(const auto verdict, verify_receipt_qr(arguments.value("qr"), keeper.keys));
    Result<Found> found = Found{};
    if (verdict.what == What::valid) found = look_up(ledger, keeper, verdict.facts);
    if (!found) return tl::make_unexpected(found.error());
    if (arguments.json())
        print_json(verdict, *found);
    else
        print_text(verdict, *found, keeper);
    if (verdict.what == What::forged) return Exit::refused;
    const bool good = verdict.what == What::valid && found->state != "spoiled" &&
                      (found->here == Here::same || found->here == Here::not_ours);
    return good ? Exit::done : Exit::attention;
}

// A code is 50 bits of an entry's hash: all receipts are looked through, which takes some
// microseconds each and happens on the telephone.
Result<Json> receipt_with(Ledger& ledger, const std::string& code) {
    Json found;
    SPOT_TRY(ledger.records().export_lines({"receipt", "", false}, [&](std::string_view line) {
        if (!found.is_null()) return;
        Json receipt = Json::parse(line, nullptr, false);
        const auto id = RecordId::parse(receipt.value("id", ""));
        const auto hash = id ? ledger.replica().hash_at(id->log, id->seq) : std::nullopt;
        if (hash && short_code(*id, *hash) == code) found = std::move(receipt);
    }));
    return found;
}

Result<Exit> verify_code(Ledger& ledger, const ReceiptKeeper& keeper, const Arguments& arguments) {
    SPOT_ASSIGN(const auto code, parse_short_code(arguments.value("code")));
    SPOT_ASSIGN(const auto receipt, receipt_with(ledger, code));
    if (receipt.is_null()) {
        if (arguments.json())
            print_line(Json{{"verdict", "unknown_code"}}.dump());
        else
            print_line(std::string("No receipt at ") + keeper.where +
                       " has this code. It may not have arrived yet.");
        return Exit::attention;
    }
    const bool spoiled = state_in(receipt) == "spoiled";
    if (arguments.json()) {
        Json out{{"verdict", "known"}, {"receipt", receipt.at("id")}};
        for (const char* member : {"series", "number", "total_cents", "at", "state", "station"})
            if (receipt.contains(member)) out[member] = receipt.at(member);
        print_line(out.dump());
    } else {
        print_line("The code of " +
                   described(receipt.value("number", std::uint64_t{0}), receipt.value("series", ""),
                             receipt.value("total_cents", std::uint64_t{0}),
                             receipt.value("at", "")) +
                   (spoiled ? ". Its original was spoiled and does not count." : "."));
    }
    return spoiled ? Exit::attention : Exit::done;
}

}  // namespace

std::vector<Option> verify_options() {
    return {{"qr", "TEXT", "what the QR code says: SPOT1:…"},
            {"code", "CODE", "instead: the twelve letters below it, as said on the telephone"}};
}

Result<Exit> verify_receipt(Ledger& ledger, const ReceiptKeeper& keeper,
                            const Arguments& arguments) {
    if (arguments.has("qr") == arguments.has("code")) {
        std::fprintf(stderr, "verify: one of --qr and --code is needed\n");
        return Exit::usage;
    }
    return arguments.has("qr") ? verify_qr(ledger, keeper, arguments)
                               : verify_code(ledger, keeper, arguments);
}

}  // namespace spot::core
