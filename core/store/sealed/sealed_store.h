#pragma once

// A store over another one: seals what is written and opens what is read, so that the database
// beneath shows no person, no text and no key, also without SQLCipher. README.md in core/store
// lists what is left plain.

#include <memory>

#include "core/store/store.h"
#include "core/store_keys.h"

namespace spot::core {

// What `inner` holds from before it was sealed is sealed now, in one transaction; a new one is
// marked as sealed. Draws no chance: the same rows are the same bytes.
// `refused`: other keys sealed it, or keys that are younger than these; nothing was changed.
// Afterwards a cell that does not open is `corrupt`, as it is with a damaged disk: it was changed,
// or belongs to another row. What an erasure epoch wrapped whose key is not among `keys` is gone:
// its subjects are erased ones, its values and attachments of drafts are not there.
Result<std::unique_ptr<Store>> sealed_store(std::unique_ptr<Store> inner, const StoreKeys& keys);

}  // namespace spot::core
