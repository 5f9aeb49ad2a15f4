#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/id.h"
#include "core/log.h"
#include "core/rules.h"

namespace spot::core {

// A record as export shows it, but for what differs from reader to reader.
struct Projection {
    std::string json;
    bool conflicts = false;
    int route = 0;  // place in kRoutes
};

// Of a session or request, from Document::json().
Result<Projection> project_document(std::string_view record, const RecordId& id, Party here,
                                    std::string_view document_json);
// The same, of a document whose changes each followed on all before, or that has only one: a tenth
// of the time, as no document is asked.
struct Step {
    Kind kind = Kind::session_open;
    std::string intent;
};
// `corrupt`: they are not what could have been executed.
Result<Projection> project_sequence(const RecordId& id, Party here, std::span<const Step> steps);
// Of what one entry made, and of a receipt whose original was settled, with the state it came to.
// Half of a record's time in an export would go into reading the intent. `corrupt`: like above.
Result<std::string> project_made(Kind kind, const RecordId& id, Party here, std::string_view intent,
                                 std::string_view settled = {});

struct Reader {
    bool held = false;           // the hub has the entry that made the record
    std::string_view reference;  // empty: none is shown
};
std::string shown(std::string_view record, std::string_view json, const Reader& reader);

}  // namespace spot::core
