#include "hub/registry.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/utf8.h"
#include "sync/slip.h"

namespace spot::hub {
namespace {

using core::Code;
using core::fail;
using core::Result;
using nlohmann::json;

constexpr char kListSetting[] = "stations";

std::string station_setting(std::uint64_t device) {
    return "station/" + sync::device_text(device);
}
std::string contact_setting(std::uint64_t device) {
    return "contact/" + sync::device_text(device);
}

json read(core::Ledger& ledger, const std::string& name) {
    const auto text = ledger.values().setting(name);
    return text ? json::parse(*text, nullptr, false) : json();
}

template <std::size_t N>
bool take_hex(const json& object, const char* key, std::array<std::uint8_t, N>& out) {
    const auto bytes = core::from_hex(object.value(key, ""));
    if (!bytes || bytes->size() != N) return false;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return true;
}

// The code is random enough to need no slow hash; the device keeps codes from being swapped.
core::Hash code_hash(std::uint64_t device, const sync::EnrolmentCode& code) {
    core::ByteWriter number;
    number.u64(device);
    return core::hash({core::view("spot enrolment"), number.bytes(), code});
}

// UTF-8 without a control character: it goes into settings as JSON, and before people.
bool is_plain(const std::string& text) {
    return core::text_length(text) && std::none_of(text.begin(), text.end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte < 0x20 || byte == 0x7F;
           });
}

std::optional<sync::StationRecord> record_of(std::uint64_t device, const json& stored) {
    if (!stored.is_object()) return std::nullopt;
    sync::StationRecord out;
    out.device = device;
    out.name = stored.value("name", "");
    out.enrolled = stored.value("enrolled", false);
    out.revoked = stored.value("revoked", false);
    if (out.enrolled &&
        (!take_hex(stored, "sign", out.sign) || !take_hex(stored, "seal", out.seal)))
        return std::nullopt;
    return out;
}

}  // namespace

Result<Registry::Ticket> Registry::issue(const std::string& name, const std::string& team,
                                         core::Instant now, core::Random& random) {
    if (name.empty() || name.size() > kNameBytesMax || !is_plain(name))
        return fail(Code::invalid,
                    "a station's name has 1 to 64 bytes of UTF-8, none a control character");
    if (team.size() > kNameBytesMax || !is_plain(team))
        return fail(Code::invalid,
                    "a team's name has at most 64 bytes of UTF-8, none a control character");
    Ticket ticket;
    while (ticket.device == 0 || ledger_.values().setting(station_setting(ticket.device))) {
        std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
        random.fill(bytes);
        ticket.device = core::ByteReader(bytes).u64() & ~core::kHubBit;
    }
    random.fill(ticket.code);
    ticket.expires = now + sync::kSlipLifeMs;
    const json station{{"name", name},
                       {"team", team},
                       {"issued", now},
                       {"enrolled", false},
                       {"revoked", false},
                       {"code_hash", core::to_hex(code_hash(ticket.device, ticket.code))},
                       {"code_expires", ticket.expires}};
    SPOT_TRY(ledger_.atomically([&]() -> Result<> {
        json all = read(ledger_, kListSetting);
        if (!all.is_array()) all = json::array();
        all.push_back(sync::device_text(ticket.device));
        SPOT_TRY(ledger_.values().set(kListSetting, all.dump()));
        return ledger_.values().set(station_setting(ticket.device), station.dump());
    }));
    return ticket;
}

std::optional<sync::StationRecord> Registry::find(std::uint64_t device) {
    return record_of(device, read(ledger_, station_setting(device)));
}

Result<> Registry::enrol(std::uint64_t device, const sync::EnrolmentCode& code,
                         const core::PublicKey& sign, const core::PublicKey& seal,
                         core::Instant now) {
    // The hub could not answer a device to whose key nothing can be sealed.
    if (!sync::is_sign_key(sign) || !sync::is_seal_key(seal))
        return fail(Code::refused, "the device's keys are none that can be used");
    return ledger_.atomically([&]() -> Result<> {
        json stored = read(ledger_, station_setting(device));
        const auto station = record_of(device, stored);
        if (!station) return fail(Code::refused, "the device is not known here");
        if (station->revoked) return fail(Code::refused, "the device was revoked");
        core::Hash expected{};
        if (!take_hex(stored, "code_hash", expected) ||
            !core::equal_in_constant_time(expected, code_hash(device, code)))
            return fail(Code::refused, "the enrolment code is wrong");
        if (station->enrolled) {
            if (station->sign == sign && station->seal == seal) return {};
            return fail(Code::refused, "the enrolment code was used already");
        }
        if (now > stored.value("code_expires", core::Instant{0}))
            return fail(Code::refused, "the enrolment code is over");
        stored["enrolled"] = true;
        stored["enrolled_at"] = now;
        stored["sign"] = core::to_hex(sign);
        stored["seal"] = core::to_hex(seal);
        return ledger_.values().set(station_setting(device), stored.dump());
    });
}

Result<> Registry::revoke(std::uint64_t device) {
    return ledger_.atomically([&]() -> Result<> {
        json stored = read(ledger_, station_setting(device));
        if (!record_of(device, stored))
            return fail(Code::not_found, "the device is not known here");
        stored["revoked"] = true;
        return ledger_.values().set(station_setting(device), stored.dump());
    });
}

void Registry::heard_from(std::uint64_t device, core::Instant now, std::uint64_t backlog) {
    // What it tells is shown to operators, no more: an exchange doesn't fail for it.
    (void)ledger_.values().set(contact_setting(device),
                               json{{"at", now}, {"backlog", backlog}}.dump());
}

std::vector<Registry::Listed> Registry::list() {
    std::vector<Listed> out;
    for (const json& name : read(ledger_, kListSetting)) {
        const auto device =
            name.is_string() ? sync::parse_device(name.get<std::string>()) : std::nullopt;
        if (!device) continue;
        const json stored = read(ledger_, station_setting(*device));
        const auto station = record_of(*device, stored);
        if (!station) continue;
        const json contact = read(ledger_, contact_setting(*device));
        Listed listed;
        listed.station = *station;
        listed.team = stored.value("team", "");
        listed.issued = stored.value("issued", core::Instant{0});
        if (contact.is_object()) {
            listed.last_contact = contact.value("at", core::Instant{0});
            listed.backlog = contact.value("backlog", std::uint64_t{0});
        }
        out.push_back(std::move(listed));
    }
    return out;
}

}  // namespace spot::hub
