#pragma once

// The keys that open a store. The vault keeps them (vault.h); core/store/sealed uses them.

#include <cstdint>
#include <map>

#include "core/crypto.h"

namespace spot::core {

struct StoreKeys {
    // Of the file (SQLCipher); the key that seals the columns follows from it.
    SecretKey store;
    // The erasure epochs' keys, by number from 1; never empty. The newest wraps what is written.
    // They are kept outside the database and its backups: once one is gone, so is what it wrapped,
    // in every copy.
    std::map<std::uint32_t, SecretKey> epochs;

    StoreKeys clone() const {
        StoreKeys out{store.clone(), {}};
        for (const auto& [number, key] : epochs) out.epochs.emplace(number, key.clone());
        return out;
    }
};

}  // namespace spot::core
