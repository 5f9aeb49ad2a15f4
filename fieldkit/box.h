#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/vault.h"
#include "fieldkit/process.h"
#include "fieldkit/throw_away.h"

namespace spot::fieldkit {

// What `spot-station record` said.
struct Recorded {
    std::uint64_t events = 0;                      // taken; one given twice counts twice
    std::uint64_t last_seq = 0;                    // of its log
    std::map<std::string, std::uint64_t> records;  // made, by record name
    std::vector<std::string> refused;              // "line 7: …"
    Ending ending;
};

// What `spot-station sync` said; names as in its output.
struct Synced {
    std::string state;
    std::string reason;
    std::uint64_t sent_entries = 0, received_entries = 0;
    std::uint64_t sent_bytes = 0, received_bytes = 0;
    std::uint64_t round_trips = 0, durable_seq = 0, conflicts = 0;
    std::uint64_t quarantined = 0;
    double seconds = 0;  // as the station counts them; ending.seconds has the program's start, too
    Ending ending;
};

// A hub that is being served, and stations: the real programs, in a throw-away folder that only
// its owner may read. All of it goes with the box. One thread owns it.
class Box {
public:
    // `not_found`: spot-hub and spot-station are not beside this program.
    static core::Result<Box> make();

    const std::filesystem::path& folder() const { return folder_.path(); }
    std::filesystem::path station_data(const std::string& name) const { return folder() / name; }
    std::filesystem::path passphrase_file() const { return folder() / "passphrase"; }
    const std::filesystem::path& programs() const { return programs_; }
    core::Passphrase passphrase() const { return core::Passphrase(passphrase_); }
    const std::string& hub_address() const { return hub_address_; }  // "127.0.0.1:40123"
    Process& hub() { return *hub_; }

    core::Result<> add_station(const std::string& name);
    core::Result<Recorded> record(const std::string& station, const std::filesystem::path& events);
    // By way of `address`, which leads to the hub. An exchange that failed is no error; see state.
    core::Result<Synced> sync(const std::string& station, const std::string& address);
    // The station's pages, served until the box goes. Synchronises with the hub by itself.
    struct Pages {
        std::string mediator, citizen;  // addresses, each with its launch token
    };
    core::Result<Pages> serve_pages(const std::string& station);
    core::Result<Ending> export_station(const std::string& station,
                                        const std::filesystem::path& out);
    core::Result<Ending> export_hub(const std::filesystem::path& out);

private:
    Box(std::filesystem::path programs, ThrowAwayFolder folder);
    core::Result<> begin();
    core::Result<Ending> run(const char* program, std::vector<std::string> arguments,
                             const std::filesystem::path& data,
                             const std::filesystem::path& out = {});

    std::filesystem::path programs_;
    ThrowAwayFolder folder_;
    std::string passphrase_;
    std::string hub_address_;
    // The last members: they end before the folder goes.
    std::optional<Process> hub_;
    std::optional<Process> pages_;
};

}  // namespace spot::fieldkit
