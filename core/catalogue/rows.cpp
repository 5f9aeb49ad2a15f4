#include "core/catalogue/rows.h"

#include <array>

#include <nlohmann/json.hpp>

namespace spot::core {
namespace {

using Json = nlohmann::json;

// How many objects and arrays are open around a value.
constexpr std::size_t kRoot = 1;  // {"version": …}
constexpr std::size_t kRow = 3;  // a field or service: {"fields":{"niss":{…}},"services":[{…}]}
constexpr std::size_t kInner = 5;  // a choice of a field, or a use of a field by a service
constexpr std::size_t kDepthMax = 8;

// Receives the parser's events. Answering false ends the parse.
class RowReader {
public:
    explicit RowReader(CatalogueRows& rows) : rows_(rows) {}

    bool key(std::string& name) {
        if (depth_ <= kInner) keys_[depth_] = name;
        return true;
    }
    bool start_object(std::size_t) {
        if (++depth_ > kDepthMax) return false;
        if (depth_ == kRow && in("fields")) {
            rows_.fields.emplace_back().name = keys_[2];
            return rows_.fields.size() <= kFieldsMax;
        }
        if (depth_ == kRow && in("services")) {
            rows_.services.emplace_back();
            return rows_.services.size() <= kServicesMax;
        }
        if (depth_ == kInner && in_use()) {
            rows_.services.back().uses.emplace_back();
            return rows_.services.back().uses.size() <= kFieldsOfServiceMax;
        }
        return true;
    }
    bool start_array(std::size_t) { return ++depth_ <= kDepthMax; }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool null() { return true; }
    bool boolean(bool value) {
        if (depth_ == kInner && in_use() && keys_[kInner] == "required")
            rows_.services.back().uses.back().required = value;
        if (depth_ == kRow && in("services") && keys_[kRow] == "withdrawn")
            rows_.services.back().withdrawn = value;
        if (depth_ == kRow && in("fields")) {
            if (keys_[kRow] == "open") rows_.fields.back().open = value;
            if (keys_[kRow] == "personal") rows_.fields.back().personal = value;
        }
        return true;
    }
    bool number_integer(Json::number_integer_t value) { return number(double(value), value); }
    bool number_unsigned(Json::number_unsigned_t value) {
        return number(double(value), static_cast<std::int64_t>(value));
    }
    bool number_float(double value, const std::string&) { return number(value, -1); }
    bool string(std::string& value);
    bool binary(Json::binary_t&) { return false; }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) { return false; }

private:
    bool in(const char* table) const { return keys_[kRoot] == table; }
    bool in_use() const { return in("services") && keys_[kRow] == "fields"; }
    bool close() {
        --depth_;
        return true;
    }
    bool number(double value, std::int64_t whole);

    CatalogueRows& rows_;
    std::size_t depth_ = 0;
    std::array<std::string, kInner + 1> keys_;  // the last key seen at each depth
};

bool RowReader::string(std::string& value) {
    if (depth_ == kRoot && keys_[kRoot] == "version") rows_.version = value;
    if (depth_ == kRow && in("fields")) {
        Catalogue::Field& field = rows_.fields.back();
        if (keys_[kRow] == "type") field.type = value;
        if (keys_[kRow] == "pattern") field.pattern = value;
        if (keys_[kRow] == "check") field.check = value;
    } else if (depth_ == kRow && in("services")) {
        if (keys_[kRow] == "code") rows_.services.back().code = value;
        if (keys_[kRow] == "agency") rows_.services.back().agency = value;
    } else if (depth_ == kInner && in_use()) {
        if (keys_[kInner] == "name") rows_.services.back().uses.back().field = value;
    } else if (depth_ == kInner && in("fields") && keys_[kRow] == "choices" &&
               keys_[kInner] == "value") {
        rows_.fields.back().choices.push_back(value);
        return rows_.fields.back().choices.size() <= kChoicesMax;
    }
    return true;
}

bool RowReader::number(double value, std::int64_t whole) {
    if (depth_ != kRow) return true;
    if (in("fields")) {
        Catalogue::Field& field = rows_.fields.back();
        if (keys_[kRow] == "max_length" && whole > 0)
            field.max_length = static_cast<std::size_t>(whole);
        if (keys_[kRow] == "min") field.min = value;
        if (keys_[kRow] == "max") field.max = value;
    } else if (in("services") && keys_[kRow] == "fee_cents") {
        rows_.services.back().fee_cents = whole;
    }
    return true;
}

}  // namespace

std::optional<CatalogueRows> read_catalogue(std::string_view json) {
    CatalogueRows rows;
    RowReader reader(rows);
    if (!Json::sax_parse(json, &reader)) return std::nullopt;
    return rows;
}

}  // namespace spot::core
