#include "core/rules.h"

#include <algorithm>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "core/rules/form.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kCopies = "COPIAS";  // on a receipt beside the catalogue's services
constexpr std::string_view kFieldsPrefix = "fields.";

const std::string& as_text(const Json& json) {
    return json.get_ref<const std::string&>();
}

Failure unknown(const std::string& place, const Catalogue& catalogue) {
    return fail(Code::invalid, place + ": not in the catalogue " + catalogue.version());
}

Result<> check_value(const Catalogue::Field& field, const Json& value, bool required,
                     const Catalogue& catalogue) {
    auto checked = catalogue.check_value(field, as_text(value), required);
    if (!checked) checked.error().message.insert(0, kFieldsPrefix);
    return checked;
}

Result<> check_request(const Json& intent, const Catalogue& catalogue) {
    const Catalogue::Service* service = catalogue.service(as_text(intent["service"]));
    if (!service) return unknown("service", catalogue);
    if (service->withdrawn)
        return fail(Code::invalid, "service: withdrawn, by the catalogue " + catalogue.version());
    const Json& fields = intent["fields"];
    std::size_t found = 0;
    for (const auto& [field, required] : service->fields) {
        const auto value = fields.find(field->name);
        if (value != fields.end()) {
            ++found;
            SPOT_TRY(check_value(*field, *value, required, catalogue));
        } else if (required) {
            return fail(Code::invalid, std::string(kFieldsPrefix) + field->name + ": missing");
        }
    }
    if (found == fields.size()) return {};
    for (auto member = fields.begin(); member != fields.end(); ++member) {
        if (!catalogue.field(member.key()))
            return unknown(std::string(kFieldsPrefix) + member.key(), catalogue);
        const bool of_service =
            std::any_of(service->fields.begin(), service->fields.end(),
                        [&](const auto& use) { return use.field->name == member.key(); });
        if (!of_service)
            return fail(Code::invalid, std::string(kFieldsPrefix) + member.key() +
                                           ": not a field of " + service->code);
    }
    return {};
}

// Whether the field belongs to the request's service, and has to be filled, is not known here.
Result<> check_set(const Json& set, const Catalogue& catalogue) {
    for (auto member = set.begin(); member != set.end(); ++member) {
        const std::string_view path = member.key();
        if (!path.starts_with(kFieldsPrefix)) continue;
        const auto* field = catalogue.field(path.substr(kFieldsPrefix.size()));
        if (!field) return unknown(member.key(), catalogue);
        SPOT_TRY(check_value(*field, *member, false, catalogue));
    }
    return {};
}

Result<> check_receipt(const Json& intent, const Catalogue& catalogue) {
    const Json& lines = intent["lines"];
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string& service = as_text(lines[i]["service"]);
        if (service != kCopies && !catalogue.service(service))
            return unknown("lines." + std::to_string(i) + ".service", catalogue);
        sum += lines[i]["cents"].get<std::int64_t>();
    }
    const auto total = intent["total_cents"].get<std::int64_t>();
    if (total != sum) return fail(Code::invalid, "total_cents: not the sum of the lines");
    if (!intent.contains("vat")) return {};
    // Contained in the total. Rounding each line may be a cent off for each.
    const auto rate = intent["vat"]["rate"].get<std::int64_t>();
    const auto cents = intent["vat"]["cents"].get<std::int64_t>();
    const auto slack = static_cast<std::int64_t>(lines.size()) * (100 + rate);
    if (std::abs(cents * (100 + rate) - total * rate) > slack)
        return fail(Code::invalid, "vat.cents: not the rate's share of the total");
    return {};
}

}  // namespace

Result<> check_intent(Party author, Kind kind, const Json& intent, const Catalogue& catalogue) {
    SPOT_TRY(check_form(author, kind, intent));
    switch (kind) {
        case Kind::request_queue:
            return check_request(intent, catalogue);
        case Kind::request_edit:
        case Kind::hub_edit:
            return check_set(intent["set"], catalogue);
        case Kind::receipt_print:
            return check_receipt(intent, catalogue);
        case Kind::session_open:
        case Kind::session_close:
        case Kind::request_withdraw:
        case Kind::receipt_settle:
        case Kind::complaint_log:
        case Kind::assessment_self:
        case Kind::feedback_training:
        case Kind::catalogue_set:
        case Kind::catalogue_publish:
        case Kind::station_key:
            return {};
    }
    return {};
}

}  // namespace spot::core
