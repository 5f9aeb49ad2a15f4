#include "sync/slip.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "sync/http/address.h"

namespace spot::sync {
namespace {

using core::Code;
using core::fail;
using nlohmann::json;

constexpr int kSlipVersion = 1;
constexpr std::size_t kTextBytesMax = 512;

core::Failure bad(const std::string& what) {
    return fail(Code::invalid, "the slip is not usable: " + what);
}

std::optional<std::string> text_of(const json& slip, const char* key) {
    const auto at = slip.find(key);
    if (at == slip.end() || !at->is_string()) return std::nullopt;
    auto text = at->get<std::string>();
    if (text.size() > kTextBytesMax) return std::nullopt;
    return text;
}

template <std::size_t N>
bool take_hex(const json& slip, const char* key, std::array<std::uint8_t, N>& out) {
    const auto text = text_of(slip, key);
    const auto bytes = text ? core::from_hex(*text) : std::nullopt;
    if (!bytes || bytes->size() != N) return false;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return true;
}

}  // namespace

std::string device_text(std::uint64_t device) {
    core::ByteWriter bytes;
    bytes.u64(device);
    return core::to_hex(bytes.bytes());
}

std::optional<std::uint64_t> parse_device(std::string_view text) {
    const auto bytes = core::from_hex(text);
    if (!bytes || bytes->size() != sizeof(std::uint64_t)) return std::nullopt;
    const std::uint64_t device = core::ByteReader(*bytes).u64();
    if (device == 0 || (device & core::kHubBit) != 0) return std::nullopt;
    return device;
}

std::string slip_text(const Slip& slip) {
    const json out{{"version", kSlipVersion},
                   {"station", slip.station},
                   {"team", slip.team},
                   {"device", device_text(slip.device)},
                   {"url", slip.url},
                   {"hub_sign", core::to_hex(slip.hub_sign)},
                   {"hub_seal", core::to_hex(slip.hub_seal)},
                   {"tls_pin", slip.tls_pin},
                   {"code", core::to_hex(slip.code)},
                   {"expires", core::utc_text(slip.expires)}};
    return out.dump(2) + "\n";
}

Result<Slip> parse_slip(std::string_view text) {
    const json slip = json::parse(text, nullptr, false);
    if (!slip.is_object()) return bad("it is not a JSON object");
    const auto version = slip.find("version");
    if (version == slip.end() || *version != kSlipVersion) return bad("its version is not 1");

    Slip out;
    const auto station = text_of(slip, "station");
    const auto team = text_of(slip, "team");
    const auto url = text_of(slip, "url");
    const auto pin = text_of(slip, "tls_pin");
    const auto device = text_of(slip, "device");
    const auto expires = text_of(slip, "expires");
    if (!station || station->empty()) return bad("station");
    if (!team) return bad("team");
    if (!url || !is_hub_url(*url)) return bad("url has to be https://host:port");
    if (!pin || !is_hub_pin(*pin)) return bad("tls_pin has to be sha256// and 44 characters");
    const auto number = device ? parse_device(*device) : std::nullopt;
    if (!number) return bad("device");
    if (!take_hex(slip, "hub_sign", out.hub_sign) || !is_sign_key(out.hub_sign))
        return bad("hub_sign");
    if (!take_hex(slip, "hub_seal", out.hub_seal) || !is_seal_key(out.hub_seal))
        return bad("hub_seal");
    if (!take_hex(slip, "code", out.code)) return bad("code");
    const auto end = expires ? core::parse_moment(*expires) : bad("expires");
    if (!end) return bad("expires");

    out.station = *station;
    out.team = *team;
    out.url = *url;
    out.tls_pin = *pin;
    out.device = *number;
    out.expires = end->ms;
    return out;
}

}  // namespace spot::sync
