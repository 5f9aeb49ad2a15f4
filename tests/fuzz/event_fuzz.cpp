// A line of what people and scripts hand in, and an intent of a stranger.
#include <nlohmann/json.hpp>

#include "core/catalogue.h"
#include "core/event.h"
#include "core/intent.h"
#include "core/rules.h"
#include "sync/slip.h"

using namespace spot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)core::parse_moment(text);
    (void)sync::parse_slip(text);
    const auto event = core::parse_event(text);
    if (!event) return 0;
    const auto& catalogue = core::Catalogue::shipped();
    for (const auto party : {core::Party::station, core::Party::hub})
        if (core::check_intent(party, event->kind, event->body, catalogue))
            (void)core::operations_of(event->kind, event->body);
    (void)core::canonical(event->body);
    return 0;
}
