// Stations as an earlier program kept them, in settings.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "hub/registry.h"
#include "sync/slip.h"

namespace spot::hub {
namespace {

using core::Code;
using core::fail;
using core::Result;
using nlohmann::json;

constexpr char kListSetting[] = "stations";

core::Failure unreadable() {
    return fail(Code::corrupt, "a station's setting can't be read; nothing was changed");
}

Result<json> read(core::Ledger& ledger, const std::string& name) {
    const auto text = ledger.values().setting(name);
    auto stored = text ? json::parse(*text, nullptr, false) : json();
    if (stored.is_discarded()) return unreadable();
    return stored;
}

template <std::size_t N>
Result<> take_hex(const json& object, const char* key, std::array<std::uint8_t, N>& out) {
    const auto bytes = core::from_hex(object.value(key, ""));
    if (!bytes || bytes->size() != N) return unreadable();
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return {};
}

Result<core::StationRow> row_of(std::uint64_t device, const json& stored, const json& contact) {
    core::StationRow row;
    row.device = device;
    row.name = stored.value("name", "");
    row.team = stored.value("team", "");
    row.issued_ms = stored.value("issued", std::int64_t{0});
    row.slip_expires_ms = stored.value("code_expires", std::int64_t{0});
    SPOT_TRY(take_hex(stored, "code_hash", row.slip_code));
    row.revoked = stored.value("revoked", false);
    if (stored.value("enrolled", false)) {
        row.enrolled_ms = stored.value("enrolled_at", row.issued_ms);
        SPOT_TRY(take_hex(stored, "sign", row.sign));
        SPOT_TRY(take_hex(stored, "seal", row.seal));
    }
    if (contact.is_object()) {
        row.contact_ms = contact.value("at", std::int64_t{0});
        row.backlog = contact.value("backlog", std::uint64_t{0});
    }
    return row;
}

Result<> take_one(core::Ledger& ledger, const json& number) {
    if (!number.is_string()) return unreadable();
    const auto device = sync::parse_device(number.get<std::string>());
    if (!device) return unreadable();
    const std::string text = sync::device_text(*device);
    SPOT_ASSIGN(const auto stored, read(ledger, "station/" + text));
    SPOT_ASSIGN(const auto contact, read(ledger, "contact/" + text));
    if (!stored.is_object()) return unreadable();
    try {
        SPOT_ASSIGN(const auto row, row_of(*device, stored, contact));
        SPOT_TRY(ledger.stations().add(row));
    } catch (const json::exception&) {
        return unreadable();
    }
    SPOT_TRY(ledger.values().unset("station/" + text));
    return ledger.values().unset("contact/" + text);
}

}  // namespace

Result<> take_stations_from_settings(core::Ledger& ledger) {
    if (!ledger.values().setting(kListSetting)) return {};
    return ledger.atomically([&]() -> Result<> {
        SPOT_ASSIGN(const auto all, read(ledger, kListSetting));
        for (const json& number : all) SPOT_TRY(take_one(ledger, number));
        return ledger.values().unset(kListSetting);
    });
}

}  // namespace spot::hub
