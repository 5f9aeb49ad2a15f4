#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spot::core {

struct Address {
    std::string host;
    std::uint16_t port = 0;  // 0: any that is free
};

// Where to listen: "127.0.0.1:8443" or "[::1]:8443". Nothing: it is neither.
std::optional<Address> parse_address(std::string_view text);

}  // namespace spot::core
