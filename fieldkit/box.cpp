#include "fieldkit/box.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "core/log.h"
#include "core/platform/system.h"
#include "core/program.h"

namespace spot::fieldkit {
namespace {

using core::Code;
using core::Exit;
using core::fail;
using core::Result;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr int kServerStartMs = 60'000;
constexpr std::size_t kPassphraseBytes = 16;

bool ended_with(const Ending& ending, std::initializer_list<Exit> wanted) {
    for (const Exit exit : wanted)
        if (ending.exit == static_cast<int>(exit)) return true;
    return false;
}

tl::unexpected<core::Error> ended_badly(const std::string& what, const Ending& ending) {
    return fail(Code::io, what + " ended with " + std::to_string(ending.exit));
}

Result<fs::path> beside_this_program() {
    std::error_code error;
    const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const char* program : {"spot-hub", "spot-station"})
        if (error || !fs::exists(folder / program, error))
            return fail(Code::not_found,
                        std::string(program) + " is not beside fieldkit; build all of the project");
    return folder;
}

// The record a kind of event makes; empty: it changes one.
std::string record_made_by(const std::string& kind) {
    const auto made = core::parse_kind(kind);
    return made && core::makes_record(*made) ? std::string(core::record_of(*made)) : std::string();
}

Result<Recorded> recorded_of(Ending ending) {
    Recorded out;
    std::map<std::string, std::set<std::string>> ids;  // an event given twice makes one record
    std::istringstream lines(std::exchange(ending.out, {}));
    for (std::string line; std::getline(lines, line);) {
        const json said = json::parse(line, nullptr, false);
        if (!said.is_object()) return fail(Code::corrupt, "spot-station record printed no JSON");
        if (!said.value("ok", false)) {
            out.refused.push_back("line " + std::to_string(said.value("line", 0)) + ": " +
                                  said.value("error", ""));
            continue;
        }
        ++out.events;
        out.last_seq = std::max(out.last_seq, said.value("seq", std::uint64_t{0}));
        const std::string record = record_made_by(said.value("kind", ""));
        if (!record.empty()) ids[record].insert(said.value("id", ""));
    }
    for (const auto& [record, made] : ids) out.records[record] = made.size();
    out.ending = std::move(ending);
    return out;
}

Result<Synced> synced_of(Ending ending) {
    const json said = json::parse(std::exchange(ending.out, {}), nullptr, false);
    if (!said.is_object()) return ended_badly("spot-station sync", ending);
    Synced out;
    out.state = said.value("state", "");
    out.reason = said.value("reason", "");
    const auto number = [&](const char* key) { return said.value(key, std::uint64_t{0}); };
    out.sent_entries = number("sent_entries");
    out.received_entries = number("received_entries");
    out.sent_bytes = number("sent_bytes");
    out.received_bytes = number("received_bytes");
    out.round_trips = number("round_trips");
    out.durable_seq = number("durable_seq");
    out.conflicts = number("conflicts");
    out.quarantined = said.value("quarantined", json::array()).size();
    out.seconds = said.value("seconds", 0.0);
    out.ending = std::move(ending);
    return out;
}

}  // namespace

Box::Box(fs::path programs, ThrowAwayFolder folder)
    : programs_(std::move(programs)), folder_(std::move(folder)) {}

Result<Box> Box::make() {
    SPOT_ASSIGN(auto programs, beside_this_program());
    SPOT_ASSIGN(auto folder, ThrowAwayFolder::make());
    Box box(std::move(programs), std::move(folder));
    SPOT_TRY(box.begin());
    return box;
}

Result<Ending> Box::run(const char* program, std::vector<std::string> arguments,
                        const fs::path& data, const fs::path& out) {
    const std::vector<std::string> store{"--data", data.string(), "--passphrase-file",
                                         passphrase_file().string()};
    arguments.insert(arguments.end(), store.begin(), store.end());
    return run_to_end({programs_ / program, std::move(arguments), out});
}

Result<> Box::begin() {
    core::SystemRandom random;
    core::Bytes chance(kPassphraseBytes);
    random.fill(chance);
    passphrase_ = core::to_hex(chance);
    SPOT_TRY(core::system_disk().replace(passphrase_file(), passphrase_ + "\n"));

    const fs::path data = folder() / "hub";

    SPOT_ASSIGN(const auto made,
                run("spot-hub",
                    {"init", "--json", "--name", "hub", "--url", "https://127.0.0.1:8443"}, data));
    if (!ended_with(made, {Exit::done})) return ended_badly("spot-hub init", made);

    SPOT_ASSIGN(auto hub,
                Process::start({programs_ / "spot-hub",
                                {"serve", "--json", "--listen", "127.0.0.1:0", "--data",
                                 data.string(), "--passphrase-file", passphrase_file().string()},
                                {}}));
    hub_.emplace(std::move(hub));
    const auto line = hub_->line(kServerStartMs);
    if (!line) return fail(line.error().code, "spot-hub serve: " + line.error().message);
    const json said = json::parse(*line, nullptr, false);
    hub_address_ = said.is_object() ? said.value("listening", "") : "";
    if (hub_address_.empty()) return fail(Code::corrupt, "spot-hub serve told no address");
    return {};
}

Result<> Box::add_station(const std::string& name) {
    const fs::path slip = folder() / (name + ".slip.json");
    const auto enrolled =
        run("spot-hub", {"enrol", "--json", "--station", name, "--out", slip.string()},
            folder() / "hub");
    if (!enrolled) return tl::make_unexpected(enrolled.error());
    if (!ended_with(*enrolled, {Exit::done})) return ended_badly("spot-hub enrol", *enrolled);
    const auto made =
        run("spot-station", {"init", "--json", "--slip", slip.string()}, station_data(name));
    if (!made) return tl::make_unexpected(made.error());
    if (!ended_with(*made, {Exit::done})) return ended_badly("spot-station init", *made);
    return {};
}

Result<Recorded> Box::record(const std::string& station, const fs::path& events) {
    SPOT_ASSIGN(auto ending, run("spot-station", {"record", "--json", "--events", events.string()},
                                 station_data(station)));
    if (!ended_with(ending, {Exit::done, Exit::attention}))
        return ended_badly("spot-station record", ending);
    return recorded_of(std::move(ending));
}

Result<Synced> Box::sync(const std::string& station, const std::string& address) {
    auto ending = run("spot-station", {"sync", "--json", "--hub", "https://" + address},
                      station_data(station));
    if (!ending) return tl::make_unexpected(std::move(ending).error());
    return synced_of(std::move(*ending));
}

Result<Box::Pages> Box::serve_pages(const std::string& station) {
    SPOT_ASSIGN(auto started,
                Process::start({programs_ / "spot-station",
                                {"serve", "--json", "--hub", "https://" + hub_address_, "--data",
                                 station_data(station).string(), "--passphrase-file",
                                 passphrase_file().string()},
                                {}}));
    pages_.emplace(std::move(started));
    const auto line = pages_->line(kServerStartMs);
    if (!line) return fail(line.error().code, "spot-station serve: " + line.error().message);
    const json said = json::parse(*line, nullptr, false);
    if (!said.is_object()) return fail(Code::corrupt, "spot-station serve told no address");
    return Pages{said.value("url", ""), said.value("citizen_url", "")};
}

Result<Ending> Box::export_station(const std::string& station, const fs::path& out) {
    auto ending = run("spot-station", {"export"}, station_data(station), out);
    if (ending && !ended_with(*ending, {Exit::done}))
        return ended_badly("spot-station export", *ending);
    return ending;
}

Result<Ending> Box::export_hub(const fs::path& out) {
    auto ending = run("spot-hub", {"export"}, folder() / "hub", out);
    if (ending && !ended_with(*ending, {Exit::done}))
        return ended_badly("spot-hub export", *ending);
    return ending;
}

}  // namespace spot::fieldkit
