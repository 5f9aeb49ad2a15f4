#include "core/log.h"

#include <algorithm>
#include <array>

namespace spot::core {
namespace {

struct Row {
    Kind kind;
    std::string_view name;
    std::string_view record;
    bool makes;
};
constexpr std::array<Row, kKindMax> kRows{{
    {Kind::session_open, "session.open", "session", true},
    {Kind::request_queue, "request.queue", "request", true},
    {Kind::request_edit, "request.edit", "request", false},
    {Kind::receipt_print, "receipt.print", "receipt", true},
    {Kind::complaint_log, "complaint.log", "complaint", true},
    {Kind::assessment_self, "assessment.self", "assessment", true},
    {Kind::feedback_training, "feedback.training", "feedback", true},
    {Kind::session_close, "session.close", "session", false},
    {Kind::hub_edit, "hub.edit", "request", false},
    {Kind::request_withdraw, "request.withdraw", "request", false},
    {Kind::receipt_settle, "receipt.settle", "receipt", false},
    {Kind::catalogue_set, "catalogue.set", "", false},
    {Kind::catalogue_publish, "catalogue.publish", "", false},
    {Kind::station_key, "station.key", "", false},
}};

const Row& row(Kind kind) {
    const auto at = static_cast<std::size_t>(kind) - 1;
    SPOT_CHECK(at < kRows.size());
    return kRows[at];
}

void write_log(ByteWriter& out, const LogId& log) {
    out.u64(log.device);
    out.u64(log.epoch);
}

}  // namespace

std::string_view kind_name(Kind kind) {
    return row(kind).name;
}
std::string_view record_of(Kind kind) {
    return row(kind).record;
}
bool makes_record(Kind kind) {
    return row(kind).makes;
}

std::optional<Kind> parse_kind(std::string_view name) {
    const auto at = std::find_if(kRows.begin(), kRows.end(),
                                 [&](const Row& candidate) { return candidate.name == name; });
    if (at == kRows.end()) return std::nullopt;
    return at->kind;
}

Actor actor_of(const LogId& log, std::uint64_t run) {
    ByteWriter bytes;
    write_log(bytes, log);
    bytes.u64(run);
    const Hash all = hash({view("spot actor"), bytes.bytes()});
    Actor actor;
    std::copy_n(all.begin(), actor.size(), actor.begin());
    return actor;
}

Hash salt_of(const SecretKey& period_secret, const LogId& log, std::uint64_t seq) {
    ByteWriter bytes;
    write_log(bytes, log);
    bytes.u64(seq);
    return keyed_hash(period_secret.bytes(), {view("spot salt"), bytes.bytes()});
}

Hash commitment(const Hash& salt, std::string_view intent) {
    return hash({view("spot commitment"), salt, view(intent)});
}

Hash chain(const Hash& previous, const Entry& entry, const Hash& commitment) {
    ByteWriter bytes;
    write_log(bytes, entry.log);
    bytes.u64(entry.seq);
    bytes.u8(static_cast<std::uint8_t>(entry.kind));
    bytes.u64(entry.run);
    bytes.u64(entry.seen.epoch);
    bytes.u64(entry.seen.seq);
    bytes.u8(static_cast<std::uint8_t>(entry.check >> 8));
    bytes.u8(static_cast<std::uint8_t>(entry.check & 0xFF));
    bytes.sized(view(entry.user));
    return hash({view("spot entry"), previous, commitment, bytes.bytes()});
}

}  // namespace spot::core
