#pragma once

#include <filesystem>
#include <string>

#include "core/crypto.h"
#include "core/error.h"
#include "core/rim/disk.h"
#include "core/store_keys.h"

namespace spot::core {

// Argon2id costs of a key slot (libsodium's crypto_pwhash, version 1.3).
constexpr std::size_t kArgonBytes = 64 * 1024 * 1024;
constexpr unsigned kArgonPasses = 3;
constexpr std::size_t kSlotsMax = 32;
constexpr std::size_t kEpochsMax = 64;

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
// may open it (a key slot: name, salt, costs, nonce, wrapped key), and the erasure epochs' keys,
// wrapped under the store's. Written by rename, with fsync. A backup of the store must not hold it:
// an epoch's key that is taken out of this file has to be gone everywhere (store_keys.h).
class Vault {
public:
    // Makes the file with one slot and the first epoch, and returns the new keys. `conflict` where
    // the file is there.
    static Result<StoreKeys> create(const std::filesystem::path& file, std::string_view slot,
                                    const Passphrase& passphrase, Random& random,
                                    Disk& disk = system_disk());
    // Tries the slots in turn. `refused`: no slot opens with it; nothing was changed. To a file of
    // an older program, which has no epoch, the first one is added.
    static Result<StoreKeys> open(const std::filesystem::path& file, const Passphrase& passphrase,
                                  Random& random, Disk& disk = system_disk());
    static Result<> add_slot(const std::filesystem::path& file, std::string_view slot,
                             const SecretKey& key, const Passphrase& passphrase, Random& random,
                             Disk& disk = system_disk());
    // Takes the newer epochs than those of `keys` from the file; where there is none, makes the
    // next one, which is on disk when the call returns. Of several processes at once one makes it.
    static Result<> add_epoch(const std::filesystem::path& file, StoreKeys& keys, Random& random,
                              Disk& disk = system_disk());
};

}  // namespace spot::core
