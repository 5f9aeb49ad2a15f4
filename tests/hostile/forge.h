#pragma once

// Writes what no program of ours writes: any head, entry, frame and change, signed and sealed with
// given keys. Shares no code with the writers of sync/, because those refuse bad values.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/crypto.h"
#include "core/log.h"
#include "sync/bundle.h"
#include "sync/codec/values.h"

namespace spot::hostile {

using core::Bytes;
using core::View;
using Json = nlohmann::json;

// A head as it goes on the wire. Nothing is checked; what is left out is as an honest writer has
// it.
struct RawHead {
    std::uint64_t device = 0;
    std::optional<std::uint8_t> flags;  // nullopt: what the parts below amount to
    std::optional<sync::Enrolment> enrolment;
    std::uint64_t epoch = 1;
    sync::Cursor from;
    std::uint64_t branch_epoch = 0, branch_seq = 0;  // written where a reader expects them
    std::uint64_t count = 0;
    sync::ShortHash last{};
    std::uint64_t context = 0;
    std::uint64_t have_epoch = 0;
    sync::Cursor have;
    std::uint64_t clock_ms = 1'533'500'000'000, backlog = 0, free_mib = 0;
    std::vector<std::pair<std::uint64_t, core::Hash>> secrets;  // period, secret
    std::optional<std::uint64_t> secrets_claimed;               // nullopt: as many as there are
    std::optional<Bytes> answer, shown, files;                  // these parts, as bytes
    Bytes tail;                                                 // behind everything

    Bytes bytes() const;
};

struct RawShown {
    std::uint64_t seq = 0;
    std::vector<Bytes> changes;
};
Bytes shown_part(const std::vector<RawShown>& shown);

struct RawOffer {
    std::uint64_t epoch = 1, seq = 1;
    core::Hash hash{};
    std::uint8_t what = 0;
    std::uint64_t offset = 0, size = 0;  // written where `what` is 2
};
Bytes offers_part(const std::vector<RawOffer>& offers);

struct RawAnswer {
    std::uint64_t in_reply_to = 0;
    std::uint8_t state = 0;
    sync::Cursor backed_up;
    std::vector<std::pair<std::uint64_t, std::uint8_t>> quarantined;
    std::optional<std::uint64_t> claimed;  // of quarantined
    Bytes bytes() const;
};

// Signs `head` and seals it and `messages` to the reader.
struct Sealed {
    Bytes bytes;
    std::uint64_t number = 0;
};
Sealed sealed(const core::SecretKey& sign, const core::PublicKey& reader, core::Random& random,
              View head, const std::vector<Bytes>& messages = {});

// The head's bytes and the messages behind it, of an answer to `seal`. nullopt: not one.
std::optional<std::vector<Bytes>> opened(const core::SecretKey& seal, View bundle);

// An entry whose intent is written in no column: every member is JSON of any shape. So a member may
// stand there twice, in any order, and a text that begins with kReal goes as the spelling of a real
// number.
constexpr char kReal[] = "\x01real ";
struct LooseEntry {
    core::Kind kind = core::Kind::feedback_training;
    std::vector<std::pair<std::string, Json>> members;
    std::uint64_t run = 1;
    std::uint64_t seen_epoch = 0, seen_seq = 0;
    std::uint16_t check = 0;
    std::string user = "r.ogue";
    // Above 0: "service", the vocabulary's first, and "fields" as well, in their columns: with so
    // many members beside those of the service.
    std::size_t form_fields = 0;

    // As a reader that takes it stores the intent.
    std::string intent() const;
    core::Entry entry(const core::LogId& log, std::uint64_t seq) const;
};

// The frames that hold them, so many in each; the first of their bundle, with no context.
std::vector<Bytes> loose_frames(const std::vector<LooseEntry>& entries, std::size_t a_frame = 64);
// The hash of the log's last entry, once these stand on `from`.
core::Hash hash_after(core::Hash from, const std::vector<core::Entry>& entries,
                      const std::vector<core::Hash>& period_secrets);

// An Automerge change that puts a scalar at one key, `operations` times, in about 110 bytes.
struct MadeChange {
    Bytes bytes;
    core::Hash hash{};
};
MadeChange long_change(const core::Hash* before, std::uint64_t seq, std::uint64_t start,
                       std::uint64_t operations, std::uint8_t actor = 7);

}  // namespace spot::hostile
