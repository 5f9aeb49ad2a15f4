#pragma once

#include "core/store_keys.h"

namespace spot::support {

// What opens a store, from one key: one erasure epoch.
inline core::StoreKeys store_keys(const core::SecretKey& key) {
    core::StoreKeys out{key.clone(), {}};
    out.epochs.emplace(1, key.derive("epoch 1"));
    return out;
}

}  // namespace spot::support
