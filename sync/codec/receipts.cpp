// Of a printed receipt, what its session and the catalogue foretell.

#include <algorithm>
#include <utility>

#include "sync/codec/inside.h"
#include "sync/codec/model.h"
#include "sync/codec/shapes.h"

namespace spot::sync {
namespace {

constexpr std::uint64_t kWholeMax = std::uint64_t{1} << 31;  // above, no tax is foretold

}  // namespace

void EntryCodec::Inside::lines(Json& value) {
    std::size_t size = static_cast<std::size_t>(
        values.number(kLineCount, value.size(), visit ? visit->services.size() + 1 : 0));
    if (size > kMembersMax) json.fail();
    if (reading()) value = Json::array();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < size && !json.failed(); ++i) {
        Json line = reading() ? Json::object() : value[i];
        Json code = reading() ? Json() : line["service"];
        // A receipt names the session's requests in their order, at the catalogue's fee.
        const bool more = visit && i < visit->services.size();
        const std::string expected = more ? visit->services[i] : std::string("COPIAS");
        if (values.flag(kLineForetold, !reading() && code == expected, more))
            code = expected;
        else
            json.text(kLineService, code);
        if (json.failed()) return;
        const bool counted = values.flag(kQuantity, line.contains("qty"), code == "COPIAS");
        Json quantity = counted && !reading() ? line["qty"] : Json();
        if (counted) json.number(kQuantity, quantity);
        const auto known = words.service_at.find(code.get_ref<const std::string&>());
        Json cents = reading() ? Json() : line["cents"];
        if (known != words.service_at.end())
            json.foretold(kCentsForetold, kCents, words.services[known->second].fee_cents, cents);
        else
            json.number(kCents, cents, counted ? mix(9, quantity.get<std::uint64_t>()) : 0);
        sum += cents.get<std::uint64_t>();
        if (!reading()) continue;
        line["service"] = code;
        line["cents"] = cents;
        if (counted) line["qty"] = quantity;
        value.push_back(std::move(line));
    }
    line_sum = sum;
}

void EntryCodec::Inside::total(Json& value) {
    const std::int64_t expected = line_sum.is_number() ? line_sum.get<std::int64_t>() : 0;
    json.foretold(kTotalForetold, kTotal, expected, value);
    line_sum = value;
}

void EntryCodec::Inside::vat(Json& value) {
    if (reading()) value = Json::object();
    Json rate = reading() ? Json() : value["rate"];
    Json cents = reading() ? Json() : value["cents"];
    json.number(kRate, rate);
    const std::uint64_t percent = std::min<std::uint64_t>(rate.get<std::uint64_t>(), 1000);
    const std::uint64_t sum = line_sum.is_number_unsigned() ? line_sum.get<std::uint64_t>() : 0;
    const std::uint64_t whole = sum < kWholeMax ? sum : 0;
    // The tax that a total with tax holds, to the nearest cent.
    const std::uint64_t expected = (whole * percent * 2 + 100 + percent) / (2 * (100 + percent));
    json.foretold(kVatForetold, kVat, static_cast<std::int64_t>(expected), cents);
    if (reading()) value = Json{{"rate", rate}, {"cents", cents}};
}

void EntryCodec::Inside::series_name(Json& value) {
    json.text(kSeries, value);
    if (value != series) receipts = 0;
    series = value.get<std::string>();
}

void EntryCodec::Inside::receipt_number(Json& value) {
    json.foretold(kNumberNext, kNumber, static_cast<std::int64_t>(receipts + 1), value);
    receipts = value.get<std::uint64_t>();
}

}  // namespace spot::sync
