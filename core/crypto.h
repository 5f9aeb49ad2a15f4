#pragma once

// Thin, typed faces of libsodium. Call start_crypto() once, first thing in main().

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "core/bytes.h"
#include "core/error.h"
#include "core/random.h"

namespace spot::core {

void start_crypto();

using Hash = std::array<std::uint8_t, 32>;
using PublicKey = std::array<std::uint8_t, 32>;  // Ed25519 or X25519, told by the field's name
using Signature = std::array<std::uint8_t, 64>;

// BLAKE2b-256 over the concatenation of the parts. Callers put fixed-size parts first, or sizes.
Hash hash(std::initializer_list<View> parts);
// The same, keyed by 32 bytes.
Hash keyed_hash(View key, std::initializer_list<View> parts);
// hash() of what comes bit by bit.
class Hasher {
public:
    Hasher();
    void add(View part);
    Hash finish();  // once, at the end

private:
    alignas(64) std::array<std::uint8_t, 384> state_;
};
bool equal_in_constant_time(View left, View right);

// 32 secret bytes: move-only, zeroed when they go.
class SecretKey {
public:
    static constexpr std::size_t kSize = 32;
    SecretKey() = default;
    explicit SecretKey(std::span<const std::uint8_t, kSize> bytes);
    static SecretKey random(Random& random);
    // An independent key for another use, by BLAKE2b keyed with this one.
    SecretKey derive(std::string_view purpose) const;
    SecretKey(SecretKey&&) noexcept;
    SecretKey& operator=(SecretKey&&) noexcept;
    ~SecretKey();
    SecretKey clone() const { return SecretKey(bytes()); }
    std::span<const std::uint8_t, kSize> bytes() const { return bytes_; }

private:
    std::array<std::uint8_t, kSize> bytes_{};
};

// Both are made from 32-byte seeds, which is what the store keeps.
PublicKey sign_public(const SecretKey& seed);
Signature sign(const SecretKey& seed, View message);
bool verify(const PublicKey& sign_public, View message, const Signature& signature);
PublicKey seal_public(const SecretKey& secret);  // X25519

// XChaCha20-Poly1305 with a random nonce in front; for what rests on disk.
// A failure to open is `corrupt`.
constexpr std::size_t kSealedOverhead = 40;
Bytes seal_at_rest(const SecretKey& key, View plain, View associated, Random& random);
Result<Bytes> open_at_rest(const SecretKey& key, View sealed, View associated);

// The same without chance: equal bytes at an equal place (`associated`) are equal when sealed, so
// that they can be looked for. The nonce is a keyed hash of both, under a key of its own.
class DeterministicSeal {
public:
    explicit DeterministicSeal(const SecretKey& key);
    Bytes seal(View plain, View associated) const;
    Result<Bytes> open(View sealed, View associated) const;

private:
    SecretKey key_, nonces_;
};

}  // namespace spot::core
