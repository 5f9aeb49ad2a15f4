#include <algorithm>
#include <array>

#include "core/utf8.h"
#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using What = Fault::What;

constexpr std::size_t kFileNameCharsMax = 100;

// What the bytes are, by how they begin; empty: none of what is taken.
std::string_view kind_of(std::string_view bytes) {
    struct Start {
        std::string_view bytes, type;
        std::size_t at = 0;
    };
    using namespace std::string_view_literals;
    static constexpr std::array kStarts{
        Start{"\xFF\xD8\xFF"sv, "image/jpeg"}, Start{"\x89PNG\r\n\x1A\n"sv, "image/png"},
        Start{"GIF8"sv, "image/gif"},          Start{"WEBP"sv, "image/webp", 8},
        Start{"ftypheic"sv, "image/heic", 4},  Start{"%PDF-"sv, "application/pdf"}};
    for (const Start& start : kStarts)
        if (bytes.substr(std::min(start.at, bytes.size())).starts_with(start.bytes))
            return start.type;
    return {};
}

std::optional<core::Hash> hash_from(std::string_view hex) {
    const auto bytes = core::from_hex(hex);
    core::Hash out{};
    if (!bytes || bytes->size() != out.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

}  // namespace

Answer Desk::Inside::attach(std::string_view id, std::string_view name,
                            std::string_view content_type, std::string_view bytes) {
    SPOT_ASSIGN(auto draft, find_draft(id));
    const std::string_view type = kind_of(bytes);
    if (bytes.size() > kAttachmentBytesMax)
        return refuse(What::invalid, "attachment_large",
                      "O ficheiro tem mais de 4 MB. O pedido continua guardado.");
    const bool same_sort = content_type.substr(0, 6) == type.substr(0, 6);
    if (type.empty() || !same_sort)
        return refuse(What::invalid, "attachment_type",
                      "Só se juntam imagens e PDF. O pedido continua guardado.");
    const std::string shown = trimmed(name);
    const auto length = core::text_length(shown);
    if (shown.empty() || !length || *length > kFileNameCharsMax)
        return refuse(What::invalid, "attachment_name", "O nome do ficheiro não serve.", "name");
    Json& all = draft.kept["attachments"];
    if (all.size() >= kAttachmentsMax)
        return refuse(What::conflict, "attachments_full", "Um pedido leva até 10 ficheiros.");

    SPOT_TRY(ledger().atomically([&]() -> core::Result<> {
        const auto hash = ledger().attachments().add(id, core::view(bytes));
        if (!hash) return tl::make_unexpected(hash.error());
        const std::string hex = core::to_hex(*hash);
        const bool again = std::any_of(all.begin(), all.end(),
                                       [&](const Json& one) { return one.at("hash") == hex; });
        if (!again)
            all.push_back(
                {{"name", shown}, {"type", type}, {"bytes", bytes.size()}, {"hash", hex}});
        return save(draft);
    }));
    change("session", text_at(draft.kept, "session"));
    return draft_json(draft);
}

Answer Desk::Inside::remove_attachment(std::string_view id, std::string_view hex) {
    SPOT_ASSIGN(auto draft, find_draft(id));
    const auto hash = hash_from(hex);
    if (!hash) return unknown("attachment");
    Json& all = draft.kept["attachments"];
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](const Json& one) { return one.at("hash") == hex; });
    if (at == all.end()) return unknown("attachment");
    all.erase(at);
    SPOT_TRY(ledger().atomically([&]() -> core::Result<> {
        if (auto gone = ledger().attachments().remove(id, *hash); !gone) return gone;
        return save(draft);
    }));
    change("session", text_at(draft.kept, "session"));
    return draft_json(draft);
}

// What a request has, and where each is: at the hub only by the hub's own word.
core::Result<Json> Desk::Inside::attachments_json(const Asked& asked) {
    SPOT_ASSIGN(const auto told, ledger().files().remote_states(asked.id));
    Json out = Json::array();
    for (const auto& [hex, one] : object_at(asked.shown, "attachments").items()) {
        const auto hash = hash_from(hex);
        const auto word = hash ? told.find(*hash) : told.end();
        const auto state = word == told.end() ? core::FileState::awaited : word->second;
        out.push_back({{"name", text_at(one, "name")},
                       {"type", text_at(one, "type")},
                       {"bytes", number_at(one, "bytes", 0)},
                       {"hash", hex},
                       {"at", state == core::FileState::awaited ? "here"
                              : state == core::FileState::whole ? "hub"
                                                                : "refused"}});
    }
    return out;
}

// Requests a file of which the hub will not have.
core::Result<std::vector<core::RecordId>> Desk::Inside::requests_without_file() {
    SPOT_ASSIGN(const auto files, ledger().files().refused(kListMax));
    std::vector<core::RecordId> out;
    for (const auto& file : files)
        if (out.empty() || out.back() != file.request) out.push_back(file.request);
    return out;
}

Done<Desk::Attachment> Desk::Inside::attachment(std::string_view of, std::string_view hex) {
    const auto hash = hash_from(hex);
    if (!hash) return unknown("attachment");
    Attachment out;
    std::string owner(of);
    if (auto draft = find_draft(of)) {
        for (const Json& one : draft->kept.value("attachments", Json::array()))
            if (one.at("hash") == hex) {
                out.name = text_at(one, "name");
                out.content_type = text_at(one, "type");
            }
    } else {
        SPOT_ASSIGN(const auto hub, hub_view());
        SPOT_ASSIGN(const auto asked, find_request(of, hub));
        const Json& one = object_at(object_at(asked.shown, "attachments"), hex);
        out.name = text_at(one, "name");
        out.content_type = text_at(one, "type");
        owner = asked.id.text();
    }
    SPOT_ASSIGN(auto bytes, ledger().attachments().find(owner, *hash));
    if (!bytes || out.name.empty()) return unknown("attachment");
    out.bytes.assign(bytes->begin(), bytes->end());
    return out;
}

}  // namespace spot::station
