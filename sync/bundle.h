#pragma once

// The one thing that travels: a signed head and frames of one log's entries, sealed to one reader.
// Format and worked example: schemas/wire/README.md. Pure: bytes in, bytes out.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/crypto.h"
#include "core/document.h"
#include "core/error.h"
#include "core/ledger/files.h"
#include "core/ledger/replica.h"

namespace spot::sync {

using core::Bytes;
using core::PublicKey;
using core::Result;
using core::View;

constexpr std::uint8_t kWireVersion = 1;
constexpr std::size_t kHeadBytesMax = 64 * 1024;
constexpr std::size_t kQuarantinedMax = 4096;  // named in one head; the others follow later
constexpr std::size_t kPeriodsMax = 64;        // secrets in one head
// Shown entries in one head, and the bytes of all their changes; the others follow in later ones.
constexpr std::size_t kShownMax = 64;
constexpr std::size_t kShownBytesMax = 32 * 1024;
constexpr std::size_t kShownChangesMax = 1024;  // of one entry
// Operations of all changes in one head. A few bytes of run lengths stand for any number of them;
// so many take the reader some 20 ms.
constexpr std::uint64_t kShownOperationsMax = core::kGivenOperationsMax;
constexpr std::size_t kBundleEntriesMax = 20'000;
constexpr std::size_t kFilesMax = 16;  // spoken of in one head
// A message of a file, but for its last: a cut loses half of one, and each costs 18 bytes.
constexpr std::size_t kPieceBytes = 4096;
// Of files, in one bundle: so that what is recorded meanwhile need not wait longer than that takes.
constexpr std::uint64_t kFileBytesABundle = std::uint64_t{1} * 1024 * 1024;

// The first half of a chain hash names a place in a log: 128 bits tell accidents and forgeries
// apart.
using ShortHash = std::array<std::uint8_t, 16>;
ShortHash shorten(const core::Hash& hash);

struct Cursor {
    std::uint64_t seq = 0;
    ShortHash hash{};  // zeros when seq is 0
    bool operator==(const Cursor&) const = default;
};
Cursor cursor_of(const core::Tip& tip);

struct Enrolment {
    std::array<std::uint8_t, 16> code{};
    PublicKey sign{};
    PublicKey seal{};
};

// A request's file, which the hub lacks from `offset` on.
struct FileWanted {
    core::RequestFile file;
    std::uint64_t offset = 0;
    bool operator==(const FileWanted&) const = default;
};

// What a station says of one. Those that it brings follow as pieces, in the order of the offers.
struct FileOffer {
    enum class What : std::uint8_t {
        asks = 0,    // what became of it
        lacks = 1,   // wanted, and not here
        brings = 2,  // `size` bytes from `offset` on
    };
    core::RequestFile file;
    What what = What::asks;
    std::uint64_t offset = 0, size = 0;  // 0 unless it brings some
    bool operator==(const FileOffer&) const = default;
};

struct Answer {
    std::uint64_t in_reply_to = 0;  // Bundle::number of the bundle that is answered
    std::uint8_t state = 0;         // State
    Cursor backed_up;               // of the reader's log; `have` is what is durable
    std::vector<core::Quarantined> quarantined;
    std::vector<core::FileState> told = {};  // of the files in the bundle answered
    std::vector<FileWanted> wanted = {};     // next, oldest first
};

// What an entry's author had made of its record, for a reader where it came out otherwise.
struct Shown {
    std::uint64_t seq = 0;
    std::vector<Bytes> changes;  // as core::Quarantine::causal_history() has them
};

struct Head {
    std::uint64_t device = 0;            // the station's number, in both directions
    std::optional<Enrolment> enrolment;  // upwards, until the first answer
    std::optional<Answer> answer;        // downwards
    std::uint32_t epoch = 0;             // of the sender's log
    // Upwards, of a later epoch's first entries: up to where its author knew the earlier ones.
    core::Seen branch;
    Cursor from;                   // the frames follow on this entry
    Cursor last;                   // and end with this one; equal to `from`: no frames
    std::uint64_t context = 0;     // entries up to `from` that the frames' codec starts from
    std::uint32_t have_epoch = 0;  // what the sender holds of the reader's log
    Cursor have;
    std::uint64_t clock_ms = 0;
    std::uint64_t backlog = 0;   // entries the reader lacks, those in this bundle included
    std::uint64_t free_mib = 0;  // on the sender's disk
    std::vector<core::PeriodSecret> secrets;
    std::vector<Shown> shown;      // upwards, of the sender's log
    std::vector<FileOffer> files;  // upwards, in a bundle that brings no entries
};

// Can something be sealed to this key? Not to a point of low order: everybody shares the same
// secret with it.
bool is_seal_key(const PublicKey& key);
// Is it a point of Ed25519's main group, in its one spelling? Of others signatures prove nothing.
bool is_sign_key(const PublicKey& key);

// Seals a head and frames, or pieces of files, in this order. They travel one by one, so that a
// reader can keep those that came whole before a cut, and a writer can send them while it makes the
// next.
class BundleWriter {
public:
    // `refused`: nothing can be sealed to the reader's key. `sign_seed` outlives the writer.
    static Result<BundleWriter> make(const core::SecretKey& sign_seed, const PublicKey& reader_seal,
                                     core::Random& random);
    void head(const Head& head);
    void frame(View plain);  // a frame's or a piece's
    // The last message; nothing may follow.
    void finish();
    // What was sealed since the last call.
    Bytes take();
    // Names this bundle; an answer repeats it.
    std::uint64_t number() const { return number_; }

private:
    BundleWriter(const core::SecretKey& sign_seed, core::SecretKey key, const PublicKey& ephemeral);
    void seal(View plain, bool last);

    const core::SecretKey& sign_seed_;
    core::SecretKey key_;
    std::uint64_t number_ = 0;
    std::uint64_t messages_ = 0;
    Bytes pending_;
    Bytes out_;
};

// Opens a bundle as its bytes come. Everything but the version byte is authenticated before it
// is looked at. After `corrupt` the reader is used up.
class BundleReader {
public:
    explicit BundleReader(const core::SecretKey& seal_secret);
    ~BundleReader();

    // Keeps the piece until take() has used it.
    void feed(View piece);
    // The next whole message: first the head's bytes, then frames or pieces. Nothing: more bytes
    // are needed.
    Result<std::optional<Bytes>> take();
    // Bytes that were fed and not taken yet.
    std::size_t held() const { return buffer_.size(); }
    // The last message has been taken and no byte came behind it.
    bool at_end() const;
    std::uint64_t number() const { return number_; }
    // For the signature: what binds a head to this bundle's key.
    const core::Hash& binding() const { return binding_; }

private:
    const core::SecretKey& seal_secret_;
    core::SecretKey key_;
    core::Hash binding_{};
    std::uint64_t number_ = 0;
    std::uint64_t messages_ = 0;
    bool opened_ = false;
    bool ended_ = false;
    Bytes buffer_;
};

// A head's bytes name their signer (device, and its key at enrolment) before they are verified;
// nothing else of them is used until verify_head() has said yes.
struct Signer {
    std::uint64_t device = 0;
    std::optional<Enrolment> enrolment;
};
Result<Signer> signer_of(View head_bytes);
bool verify_head(View head_bytes, const core::Hash& binding, const PublicKey& sign);
Result<Head> parse_head(View head_bytes);

}  // namespace spot::sync
