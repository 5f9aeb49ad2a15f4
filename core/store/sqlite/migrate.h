#pragma once

#include "core/store/sqlite/database.h"

namespace spot::core {

// Brings a store to the form this program knows (PRAGMA user_version tells the form it has).
// `corrupt`: a database of someone else's, or of a newer program.
Result<> migrate(Database& database);

}  // namespace spot::core
