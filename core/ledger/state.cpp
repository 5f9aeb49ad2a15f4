#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

constexpr std::string_view kFields = "fields.";

}  // namespace

std::optional<RecordId> id_in(const nlohmann::json& intent, std::string_view member) {
    return RecordId::parse(text_in(intent, member));
}

std::string_view text_in(const nlohmann::json& intent, std::string_view member) {
    if (!intent.is_object()) return {};
    const auto at = intent.find(member);
    if (at == intent.end() || !at->is_string()) return {};
    return at->get_ref<const std::string&>();
}

bool is_earlier_series(const LogId& log, std::string_view series) {
    const auto dash = series.rfind('-');
    if (dash == series.npos) return false;
    std::uint32_t epoch = 0;
    const auto [end, error] =
        std::from_chars(series.data() + dash + 1, series.data() + series.size(), epoch);
    return error == std::errc() && end == series.data() + series.size() && epoch > 0 &&
           epoch < log.epoch && series_of({log.device, epoch}) == series;
}

// A receipt's number in the log's own series, of an intent that may be wrong in any way. 0: none
// that could be one.
std::uint64_t receipt_number_in(const LogId& log, const nlohmann::json& intent) {
    if (!intent.is_object()) return 0;
    const auto series = intent.find("series");
    if (series != intent.end() && series->is_string() &&
        is_earlier_series(log, series->get_ref<const std::string&>()))
        return 0;
    const auto at = intent.find("number");
    if (at == intent.end() || !at->is_number_unsigned()) return 0;
    const auto number = at->get<std::uint64_t>();
    return number <= kSeqMax ? number : 0;
}

bool LedgerImpl::is_own(const LogId& log) const {
    return (log.device & kHubBit) == party.own_bit;
}

Result<std::optional<EntryLog::Head>> LedgerImpl::made(Rows rows, Kind making, const RecordId& id) {
    SPOT_ASSIGN(const auto log, logs.find(rows, id.log));
    if (!log || id.seq > log->last()) return std::nullopt;
    auto head = entries.head(rows, *log, id.seq);
    if (head && *head && (*head)->kind != making) return std::nullopt;
    return head;
}

Result<> LedgerImpl::check_state(Rows rows, const LogId& log, Whose whose, Kind kind,
                                 const nlohmann::json& intent, const Catalogue& catalogue,
                                 std::optional<SubjectId>& subject) {
    const auto find = [&](const char* member, Kind making) -> Result<> {
        if (!intent.contains(member)) return {};
        const auto id = id_in(intent, member);
        const bool allowed =
            id && (whose == Whose::anybody || id->log.device == (log.device & ~kHubBit));
        SPOT_ASSIGN(auto head, allowed ? made(rows, making, *id) : std::optional<EntryLog::Head>());
        if (!head) return fail(Code::not_found, "unknown " + std::string(member));
        if (making == Kind::request_queue) subject = head->subject;
        return {};
    };
    SPOT_TRY(find("session", Kind::session_open));
    SPOT_TRY(find("request", Kind::request_queue));
    SPOT_TRY(find("receipt", Kind::receipt_print));
    if (kind == Kind::request_edit || kind == Kind::hub_edit)
        return check_edit(rows, *id_in(intent, "request"), intent.at("set"), catalogue);
    return {};
}

// Only of one's own writing: an entry that was written before its author knew is no fault.
Result<> LedgerImpl::check_open(Kind kind, CachedRecord& request) {
    if (kind != Kind::request_edit && kind != Kind::request_withdraw) return {};
    SPOT_ASSIGN(const auto shown, documents.projection_of(request));
    const std::string_view route = kRoutes[static_cast<std::size_t>(shown.route)];
    if (route == "dispatched" || route == "accepted" || route == "answered" || route == "refused")
        return fail(Code::refused,
                    "the request has left the hub for its agency; what is to be changed has to be "
                    "told to the agency, or asked for in a new request");
    if (nlohmann::json::parse(shown.json, nullptr, false).contains("withdrawn"))
        return fail(Code::refused, "the request was withdrawn; ask for it in a new one");
    return {};
}

Result<> LedgerImpl::check_edit(Rows rows, const RecordId& request, const nlohmann::json& set,
                                const Catalogue& catalogue) {
    const auto edits_fields = [](const auto& member) { return member.key().starts_with(kFields); };
    const auto items = set.items();
    if (std::none_of(items.begin(), items.end(), edits_fields)) return {};

    SPOT_ASSIGN(const auto log, logs.find(rows, request.log));
    SPOT_ASSIGN(const auto line, entries.read(rows, *log, request.seq));
    if (!line || line->erased) return fail(Code::not_found, "unknown request");
    const auto making = nlohmann::json::parse(line->entry.intent, nullptr, false);
    const auto* service = catalogue.service(making.at("service").get_ref<const std::string&>());
    for (const auto& [path, value] : set.items()) {
        if (!path.starts_with(kFields)) continue;
        const std::string_view name = std::string_view(path).substr(kFields.size());
        const auto* const found = service ? service->use_of(name) : nullptr;
        if (!found) return fail(Code::invalid, path + ": not a field of the request's service");
        SPOT_TRY(catalogue.check_value(*found->field, value.get_ref<const std::string&>(),
                                       found->required));
    }
    return {};
}

}  // namespace spot::core
