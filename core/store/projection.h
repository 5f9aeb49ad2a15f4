#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/ledger.h"

namespace spot::core {

// A record as export shows it, but for what differs from reader to reader.
struct Projection {
    std::string json;
    bool conflicts = false;
};

// Of a session or request, from Document::json().
Result<Projection> project_document(std::string_view record, const RecordId& id, Party here,
                                    std::string_view document_json);
// The same, of a document with one change: a third of the time, as no document is asked.
Projection project_first(Kind kind, const RecordId& id, Party here, const nlohmann::json& intent);
// Of an immutable fact.
Projection project_fact(Kind kind, const RecordId& id, const nlohmann::json& intent);

struct Reader {
    bool held = false;           // the hub has the entry that made the record
    std::string_view reference;  // empty: none is shown
};
std::string shown(std::string_view record, std::string_view json, const Reader& reader);

}  // namespace spot::core
