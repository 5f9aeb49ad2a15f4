#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/event.h"
#include "core/id.h"
#include "core/ledger.h"
#include "core/log.h"
#include "core/program.h"
#include "van-station/app/station.h"

namespace spot::station {

// What turning an event into an intent has to ask about records that are there.
class Records {
public:
    virtual ~Records() = default;
    virtual std::optional<core::RecordId> find(std::string_view record,
                                               std::string_view reference_or_id) = 0;
    virtual std::optional<core::RecordId> session_of(const core::RecordId& request) = 0;
    virtual std::string mediator_of(const core::RecordId& session) = 0;  // empty: not known
};

// An event as the ledger takes it: references to other records are ids, its own stands apart.
struct Draft {
    core::Kind kind = core::Kind::session_open;
    std::string reference;  // the caller's name for the new record; empty: it changes one
    std::string about;      // the reference that an answer names: the same, or the changed record's
    std::string user;
    nlohmann::json intent;
};

// `invalid`: a reference lacks or is malformed, or an edit names a session that is not its
// request's; `not_found`: the record it refers to is not here; `refused`: not a station's to write.
core::Result<Draft> draft_of(core::Event event, Records& records);

// The ledger as Records. Remembers what it looked up, or was told, within a limit.
class LedgerRecords final : public Records {
public:
    explicit LedgerRecords(core::Ledger& ledger) : ledger_(ledger) {}
    std::optional<core::RecordId> find(std::string_view record,
                                       std::string_view reference_or_id) override;
    std::optional<core::RecordId> session_of(const core::RecordId& request) override;
    std::string mediator_of(const core::RecordId& session) override;

    void remember_session_of(const core::RecordId& request, const core::RecordId& session);
    void remember_mediator_of(const core::RecordId& session, std::string mediator);
    void forget();

private:
    nlohmann::json making(const core::RecordId& record);
    core::Ledger& ledger_;
    std::map<core::RecordId, std::optional<core::RecordId>> sessions_;
    std::map<core::RecordId, std::string> mediators_;
};

// Takes events one by one; each is on disk when record() returns, or as Ledger::defer_flush() says.
class Recorder {
public:
    Recorder(Station& station, core::Clock& clock);  // outlive the recorder

    core::Result<core::Taken> record(std::string_view line);

private:
    core::Result<core::Taken> take(core::Event event);
    core::Result<> write_to_current_log();
    core::Result<> put_catalogue(Draft& draft);
    Station& station_;
    core::Clock& clock_;
    LedgerRecords records_;
    std::optional<core::LogId> log_;
    int recorded_ = 0;  // until more are expected
};

}  // namespace spot::station
