#include "core/ledger/members.h"

#include <algorithm>

namespace spot::core {
namespace {

constexpr std::size_t kUsualMembers = 16;

// Behind the string that begins at `at`; npos: it does not end.
std::size_t end_of_string(std::string_view json, std::size_t at) {
    for (++at; at < json.size() && json[at] != '"';) at += json[at] == '\\' ? 2 : 1;
    return at < json.size() ? at + 1 : json.npos;
}

// Behind the value that begins at `at`; npos: it does not end.
std::size_t end_of_value(std::string_view json, std::size_t at, bool& plain) {
    std::size_t open = 0;
    for (; at < json.size(); ++at) {
        switch (json[at]) {
            case '"': {
                const std::size_t end = end_of_string(json, at);
                if (end == json.npos) return end;
                const bool is_name = end < json.size() && json[end] == ':';
                if (is_name && json.substr(at, end - at).find('.') != json.npos) plain = false;
                at = end - 1;
                break;
            }
            case '{':
            case '[':
                if (json.substr(at, 2) == "{}") plain = false;
                ++open;
                break;
            case '}':
            case ']':
                if (open == 0) return at;
                --open;
                break;
            case ',':
                if (open == 0) return at;
                break;
            default:
                break;
        }
    }
    return json.npos;
}

}  // namespace

std::optional<Members> Members::of(std::string_view json) {
    Members out;
    out.members_.reserve(kUsualMembers);
    if (!json.starts_with('{')) return std::nullopt;
    std::size_t at = 1;
    if (json == "{}") return out;
    for (;;) {
        if (at >= json.size() || json[at] != '"') return std::nullopt;
        const std::size_t named = end_of_string(json, at);
        if (named >= json.size() || json[named] != ':') return std::nullopt;
        const std::string_view name = json.substr(at + 1, named - at - 2);
        if (name.find('.') != name.npos) out.plain_ = false;
        const std::size_t end = end_of_value(json, named + 1, out.plain_);
        if (end == json.npos || end == named + 1) return std::nullopt;
        out.members_.push_back({name, json.substr(named + 1, end - named - 1)});
        if (json[end] == '}') return end + 1 == json.size() ? std::optional(out) : std::nullopt;
        if (json[end] != ',') return std::nullopt;
        at = end + 1;
    }
}

Members::Member* Members::find(std::string_view name) {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [&](const Member& member) { return member.name == name; });
    return found == members_.end() ? nullptr : &*found;
}

void Members::rename(std::string_view from, std::string_view to) {
    if (Member* const member = find(from)) member->name = to;
}

void Members::set(std::string_view name, std::string_view value) {
    if (Member* const member = find(name))
        member->value = value;
    else
        members_.push_back({name, value});
}

std::string Members::text() {
    std::sort(members_.begin(), members_.end(),
              [](const Member& one, const Member& other) { return one.name < other.name; });
    std::size_t bytes = 2;
    for (const Member& member : members_) bytes += member.name.size() + member.value.size() + 4;
    std::string out;
    out.reserve(bytes);
    out += '{';
    for (const Member& member : members_) {
        if (out.size() > 1) out += ',';
        out += '"';
        out += member.name;
        out += "\":";
        out += member.value;
    }
    out += '}';
    return out;
}

}  // namespace spot::core
