#include "van-station/app/synchronise.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "sync/files.h"
#include "van-station/app/branch.h"

namespace spot::station {
namespace {

using core::Code;
using core::Exit;
using core::Instant;
using core::Result;
using sync::Outcome;
using sync::State;
using Part = sync::StationExchange::What;

constexpr std::size_t kExecuteSlice = 100;  // holds the store for about 20 ms
constexpr int kSyncLockWaitMs = 30'000;
constexpr std::size_t kQuarantinedHereMax = 4096;  // named, of a log

// One call of synchronise(): the only place that decides whether to try again.
class Conversation {
public:
    Conversation(Station& station, sync::Carrier& carrier, const SyncRim& rim)
        : station_(station), carrier_(carrier), rim_(rim), began_(rim.clock.now()) {}

    Result<SyncReport> run() {
        SPOT_ASSIGN(const auto log, station_.log());
        log_ = log;
        // What is written from now on is for the next call: this one has to end.
        goal_ = station_.ledger.replica().tip(log_).seq;
        // The exchange speaks of a log, be it empty.
        if (goal_ == 0) SPOT_TRY(station_.ledger.journal().write_to(log_));
        note(station_.ledger.replica().acknowledged(log_),
             station_.ledger.replica().backed_up(log_));
        Part next = unfinished() ? Part::probe : Part::everything;
        for (int tries = 0; tries < kTriesMax; ++tries) {
            auto answer = ask(next);
            if (!answer) return tl::make_unexpected(std::move(answer).error());
            if (!answer->has_value()) {
                if (!try_again()) break;
                next = unfinished() ? Part::probe : Part::everything;
                continue;
            }
            const bool grown = take(**answer, next);
            SPOT_ASSIGN(const auto after, after_answer(**answer, next, grown));
            if (!after || stopped()) break;
            next = *after;
        }
        return finish();
    }

private:
    bool stopped() const { return rim_.stopped && rim_.stopped(); }
    bool unfinished() { return station_.ledger.values().setting(setting::kAttempt) == "1"; }

    void note(const core::Tip& durable, const core::Tip& backed_up) {
        report_.durable_seq = durable.seq;
        report_.backed_up_seq = backed_up.seq;
    }

    // One round trip. Nothing: no usable answer came; failure_ and hopeless_ say more.
    Result<std::optional<Outcome>> ask(Part what) {
        SPOT_ASSIGN(auto keys, station_.keys());
        sync::StationExchange exchange(station_.ledger, keys, rim_.random);
        SPOT_ASSIGN(auto request, exchange.request(rim_.clock.now(), what, {wanted_, at_once_}));
        const std::uint64_t size = request.size();
        const bool large = what != Part::probe && size > kProbeAboveBytes;
        // On disk before the first byte leaves: after a crash in mid-sending we ask first.
        if (large && !unfinished()) SPOT_TRY(station_.ledger.values().set(setting::kAttempt, "1"));

        const std::uint64_t wasted = carrier_.wasted_bytes();
        Instant moved_at = rim_.clock.now();
        auto reply =
            carrier_.exchange(std::move(request), [&](std::uint64_t sent, std::uint64_t total) {
                moved_at = rim_.clock.now();
                if (rim_.progress) rim_.progress(sent, total);
            });
        if (!reply) {
            const bool reached = carrier_.wasted_bytes() > wasted;
            // Nothing left the machine, so nothing need be asked.
            if (large && !reached) SPOT_TRY(station_.ledger.values().set(setting::kAttempt, ""));
            const bool cut =
                reached && !carrier_.answered() && rim_.clock.now() - moved_at < kSilenceMs;
            failed(reply.error(), reached, cut);
            if (what == Part::files)
                cut_off_ =
                    CutOff{exchange.offered_files(), carrier_.wasted_bytes() - wasted, through_};
            broken_off_ |= what != Part::probe;
            return std::nullopt;
        }
        if (reply->connected) through_ = 0;
        ++report_.round_trips;
        report_.sent_bytes += reply->sent_bytes;
        report_.received_bytes += reply->received_bytes;
        return answered(exchange, reply->body, keys);
    }

    Result<std::optional<Outcome>> answered(sync::StationExchange& exchange, core::View body,
                                            const sync::StationKeys& keys) {
        const Instant now = rim_.clock.now();
        std::optional<Outcome> outcome;
        const auto taken = station_.ledger.atomically([&]() -> Result<> {
            SPOT_ASSIGN(auto answer, exchange.answer(body, now));
            outcome = std::move(answer);
            return settle(*outcome, keys, now);
        });
        if (taken) return outcome;
        const Code why = taken.error().code;
        const bool by_the_hub = why == Code::corrupt || why == Code::refused ||
                                why == Code::invalid || why == Code::conflict;
        if (!by_the_hub) return tl::make_unexpected(taken.error());
        failed({Code::offline, taken.error().message}, true, false);
        return std::nullopt;
    }

    // What an answer changes in the settings, in the transaction that takes the answer.
    Result<> settle(const Outcome& outcome, const sync::StationKeys& keys, Instant now) {
        auto& ledger = station_.ledger;
        if (unfinished()) SPOT_TRY(ledger.values().set(setting::kAttempt, ""));
        if (keys.enrolment && outcome.state != State::busy)
            SPOT_TRY(ledger.values().set(setting::kEnrolment, ""));
        // What the hub does not have of this branch is written again in a log that nobody else
        // holds. Where the two part below the hub's backup, it stays here and needs a person.
        if (outcome.state == State::fork) {
            const core::LogId next{log_.device, log_.epoch + 1};
            if (outcome.common) SPOT_TRY(branch(station_, log_, *outcome.common, next));
            SPOT_TRY(ledger.values().set(setting::kEpoch, std::to_string(next.epoch)));
        }
        return ledger.values().set(setting::kLastContact, contact_text(outcome, now));
    }

    // `cut`: the link broke in mid-sending.
    void failed(const core::Error& error, bool reached, bool cut) {
        report_.reason = error.message;
        failure_ = error.code;
        reached_ |= reached;
        // A link that was up comes back; a wrong answer, silence and a hub that never was there
        // mostly stay what they are.
        if (!cut && (reached || !reached_)) ++hopeless_;
        if (!stalled_since_) stalled_since_ = rim_.clock.now();
    }

    bool try_again() {
        if (failure_ == Code::refused || hopeless_ >= kHopelessTriesMax || stopped()) return false;
        if (rim_.clock.now() - *stalled_since_ >= kPatienceMs) return false;
        const int longest = std::min(kBackOffFirstMs << std::min(waits_, 8), kBackOffMaxMs);
        ++waits_;
        std::uint8_t chance[2] = {};
        rim_.random.fill(chance);
        // Half of it by chance, so that vans that lost one mast don't all come back at once.
        rim_.wait(longest / 2 + (chance[0] << 8 | chance[1]) % (longest / 2));
        return true;
    }

    // Adds an answer to the report. True: the hub has more of our log than before.
    bool take(const Outcome& outcome, Part what) {
        const std::uint64_t before = report_.durable_seq;
        note(outcome.durable, outcome.backed_up);
        const bool grown = report_.durable_seq > before;
        if (outcome.state == State::ok) report_.sent_entries += outcome.sent_entries;
        if (what == Part::probe && broken_off_ && grown)
            report_.sent_entries += report_.durable_seq - before;
        report_.received_entries += outcome.received_entries;
        report_.quarantined = outcome.quarantined;
        report_.clock_ahead_ms = -outcome.hub_clock_ahead_ms;
        report_.state = state_name(outcome.state);
        report_.reason.clear();
        report_.hub_forgot = outcome.hub_forgot;
        report_.sent_files += outcome.whole_files;
        if (outcome.state == State::ok) fit_to_link(outcome, what);
        files_moved_ = outcome.settled_files > 0 || outcome.wanted != wanted_;
        wanted_ = outcome.wanted;
        broken_off_ = false;
        failure_.reset();
        if (grown || files_moved_) {
            stalled_since_.reset();
            waits_ = 0;
            hopeless_ = 0;
        }
        return grown;
    }

    // How much of files goes at once: all that a bundle holds, unless the link swallows it.
    void fit_to_link(const Outcome& outcome, Part what) {
        if (cut_off_) {
            const std::uint64_t arrived = sync::arrived(cut_off_->offers, outcome.wanted);
            const std::uint64_t through = cut_off_->through + arrived;
            if (cut_off_->handed_over > arrived + kSwallowedBytesMax)
                at_once_ = std::clamp(through / kShareAtOnce, kFileBytesAtOnceMin, at_once_);
            cut_off_.reset();
        } else if (what == Part::files) {
            through_ += at_once_;
            if (through_ < 3 * kShareAtOnce * at_once_) return;
            at_once_ = std::min(2 * at_once_, sync::kFileBytesABundle);
            through_ = 0;
        }
    }

    // What to ask next. Nothing: it is done, or goes no further now.
    Result<std::optional<Part>> after_answer(const Outcome& outcome, Part asked, bool grown) {
        if (outcome.state == State::ok && outcome.durable.seq >= goal_) return for_files(asked);
        if (!go_on(outcome, asked, grown)) return std::nullopt;
        return asked == Part::everything ? Part::everything : Part::rest;
    }

    // Records go first, also those that were written while files were on their way.
    Result<std::optional<Part>> for_files(Part asked) {
        SPOT_ASSIGN(const auto untold, station_.ledger.files().unconfirmed(1));
        if (wanted_.empty() && untold.empty()) return std::nullopt;
        if (asked == Part::files && !files_moved_)
            return std::nullopt;  // it would be the same again
        const std::uint64_t tip = station_.ledger.replica().tip(log_).seq;
        if (tip == goal_) return Part::files;
        goal_ = tip;
        return Part::everything;
    }

    bool go_on(const Outcome& outcome, Part asked, bool grown) {
        switch (outcome.state) {
            case State::ok:
                return asked == Part::probe || grown;
            case State::need_from:
                return ++need_from_ == 1;
            case State::fork:
                report_.reason =
                    "the hub holds other entries under our numbers (this store was "
                    "copied or restored); new records go into a new log";
                return false;
            case State::revoked:
                report_.reason =
                    "this station was revoked; its records stay here, and the hub holds what came "
                    "for a person "
                    "to decide on";
                return false;
            case State::busy:
                report_.reason = "the hub is busy; try later";
                return false;
        }
        return false;
    }

    Result<SyncReport> finish() {
        if (failure_) report_.state = *failure_ == Code::refused ? "refused" : "offline";
        if (report_.state == state_name(State::need_from)) {
            report_.state = "offline";
            report_.reason = "the hub asks for the same entries again and again";
        }
        if (report_.state == state_name(State::ok) && report_.hub_forgot)
            report_.reason =
                "the hub was restored from an older copy and lacks answers and corrections of its "
                "own that this station holds; they stay here, what we recorded is safe at the hub. "
                "Please tell the hub's operator.";
        auto& ledger = station_.ledger;
        for (;;) {
            SPOT_ASSIGN(const auto done, ledger.executor().run(kExecuteSlice));
            if (done == 0 || stopped()) break;  // the next call goes on from there
            if (rim_.yield) rim_.yield();
        }
        for (const core::LogId& log : ledger.replica().logs())
            for (auto& one : ledger.quarantine().list(log, kQuarantinedHereMax))
                report_.quarantined_here.push_back(std::move(one));
        SPOT_ASSIGN(const auto stranded, stranded_entries(station_));
        report_.stranded_entries = stranded;
        SPOT_ASSIGN(const auto counts, ledger.records().count());
        report_.conflicts = counts.conflicts;
        SPOT_ASSIGN(const auto files, ledger.files().counts(log_.device));
        report_.waiting_files = files.awaited;
        report_.refused_files = files.given_up;
        report_.sent_bytes += carrier_.wasted_bytes();
        report_.took_ms = rim_.clock.now() - began_;
        return report_;
    }

    Station& station_;
    sync::Carrier& carrier_;
    const SyncRim& rim_;
    SyncReport report_;
    core::LogId log_;
    std::uint64_t goal_ = 0;
    Instant began_;
    std::optional<Code> failure_;  // of the last try
    bool reached_ = false;         // the hub, at least once in this call
    bool broken_off_ = false;      // a sending, with no answer since
    int hopeless_ = 0;
    int waits_ = 0;
    int need_from_ = 0;
    std::vector<sync::FileWanted> wanted_;  // by the last answer
    bool files_moved_ = false;              // it was the first to say what it said of them
    struct CutOff {
        std::vector<sync::FileOffer> offers;
        std::uint64_t handed_over = 0;  // bytes
        std::uint64_t through = 0;      // bytes of files before it, over the same connection
    };
    std::optional<CutOff> cut_off_;  // a bundle of files, with no answer since
    std::uint64_t at_once_ = sync::kFileBytesABundle;
    std::uint64_t through_ = 0;             // bytes of files over the connection that is open
    std::optional<Instant> stalled_since_;  // the first failure since the last progress
};

}  // namespace

Exit SyncReport::exit() const {
    if (state == "refused" || state == state_name(State::revoked)) return Exit::refused;
    if (state == "offline" || state == state_name(State::busy)) return Exit::offline;
    const bool calm = state == state_name(State::ok) && quarantined.empty() &&
                      quarantined_here.empty() && conflicts == 0 && stranded_entries == 0 &&
                      refused_files == 0 && !hub_forgot;
    return calm ? Exit::done : Exit::attention;
}

Result<SyncReport> synchronise(Station& station, sync::Carrier& carrier, const SyncRim& rim) {
    return Conversation(station, carrier, rim).run();
}

Result<std::uint64_t> stranded_entries(Station& station) {
    SPOT_ASSIGN(const auto current, station.log());
    std::uint64_t out = 0;
    for (const core::LogId& log : station.ledger.replica().logs())
        if (log.device == current.device && log.epoch < current.epoch)
            out += station.ledger.journal().waiting(log);
    return out;
}

std::string contact_text(const Outcome& outcome, Instant now) {
    nlohmann::json quarantined = nlohmann::json::array();
    for (const auto& one : outcome.quarantined)
        quarantined.push_back({{"seq", one.seq}, {"code", one.code}});
    return nlohmann::json{{"at", core::utc_text(now)},
                          {"state", state_name(outcome.state)},
                          {"quarantined", std::move(quarantined)}}
        .dump();
}

Result<core::FileLock> lock_sync(const Station& station) {
    return core::FileLock::take(station.data / "sync.lock", kSyncLockWaitMs);
}

}  // namespace spot::station
