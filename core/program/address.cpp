#include "core/address.h"

#include <charconv>
#include <system_error>

namespace spot::core {

std::optional<Address> parse_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view digits = text.substr(colon + 1);
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    Address out{std::string(host), 0};
    const char* end = digits.data() + digits.size();
    const auto [read, error] = std::from_chars(digits.data(), end, out.port);
    if (error != std::errc() || read != end || out.host.empty()) return std::nullopt;
    return out;
}

}  // namespace spot::core
