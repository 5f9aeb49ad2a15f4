#include "van-station/web/gate.h"

#include <algorithm>
#include <array>

#include "core/bytes.h"

namespace spot::station::web {
namespace {

constexpr std::string_view kScheme = "http://";
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kApi = "/api/";
// All that the citizen's token opens.
constexpr std::string_view kCitizens[] = {"/api/citizen", "/api/citizen/events"};

core::Hash digest(std::string_view token) {
    return core::hash({core::view(token)});
}

}  // namespace

Tokens Tokens::draw(core::Random& random) {
    const auto one = [&] {
        std::array<std::uint8_t, kBytes> bytes{};
        random.fill(bytes);
        return core::to_hex(bytes);
    };
    Tokens out;
    out.mediator = one();
    out.citizen = one();
    return out;
}

bool is_api(std::string_view target) {
    return target.starts_with(kApi);
}

Gate::Gate(std::uint16_t port, const Tokens& tokens)
    : mediator_(digest(tokens.mediator)), citizen_(digest(tokens.citizen)) {
    const std::string end = ":" + std::to_string(port);
    hosts_[0] = "127.0.0.1" + end;
    hosts_[1] = "localhost" + end;
    hosts_[2] = "[::1]" + end;
}

Gate::Verdict Gate::judge(const Head& head) const {
    if (head.repeated || !head.target.starts_with('/')) return {400, "malformed"};
    // A name that somebody else's DNS leads here is not one of ours.
    if (!own_host(head.host)) return {421, "host"};
    if (head.method == Method::other) return {405, "method"};
    const bool says_origin = !head.origin.empty();
    if (head.method == Method::post && !says_origin) return {403, "origin"};
    if (says_origin &&
        (!head.origin.starts_with(kScheme) || head.origin.substr(kScheme.size()) != head.host))
        return {403, "origin"};
    if (!head.fetch_site.empty() && head.fetch_site != "same-origin" && head.fetch_site != "none")
        return {403, "origin"};

    if (!is_api(head.target)) {
        if (head.method != Method::get) return {405, "method"};
        return {};
    }
    const Who speaker = who(head.authorization);
    if (speaker == Who::nobody) return {401, "token"};
    const std::string_view path = head.target.substr(0, head.target.find('?'));
    const bool looks =
        head.method == Method::get &&
        std::find(std::begin(kCitizens), std::end(kCitizens), path) != std::end(kCitizens);
    if (speaker == Who::citizen && !looks) return {403, "token"};
    return {200, "", speaker};
}

bool Gate::own_host(std::string_view host) const {
    return std::find(std::begin(hosts_), std::end(hosts_), host) != std::end(hosts_);
}

Who Gate::who(std::string_view authorization) const {
    if (!authorization.starts_with(kBearer)) return Who::nobody;
    // Digests have one length, and comparing them tells nothing of the token. Both, always.
    const core::Hash given = digest(authorization.substr(kBearer.size()));
    const bool mediator = core::equal_in_constant_time(given, mediator_);
    const bool citizen = core::equal_in_constant_time(given, citizen_);
    return mediator ? Who::mediator : citizen ? Who::citizen : Who::nobody;
}

}  // namespace spot::station::web
