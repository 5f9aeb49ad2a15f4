#include "core/pin.h"

#include <sodium.h>

#include <array>

#include "core/bytes.h"
#include "core/crypto.h"

namespace spot::core {
namespace {

constexpr std::size_t kHashBytes = 32;
using Salt = std::array<std::uint8_t, crypto_pwhash_SALTBYTES>;

// Empty: there is not enough memory.
Bytes derive(std::string_view digits, View salt) {
    Bytes out(kHashBytes);
    const int done =
        crypto_pwhash(out.data(), out.size(), digits.data(), digits.size(), salt.data(),
                      kPinArgonPasses, kPinArgonBytes, crypto_pwhash_ALG_ARGON2ID13);
    if (done != 0) out.clear();
    return out;
}

}  // namespace

Result<std::string> pin_hash(std::string_view digits, Random& random) {
    Salt salt;
    random.fill(salt);
    const Bytes hash = derive(digits, salt);
    if (hash.empty()) return fail(Code::io, "there is not enough memory to take a PIN");
    return "1:" + to_hex(salt) + ":" + to_hex(hash);  // 1: the costs above
}

bool pin_matches(std::string_view hash, std::string_view digits) {
    constexpr std::size_t kSaltAt = 2, kHashAt = kSaltAt + 2 * crypto_pwhash_SALTBYTES + 1;
    if (!hash.starts_with("1:") || hash.size() != kHashAt + 2 * kHashBytes) return false;
    const auto salt = from_hex(hash.substr(kSaltAt, 2 * crypto_pwhash_SALTBYTES));
    const auto expected = from_hex(hash.substr(kHashAt));
    if (!salt || !expected) return false;
    const Bytes given = derive(digits, *salt);
    return !given.empty() && equal_in_constant_time(given, *expected);
}

char check_digit(std::string_view digits) {
    constexpr std::uint8_t kDamm[10][10] = {
        {0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
        {4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
        {6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
        {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
        {9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0}};
    std::uint8_t state = 0;
    for (const char digit : digits) state = kDamm[state][static_cast<std::size_t>(digit - '0')];
    return static_cast<char>('0' + state);
}

}  // namespace spot::core
