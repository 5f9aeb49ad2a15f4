#pragma once

#include <string>
#include <string_view>

namespace spot::sync {

// Where a hub is, and how it is known there: https://host, with port and path if need be; no user,
// password, query or fragment.
bool is_hub_url(const std::string& text);
// "sha256//" and the base 64 of the SHA-256 of the certificate's public key.
bool is_hub_pin(std::string_view text);

}  // namespace spot::sync
