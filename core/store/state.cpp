#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/store/inside.h"

namespace spot::core {
namespace {

constexpr std::string_view kFields = "fields.";

std::optional<RecordId> id_at(const nlohmann::json& intent, const char* member) {
    const auto at = intent.find(member);
    if (at == intent.end()) return std::nullopt;
    return RecordId::parse(at->get_ref<const std::string&>());
}

}  // namespace

std::string series_of(const LogId& log) {
    // Device numbers are random: 40 bits tell a country's stations apart and are short on paper.
    constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string out;
    for (int shift = 35; shift >= 0; shift -= 5) out += kAlphabet[log.device >> shift & 31];
    return out + "-" + std::to_string(log.epoch);
}

bool Ledger::Inside::is_own(const LogId& log) const {
    return ((log.device & kHubBit) != 0) == (options.party == Party::hub);
}

Result<std::optional<Entries::Head>> Ledger::Inside::made(Kind making, const RecordId& id) {
    const auto log = logs.find(id.log);
    if (!log) return tl::make_unexpected(log.error());
    if (!*log) return std::nullopt;
    auto head = entries.head(**log, id.seq);
    if (head && *head && (*head)->kind != making) return std::nullopt;
    return head;
}

Result<> Ledger::Inside::check_state(const LogId& log, Whose whose, Kind kind,
                                     const nlohmann::json& intent,
                                     std::optional<Subjects::Id>& subject) {
    const auto find = [&](const char* member, Kind making) -> Result<> {
        if (!intent.contains(member)) return {};
        const auto id = id_at(intent, member);
        const bool allowed =
            id && (whose == Whose::anybody || id->log.device == (log.device & ~kHubBit));
        auto head = allowed ? made(making, *id) : std::optional<Entries::Head>();
        if (!head) return tl::make_unexpected(std::move(head).error());
        if (!*head) return fail(Code::not_found, "unknown " + std::string(member));
        if (making == Kind::request_queue) subject = (*head)->subject;
        return {};
    };
    SPOT_TRY(find("session", Kind::session_open));
    SPOT_TRY(find("request", Kind::request_queue));
    if (kind == Kind::request_edit || kind == Kind::hub_edit)
        return check_edit(*id_at(intent, "request"), intent.at("set"));
    return {};
}

Result<> Ledger::Inside::check_edit(const RecordId& request, const nlohmann::json& set) {
    const auto edits_fields = [](const auto& member) { return member.key().starts_with(kFields); };
    const auto items = set.items();
    if (std::none_of(items.begin(), items.end(), edits_fields)) return {};

    const auto log = logs.find(request.log);
    if (!log) return tl::make_unexpected(log.error());
    const auto line = entries.read(**log, request.seq);
    if (!line) return tl::make_unexpected(line.error());
    if (!*line || (*line)->erased) return fail(Code::not_found, "unknown request");
    const auto making = nlohmann::json::parse((*line)->entry.intent, nullptr, false);
    const auto* service =
        options.catalogue->service(making.at("service").get_ref<const std::string&>());
    for (const auto& [path, value] : set.items()) {
        if (!path.starts_with(kFields)) continue;
        const std::string_view name = std::string_view(path).substr(kFields.size());
        const auto use = [&](const auto& one) { return one.field->name == name; };
        const Catalogue::ServiceField* found = nullptr;
        if (service) {
            const auto at = std::find_if(service->fields.begin(), service->fields.end(), use);
            if (at != service->fields.end()) found = &*at;
        }
        if (!found) return fail(Code::invalid, path + ": not a field of the request's service");
        SPOT_TRY(options.catalogue->check_value(*found->field,
                                                value.get_ref<const std::string&>(),
                                                found->required));
    }
    return {};
}

}  // namespace spot::core
