#pragma once

// What a receipt carries so that it can be checked without the store: a QR text that the hub and
// any station verify offline, and a short code to be said on the telephone. No personal data.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/id.h"

namespace spot::core {

// Of the receipts of one log: "7K3Q9F2M-1" for epoch 1. Hub and station derive it alike.
std::string series_of(const LogId& log);

constexpr std::size_t kChainPrefixBytes = 16;
using ChainPrefix = std::array<std::uint8_t, kChainPrefixBytes>;

// What the QR text says about one receipt.
struct ReceiptFacts {
    RecordId id;               // of the receipt, so of the entry that made it
    std::uint64_t number = 0;  // from 1; the series follows from id.log
    std::uint64_t total_cents = 0;
    Instant at = 0;       // a whole minute
    ChainPrefix chain{};  // of the entry's hash
    bool operator==(const ReceiptFacts&) const = default;
};
// `entry_hash`: Replica::hash_at(id.log, id.seq). Cuts `at` to the minute.
ReceiptFacts receipt_facts(const RecordId& id, std::uint64_t number, std::uint64_t total_cents,
                           Instant at, const Hash& entry_hash);

// ── The QR text: "SPOT1:" and base 32 (Crockford's, as in record ids) of
//     device (8 bytes) ‖ varints epoch, seq, number, total_cents, minutes since 1970
//     ‖ chain prefix (16) ‖ Ed25519 signature (64) by the device's key over
//     "spot receipt 1\0" and all that stands before it.
// About 170 characters, all of QR's alphanumeric mode.
constexpr std::string_view kReceiptQrStart = "SPOT1:";
constexpr std::size_t kReceiptQrCharsMax = 256;  // more is `corrupt` unread
std::string receipt_qr(const ReceiptFacts& facts, const SecretKey& sign_seed);

// The verification key of a device, if the caller knows it.
using DeviceKeys = std::function<std::optional<PublicKey>(std::uint64_t device)>;

struct ReceiptVerdict {
    enum class What : std::uint8_t {
        valid,           // this device signed exactly these facts
        forged,          // it says so, but its key did not sign this
        unknown_device,  // no key to check it with: `facts` are only what the paper claims
    };
    What what = What::forged;
    ReceiptFacts facts;
};
// `corrupt`: no QR text of a receipt (another version, too long, cut off, wrong letters).
// Small letters and spaces around the text are accepted.
Result<ReceiptVerdict> verify_receipt_qr(std::string_view text, const DeviceKeys& keys);

// ── The short code: 12 letters of Crockford's alphabet (no I, L, O, U), ten of them 50 bits of the
// entry's hash, two of them check letters. Together they are a word of a Reed-Solomon code over
// GF(32) with distance 3: every one or two wrong letters are noticed, so every swap of any two,
// too.
constexpr std::size_t kShortCodeChars = 12;
std::string short_code(const RecordId& id, const Hash& entry_hash);
// As it is printed and said: "K7QX-4MHE-9B2D".
std::string short_code_in_groups(std::string_view code);
// What a person typed: small letters, spaces and hyphens are forgiven; O is 0, I and L are 1.
// `invalid`: other letters, another length, or the check letters don't agree.
Result<std::string> parse_short_code(std::string_view typed);

}  // namespace spot::core
