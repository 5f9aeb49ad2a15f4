#pragma once

// The column `document` of a record: its changes and, where they are many, the saved document.

#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/ledger/documents.h"

namespace spot::core {

constexpr char kJsonColumn = 'j', kDocumentColumn = 'd';  // places of sealed columns

Bytes pack(const std::vector<CachedRecord::Change>& changes, View document);
// Nothing: damaged. `document` gets the rest.
std::optional<std::vector<CachedRecord::Change>> unpack(View bytes, View& document);

// A change by this entry, whose hash is not known yet.
CachedRecord::Change change_of(const RecordId& entry);
// The entry that made a change of this record.
RecordId entry_of(const RecordId& record, const CachedRecord::Change& change);

}  // namespace spot::core
