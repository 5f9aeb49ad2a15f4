#pragma once

// The use cases behind the station's pages: what a mediator does at the desk. No HTTP, no threads,
// no clock of its own. The shapes of what goes in and comes out are those of the station's API
// (schemas/station.openapi.json); `in` is the body of a request, or its parameters as an object.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "core/catalogue_texts.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/random.h"
#include "van-station/app/station.h"

namespace spot::station {

// Why a use case was refused, and so what the pages can do next. Nothing was changed.
struct Fault {
    enum class What : std::uint8_t { invalid, refused, not_found, conflict, locked, busy, broken };
    What what = What::broken;  // by HTTP's numbers 400, 403, 404, 409, 423, 503, 500
    std::string code;          // "pin_wrong": pages have their own words for it, in four languages
    std::string field;         // "fields.iban"; empty: of no field
    std::string message;       // a sentence in Portuguese, without personal data
    int wait_seconds = 0;      // before the next PIN or code is looked at
    std::vector<std::string> names;  // of the services whose drafts wait, for "drafts_wait"

    Fault() = default;
    Fault(What kind, std::string its_code, std::string sentence)
        : what(kind), code(std::move(its_code)), message(std::move(sentence)) {}
    Fault(core::Error error);  // NOLINT: what the ledger refuses is told as it is
};
int status_of(Fault::What what);

using Answer = tl::expected<nlohmann::json, Fault>;
template <class T = void>
using Done = tl::expected<T, Fault>;

// ── Limits.
constexpr std::size_t kPeopleMax = 64;
constexpr std::size_t kDraftsOfSessionMax = 30;
constexpr std::size_t kDraftBytesMax = 48 * 1024;  // of a form's fields; an intent has 64 KiB
constexpr std::size_t kAttachmentBytesMax = core::kFileBytesMax;
constexpr std::size_t kAttachmentsMax = 10;         // of one request
constexpr std::size_t kResidentsMax = 200;          // of a visit
constexpr std::size_t kDayMax = 2'000;              // sessions and requests that a day shows
constexpr std::size_t kListMax = 500;               // of whom to tell, of conflicts
constexpr std::size_t kScrapsMax = 500;             // of all people of a station
constexpr std::size_t kScrapFieldsMax = 700;        // a plan of kResidentsMax has 601
constexpr std::size_t kScrapBytesMax = 128 * 1024;  // of one, names and texts
constexpr core::Instant kScrapLifeMs = 7LL * 24 * 60 * 60 * 1000;  // since its last change
constexpr std::size_t kPinDigitsMin = 6, kPinDigitsMax = 12;

// The version of the privacy notice that the citizen's screen shows; recorded with each session.
constexpr char kPrivacyNotice[] = "2026-11";

// One thread owns it: the one that owns the station. Every change is on disk when the call returns.
// Most calls need somebody who is signed in, and a screen that is neither locked nor hidden
// (`locked`: "signed_out", "locked", "hidden"); those that don't are marked [open].
class Desk {
public:
    struct Rim {
        core::Clock& clock;
        core::Random& random;
        // Minutes east of UTC at an instant: the station's own time zone.
        std::function<int(core::Instant)> offset;
        // Something that pages show is different now: "session", "day", "request", "print",
        // "citizen" or "state", and the id of what it is about, if it is one thing. Called at the
        // end of a call of the desk, when all of it is on disk; may not call the desk.
        std::function<void(std::string_view what, std::string_view id)> changed;
    };
    // `station` outlives the desk. One desk a station: `busy` where another process has it. Prints
    // that were under way when the last process ended are uncertain from now on. Nobody is signed
    // in.
    static core::Result<Desk> open(Station& station, Rim rim);
    Desk(Desk&&) noexcept;
    ~Desk();

    // [open] The command line's, whose passphrase opened the store: from now on nobody has to be
    // signed in, and what is done is done in nobody's name.
    void trust_command_line();

    // ── The station as a whole.
    Answer state();                             // [open] GET /api/state
    Done<> language(const nlohmann::json& in);  // [open] {language}
    // The number that citizens call, and when: for paper and for their screen.
    Answer set_help(const nlohmann::json& in);  // {phone,days,from,to}; no phone: none -> state
    struct Help {
        std::string phone, hours;  // empty: not set; `hours` in the language that was asked for
    };
    Help help(core::Language in);  // [open]
    // What synchronising does, for `link`. Told by who runs it, on this thread. After it has ended,
    // what came in is shown: the desk says "state", "day" and "request" changed.
    void sync_began();                                        // [open]
    void sync_progress(std::size_t sent, std::size_t total);  // [open] bytes
    // Before sync_ended(): reads a version of the catalogue that came. The forms are half of the
    // work, and no click has to wait for both halves.
    void sync_arrived();  // [open]
    // `state`: SyncReport's; "hub_forgot" where that is all that is amiss, "failed" where our own
    // disk refused. What is neither "ok" nor "offline" is the link's `reason`.
    void sync_ended(std::string_view state);  // [open]
    // The same, of what this thread's owner did or noticed in passing (an append by another
    // process): looks at the store and says what has changed.
    void look_again();  // [open]

    // ── People.
    Answer add_person(const nlohmann::json& in);  // [open] {name,pin,code?}
    Answer sign_in(const nlohmann::json& in);     // [open] {person,pin} -> state
    Done<> lock();                                // [open]
    Answer unlock(const nlohmann::json& in);      // [open] {pin} -> state
    Done<> hide();                                // [open]
    Answer show(const nlohmann::json& in);        // [open] {pin} -> state

    // ── Catalogue.
    // [open] Those of the catalogue in force: for paper.
    std::shared_ptr<const core::CatalogueTexts> catalogue_texts();
    Answer search(const nlohmann::json& in);  // {q,agency,occasion,limit}, all may lack
    Answer catalogue();
    // {version?}: of an older catalogue; none: of the one in force. A request keeps the version
    // that it was filled under.
    Answer service(std::string_view code, const nlohmann::json& in);

    // ── A session.
    Answer session_defaults();
    Answer open_session(const nlohmann::json& in);  // {place,channel,language,scrap?} -> Session
    Answer session(std::string_view id);
    // From now on it is the one being worked on, and on the citizen's screen. One that is closed is
    // shown, and changes nothing. -> Session
    Answer work_on_session(std::string_view id);
    Answer answer_privacy(std::string_view id, const nlohmann::json& in);  // {accepted} -> Session
    Answer set_citizen(std::string_view id, const nlohmann::json& in);     // {set:{…}} -> Session
    // {outcome,notes,discard_drafts?} -> Session
    Answer close_session(std::string_view id, const nlohmann::json& in);

    // ── Drafts and requests.
    Answer begin_draft(std::string_view session, const nlohmann::json& in);  // {service} -> Draft
    Answer set_draft(std::string_view id, const nlohmann::json& in);         // {set:{…}} -> Draft
    Done<> discard_draft(std::string_view id);
    Answer queue_draft(std::string_view id);  // -> Request
    // `content_type`: image/* or application/pdf, and the bytes have to look like it. -> Draft
    Answer attach(std::string_view draft, std::string_view name, std::string_view content_type,
                  std::string_view bytes);
    Answer remove_attachment(std::string_view draft, const nlohmann::json& in);  // {hash} -> Draft
    struct Attachment {
        std::string name, content_type, bytes;
    };
    // Of a draft or a request.
    Done<Attachment> attachment(std::string_view of, std::string_view hash);
    Answer request(std::string_view id);
    Answer edit_request(std::string_view id, const nlohmann::json& in);      // {set} -> Request
    Answer withdraw_request(std::string_view id, const nlohmann::json& in);  // {reason} -> Request

    // ── Receipts.
    Answer make_receipt(std::string_view session, const nlohmann::json& in);  // {lines?} -> Receipt
    Answer receipt(std::string_view id);
    // What the next print of the receipt is; from when this returns, on disk. Call it before the
    // first byte goes to a printer, or to a PDF that somebody gets; then printed().
    struct Print {
        bool original = true;
        std::uint32_t duplicate = 0;  // from 1 where it is no original
        std::string at;               // RFC 3339
    };
    Done<Print> reserve_print(std::string_view receipt);
    // What became of it: "sent", "not_sent" (no byte left: an original is unused again) or
    // "uncertain". -> Receipt
    Answer printed(std::string_view receipt, const Print& print, std::string_view outcome);
    Answer settle_receipt(std::string_view id, const nlohmann::json& in);  // {came_out} -> Receipt

    // ── Scraps: what somebody is writing that is no record yet, each keystroke on disk. One a
    // place: `what` is "opening", "complaint", "assessment", "feedback", "missing_service" or
    // "visit" of the person who is signed in, and nobody else sees it; "correction" or "withdrawal"
    // of the request `of`, also of that person; "close" of the session `of`, of who works on it.
    // Goes in the transaction that records what it was for, or when nobody wrote on for
    // kScrapLifeMs. `scrap` in a call that records something is this id: such a call may be
    // repeated, and records once.
    Answer open_scrap(const nlohmann::json& in);  // {what,of?} -> {id,set,saved_at}
    Answer set_scrap(std::string_view id, const nlohmann::json& in);  // {set:{…}} -> {saved_at}
    Done<> discard_scrap(std::string_view id);

    // ── Day and mission.
    Answer day(const nlohmann::json& in);  // {date?}
    Answer tell();
    Done<> told(std::string_view request, const nlohmann::json& in);  // {how}
    Answer conflicts();
    Answer complain(const nlohmann::json& in);         // {text,session?,scrap?} -> {id}
    Answer assess(const nlohmann::json& in);           // {scores,scrap?} -> {id}
    Answer give_feedback(const nlohmann::json& in);    // {topic,text,scrap?} -> {id}
    Answer missing_service(const nlohmann::json& in);  // {text,scrap?} -> {id}

    // ── Visit of a care home.
    Answer visit();
    Answer plan_visit(const nlohmann::json& in);   // {home,residents} -> as visit()
    Answer begin_visit(const nlohmann::json& in);  // {index} -> Session; ends a rest
    // A rest, {index,state}: "asleep" or "not_today", until tomorrow; "todo" ends it. -> as visit()
    Answer rest_visit(const nlohmann::json& in);

    // ── The citizen's screen.
    Answer citizen_view();                             // [open] GET /api/citizen
    Done<> citizen_focus(const nlohmann::json& in);    // {screen,draft?,field?}
    Done<> citizen_display(const nlohmann::json& in);  // {type?,contrast?,language?}

private:
    struct Inside;
    explicit Desk(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::station
