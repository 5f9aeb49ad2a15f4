// After a fork records have new ids. The desk's rows that name them follow: each shelf that holds
// ids is treated here.
#include <map>

#include "van-station/app/branch.h"
#include "van-station/app/desk/inside.h"

namespace spot::station {
namespace {

using core::Ledger;
using core::Result;

constexpr std::size_t kAll = 1'000'000;
constexpr const char* kKeyedById[] = {shelf::kCitizen, shelf::kPrint, shelf::kTold};

using Names = std::map<std::string, std::string, std::less<>>;  // old id to new id

// Null: it was not renamed.
const std::string* now(const Names& names, std::string_view id) {
    const auto at = names.find(id);
    return at == names.end() ? nullptr : &at->second;
}

// True: the member held an id that was renamed.
bool rename(Json& value, const char* member, const Names& names) {
    const std::string* const name = now(names, text_at(value, member));
    if (name) value[member] = *name;
    return name != nullptr;
}

Result<> rename_keys(Ledger& ledger, const char* on, const Names& names) {
    SPOT_ASSIGN(const auto rows, ledger.values().list(on, kAll));
    for (const core::ValueRow& row : rows) {
        const std::string* const name = now(names, row.key);
        if (!name) continue;
        // A print is listed by its state (prints.cpp); the others by nothing.
        const std::string owner = std::string_view(on) == shelf::kPrint
                                      ? text_at(Json::parse(row.value, nullptr, false), "state")
                                      : std::string();
        SPOT_TRY(ledger.values().put(on, *name, owner, row.value));
        SPOT_TRY(ledger.values().remove(on, row.key));
    }
    return {};
}

Result<> rename_drafts(Ledger& ledger, const Names& names) {
    SPOT_ASSIGN(const auto rows, ledger.values().list(shelf::kDraft, kAll));
    for (const core::ValueRow& row : rows) {
        Json draft = Json::parse(row.value, nullptr, false);
        if (rename(draft, "session", names))
            SPOT_TRY(ledger.values().put(shelf::kDraft, row.key, text_at(draft, "session"),
                                         core::canonical(draft)));
    }
    return {};
}

Result<> rename_scraps(Ledger& ledger, const Names& names) {
    SPOT_ASSIGN(const auto rows, ledger.values().list(shelf::kScrap, kAll));
    for (const core::ValueRow& row : rows) {
        Json scrap = Json::parse(row.value, nullptr, false);
        if (rename(scrap, "of", names))
            SPOT_TRY(ledger.values().put(shelf::kScrap, row.key, owner_of_scrap(scrap),
                                         core::canonical(scrap)));
    }
    return {};
}

// The session that is worked on, and a visit's sessions.
Result<> rename_desk(Ledger& ledger, const Names& names) {
    SPOT_ASSIGN(const auto working, ledger.values().get(shelf::kDesk, shelf::kWorking));
    if (const std::string* const name = working ? now(names, *working) : nullptr)
        SPOT_TRY(ledger.values().put(shelf::kDesk, shelf::kWorking, "", *name));
    SPOT_ASSIGN(const auto kept, ledger.values().get(shelf::kDesk, shelf::kVisit));
    Json plan = kept ? Json::parse(*kept, nullptr, false) : Json();
    if (!plan.is_object() || !plan["residents"].is_array()) return {};
    bool any = false;
    for (Json& one : plan["residents"]) any = rename(one, "session", names) || any;
    return any ? ledger.values().put(shelf::kDesk, shelf::kVisit, "", core::canonical(plan))
               : Result<>();
}

}  // namespace

Result<> branch(Station& station, const core::LogId& from, const core::Tip& common,
                const core::LogId& to) {
    Ledger& ledger = station.ledger;
    return ledger.atomically([&]() -> Result<> {
        Names names;
        SPOT_TRY(ledger.journal().branch(
            from, common, to, [&](const core::RecordId& before, const core::RecordId& after) {
                names.emplace(before.text(), after.text());
                return Result<>();
            }));
        if (names.empty()) return {};
        for (const char* on : kKeyedById) SPOT_TRY(rename_keys(ledger, on, names));
        SPOT_TRY(rename_drafts(ledger, names));
        SPOT_TRY(rename_scraps(ledger, names));
        return rename_desk(ledger, names);
    });
}

}  // namespace spot::station
