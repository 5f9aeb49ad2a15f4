#include "van-station/web/contract.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/utf8.h"

extern "C" const char spot_openapi_start[], spot_openapi_end[];

namespace spot::station::web {
namespace {

using core::Code;
using core::fail;
using core::Result;
using Json = nlohmann::json;
using Operation = Contract::Operation;

constexpr std::size_t kValueMax = 64;  // of a path's parameter

// What may stand for a parameter of a path: ids, codes and hashes are made of these.
bool is_value(std::string_view text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= kValueMax &&
           std::all_of(text.begin(), text.end(), plain);
}

// "/a/{id}.pdf" against "/a/7.pdf".
bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& values) {
    for (;;) {
        const std::size_t open = pattern.find('{');
        if (open == std::string_view::npos) return pattern == path;
        if (path.substr(0, open) != pattern.substr(0, open)) return false;
        path.remove_prefix(open);
        pattern.remove_prefix(pattern.find('}') + 1);
        const std::size_t size = std::min(path.find_first_of("/."), path.size());
        if (!is_value(path.substr(0, size))) return false;
        values.emplace_back(path.substr(0, size));
        path.remove_prefix(size);
    }
}

Operation operation_of(const Json& document, const std::string& path, const std::string& method,
                       const Json& given) {
    Operation out;
    out.id = given.at("operationId");
    SPOT_CHECK(method == "get" || method == "post");
    out.method = method == "get" ? Method::get : Method::post;
    out.path = path;
    for (const Json& one : given.at("security")) out.citizens |= one.contains("citizen");
    out.stream = given.at("responses").at("200").at("content").contains("text/event-stream");
    if (given.contains("requestBody")) {
        for (const auto& [media, body] : given["requestBody"].at("content").items()) {
            out.body = media == kJson ? Contract::Body::json : Contract::Body::file;
            if (media == kJson)
                out.json.emplace_back(document, body.at("schema"));
            else
                out.media.push_back(media);
        }
    }
    for (const Json& one : given.value("parameters", Json::array())) {
        if (one.at("in") != "query") continue;
        const Json& schema = one.at("schema");
        out.query.push_back({one.at("name"), one.at("required"), schema.at("type") == "integer",
                             JsonShape(document, schema)});
    }
    return out;
}

core::Failure malformed_query() {
    return fail(Code::invalid, "the address is malformed");
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            unsigned value = 0;
            if (i + 2 >= text.size()) return std::nullopt;
            const auto [end, error] =
                std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
            if (error != std::errc() || end != text.data() + i + 3) return std::nullopt;
            out += static_cast<char>(value);
            i += 2;
        }
    }
    return out;
}

std::optional<Json> typed(const std::string& text, bool number) {
    if (!core::text_length(text)) return std::nullopt;
    if (!number) return Json(text);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return Json(value);
}

std::string_view media_type(std::string_view content_type) {
    std::string_view out = content_type.substr(0, content_type.find(';'));
    while (!out.empty() && out.back() == ' ') out.remove_suffix(1);
    return out;
}

}  // namespace

Contract::Contract(std::string_view openapi) : document_(std::make_unique<Json>()) {
    *document_ = Json::parse(openapi, nullptr, false);
    SPOT_CHECK(document_->is_object());
    for (const auto& [path, methods] : document_->at("paths").items())
        for (const auto& [method, operation] : methods.items())
            operations_.push_back(operation_of(*document_, path, method, operation));
}

Contract::~Contract() = default;

Contract Contract::built_in() {
    return Contract(
        {spot_openapi_start, static_cast<std::size_t>(spot_openapi_end - spot_openapi_start)});
}

const Json& Contract::document() const {
    return *document_;
}

Contract::Match Contract::find(Method method, std::string_view path) const {
    Match out;
    for (const Operation& one : operations_) {
        std::vector<std::string> values;
        if (!matches(one.path, path, values)) continue;
        if (one.method == method) return {&one, std::move(values), false};
        out.other_method = true;
    }
    return out;
}

Result<Json> Contract::read_query(const Operation& operation, std::string_view query) {
    Json out = Json::object();
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) return malformed_query();
        const auto known =
            std::find_if(operation.query.begin(), operation.query.end(),
                         [&](const Parameter& one) { return one.name == pair.substr(0, equals); });
        const auto text = percent_decoded(pair.substr(equals + 1));
        if (known == operation.query.end() || !text || out.contains(known->name))
            return malformed_query();
        auto value = typed(*text, known->number);
        if (!value || !known->shape.fault(*value).empty()) return malformed_query();
        out[known->name] = std::move(*value);
    }
    for (const Parameter& one : operation.query)
        if (one.required && !out.contains(one.name)) return malformed_query();
    return out;
}

Result<Json> Contract::read_json(const Operation& operation, std::string_view content_type,
                                 std::string_view body) {
    if (media_type(content_type) != kJson) return fail(Code::refused, "not JSON");
    // The parser takes a null for the end and would not look at what follows it.
    Json out = body.find('\0') == body.npos ? Json::parse(body, nullptr, false)
                                            : Json(Json::value_t::discarded);
    if (out.is_discarded()) return fail(Code::invalid, "malformed JSON");
    if (const std::string fault = operation.json.front().fault(out); !fault.empty())
        return fail(Code::invalid, fault);
    return out;
}

bool Contract::takes_media(const Operation& operation, std::string_view content_type) {
    const std::string_view given = media_type(content_type);
    return std::any_of(operation.media.begin(), operation.media.end(), [&](std::string_view one) {
        return one.ends_with("/*") ? given.starts_with(one.substr(0, one.size() - 1))
                                   : given == one;
    });
}

}  // namespace spot::station::web
