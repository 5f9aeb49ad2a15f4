#include "core/event.h"

#include <algorithm>
#include <vector>

namespace spot::core {
namespace {

using nlohmann::json;

// Reads without building anything, so that what it refuses was never held in memory.
// Returning false ends the parse.
class FormCheck final : public nlohmann::json_sax<json> {
public:
    const std::string& fault() const { return fault_; }

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t& text) override { return no_null(text); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        auto& names = names_.back();
        if (std::find(names.begin(), names.end(), name) != names.end())
            return stop("a key stands twice in one object");
        if (names.size() == kKeysMax) return stop("an object has more than 256 keys");
        names.push_back(name);
        return no_null(name);
    }

    // nlohmann's own message quotes the input, which may be personal: name the place only.
    bool parse_error(std::size_t position, const std::string&,
                     const json::exception& error) override {
        if (error.id == kOutOfRange) return stop("a number is out of range");
        return stop("not valid JSON in UTF-8 at byte " + std::to_string(position));
    }

private:
    static constexpr std::size_t kKeysMax = 256;
    static constexpr int kOutOfRange = 406;

    bool open() {
        if (names_.size() == kEventDepthMax) return stop("nested more than 16 deep");
        names_.emplace_back();
        return true;
    }
    bool close() {
        names_.pop_back();
        return true;
    }
    bool no_null(const std::string& text) {
        return text.find('\0') == std::string::npos || stop("a text holds a null character");
    }
    bool stop(std::string fault) {
        if (fault_.empty()) fault_ = std::move(fault);
        return false;
    }

    std::vector<std::vector<std::string>> names_;  // of each open object; arrays have none
    std::string fault_;
};

}  // namespace

Result<Event> parse_event(std::string_view line) {
    if (line.size() > kEventBytesMax) return fail(Code::invalid, "longer than 1 MiB");
    FormCheck form;
    if (!json::sax_parse(line, &form)) return fail(Code::invalid, form.fault());

    Event event;
    event.body = json::parse(line, nullptr, false);
    if (!event.body.is_object()) return fail(Code::invalid, "not a JSON object");
    const auto kind = event.body.find("kind");
    if (kind == event.body.end() || !kind->is_string())
        return fail(Code::invalid, "kind: is needed");
    const auto known = parse_kind(kind->get_ref<const std::string&>());
    if (!known) return fail(Code::invalid, "kind: is not known");
    event.kind = *known;
    event.body.erase(kind);
    return event;
}

Result<std::string> take_reference(json& body, const char* key) {
    const auto at = body.find(key);
    if (at == body.end()) return fail(Code::invalid, std::string(key) + ": is needed");
    if (!at->is_string()) return fail(Code::invalid, std::string(key) + ": has to be a text");
    std::string text = at->get<std::string>();
    if (text.empty() || text.size() > kReferenceBytesMax)
        return fail(Code::invalid, std::string(key) + ": has to be 1 to 128 bytes long");
    body.erase(at);
    return text;
}

}  // namespace spot::core
