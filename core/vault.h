#pragma once

#include <filesystem>
#include <string>

#include "core/crypto.h"
#include "core/error.h"
#include "core/rim/disk.h"

namespace spot::core {

// Argon2id costs of a key slot (libsodium's crypto_pwhash, version 1.3).
constexpr std::size_t kArgonBytes = 64 * 1024 * 1024;
constexpr unsigned kArgonPasses = 3;
constexpr std::size_t kSlotsMax = 32;

// A passphrase from the keyboard, a file or the environment: move-only, zeroed when it goes.
class Passphrase {
public:
    explicit Passphrase(std::string text);
    Passphrase(Passphrase&&) noexcept;
    Passphrase& operator=(Passphrase&&) noexcept;
    ~Passphrase();
    std::string_view text() const { return text_; }

private:
    std::string text_;
};

// The file `keys.json` beside a store: the store's random key, wrapped once for each person who
// may open it (a key slot: name, salt, costs, nonce, wrapped key). What a call changed is
// durable when it returns; a power cut before leaves the file as it was.
class Vault {
public:
    // Makes the file with one slot and returns the new key. `conflict` where the file is there.
    static Result<SecretKey> create(const std::filesystem::path& file, std::string_view slot,
                                    const Passphrase& passphrase, Random& random,
                                    Disk& disk = system_disk());
    // Tries the slots in turn. `refused`: no slot opens with it; nothing was changed.
    static Result<SecretKey> open(const std::filesystem::path& file, const Passphrase& passphrase,
                                  Disk& disk = system_disk());
    static Result<> add_slot(const std::filesystem::path& file, std::string_view slot,
                             const SecretKey& key, const Passphrase& passphrase, Random& random,
                             Disk& disk = system_disk());
};

}  // namespace spot::core
