#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/address.h"
#include "core/platform/worker_threads.h"
#include "hub/cli/verbs.h"
#include "hub/reception.h"
#include "hub/server/certificate.h"
#include "hub/server/server.h"

namespace spot::hub {
namespace {

using core::Code;
using core::Exit;
using core::fail;
using core::Result;

// About 40 ms of work: a request never waits longer for the executing of earlier ones.
constexpr std::size_t kIdleSlice = 200;

// One POST as the exchange sees it.
class Carried final : public Conversation {
public:
    Carried(Hub& hub, sync::Stations& stations, sync::CodecShare& codecs, core::Clock& clock,
            core::Random& random)
        : exchange_(hub.ledger, stations, hub.keys, random, codecs), clock_(clock) {}
    Result<> receive(core::View piece) override { return exchange_.receive(piece, clock_.now()); }
    Result<core::Bytes> finish() override { return exchange_.finish(clock_.now()); }
    void cut() override { exchange_.cut(clock_.now()); }

private:
    sync::HubExchange exchange_;
    core::Clock& clock_;
};

Result<> use_certificate(Hub& hub, const core::Arguments& arguments, ServerOptions& options) {
    options.certificate = hub.certificate();
    options.key = hub.certificate_key();
    if (arguments.has("tls-cert")) {
        options.certificate = arguments.value("tls-cert");
        options.key = arguments.value("tls-key");
    }
    SPOT_ASSIGN(const auto pin, pin_of(options.certificate));
    return hub.remember_tls_pin(pin);
}

void say_address(const core::Arguments& arguments, const core::Address& address,
                 std::uint16_t port) {
    const bool six = address.host.find(':') != std::string::npos;
    const std::string text =
        (six ? "[" + address.host + "]" : address.host) + ":" + std::to_string(port);
    core::print_line(arguments.json() ? nlohmann::json{{"listening", text}}.dump()
                                      : "Listening on https://" + text);
}

Result<Exit> run_serve(const core::Arguments& arguments) {
    const auto address = core::parse_address(arguments.value("listen"));
    if (!address) {
        std::fprintf(stderr, "--listen: ADDRESS:PORT is needed\n");
        return Exit::usage;
    }
    if (arguments.has("tls-cert") != arguments.has("tls-key")) {
        std::fprintf(stderr, "--tls-cert and --tls-key: give both or none\n");
        return Exit::usage;
    }
    core::SystemRandom random;
    core::SystemClock clock;
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    const auto lock = core::FileLock::take(hub.data / "serve.lock", 0);
    if (!lock) return fail(Code::conflict, "this hub is being served by another process");

    ServerOptions options;
    options.address = address->host;
    options.port = address->port;
    SPOT_TRY(use_certificate(hub, arguments, options));
    Reception reception(hub.ledger, hub.keys.epoch);
    core::WorkerThreads workers;
    sync::CodecShare codecs(workers);
    SPOT_ASSIGN(
        auto server,
        Server::listen(
            std::move(options),
            [&] { return std::make_unique<Carried>(hub, reception, codecs, clock, random); },
            [&] {
                const auto done = hub.ledger.executor().run(kIdleSlice);
                if (!done)
                    std::fprintf(stderr, "executing waits: %s\n", done.error().message.c_str());
                return done && *done > 0;
            }));
    say_address(arguments, *address, server.port());
    server.run();
    return Exit::done;
}

}  // namespace

const core::Verb kServe{
    "serve",
    "answers stations until it is told to stop",
    {{"listen", "ADDRESS:PORT", "port 0: any free one", false, "127.0.0.1:8443"},
     {"tls-cert", "FILE", "PEM; else the certificate that init made"},
     {"tls-key", "FILE", "PEM"}},
    run_serve};

}  // namespace spot::hub
