#pragma once

#include <string>

#include "fieldkit/deployment/draw.h"

namespace spot::fieldkit {

// Free texts, composed from parts of sentences so that hardly two are the same.
// None names a person: they stand in fields that hold no personal data, too.
enum class Phrase {
    remark,
    session_note,
    complaint,
    feedback_topic,
    feedback,
    reason,
    hub_note,
    hub_status,
    occupation,
    employer
};

std::string draw_phrase(Draw& draw, Phrase phrase);

}  // namespace spot::fieldkit
