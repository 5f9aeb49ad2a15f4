#pragma once

// What a desk is made of. Its use cases stand in a file each: sessions.cpp, drafts.cpp, …

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/catalogue.h"
#include "core/catalogue_texts.h"
#include "core/intent.h"
#include "core/ledger.h"
#include "core/program.h"
#include "core/search.h"
#include "van-station/app/desk.h"

namespace spot::station {

using Json = nlohmann::json;

// Shelves of what is kept beside the log (core/ledger.h).
namespace shelf {
inline constexpr char kSession[] = "session";  // before its privacy notice was answered
inline constexpr char kCitizen[] = "citizen";  // by session: who sits there; gone when it closes
inline constexpr char kDraft[] = "draft";      // owner: its session
inline constexpr char kPrint[] = "print";      // by receipt; owner: the state of its original
inline constexpr char kPerson[] = "person";
inline constexpr char kTold[] = "told";        // by request
inline constexpr char kScrap[] = "scrap";      // owner: its place (scraps.cpp)
inline constexpr char kDesk[] = "desk";        // one row each: defaults, display, visit, …
inline constexpr char kWorking[] = "working";  // its key of the session that is worked on, …
inline constexpr char kVisit[] = "visit";      // … and of a visit's plan
// What names a record by its id has to be renamed with it: see renamed.cpp.
}  // namespace shelf

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// ── json.cpp: reading what came in. A member that lacks, or has another type, is empty.
std::string text_at(const Json& object, std::string_view key);
bool flag_at(const Json& object, std::string_view key, bool otherwise);
std::int64_t number_at(const Json& object, std::string_view key, std::int64_t otherwise);
const Json& object_at(const Json& object, std::string_view key);  // an empty one where it lacks
std::string trimmed(std::string_view text);
std::string initials_of(std::string_view name);  // "Ana Maria Silva": "A. S."

// ── scraps.cpp: by what a scrap is listed.
std::string owner_of_scrap(const Json& kept);

// ── faults.cpp
tl::unexpected<Fault> refuse(Fault::What what, std::string code, std::string sentence,
                             std::string field = {});
tl::unexpected<Fault> unknown(std::string_view what);  // "session", "draft", …

// A session that is being worked on, or was.
struct Visit {
    std::string id;         // what pages call it
    bool draft = true;      // its privacy notice was not answered
    core::RecordId record;  // where it is no draft
    Json shown;             // as kept, or as the ledger has it
    bool closed() const { return shown.contains("closed_at"); }
    bool accepted() const;
};

// What the hub is known to have.
struct HubView {
    std::map<core::LogId, std::uint64_t> acknowledged;
    std::map<std::uint64_t, std::string> quarantined;  // of the log in force: seq to code
    core::LogId log;
    std::string at, state;  // of the last answer; empty: none yet
};

// A request as the desk works with it.
struct Asked {
    core::RecordId id;
    Json shown;
    bool conflicts = false;
    std::vector<core::RecordId> changes;
    std::string state;  // of design-language.md
};

// ── forms.cpp: values as people type them.
std::string tidied(const core::Catalogue::Field& field, std::string_view typed);
struct Check {
    bool ok = true;
    std::string code;  // "nif", "too_long", "required", …; empty where it is good
};
Check check_of(const core::Catalogue& forms, const core::Catalogue::Field& field,
               std::string_view value, bool required);
Json citizen_checks(const Json& citizen);
std::string tidied_citizen(std::string_view member, std::string_view typed);

struct Desk::Inside {
    Inside(Station& its, Rim its_rim, core::FileLock lock);

    // ── calls.cpp: what every call has around it.
    // For a person who is signed in, before a screen that shows something.
    template <class Work>
    auto guarded(Work work) -> decltype(work()) {
        if (const Fault* barred = bar()) return tl::make_unexpected(*barred);
        look_at_catalogue();
        return told(work());
    }
    // Says what has changed when it is on disk.
    template <class Result>
    Result told(Result result) {
        tell_changes(result.has_value());
        return result;
    }
    const Fault* bar();
    void tell_changes(bool done);
    void change(std::string_view what, std::string_view id = {}) { changes.emplace_back(what, id); }
    core::Result<core::Journal::Appended> append(core::Kind kind, std::string_view reference,
                                                 Json intent);
    // An intent's members that every one has.
    Json intent() const;
    Done<> atomically(const std::function<Done<>()>& work);
    std::string moment(core::Instant at) const;  // RFC 3339 with the station's offset
    core::Ledger& ledger() const { return station.ledger; }
    core::Result<Json> kept_json(std::string_view on, std::string_view key);  // null: none
    core::Result<> keep_json(std::string_view on, std::string_view key, std::string_view owner,
                             const Json& value);
    core::Instant now() const { return rim.clock.now(); }
    core::Language citizen_language(const Visit& visit) const;

    // ── state.cpp
    Answer state();
    core::Result<HubView> hub_view();
    core::Result<std::uint64_t> waiting();
    core::Result<std::uint64_t> need_person(const HubView& hub);
    Json link(const HubView& hub, std::uint64_t entries_waiting, std::uint64_t files_waiting,
              std::uint64_t need);

    // ── people.cpp
    Answer add_person(const Json& in);
    Done<> check_pin(std::string_view person, std::string_view pin);
    Done<> check_supervisor(std::string_view code);
    // A number that has to match a hash in a kept row, with a growing wait after wrong ones.
    Done<> check_secret(std::string_view on, std::string_view key, std::string_view digits,
                        std::string_view wrong);
    core::Result<Json> people();

    // ── sessions.cpp
    Done<Visit> find_session(std::string_view id);
    Done<Visit> working_session(std::string_view id);  // in which data may be taken
    Answer session_json(const Visit& visit);
    Answer session_defaults();
    Answer open_session(const Json& in, const Json& visit_of);
    Answer answer_privacy(std::string_view id, bool accepted);
    Answer set_citizen(std::string_view id, const Json& set);
    Answer close_session(std::string_view id, const Json& in);
    Answer give_up(const Visit& visit, const Json& in);
    core::Result<Json> citizen_of(const Visit& visit);
    Answer work_on_session(std::string_view id);
    core::Result<> work_on(const Visit& visit);
    std::string session_at() const;
    std::string step_of(const Json& session) const;

    // ── drafts.cpp
    struct Draft {
        std::string id;
        Json kept;  // {session, service, version it was begun under, fields, saved_at, offered,
                    // attachments}
    };
    Done<Draft> find_draft(std::string_view id);
    core::Result<> save(Draft& draft);
    Answer draft_json(const Draft& draft);
    Json draft_json(const Draft& draft, const Json& offers);
    Answer begin_draft(std::string_view session, std::string_view service);
    Answer set_draft(std::string_view id, const Json& set);
    Done<> discard_draft(const Draft& draft);
    Answer queue_draft(std::string_view id);
    core::Result<std::vector<Draft>> drafts_of(std::string_view session);
    // What this citizen has said in this session: field to {value, from}.
    core::Result<Json> offers(std::string_view session, std::string_view except);
    Done<Json> request_intent(const Draft& draft, const Visit& visit);
    Json service_brief(std::string_view code) const;

    // ── scraps.cpp
    Answer open_scrap(std::string_view what, std::string_view of);
    Answer set_scrap(std::string_view id, const Json& set);
    Done<> discard_scrap(std::string_view id);
    // What lists a place's one scrap; `of` as it is in the ledger from then on.
    Done<std::string> place_of_scrap(std::string_view what, std::string& of);
    Done<Json> find_scrap(std::string_view id);
    // In the transaction that records what it was for. Nothing, where none is there.
    core::Result<> drop_scrap(std::string_view what, std::string_view of = {});
    core::Result<> drop_scraps_about(const core::RecordId& request);
    core::Result<> drop_old_scraps();
    core::Result<Json> unfinished();  // of who is signed in: {what, of?, name?}
    std::string person_id() const { return person ? person->id : std::string(); }

    // ── versions.cpp
    // Takes the catalogue in force up; does nothing where it is the one it was.
    void look_at_catalogue();
    core::Result<std::shared_ptr<const core::CatalogueTexts>> read_texts(std::string_view version);
    const core::Catalogue& forms_of(std::string_view version);
    std::shared_ptr<const core::CatalogueTexts> texts_of(std::string_view version);
    bool form_changed(std::string_view version, std::string_view service);
    Json not_asked_any_more(const Draft& draft);

    // ── attachments.cpp
    Answer attach(std::string_view draft, std::string_view name, std::string_view content_type,
                  std::string_view bytes);
    Answer remove_attachment(std::string_view draft, std::string_view hash);
    Done<Attachment> attachment(std::string_view of, std::string_view hash);
    core::Result<Json> attachments_json(const Asked& asked);
    core::Result<std::vector<core::RecordId>> requests_without_file();

    // ── requests.cpp
    Done<Asked> find_request(std::string_view id, const HubView& hub);
    core::Result<std::optional<Asked>> load_request(const core::RecordId& id, const HubView& hub);
    std::string state_of(const Asked& asked, const HubView& hub) const;
    bool acknowledged(const Asked& asked, const HubView& hub) const;
    Answer request_json(const Asked& asked);
    core::Result<Json> history(const Asked& asked);
    Answer request(std::string_view id);
    Answer edit_request(std::string_view id, const Json& set);
    Answer withdraw_request(std::string_view id, std::string_view reason);
    Done<> check_changeable(const Asked& asked) const;
    core::Result<std::vector<Asked>> requests_of(const core::RecordId& session, const HubView& hub);

    // ── receipts.cpp
    Done<core::RecordId> find_receipt(std::string_view id);
    Answer receipt_json(const core::RecordId& id);
    core::Result<std::vector<core::RecordId>> receipts_of(const core::RecordId& session);
    core::Result<bool> provisional(const Json& receipt);
    Answer make_receipt(std::string_view session, const Json& in);
    Answer write_receipt(std::string_view session, const Json& in);  // in a transaction
    Done<Json> lines_left(const Visit& visit);
    Done<Json> lines_given(const Json& lines) const;
    std::string line_name(std::string_view service) const;

    // ── prints.cpp
    Done<Print> reserve_print(std::string_view receipt);
    Answer printed(std::string_view receipt, const Print& print, std::string_view outcome);
    Answer settle_receipt(std::string_view id, bool came_out);
    core::Result<> settle(const core::RecordId& receipt, Json print, std::string_view state);
    core::Result<Json> print_of(std::string_view receipt);
    core::Result<> recover_prints();

    // ── day.cpp, tell.cpp
    Answer day(const Json& in);
    core::Result<Json> day_sessions(core::Instant from, core::Instant until, const HubView& hub);
    core::Result<Json> day_request(const Asked& asked);
    core::Result<Json> failed(const HubView& hub);
    Answer tell();
    core::Result<Json> items_to_tell();
    Answer conflicts();
    // `what`: the place of its scrap, whose id is `scrap`; empty: there is none.
    Answer record_fact(core::Kind kind, std::string_view what, const std::string& scrap,
                       Json members);

    // ── visit.cpp
    Answer visit();
    Answer plan_visit(const Json& in);
    Answer begin_visit(std::size_t index);
    Answer rest_visit(std::size_t index, std::string_view state);

    // ── help.cpp
    Done<> set_help(const Json& in);
    core::Result<Json> help();  // null: not set
    core::Result<Json> help_words();

    // ── citizen.cpp
    Answer citizen_view();
    Json citizen_body();
    Json body_of_form(const Visit& visit, core::Language language);

    Station& station;
    Rim rim;
    core::FileLock lock;
    // Of the catalogue that is in force; see look_at_catalogue().
    const core::Catalogue* forms = &core::Catalogue::shipped();
    std::shared_ptr<const core::CatalogueTexts> texts{std::shared_ptr<void>(),
                                                      &core::CatalogueTexts::shipped()};
    // The last older version whose texts were asked for.
    std::optional<std::pair<std::string, std::shared_ptr<const core::CatalogueTexts>>> older;
    core::Language language = core::Language::pt;
    std::optional<core::Search> search;  // in `language`

    struct Person {
        std::string id, name;
    };
    std::optional<Person> person;
    bool locked = false, hidden = false;
    bool trusted = false;  // the command line's
    std::string working;   // the session's id; empty: none
    std::optional<core::LogId> log;

    bool syncing = false;
    std::size_t sent = 0, total = 0;
    std::string sync_state;  // of the last one in this process

    struct Focus {
        std::string screen, draft, field, last;  // last: of the request or receipt shown
    };
    Focus focus;
    std::vector<std::pair<std::string, std::string>> changes;
};

}  // namespace spot::station
