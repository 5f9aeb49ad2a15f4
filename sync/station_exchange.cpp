#include "sync/exchange.h"

#include <algorithm>

#include "sync/bundle.h"
#include "sync/files.h"
#include "sync/frames.h"

namespace spot::sync {
namespace {

using core::Code;
using core::LogId;
using core::Tip;

// More entries than this are on their way as soon as the first frame is made: the hub decodes them
// while the next are coded.
constexpr std::uint64_t kWholeEntriesMax = 4096;

// The hub's newest log for this station that we hold; epoch 0 while there is none.
LogId hub_log(LedgerView ledger, std::uint64_t device) {
    LogId newest{device | core::kHubBit, 0};
    for (const LogId& log : ledger.replica().logs())
        if (log.device == newest.device) newest.epoch = std::max(newest.epoch, log.epoch);
    return newest;
}

// Entries of this epoch that the hub has as "diverged", as its last answer said, in a setting:
// their numbers, in order, each with a byte that says whether their changes were shown to it.
struct Diverged {
    std::uint64_t seq = 0;
    bool shown = false;
};
std::string diverged_setting(const LogId& log) {
    return "diverged." + std::to_string(log.epoch);
}
std::vector<Diverged> read_diverged(LedgerView ledger, const LogId& log) {
    std::vector<Diverged> out;
    const auto text = ledger.quarantine().note(diverged_setting(log));
    core::ByteReader in(core::view(text));
    while (!in.at_end() && !in.failed()) {
        const std::uint64_t seq = in.varint();
        out.push_back({seq, in.u8() != 0});
    }
    if (in.failed()) out.clear();
    return out;
}

std::size_t size_of(const std::vector<Bytes>& changes) {
    std::size_t size = 0;
    for (const Bytes& change : changes) size += change.size();
    return size;
}

}  // namespace

std::string_view state_name(State state) {
    switch (state) {
        case State::ok:
            return "ok";
        case State::need_from:
            return "need_from";
        case State::fork:
            return "fork";
        case State::revoked:
            return "revoked";
        case State::busy:
            return "busy";
    }
    return "unknown";
}

struct StationExchange::Inside {
    LedgerView ledger;
    const StationKeys& keys;
    core::Random& random;
    std::uint64_t number = 0;  // of the bundle that waits for its answer
    std::uint64_t sent = 0;
    Cursor have{};  // what that bundle said we hold of the hub's log
    std::uint32_t have_epoch = 0;
    std::optional<BundleWriter> writer = std::nullopt;
    std::optional<Outgoing> outgoing = std::nullopt;
    std::optional<OutgoingFiles> files = std::nullopt;
    std::vector<FileOffer> file_offers{};  // of the bundle that waits for its answer
    std::uint64_t made = 0;                // bytes of the bundle so far
    Cursor offered{};                      // the last entry it told of
    std::vector<std::uint64_t> shown{};    // entries whose changes it brings

    Result<std::vector<Shown>> to_show();
    Result<> note_diverged(const std::vector<core::Quarantined>& quarantined);
    Result<> load(Head& head, What what, const Wanted& wanted);
    Result<bool> write_next();
    Result<Bytes> next();
    std::uint64_t about() const;

    Result<Outcome> settle(const Head& head, BundleReader& reader);
    Result<bool> search_common(Outcome& outcome, bool durable_known);
    Result<> note_files(const Answer& answer, Outcome& outcome);
    Result<> take_frames(const Head& head, BundleReader& reader, Outcome& outcome);
};

StationExchange::StationExchange(LedgerView ledger, const StationKeys& keys, core::Random& random)
    : inside_(new Inside{ledger, keys, random}) {}
StationExchange::~StationExchange() = default;

const std::vector<FileOffer>& StationExchange::offered_files() const {
    return inside_->file_offers;
}

Result<Body> StationExchange::request(Instant now, What what, const Wanted& wanted) {
    const LedgerView ledger = inside_->ledger;
    const StationKeys& keys = inside_->keys;
    const Tip own = ledger.replica().tip(keys.log);
    const Tip durable = ledger.replica().acknowledged(keys.log);
    const LogId theirs = hub_log(ledger, keys.log.device);

    Head head;
    head.device = keys.log.device;
    if (keys.enrolment)
        head.enrolment = Enrolment{*keys.enrolment, core::sign_public(keys.sign_seed),
                                   core::seal_public(keys.seal_secret)};
    head.epoch = keys.log.epoch;
    head.from = head.last = cursor_of(durable);
    head.branch = ledger.replica().branch_of(keys.log);
    inside_->have_epoch = head.have_epoch = theirs.epoch;
    inside_->have = head.have =
        theirs.epoch == 0 ? Cursor{} : cursor_of(ledger.replica().tip(theirs));
    head.clock_ms = static_cast<std::uint64_t>(std::max<Instant>(now, 0));
    head.backlog = own.seq - durable.seq;

    SPOT_TRY(inside_->load(head, what, wanted));
    inside_->offered = head.last;
    SPOT_ASSIGN(auto made, BundleWriter::make(keys.sign_seed, keys.hub_seal, inside_->random));
    inside_->writer.emplace(std::move(made));
    inside_->writer->head(head);
    inside_->number = inside_->writer->number();
    inside_->sent = inside_->outgoing ? inside_->outgoing->entries() : 0;
    inside_->made = 0;

    Bytes first;
    const std::size_t enough = inside_->sent > kWholeEntriesMax ? 1 : kFirstBytesMin;
    while (inside_->writer && first.size() < enough) {
        SPOT_ASSIGN(auto piece, inside_->next());
        first.insert(first.end(), piece.begin(), piece.end());
    }
    if (!inside_->writer) return Body(std::move(first));
    return Body(
        std::move(first), [inside = inside_.get()] { return inside->next(); },
        [inside = inside_.get()] { return inside->about(); });
}

// What stands behind the head.
Result<> StationExchange::Inside::load(Head& head, What what, const Wanted& wanted) {
    outgoing.reset();
    files.reset();
    shown.clear();
    if (what == What::files) {
        auto loaded = OutgoingFiles::load(ledger, wanted.files, wanted.bytes_max, head);
        if (!loaded) return core::Failure(std::move(loaded).error());
        files.emplace(std::move(*loaded));
    } else if (what != What::probe) {
        SPOT_ASSIGN(auto showing, to_show());
        head.shown = std::move(showing);
        SPOT_ASSIGN(auto loaded,
                    Outgoing::load(ledger, keys.log, head,
                                   what == What::rest ? Start::resumed : Start::usual));
        outgoing = std::move(loaded);
    }
    file_offers = head.files;
    return {};
}

// Where the hub executed one of our entries otherwise, it is shown once what we made of the record.
// What this program can't show, or what is too much for a head, stays with the hub's operators.
Result<std::vector<Shown>> StationExchange::Inside::to_show() {
    std::vector<Shown> out;
    std::size_t bytes = 0;
    std::uint64_t operations = 0;
    for (const Diverged& one : read_diverged(ledger, keys.log)) {
        if (one.shown) continue;
        if (out.size() == kShownMax) break;
        auto changes = ledger.quarantine().causal_history(keys.log, one.seq);
        if (!changes && changes.error().code != Code::not_found)
            return core::Failure(std::move(changes).error());
        const std::size_t size = changes ? size_of(*changes) : 0;
        const auto counted =
            changes ? ledger.quarantine().operations_in(*changes) : core::fail(Code::not_found, "");
        const bool fits = counted && size <= kShownBytesMax &&
                          changes->size() <= kShownChangesMax && *counted <= kShownOperationsMax;
        if (fits && (bytes + size > kShownBytesMax || operations + *counted > kShownOperationsMax))
            break;  // in the next one
        shown.push_back(one.seq);
        if (!fits) continue;
        bytes += size;
        operations += *counted;
        out.push_back({one.seq, std::move(*changes)});
    }
    return out;
}

// After an answer: what we showed is not shown again.
Result<> StationExchange::Inside::note_diverged(const std::vector<core::Quarantined>& quarantined) {
    const auto before = read_diverged(ledger, keys.log);
    core::ByteWriter out;
    for (const core::Quarantined& one : quarantined) {
        if (one.code != "diverged") continue;
        const bool now = std::find(shown.begin(), shown.end(), one.seq) != shown.end();
        const bool earlier = std::any_of(before.begin(), before.end(), [&](const Diverged& it) {
            return it.seq == one.seq && it.shown;
        });
        out.varint(one.seq);
        out.u8(now || earlier ? 1 : 0);
    }
    if (before.empty() && out.bytes().empty()) return {};
    return ledger.quarantine().set_note(diverged_setting(keys.log), core::text(out.bytes()));
}

Result<bool> StationExchange::Inside::write_next() {
    if (files) return files->write_piece(*writer);
    return outgoing ? outgoing->write_frame(*writer) : Result<bool>(false);
}

// What the next frame or piece, or the end, adds to the bundle. Nothing: it has ended.
Result<Bytes> StationExchange::Inside::next() {
    if (!writer) return Bytes{};
    SPOT_ASSIGN(const auto more, write_next());
    if (!more) writer->finish();
    Bytes out = writer->take();
    made += out.size();
    if (!more) {
        writer.reset();
        outgoing.reset();
        files.reset();
    }
    return out;
}

std::uint64_t StationExchange::Inside::about() const {
    if (files) return made + files->left();
    if (!outgoing) return made;
    return made * outgoing->entries() / std::max<std::uint64_t>(outgoing->written(), 1);
}

Result<Outcome> StationExchange::answer(View body, Instant now) {
    const StationKeys& keys = inside_->keys;
    BundleReader reader(keys.seal_secret);
    reader.feed(body);
    SPOT_ASSIGN(auto message, reader.take());
    if (!message) return core::fail(Code::corrupt, "the hub's answer is cut off");
    if (!verify_head(*message, reader.binding(), keys.hub_sign))
        return core::fail(Code::corrupt, "the hub's answer is not signed by the hub");
    auto head = parse_head(*message);
    if (!head) return core::Failure(std::move(head).error());
    if (!head->answer || head->device != keys.log.device ||
        head->answer->in_reply_to != inside_->number || head->have_epoch != keys.log.epoch)
        return core::fail(Code::corrupt, "the hub's answer is to something else");

    Result<Outcome> outcome = core::fail(Code::corrupt, "");
    SPOT_TRY(inside_->ledger.replica().atomically([&]() -> Result<> {
        outcome = inside_->settle(*head, reader);
        if (!outcome) return core::Failure(outcome.error());
        // The signed head is the proof of what the hub said it holds.
        return inside_->ledger.quarantine().set_note(
            "reconciliation", core::to_hex(*message) + " " + core::to_hex(reader.binding()));
    }));
    outcome->hub_clock_ahead_ms = static_cast<std::int64_t>(head->clock_ms) - now;
    return outcome;
}

Result<Outcome> StationExchange::Inside::settle(const Head& head, BundleReader& reader) {
    if (head.answer->state > static_cast<std::uint8_t>(State::busy))
        return core::fail(Code::corrupt, "the hub's answer has an unknown state");
    Outcome outcome;
    outcome.state = static_cast<State>(head.answer->state);
    outcome.sent_entries = sent;
    outcome.quarantined = head.answer->quarantined;

    // An acknowledgement counts only for entries whose hash is our own.
    const auto matched = [&](const Cursor& cursor) -> std::optional<Tip> {
        if (cursor.seq == 0) return Tip{};
        const auto hash = ledger.replica().hash_at(keys.log, cursor.seq);
        if (!hash || shorten(*hash) != cursor.hash) return std::nullopt;
        return Tip{cursor.seq, *hash};
    };
    auto durable = matched(head.have);
    const auto backed_up = matched(head.answer->backed_up);
    if (backed_up) {
        SPOT_ASSIGN(const auto searching, search_common(outcome, durable.has_value()));
        if (searching) return outcome;
    }
    // Of a log longer than a bundle the hub may have more than it was told. What it was told it
    // found good, so that much is in both; the next bundle tells where they part.
    const bool all = offered.seq == ledger.replica().tip(keys.log).seq;
    if (outcome.state == State::ok && !durable && !all) durable = matched(offered);
    if (outcome.state == State::fork || !durable || !backed_up) {
        // A hub that found our entries good has more of this log than we do: another copy wrote on.
        outcome.common = outcome.state == State::ok ? matched(offered) : durable;
        outcome.state = State::fork;
        outcome.durable = ledger.replica().acknowledged(keys.log);
        outcome.backed_up = ledger.replica().backed_up(keys.log);
        return outcome;
    }
    if (outcome.state != State::busy && outcome.state != State::revoked) {
        if (auto noted = ledger.replica().acknowledge(keys.log, *durable, *backed_up); !noted)
            return core::Failure(std::move(noted).error());
        if (outcome.state == State::ok) SPOT_TRY(note_diverged(outcome.quarantined));
        if (outcome.state == State::ok) SPOT_TRY(note_files(*head.answer, outcome));
        // Its frames would follow on what it has left, or stand for other entries than ours.
        outcome.hub_forgot = have.seq > 0 && head.epoch == have_epoch && head.from != have;
        if (!outcome.hub_forgot)
            if (auto taken = take_frames(head, reader, outcome); !taken)
                return core::Failure(std::move(taken).error());
    }
    outcome.durable = ledger.replica().acknowledged(keys.log);
    outcome.backed_up = ledger.replica().backed_up(keys.log);
    return outcome;
}

// The hub has other entries at our cursor, or none there and other ones before: it was restored,
// and another copy of this store wrote to it since. Where the two part is found by sending again
// from where the hub has a backup; nothing was purged above that. True: the outcome says so.
Result<bool> StationExchange::Inside::search_common(Outcome& outcome, bool durable_known) {
    const bool lost = outcome.state == State::fork || outcome.state == State::need_from;
    const Tip backed_up = ledger.replica().backed_up(keys.log);
    if (!lost || durable_known || ledger.replica().acknowledged(keys.log).seq <= backed_up.seq)
        return false;
    if (auto noted = ledger.replica().acknowledge(keys.log, backed_up, backed_up); !noted)
        return core::Failure(std::move(noted).error());
    outcome.state = State::need_from;
    outcome.durable = outcome.backed_up = backed_up;
    return true;
}

// The hub's word about our files. Of one that it wants, an earlier word does not count any more.
Result<> StationExchange::Inside::note_files(const Answer& answer, Outcome& outcome) {
    if (answer.told.size() != file_offers.size())
        return core::fail(Code::corrupt, "the hub's answer is about other files");
    for (std::size_t i = 0; i < file_offers.size(); ++i) {
        const core::FileState state = answer.told[i];
        SPOT_ASSIGN(const auto news, ledger.files().set_remote_state(file_offers[i].file, state));
        outcome.settled_files += news && state != core::FileState::awaited;
        outcome.whole_files += news && state == core::FileState::whole;
    }
    for (const FileWanted& one : answer.wanted)
        if (const auto news = ledger.files().set_remote_state(one.file, core::FileState::awaited);
            !news)
            return core::Failure(news.error());
    outcome.wanted = answer.wanted;
    return {};
}

Result<> StationExchange::Inside::take_frames(const Head& head, BundleReader& reader,
                                              Outcome& outcome) {
    if (head.last == head.from)
        return reader.at_end() ? Result<>{} : core::fail(Code::corrupt, "the answer does not end");
    const LogId log{keys.log.device | core::kHubBit, head.epoch};
    const Tip tip = ledger.replica().tip(log);
    if (head.epoch == 0 || cursor_of(tip) != head.from)
        return core::fail(Code::corrupt, "the hub's entries do not follow on ours");
    SPOT_TRY(ledger.replica().offer_period_secrets(log, head.secrets));
    SPOT_ASSIGN(auto codec, codec_for(ledger, log, head));
    Tip reached = tip;
    while (!reader.at_end()) {
        SPOT_ASSIGN(auto frame, reader.take());
        if (!frame) return core::fail(Code::corrupt, "the hub's answer is cut off");
        SPOT_ASSIGN(auto entries, codec->read(*frame));
        outcome.received_entries += entries.size();
        SPOT_ASSIGN(reached, ledger.replica().receive(log, std::move(entries)));
    }
    if (cursor_of(reached) != head.last)
        return core::fail(Code::corrupt, "the hub's entries do not end as its head says");
    return ledger.replica().finalize(log);
}

}  // namespace spot::sync
