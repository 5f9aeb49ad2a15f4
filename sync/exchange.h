#pragma once

// One conversation in which a station and the hub bring each other up to date: one bundle up, one
// bundle down. Bytes in, bytes out; time and chance are passed in; no socket is opened here.
// The text of the format is schemas/wire/README.md.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/log.h"
#include "core/rim/workers.h"
#include "sync/bundle.h"
#include "sync/ledger_view.h"
#include "sync/transport.h"

namespace spot::sync {

using core::Instant;

using EnrolmentCode = std::array<std::uint8_t, 16>;

enum class State : std::uint8_t {
    ok = 0,
    need_from = 1,  // the hub lacks entries before those sent: send again from its cursor
    fork = 2,       // both sides hold different entries of one number: start a new epoch
    revoked = 3,    // the device is not trusted any more; what it sent is held for a person
    busy = 4,       // try later
};
std::string_view state_name(State state);

struct StationKeys {
    core::LogId log;
    core::SecretKey sign_seed;
    core::SecretKey seal_secret;
    PublicKey hub_sign{};
    PublicKey hub_seal{};
    std::optional<EnrolmentCode> enrolment;  // until the hub has answered once
};

struct HubKeys {
    std::uint32_t epoch = 1;  // of the hub's logs
    core::SecretKey sign_seed;
    core::SecretKey seal_secret;
};

struct Outcome {
    State state = State::ok;
    std::uint64_t sent_entries = 0;
    std::uint64_t received_entries = 0;
    core::Tip durable;
    core::Tip backed_up;
    std::optional<core::Tip> common;  // of a fork: the last entry that both have, if it is known
    // The hub lacks entries of its own log that we hold: it was restored from an older copy. What
    // it sent of that log was passed over; everything else counts.
    bool hub_forgot = false;
    std::vector<core::Quarantined> quarantined;  // of this log, all that stand so at the hub
    std::vector<FileWanted> wanted;              // of our requests' files, next
    std::uint64_t whole_files = 0;               // that the hub has now, and had not said so before
    std::uint64_t settled_files = 0;             // these, and those that it will not have
    std::int64_t hub_clock_ahead_ms = 0;
};

// The station's end. One object, one conversation: request(), carry it, answer().
class StationExchange {
public:
    enum class What : std::uint8_t {
        everything,
        rest,   // the same, after a delivery that was cut
        probe,  // asks where the hub stands, sends no entries
        files,  // brings files that the hub wants, and asks about others; sends no entries
    };

    // All outlive the exchange.
    StationExchange(LedgerView, const StationKeys&, core::Random&);
    ~StationExchange();

    // The upward bundle, at most kBundleEntriesMax entries; call again for the rest. A long one is
    // coded while its beginning is on its way, so the exchange outlives the body.
    // For files: what the last answer wanted, and how many bytes of it may go at most.
    struct Wanted {
        std::span<const FileWanted> files;
        std::uint64_t bytes_max = kFileBytesABundle;
    };
    Result<Body> request(Instant now, What what, const Wanted& wanted = {{}, kFileBytesABundle});
    // What that bundle says of files.
    const std::vector<FileOffer>& offered_files() const;
    // Takes the downward bundle: notes acknowledgements, receives the hub's entries (not executed
    // yet), keeps the hub-signed head as reconciliation. `corrupt`: refused whole, nothing was
    // taken.
    Result<Outcome> answer(View body, Instant now);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};
// A bundle below this, ten days', is coded at once.
constexpr std::size_t kFirstBytesMin = 48 * 1024;

// What the hub knows of its stations.
struct StationRecord {
    std::uint64_t device = 0;
    std::string name;
    PublicKey sign{};
    PublicKey seal{};
    bool enrolled = false;
    bool revoked = false;
};
class Stations {
public:
    virtual ~Stations() = default;
    // Nothing: it is not known.
    virtual Result<std::optional<StationRecord>> find(std::uint64_t device) = 0;
    // Binds the keys to the device if the one-time code is right and in time; else `refused`.
    virtual Result<> enrol(std::uint64_t device, const EnrolmentCode& code, const PublicKey& sign,
                           const PublicKey& seal, Instant now) = 0;
    // Called once for each conversation whose head was the device's, however it ended. `backlog`:
    // entries that the station still holds; nothing where the conversation was not answered.
    virtual void heard_from(const core::ExchangeRow& exchange,
                            std::optional<std::uint64_t> backlog) = 0;
};

// Codecs take megabytes, so of all conversations under way only some decode as their bytes come;
// the others hold their sealed frames until the bundle's end, where one decodes in one go.
class CodecShare {
public:
    static constexpr std::size_t kCodecsMax = 8;
    // `workers`, which decode, outlive it.
    explicit CodecShare(core::Workers& workers, std::size_t most = kCodecsMax)
        : workers_(&workers), left_(most) {}
    bool take() { return left_ > 0 && (--left_, true); }
    void give_back() { ++left_; }
    core::Workers& workers() { return *workers_; }

private:
    core::Workers* workers_;
    std::size_t left_;
};
constexpr std::size_t kHeldBytesMax = 128 * 1024;  // of one conversation without a codec

// The hub's end. Feed it the body as it comes. Then exactly one of finish() and cut().
class HubExchange {
public:
    // All outlive the exchange; those of one thread have one CodecShare.
    HubExchange(LedgerView, Stations&, const HubKeys&, core::Random&, CodecShare&);
    ~HubExchange();

    // The frames and pieces that came whole are on disk when it returns, unless frames are held.
    // `corrupt`: the bundle is refused whole and the entries it had brought are taken back.
    // `refused`: unknown device, wrong signature or enrolment. `busy`: more was held than may be;
    // what had come stays. After an error, neither finish nor cut.
    Result<> receive(View piece, Instant now);
    // The body's end: the answer. `corrupt` if the bundle was not at its end.
    Result<Bytes> finish(Instant now);
    // The connection broke: whole frames stay, the station resumes after them.
    void cut(Instant now);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::sync
