#include <algorithm>

#include "sync/bundle.h"
#include "sync/exchange.h"
#include "sync/files.h"
#include "sync/frame_decoder.h"
#include "sync/frames.h"

namespace spot::sync {
namespace {

using core::Code;
using core::Incoming;
using core::LogId;
using core::Tip;

// Logs of one device. An honest one begins another when its store was copied or restored, and goes
// to people long before. So no place of a record has as many authors that did not know each other
// as a document has values in one place at most (1,000).
constexpr std::ptrdiff_t kEpochsMax = 500;

// Decoded while an earlier one is written: so that neither waits for the other where one takes
// longer.
constexpr std::size_t kFramesAhead = 2;

core::ExchangeRow::End end_by(const core::Error& error) {
    if (error.code == Code::busy) return core::ExchangeRow::End::busy;
    if (error.code == Code::io) return core::ExchangeRow::End::failed;
    return core::ExchangeRow::End::refused;
}

enum class Take : std::uint8_t {
    so_far,  // the last frames go on being decoded until the next piece comes
    all,
};

}  // namespace

struct HubExchange::Inside {
    LedgerView ledger;
    Stations& stations;
    const HubKeys& keys;
    core::Random& random;
    CodecShare& codecs;
    BundleReader reader{keys.seal_secret};
    std::optional<Head> head = std::nullopt;
    std::optional<StationRecord> station = std::nullopt;
    std::optional<IncomingFiles> files = std::nullopt;  // where the head offers some
    std::optional<FrameDecoder> decoder{};
    bool lent = false;  // the decoder counts in `codecs`
    State state = State::ok;
    LogId log{};
    std::uint64_t next_seq = 0;                // of the next entry in the frames
    std::optional<Tip> common = std::nullopt;  // of a fork: the last entry that both have
    std::optional<core::Mark> before =
        std::nullopt;  // our log before this bundle's first new entry
    core::ExchangeRow exchange{};
    std::optional<std::uint64_t> backlog = std::nullopt;  // where it was answered

    Result<> take_head(View bytes, Instant now);
    Result<> authenticate(View bytes, Instant now);
    void compare_cursor();
    Result<> compare_branch();
    Result<> keep_first();
    bool announces_frames() const { return state == State::ok && head && head->last != head->from; }
    Result<> take_whole(Take take);
    Result<> take_frames(Take take);
    Result<> take_pieces();
    Result<> look_for_trust();
    Result<> take_entries(Incoming entries);
    Result<> compare(std::span<const core::Entry> known);
    Result<> take_messages(Instant now);
    Result<> take_shown();
    void take_back();
    void keep_so_far();
    void tell_end(core::ExchangeRow::End end, Instant now);
    Result<Bytes> answer(Instant now);
    Head answer_head(Instant now);
    Result<> tell_of_files(Answer& answer);
};

HubExchange::HubExchange(LedgerView ledger, Stations& stations, const HubKeys& keys,
                         core::Random& random, CodecShare& codecs)
    : inside_(new Inside{ledger, stations, keys, random, codecs}) {}
HubExchange::~HubExchange() {
    if (inside_->lent) inside_->codecs.give_back();
}

Result<> HubExchange::receive(View piece, Instant now) {
    Inside& inside = *inside_;
    if (inside.exchange.received_bytes == 0) inside.exchange.began_ms = now;
    inside.exchange.received_bytes += piece.size();
    inside.reader.feed(piece);
    auto taken = inside.take_messages(now);
    if (taken) return taken;
    if (taken.error().code == Code::busy)
        inside.keep_so_far();
    else
        inside.take_back();
    inside.tell_end(end_by(taken.error()), now);
    return taken;
}

// Takes the head and, unless frames have to be held, what stands behind it.
Result<> HubExchange::Inside::take_messages(Instant now) {
    if (!head) {
        SPOT_ASSIGN(auto message, reader.take());
        if (!message) return {};
        SPOT_TRY(take_head(*message, now));
    }
    if (announces_frames() && !decoder && !lent) lent = codecs.take();
    if (announces_frames() && !decoder && !lent) {
        if (reader.held() <= kHeldBytesMax) return {};
        return core::fail(Code::busy, "too many stations are sending at once");
    }
    return take_whole(Take::so_far);
}

Result<> HubExchange::Inside::take_whole(Take take) {
    return files ? take_pieces() : take_frames(take);
}

// The frames that came whole, in one transaction. Frames are decoded while those before them are
// checked and written, and while the next are on their way.
Result<> HubExchange::Inside::take_frames(Take take) {
    const auto pending = [this] { return decoder ? decoder->pending() : 0; };
    if (reader.held() == 0 && !(take == Take::all && pending() > 0)) return {};
    if (announces_frames() && !decoder) {
        SPOT_ASSIGN(auto codec, codec_for(ledger, log, *head));
        decoder.emplace(std::move(codec), codecs.workers());
    }
    return ledger.replica().atomically([&]() -> Result<> {
        for (;;) {
            SPOT_ASSIGN(auto message, reader.take());
            if (message && state == State::ok) {  // else it will be sent again, or is held there
                if (!decoder)
                    return core::fail(Code::corrupt, "a frame stands where none was announced");
                decoder->add(std::move(*message));
            }
            const bool is_end = !message && take == Take::all;
            while (pending() > (is_end ? 0 : kFramesAhead)) {
                SPOT_ASSIGN(auto incoming, decoder->take());
                SPOT_TRY(take_entries(std::move(incoming)));
            }
            if (!message) return {};
        }
    });
}

// Pieces of files that came whole, in one transaction.
Result<> HubExchange::Inside::take_pieces() {
    if (reader.held() == 0) return {};
    SPOT_TRY(look_for_trust());
    if (station->revoked || state != State::ok) files->pass_over();
    return ledger.replica().atomically([this]() -> Result<> {
        for (;;) {
            SPOT_ASSIGN(const auto message, reader.take());
            if (!message) return {};
            SPOT_TRY(files->take(*message));
        }
    });
}

// The station may have been revoked since it began to send.
Result<> HubExchange::Inside::look_for_trust() {
    SPOT_ASSIGN(station, stations.find(head->device));
    return station ? Result<>() : core::fail(Code::io, "the stations can't be read");
}

// What this bundle brought was not acknowledged yet: it may go again.
void HubExchange::Inside::take_back() {
    if (before) (void)ledger.replica().discard_after(log, *before);
    before.reset();
}

Result<> HubExchange::Inside::authenticate(View bytes, Instant now) {
    auto signer = signer_of(bytes);
    if (!signer) return core::Failure(std::move(signer).error());
    SPOT_ASSIGN(station, stations.find(signer->device));
    if (!station) return core::fail(Code::refused, "the device is not known here");
    if (!station->enrolled) {
        if (!signer->enrolment) return core::fail(Code::refused, "the device is not enrolled");
        if (!is_sign_key(signer->enrolment->sign) || !is_seal_key(signer->enrolment->seal))
            return core::fail(Code::refused, "the device's keys are none that can be used");
        if (!verify_head(bytes, reader.binding(), signer->enrolment->sign))
            return core::fail(Code::refused, "the bundle's signature is wrong");
        SPOT_TRY(stations.enrol(signer->device, signer->enrolment->code, signer->enrolment->sign,
                                signer->enrolment->seal, now));
        SPOT_ASSIGN(station, stations.find(signer->device));
        return station && station->enrolled ? Result<>()
                                            : core::fail(Code::io, "the stations can't be read");
    }
    if (!verify_head(bytes, reader.binding(), station->sign))
        return core::fail(Code::refused, "the bundle's signature is wrong");
    return {};
}

Result<> HubExchange::Inside::take_head(View bytes, Instant now) {
    SPOT_TRY(authenticate(bytes, now));
    SPOT_ASSIGN(auto parsed, parse_head(bytes));
    if (parsed.answer || parsed.epoch == 0)
        return core::fail(Code::corrupt, "the bundle is not one of a station");
    head = std::move(parsed);
    log = {head->device, head->epoch};
    compare_cursor();
    SPOT_TRY(compare_branch());
    if (!head->files.empty() && state == State::ok) {
        SPOT_ASSIGN(auto expected, IncomingFiles::expect(ledger, log, head->files));
        files = std::move(expected);
    }
    if (state != State::ok || head->last == head->from) return {};
    next_seq = head->from.seq + 1;
    return {};
}

void HubExchange::Inside::compare_cursor() {
    if (head->from.seq == 0) return;
    const auto hash = ledger.replica().hash_at(log, head->from.seq);
    if (!hash)
        state = State::need_from;
    else if (shorten(*hash) != head->from.hash)
        state = State::fork;
}

// Where a new epoch goes on from; another copy of the store may have begun one of that number. A
// station that never reached the hub in between may be several epochs on, and always knows from
// where; who can't say so has invented the epoch.
Result<> HubExchange::Inside::compare_branch() {
    if (head->epoch == 1 || head->from.seq > 0) return {};
    if (head->branch.epoch == 0)
        return core::fail(Code::corrupt, "a later epoch does not say where it goes on from");
    const core::Seen known = ledger.replica().branch_of(log);
    if (known == head->branch) return {};
    if (ledger.replica().tip(log).seq > 0) {
        state = State::fork;
        common = Tip{};
        return {};
    }
    const auto logs = ledger.replica().logs();
    const bool is_full = std::count_if(logs.begin(), logs.end(), [this](const LogId& one) {
                             return one.device == log.device;
                         }) >= kEpochsMax;
    return is_full ? core::fail(Code::corrupt, "the device has begun too many epochs") : Result<>();
}

// What a bundle says of its log is kept with the first entry that is taken, or when all of it has
// been found good: of one that is refused nothing stays.
Result<> HubExchange::Inside::keep_first() {
    if (head->branch.epoch > 0) SPOT_TRY(ledger.replica().keep_branch(log, head->branch));
    return ledger.replica().offer_period_secrets(log, head->secrets);
}

// Entries that are here already, because an answer was lost: they have to be the same ones.
Result<> HubExchange::Inside::compare(std::span<const core::Entry> known) {
    SPOT_ASSIGN(const auto same, ledger.replica().matching(log, known));
    if (same == known.size()) return {};
    state = State::fork;
    const std::uint64_t last = known.front().seq - 1 + same;
    if (const auto hash = ledger.replica().hash_at(log, last)) common = Tip{last, *hash};
    return {};
}

Result<> HubExchange::Inside::take_entries(Incoming incoming) {
    if (state != State::ok) return {};  // a fork was found in the frame before
    const auto all = incoming.entries();
    next_seq += all.size();
    const Tip tip = ledger.replica().tip(log);
    if (all.front().seq <= tip.seq) {
        const auto known = static_cast<std::size_t>(
            std::min<std::uint64_t>(all.size(), tip.seq - all.front().seq + 1));
        SPOT_TRY(compare(all.first(known)));
        incoming.drop_front(known);
    }
    if (state != State::ok || incoming.entries().empty()) return {};
    if (!before) {
        SPOT_TRY(keep_first());
        SPOT_ASSIGN(before, ledger.replica().mark(log));
    }
    // Of a revoked station it is for a person to say what is good: a thief may have written it.
    SPOT_TRY(look_for_trust());
    const auto take = station->revoked ? core::ReceiveMode::quarantine : core::ReceiveMode::execute;
    const auto received = ledger.replica().receive(log, incoming, take);
    if (received) return {};
    if (received.error().code == Code::conflict) {
        // They follow on our tip, so another copy wrote in this period, under a secret of its own.
        state = State::fork;
        common = tip;
        return {};
    }
    if (received.error().code == Code::not_found)
        return core::fail(Code::corrupt, "the bundle lacks the secret of its entries' period");
    return core::Failure(received.error());
}

Result<Bytes> HubExchange::finish(Instant now) {
    auto answer = inside_->answer(now);
    if (!answer) inside_->take_back();
    inside_->exchange.sent_bytes = answer ? answer->size() : 0;
    inside_->tell_end(answer ? core::ExchangeRow::End::answered : end_by(answer.error()), now);
    return answer;
}

void HubExchange::cut(Instant now) {
    inside_->keep_so_far();
    inside_->tell_end(core::ExchangeRow::End::cut, now);
}

void HubExchange::Inside::keep_so_far() {
    if (!head) return;
    if (!take_whole(Take::all)) take_back();
    (void)ledger.replica().finalize(log);
}

void HubExchange::Inside::tell_end(core::ExchangeRow::End end, Instant now) {
    if (!head) return;
    exchange.device = head->device;
    exchange.duration_ms = std::max<Instant>(now - exchange.began_ms, 0);  // a clock was set
    exchange.end = end;
    if (before) exchange.received_entries = ledger.replica().tip(log).seq - before->tip.seq;
    stations.heard_from(exchange, backlog);
}

Result<Bytes> HubExchange::Inside::answer(Instant now) {
    if (head) SPOT_TRY(take_whole(Take::all));
    if (!head || !reader.at_end()) return core::fail(Code::corrupt, "the bundle is cut off");
    if (announces_frames()) {
        const auto hash = ledger.replica().hash_at(log, head->last.seq);
        if (next_seq != head->last.seq + 1 || !hash || shorten(*hash) != head->last.hash)
            return core::fail(Code::corrupt, "the entries do not end as the head says");
    }
    if (state == State::ok && !before && head->branch.epoch > 0)
        SPOT_TRY(ledger.replica().keep_branch(log, head->branch));
    SPOT_TRY(ledger.replica().finalize(log));
    if (station->revoked) state = State::revoked;
    if (state == State::ok) SPOT_TRY(take_shown());
    if (files) {
        if (state != State::ok) files->pass_over();
        SPOT_ASSIGN(const auto all, files->conclude());
        if (!all) return core::fail(Code::corrupt, "files are shorter than the head says");
    }
    Head reply = answer_head(now);
    if (state == State::ok) SPOT_TRY(tell_of_files(*reply.answer));
    const LogId own{head->device | core::kHubBit, keys.epoch};
    std::optional<Outgoing> outgoing;
    if (state == State::ok) {
        SPOT_ASSIGN(auto loaded, Outgoing::load(ledger, own, reply, Start::usual));
        outgoing = std::move(loaded);
    }
    SPOT_ASSIGN(auto writer, BundleWriter::make(keys.sign_seed, station->seal, random));
    writer.head(reply);
    for (bool more = outgoing.has_value(); more;) {
        SPOT_ASSIGN(const auto written, outgoing->write_frame(writer));
        more = written;
    }
    writer.finish();
    exchange.sent_entries = reply.last.seq - reply.from.seq;
    backlog = head->backlog - std::min(head->backlog, head->last.seq - head->from.seq);
    return writer.take();
}

// What stood in quarantine because it came out otherwise here, and is shown to be the same record.
Result<> HubExchange::Inside::take_shown() {
    bool any = false;
    std::uint64_t operations = 0;
    for (const Shown& shown : head->shown) {
        const auto counted = ledger.quarantine().operations_in(shown.changes);
        operations += counted.value_or(0);
        if (operations > kShownOperationsMax) break;  // no writer shows more in one head
        // What the guard does not pass makes no record, and is compared as none.
        const std::span<const Bytes> changes =
            counted ? std::span<const Bytes>(shown.changes) : std::span<const Bytes>();
        SPOT_ASSIGN(const auto taken, ledger.quarantine().accept_diverged(log, shown.seq, changes));
        any = any || taken;
    }
    return any ? ledger.quarantine().revalidate(log) : Result<>();
}

// What became of those that it offered, and which are to come next.
Result<> HubExchange::Inside::tell_of_files(Answer& answer) {
    if (files) {
        SPOT_ASSIGN(auto states, files->states());
        answer.told = std::move(states);
    }
    SPOT_ASSIGN(const auto wanted, ledger.files().awaited(log, kFilesMax));
    for (const core::AwaitedFile& one : wanted) answer.wanted.push_back({one.file, one.have});
    return {};
}

Head HubExchange::Inside::answer_head(Instant now) {
    const LogId own{head->device | core::kHubBit, keys.epoch};
    Head reply;
    reply.device = head->device;
    reply.epoch = keys.epoch;
    if (head->have_epoch == keys.epoch && head->have.seq > 0) {
        const auto hash = ledger.replica().hash_at(own, head->have.seq);
        if (hash && shorten(*hash) == head->have.hash) reply.from = head->have;
    }
    reply.last = reply.from;
    reply.have_epoch = head->epoch;
    reply.have = cursor_of(common ? *common : ledger.replica().tip(log));
    reply.clock_ms = static_cast<std::uint64_t>(std::max<Instant>(now, 0));
    reply.backlog = ledger.replica().tip(own).seq - reply.from.seq;
    Answer answer;
    answer.in_reply_to = reader.number();
    answer.state = static_cast<std::uint8_t>(state);
    answer.backed_up = cursor_of(ledger.replica().backed_up(log));
    answer.quarantined = ledger.quarantine().list(log, kQuarantinedMax);
    reply.answer = std::move(answer);
    return reply;
}

}  // namespace spot::sync
