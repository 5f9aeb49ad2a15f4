#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/receipt_code.h"
#include "van-station/cli/verbs.h"

namespace spot::station {
namespace {

using core::Exit;
using core::ReceiptVerdict;
using core::Result;
using What = ReceiptVerdict::What;

// Is it one of ours, and does our log say the same? A right signature over another entry's hash
// means that two stores have written with one key: the paper's branch is not the one here.
enum class Here : std::uint8_t { not_ours, same, differs };

Here compare(Station& station, const core::ReceiptFacts& facts) {
    if (facts.id.log.device != station.identity.device) return Here::not_ours;
    const auto hash = station.ledger.hash_at(facts.id.log, facts.id.seq);
    if (!hash) return Here::differs;
    const bool same = std::equal(facts.chain.begin(), facts.chain.end(), hash->begin());
    return same ? Here::same : Here::differs;
}

std::string_view verdict_name(What what) {
    switch (what) {
        case What::valid:
            return "valid";
        case What::unknown_device:
            return "unknown_device";
        case What::forged:
            break;
    }
    return "forged";
}

void print_json(const ReceiptVerdict& verdict, Here here) {
    const auto& facts = verdict.facts;
    nlohmann::json out{
        {"verdict", verdict_name(verdict.what)},
        {"receipt", facts.id.text()},
        {"series", core::series_of(facts.id.log)},
        {"number", facts.number},
        {"total_cents", facts.total_cents},
        {"at", core::utc_text(facts.at)},
        {"here", here == Here::not_ours ? nlohmann::json() : nlohmann::json(here == Here::same)}};
    core::print_line(out.dump());
}

void print_text(const ReceiptVerdict& verdict, Here here) {
    const auto& facts = verdict.facts;
    const std::string which =
        "receipt " + std::to_string(facts.number) + " of series " + core::series_of(facts.id.log) +
        ", " + std::to_string(facts.total_cents / 100) + "." +
        (facts.total_cents % 100 < 10 ? "0" : "") + std::to_string(facts.total_cents % 100) +
        " EUR, " + core::utc_text(facts.at).substr(0, 16) + " UTC";
    switch (verdict.what) {
        case What::valid:
            core::print_line("Genuine: " + which + ".");
            if (here == Here::differs)
                core::print_line(
                    "It is not in this station's log: it was made by a copy of this store. "
                    "Tell the hub.");
            return;
        case What::forged:
            core::print_line("FORGED or damaged: it claims to be " + which +
                             ", but that station did not sign it.");
            return;
        case What::unknown_device:
            core::print_line("Can't be checked here: it claims to be " + which +
                             ", of a station whose key is not known on this laptop. The hub "
                             "knows it.");
            return;
    }
}

Result<Exit> run(const core::Arguments& arguments) {
    core::SystemRandom random;
    auto station = open_station(arguments, random);
    if (!station) return tl::make_unexpected(station.error());
    const auto keys = station->keys();
    if (!keys) return tl::make_unexpected(keys.error());
    const auto own = core::sign_public(keys->sign_seed);
    const auto verdict = core::verify_receipt_qr(arguments.value("qr"), [&](std::uint64_t device) {
        return device == station->identity.device ? std::optional(own) : std::nullopt;
    });
    if (!verdict) return tl::make_unexpected(verdict.error());
    const Here here =
        verdict->what == What::valid ? compare(*station, verdict->facts) : Here::not_ours;
    if (arguments.json())
        print_json(*verdict, here);
    else
        print_text(*verdict, here);
    if (verdict->what == What::forged) return Exit::refused;
    return verdict->what == What::valid && here != Here::differs ? Exit::done : Exit::attention;
}

}  // namespace

const core::Verb kVerify{"verify",
                         "says whether a receipt's QR code is genuine, and which receipt it is",
                         {{"qr", "TEXT", "what the QR code says: SPOT1:…", true}},
                         run};

}  // namespace spot::station
