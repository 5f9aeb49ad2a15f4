#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/error.h"
#include "sync/exchange.h"

namespace spot::sync {

constexpr core::Instant kSlipLifeMs = 72LL * 60 * 60 * 1000;
constexpr std::size_t kSlipBytesMax = 16 * 1024;

// What a person carries from the hub to a new station: whom to trust, and a code that works once.
// A JSON file: {"version":1,"station","team","device","url","hub_sign","hub_seal","tls_pin",
// "code","expires"}; bytes in hex, time in RFC 3339.
struct Slip {
    std::string station;
    std::string team;  // may be empty
    std::uint64_t device = 0;
    std::string url;
    PublicKey hub_sign{};
    PublicKey hub_seal{};
    std::string tls_pin;  // see sync/http/address.h
    EnrolmentCode code{};
    core::Instant expires = 0;
};

std::string slip_text(const Slip& slip);
// `invalid`: not the form above. Does not look at `expires`.
Result<Slip> parse_slip(std::string_view text);

// Device numbers stand in names and files as 16 hex digits.
std::string device_text(std::uint64_t device);
// Nothing unless it is 16 hex digits, not zero and without core::kHubBit.
std::optional<std::uint64_t> parse_device(std::string_view text);

}  // namespace spot::sync
