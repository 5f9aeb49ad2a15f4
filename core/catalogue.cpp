#include "core/catalogue.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <functional>

#include <re2/re2.h>

#include "core/catalogue/rows.h"
#include "core/utf8.h"

extern "C" const char spot_catalogue_start[], spot_catalogue_end[];

namespace spot::core {
namespace {

constexpr int kDateYearMin = 1900, kDateYearMax = 2100;

bool is_field_name(std::string_view name) {
    const auto ok = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && name.size() <= 40 && name[0] >= 'a' && name[0] <= 'z' &&
           std::all_of(name.begin(), name.end(), ok);
}

bool is_sound(const Catalogue::Field& field) {
    return is_field_name(field.name) && field.max_length > 0 &&
           field.max_length <= kFieldLengthMax && !field.type.empty() &&
           (field.check.empty() || field.check == "nif" || field.check == "niss" ||
            field.check == "iban");
}

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<double> decimal(std::string_view text) {
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), ',', '.');
    double value = 0;
    const char* const end = plain.data() + plain.size();
    const auto done = std::from_chars(plain.data(), end, value, std::chars_format::fixed);
    const bool whole = done.ec == std::errc{} && done.ptr == end;
    if (!whole || !std::isfinite(value)) return std::nullopt;
    return value;
}

// What is wrong with the value's meaning, or null.
const char* meaning_fault(const Catalogue::Field& field, std::string_view value) {
    const std::string& type = field.type;
    if (type == "date" && !date_valid(value, kDateYearMin, kDateYearMax))
        return "not a real date of the years 1900 to 2100";
    const auto checked = [&](const char* kind) { return type == kind || field.check == kind; };
    if ((checked("niss") && !niss_valid(value)) || (checked("iban") && !iban_valid(value)) ||
        (checked("nif") && !nif_valid(value)))
        return "the check digit is wrong";
    if (type == "number" || type == "money") {
        const auto number = decimal(value);
        if (!number) return "not a number";
        if (field.min && *number < *field.min) return "below the least allowed";
        if (field.max && *number > *field.max) return "above the most allowed";
    }
    return nullptr;
}

}  // namespace

struct Catalogue::Content {
    std::string version;
    std::vector<Field> fields;  // neither grows after parse(): pointers into them stay good
    std::vector<Service> services;
    std::vector<std::unique_ptr<RE2>> patterns;  // one a field, null where it has none
    std::map<std::string_view, const Field*> field_of;
    std::map<std::string_view, const Service*> service_of;

    bool take(CatalogueRows rows);
    bool take_fields();
};

bool Catalogue::Content::take(CatalogueRows rows) {
    version = std::move(rows.version);
    fields = std::move(rows.fields);
    if (version.empty() || !take_fields()) return false;
    services.reserve(rows.services.size());
    for (CatalogueRows::Service& row : rows.services) {
        if (row.code.empty() || row.code.size() > kCodeCharsMax || row.agency.empty() ||
            row.fee_cents < 0 || row.fee_cents > kFeeCentsMax)
            return false;
        Service& service = services.emplace_back();
        service.code = std::move(row.code);
        service.agency = std::move(row.agency);
        service.fee_cents = row.fee_cents;
        service.withdrawn = row.withdrawn;
        service.fields.reserve(row.uses.size());
        for (const auto& [name, required] : row.uses) {
            const auto field = field_of.find(name);
            if (field == field_of.end() || !required) return false;
            service.fields.push_back({field->second, *required});
        }
    }
    for (const Service& service : services)
        if (!service_of.emplace(service.code, &service).second) return false;
    return true;
}

bool Catalogue::Content::take_fields() {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemory);
    for (const Field& field : fields) {
        auto& pattern = patterns.emplace_back();
        if (!field.pattern.empty()) pattern = std::make_unique<RE2>(field.pattern, options);
        if (!is_sound(field) || (pattern && !pattern->ok())) return false;
        if (!field_of.emplace(field.name, &field).second) return false;
    }
    return true;
}

Catalogue::Catalogue(std::unique_ptr<Content> content) : content_(std::move(content)) {}
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Result<Catalogue> Catalogue::parse(std::string_view json) {
    auto content = std::make_unique<Content>();
    auto rows = read_catalogue(json);
    if (!rows || !content->take(std::move(*rows)))
        return fail(Code::corrupt, "the catalogue can't be read; nothing was taken from it");
    return Catalogue(std::move(content));
}

const Catalogue& Catalogue::shipped() {
    static const Catalogue catalogue = [] {
        auto parsed = parse({spot_catalogue_start, spot_catalogue_end});
        SPOT_CHECK(parsed.has_value());
        return std::move(*parsed);
    }();
    return catalogue;
}

const std::string& Catalogue::version() const {
    return content_->version;
}

const std::vector<Catalogue::Service>& Catalogue::services() const {
    return content_->services;
}

const Catalogue::Service* Catalogue::service(std::string_view code) const {
    const auto found = content_->service_of.find(code);
    return found == content_->service_of.end() ? nullptr : found->second;
}

const Catalogue::Field* Catalogue::field(std::string_view name) const {
    const auto found = content_->field_of.find(name);
    return found == content_->field_of.end() ? nullptr : found->second;
}

Result<> Catalogue::check_value(const Field& field, std::string_view value, bool required) const {
    const auto wrong = [&](std::string_view rule) {
        return fail(Code::invalid, field.name + ": " + std::string(rule));
    };
    const auto length = text_length(value);
    if (!length) return wrong("holds a control character or is not UTF-8");
    if (value.find_first_not_of(" \t\r\n") == std::string_view::npos && required)
        return wrong("may not be empty");
    if (value.empty()) return {};
    if (*length > field.max_length)
        return wrong("longer than " + std::to_string(field.max_length) + " characters");

    const std::less_equal<const Field*> not_after;
    const Field* const first = content_->fields.data();
    SPOT_CHECK(not_after(first, &field) && not_after(&field, &content_->fields.back()));
    const auto& pattern = content_->patterns[static_cast<std::size_t>(&field - first)];
    if (pattern && !RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), *pattern))
        return wrong("does not have the form of this field");
    if (!field.choices.empty() && !field.open &&
        std::find(field.choices.begin(), field.choices.end(), value) == field.choices.end())
        return wrong("none of the choices");
    if (const char* const fault = meaning_fault(field, value)) return wrong(fault);
    return {};
}

const Catalogue::ServiceField* Catalogue::Service::use_of(std::string_view name) const {
    const auto at = std::find_if(fields.begin(), fields.end(),
                                 [&](const ServiceField& use) { return use.field->name == name; });
    return at == fields.end() ? nullptr : &*at;
}

bool same_form(const Catalogue& one, const Catalogue& other, std::string_view service) {
    const auto* const left = one.service(service);
    const auto* const right = other.service(service);
    if (left == right) return true;
    if (!left || !right || left->fee_cents != right->fee_cents ||
        left->withdrawn != right->withdrawn || left->fields.size() != right->fields.size())
        return false;
    // In whatever order they are asked.
    return std::all_of(left->fields.begin(), left->fields.end(), [&](const auto& use) {
        const auto* const there = right->use_of(use.field->name);
        return there && there->required == use.required && *there->field == *use.field;
    });
}

bool nif_valid(std::string_view digits) {
    if (digits.size() != 9 || !all_digits(digits) || digits[0] == '0') return false;
    int sum = 0;
    for (int i = 0; i < 8; ++i) sum += (digits[static_cast<std::size_t>(i)] - '0') * (9 - i);
    const int rest = sum % 11;
    return digits[8] - '0' == (rest < 2 ? 0 : 11 - rest);
}

bool niss_valid(std::string_view digits) {
    constexpr int kWeights[] = {29, 23, 19, 17, 13, 11, 7, 5, 3, 2};
    if (digits.size() != 11 || !all_digits(digits)) return false;
    int sum = 0;
    for (std::size_t i = 0; i < 10; ++i) sum += (digits[i] - '0') * kWeights[i];
    return digits[10] - '0' == 9 - sum % 10;
}

bool iban_valid(std::string_view text) {
    if (text.size() < 15 || text.size() > 34) return false;
    unsigned rest = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[(i + 4) % text.size()];  // country and check digits come last
        if (c >= '0' && c <= '9')
            rest = (rest * 10 + static_cast<unsigned>(c - '0')) % 97;
        else if (c >= 'A' && c <= 'Z')
            rest = (rest * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
        else
            return false;
    }
    return rest == 1;
}

bool date_valid(std::string_view text, int year_min, int year_max) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    const auto number = [&](std::size_t at, std::size_t size) {
        unsigned value = 0;
        for (const char c : text.substr(at, size))
            value = value * 10 + static_cast<unsigned>(c - '0');
        return value;
    };
    if (!all_digits(text.substr(0, 4)) || !all_digits(text.substr(5, 2)) ||
        !all_digits(text.substr(8, 2)))
        return false;
    const int year = static_cast<int>(number(0, 4));
    const std::chrono::year_month_day day{std::chrono::year(year), std::chrono::month(number(5, 2)),
                                          std::chrono::day(number(8, 2))};
    return day.ok() && year >= year_min && year <= year_max;
}

}  // namespace spot::core
