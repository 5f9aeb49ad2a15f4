#include "core/id.h"

#include "core/error.h"

namespace spot::core {
namespace {

constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kChars = 26;
__extension__ using Bits = unsigned __int128;

}  // namespace

std::string RecordId::text() const {
    SPOT_CHECK(log.epoch <= kEpochMax && seq <= kSeqMax);
    Bits bits = Bits{log.device} << 64 | Bits{log.epoch} << 40 | seq;
    std::string out(kChars, '0');
    for (int i = kChars - 1; i >= 0; --i, bits >>= 5)
        out[static_cast<std::size_t>(i)] = kAlphabet[static_cast<unsigned>(bits & 31)];
    return out;
}

std::optional<RecordId> RecordId::parse(std::string_view text) {
    if (text.size() != kChars || text[0] > '7') return std::nullopt;
    Bits bits = 0;
    for (const char c : text) {
        const auto at = std::string_view(kAlphabet).find(c);
        if (at == std::string_view::npos) return std::nullopt;
        bits = bits << 5 | at;
    }
    RecordId id;
    id.log.device = static_cast<std::uint64_t>(bits >> 64);
    id.log.epoch = static_cast<std::uint32_t>(bits >> 40) & kEpochMax;
    id.seq = static_cast<std::uint64_t>(bits) & kSeqMax;
    if (id.seq == 0 || id.log.epoch == 0) return std::nullopt;
    return id;
}

}  // namespace spot::core
