#pragma once

// A short number that a person keeps in mind: a PIN, a supervisor's code. It re-locks a running
// session; it protects no data at rest (that is the vault's passphrase).

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/random.h"

namespace spot::core {

// Argon2id costs: 0.1 s on a small laptop, so that guessing a copied hash of six digits takes days.
constexpr std::size_t kPinArgonBytes = 32 * 1024 * 1024;
constexpr unsigned kPinArgonPasses = 3;

// To be kept: costs, salt and hash, in text. `io`: there is not enough memory for it.
Result<std::string> pin_hash(std::string_view digits, Random& random);
// In time that does not depend on the digits. False for a damaged hash, too.
bool pin_matches(std::string_view hash, std::string_view digits);

// The check digit after `digits` (Damm's quasigroup of order 10): it finds every one wrong digit
// and every swap of two neighbours.
char check_digit(std::string_view digits);

}  // namespace spot::core
