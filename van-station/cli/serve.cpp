#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/address.h"
#include "van-station/app/desk.h"
#include "van-station/cli/offset.h"
#include "van-station/cli/verbs.h"
#include "van-station/web/api.h"

namespace spot::station {
namespace {

using core::Exit;
using core::Result;

void say_addresses(const core::Arguments& arguments, const web::Server& server,
                   const web::Tokens& tokens) {
    const std::string url = server.url() + "/#" + tokens.mediator;
    const std::string citizen = server.url() + "/citizen#" + tokens.citizen;
    if (arguments.json()) {
        core::print_line(
            nlohmann::json{{"url", url}, {"citizen_url", citizen}, {"port", server.port()}}.dump());
        return;
    }
    core::print_line("Mediator:         " + url + "\nCitizen's screen: " + citizen);
    std::fprintf(stderr,
                 "Open them in a browser on this computer. Whoever has the first may do all that "
                 "a mediator may.\n");
}

// Nobody waits longer for a silent printer than ServerLimits::ending. What is on disk is safe
// whenever this process ends: an exchange is all transactions, and a print that was under way is
// uncertain at the next start.
void leave(web::Api& api) {
    if (api.is_idle()) return;
    std::fflush(nullptr);
    std::_Exit(static_cast<int>(Exit::done));
}

// The passphrase opens the store twice: for the desk now, for the other thread when it first
// synchronises.
struct Opening {
    std::filesystem::path data;
    core::Passphrase passphrase;
    core::Random& random;
    Result<Station> operator()() const { return open_station(data, passphrase, random); }
};

Result<Exit> run_serve(const core::Arguments& arguments) {
    const auto address = core::parse_address(arguments.value("listen"));
    if (!address) {
        std::fprintf(stderr, "--listen: ADDRESS:PORT is needed\n");
        return Exit::usage;
    }
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(auto passphrase, arguments.passphrase(core::Ask::once));
    auto opening =
        std::make_shared<const Opening>(Opening{arguments.data(), std::move(passphrase), random});
    SPOT_ASSIGN(auto station, (*opening)());
    web::Changes changes;
    SPOT_ASSIGN(auto desk, Desk::open(station, {clock, random, offset_of,
                                                [&](std::string_view what, std::string_view id) {
                                                    changes.note(what, id);
                                                }}));

    web::ServerOptions options;
    options.address = address->host;
    options.port = address->port;
    options.tokens = web::Tokens::draw(random);
    options.user = static_cast<std::uint32_t>(::geteuid());
    const web::Tokens tokens = options.tokens;
    auto server = web::Server::listen(std::move(options));
    if (!server && server.error().code == core::Code::invalid) {
        std::fprintf(stderr, "--listen: %s\n", server.error().message.c_str());
        return Exit::usage;
    }
    if (!server) return tl::make_unexpected(server.error());

    web::Api api(*server, desk, changes, {station.identity.station, "", ""});
    web::Syncing syncing(
        [kept = std::move(opening)] { return (*kept)(); }, arguments.value("hub"),
        {clock, random, [&](std::function<void()> work) { server->post(std::move(work)); }},
        api.sync_heard());
    api.set_syncing(syncing);
    say_addresses(arguments, *server, tokens);
    server->run(api);
    leave(api);
    return Exit::done;
}

}  // namespace

const core::Verb kServe{
    "serve",
    "the pages for mediator and citizen, on this computer only",
    {{"listen", "ADDRESS:PORT", "127.0.0.1 or [::1]; port 0: any free one", false, "127.0.0.1:0"},
     {"hub", "URL", "another address of the same hub"}},
    run_serve};

}  // namespace spot::station
