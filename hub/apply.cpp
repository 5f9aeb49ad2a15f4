#include "hub/apply.h"

#include <utility>

#include "core/event.h"

namespace spot::hub {

using core::Code;
using core::fail;
using core::Result;

Result<> Editor::write_for(std::uint64_t device) {
    const core::LogId log{device | core::kHubBit, hub_.keys.epoch};
    if (log_ == log) return {};
    SPOT_TRY(hub_.ledger.journal().write_to(log));
    log_ = log;
    return {};
}

Result<core::Taken> Editor::apply(std::string_view line) {
    SPOT_ASSIGN(auto event, core::parse_event(line));
    if (core::record_of(event.kind).empty())
        return fail(Code::refused,
                    "kind: is written by the hub itself (a catalogue: spot-hub catalogue publish)");
    if (event.kind != core::Kind::hub_edit)
        return fail(Code::refused, "kind: is recorded at a station");
    auto& intent = event.body;
    SPOT_ASSIGN(auto reference, core::take_reference(intent, "request"));
    const auto request = hub_.ledger.journal().find("request", reference);
    if (!request) return fail(Code::not_found, "request: is not known here");
    intent["request"] = request->text();
    const auto at = intent.find("operator");
    const std::string user =
        at != intent.end() && at->is_string() ? at->get<std::string>() : std::string();
    SPOT_TRY(write_for(request->log.device));
    SPOT_ASSIGN(const auto appended,
                hub_.ledger.journal().append(event.kind, "", user, std::move(intent)));
    return core::Taken{std::string(kind_name(event.kind)), std::move(reference), appended.record,
                       appended.entry.seq, appended.repeated};
}

}  // namespace spot::hub
