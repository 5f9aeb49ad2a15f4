#include "hub/registry.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/utf8.h"
#include "sync/slip.h"

namespace spot::hub {
namespace {

using core::Code;
using core::fail;
using core::Result;

// More than come in the meantime, so that old ones run out after a time of silence, too.
constexpr std::size_t kForgottenAtOnce = 16;
using nlohmann::json;

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

sync::StationRecord record_of(const core::StationRow& row) {
    return {row.device, row.name, row.sign, row.seal, row.enrolled_ms != 0, row.revoked};
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
    random.fill(ticket.code);
    ticket.expires = now + sync::kSlipLifeMs;
    SPOT_TRY(ledger_.atomically([&]() -> Result<> {
        for (bool is_free = false; !is_free;) {
            std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
            random.fill(bytes);
            ticket.device = core::ByteReader(bytes).u64() & ~core::kHubBit;
            SPOT_ASSIGN(const auto taken, ledger_.stations().find(ticket.device));
            is_free = ticket.device != 0 && !taken;
        }
        core::StationRow row;
        row.device = ticket.device;
        row.name = name;
        row.team = team;
        row.issued_ms = now;
        row.slip_expires_ms = ticket.expires;
        row.slip_code = code_hash(ticket.device, ticket.code);
        return ledger_.stations().add(row);
    }));
    return ticket;
}

Result<std::optional<sync::StationRecord>> Registry::find(std::uint64_t device) {
    SPOT_ASSIGN(const auto row, ledger_.stations().find(device));
    return row ? std::optional(record_of(*row)) : std::nullopt;
}

Result<> Registry::enrol(std::uint64_t device, const sync::EnrolmentCode& code,
                         const core::PublicKey& sign, const core::PublicKey& seal,
                         core::Instant now) {
    // The hub could not answer a device to whose key nothing can be sealed.
    if (!sync::is_sign_key(sign) || !sync::is_seal_key(seal))
        return fail(Code::refused, "the device's keys are none that can be used");
    return ledger_.atomically([&]() -> Result<> {
        SPOT_ASSIGN(auto row, ledger_.stations().find(device));
        if (!row) return fail(Code::refused, "the device is not known here");
        if (row->revoked) return fail(Code::refused, "the device was revoked");
        if (!core::equal_in_constant_time(row->slip_code, code_hash(device, code)))
            return fail(Code::refused, "the enrolment code is wrong");
        if (row->enrolled_ms != 0) {
            if (row->sign == sign && row->seal == seal) return {};
            return fail(Code::refused, "the enrolment code was used already");
        }
        if (now > row->slip_expires_ms) return fail(Code::refused, "the enrolment code is over");
        row->enrolled_ms = now;
        row->sign = sign;
        row->seal = seal;
        return ledger_.stations().save(*row);
    });
}

Result<> Registry::revoke(std::uint64_t device) {
    return ledger_.atomically([&]() -> Result<> {
        SPOT_ASSIGN(auto row, ledger_.stations().find(device));
        if (!row) return fail(Code::not_found, "the device is not known here");
        row->revoked = true;
        return ledger_.stations().save(*row);
    });
}

void Registry::heard_from(const core::ExchangeRow& exchange, std::optional<std::uint64_t> backlog) {
    // What it tells is shown to operators, no more: an exchange doesn't fail for it.
    (void)ledger_.atomically([&]() -> Result<> {
        SPOT_TRY(ledger_.stations().add_exchange(exchange));
        const core::Instant now = exchange.began_ms + exchange.duration_ms;
        SPOT_TRY(ledger_.stations().forget_exchanges(now - kExchangesKeptMs, kForgottenAtOnce));
        if (!backlog) return {};
        SPOT_ASSIGN(auto row, ledger_.stations().find(exchange.device));
        if (!row) return {};
        row->contact_ms = now;
        row->backlog = *backlog;
        return ledger_.stations().save(*row);
    });
}

Result<std::vector<core::ExchangeRow>> Registry::exchanges(std::uint64_t device,
                                                           std::size_t count) {
    return ledger_.stations().exchanges(device, std::numeric_limits<std::int64_t>::max(), count);
}

Result<std::vector<Registry::Listed>> Registry::list() {
    std::vector<Listed> out;
    SPOT_TRY(ledger_.stations().each([&](core::StationRow& row) -> Result<> {
        out.push_back({record_of(row), row.team, row.issued_ms, row.contact_ms, row.backlog});
        return {};
    }));
    return out;
}

}  // namespace spot::hub
