#include "core/event.h"

#include <utility>
#include <vector>

namespace spot::core {
namespace {

using Json = nlohmann::json;

// Builds the value, and stops at the first thing that the library would take but an event may not
// have. Returning false ends the parse.
class EventReader final : public nlohmann::json_sax<Json> {
public:
    Json& value() { return value_; }
    const std::string& fault() const { return fault_; }

    bool null() override { return put(nullptr); }
    bool boolean(bool it) override { return put(it); }
    bool number_integer(number_integer_t it) override { return put(it); }
    bool number_unsigned(number_unsigned_t it) override { return put(it); }
    bool number_float(number_float_t it, const string_t&) override { return put(it); }
    bool string(string_t& text) override { return no_null(text) && put(std::move(text)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        Json& object = *open_.back();
        if (object.size() == kKeysMax) return stop("an object has more than 256 keys");
        if (!no_null(name)) return false;
        const auto [member, is_new] = object.emplace(std::move(name), nullptr);
        member_ = &*member;
        return is_new || stop("a key stands twice in one object");
    }

    // nlohmann's own message quotes the input, which may be personal: name the place only.
    bool parse_error(std::size_t position, const std::string&,
                     const Json::exception& error) override {
        if (error.id == kOutOfRange) return stop("a number is out of range");
        return stop("not valid JSON in UTF-8 at byte " + std::to_string(position));
    }

private:
    static constexpr std::size_t kKeysMax = 256;
    static constexpr int kOutOfRange = 406;

    Json& place() {
        if (open_.empty()) return value_;
        Json& around = *open_.back();
        return around.is_array() ? around.emplace_back() : *member_;
    }
    bool put(Json it) {
        place() = std::move(it);
        return true;
    }
    bool open(Json empty) {
        if (open_.size() == kEventDepthMax) return stop("nested more than 16 deep");
        Json& at = place();
        at = std::move(empty);
        open_.push_back(&at);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    bool no_null(const std::string& text) {
        return text.find('\0') == std::string::npos || stop("a text holds a null character");
    }
    bool stop(std::string fault) {
        if (fault_.empty()) fault_ = std::move(fault);
        return false;
    }

    Json value_;
    std::vector<Json*> open_;  // from the outermost in; what stands around them does not move
    Json* member_ = nullptr;   // of the innermost: the value whose key was read last
    std::string fault_;
};

}  // namespace

Result<Event> parse_event(std::string_view line) {
    if (line.size() > kEventBytesMax) return fail(Code::invalid, "longer than 1 MiB");
    EventReader reader;
    if (!Json::sax_parse(line, &reader)) return fail(Code::invalid, reader.fault());

    Event event;
    event.body = std::move(reader.value());
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

Result<std::string> take_reference(Json& body, const char* key) {
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
