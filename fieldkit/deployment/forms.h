#pragma once

#include <chrono>
#include <string>

#include "core/catalogue.h"
#include "fieldkit/deployment/draw.h"
#include "fieldkit/deployment/people.h"

namespace spot::fieldkit {

// A value for one form field that the catalogue's own rules accept. Fields with a meaning of their
// own are known by name, all others by their type, so that a later catalogue works as well.
// Where neither gives a valid value: empty if the field may be, else `invalid`.
core::Result<std::string> draw_value(Draw& draw, const core::Catalogue& catalogue,
                                     const core::Catalogue::ServiceField& field, const Place& place,
                                     std::chrono::sys_days today);

}  // namespace spot::fieldkit
