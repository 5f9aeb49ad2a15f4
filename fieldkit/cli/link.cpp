#include "fieldkit/link.h"

#include <csignal>
#include <ctime>

#include <nlohmann/json.hpp>

#include "fieldkit/cli/verbs.h"

namespace spot::fieldkit {
namespace {

constexpr std::int64_t kMillisecondsMax = 3'600'000;

core::Result<LinkConditions> conditions_of(const core::Arguments& arguments) {
    LinkConditions conditions;
    const struct {
        const char* option;
        std::int64_t* value;
        std::int64_t max, unit;
    } numbers[] = {
        {"rate-kbit", &conditions.rate_kbit, 10'000'000, 1},
        {"rtt-ms", &conditions.rtt_ms, kMillisecondsMax, 1},
        {"cut-every", &conditions.cut_every_ms, kMillisecondsMax / 1000, 1000},
        {"cut-for", &conditions.cut_for_ms, kMillisecondsMax / 1000, 1000},
    };
    for (const auto& number : numbers) {
        const auto value = whole_number(arguments, number.option, 0, number.max);
        if (!value) return tl::make_unexpected(value.error());
        *number.value = *value * number.unit;
    }
    const auto seed = whole_number(arguments, "seed", 0, INT64_MAX);
    if (!seed) return tl::make_unexpected(seed.error());
    conditions.seed = static_cast<std::uint64_t>(*seed);
    SPOT_ASSIGN(const auto loss, share_ppm(arguments, "loss"));
    conditions.loss_ppm = loss;
    return conditions;
}

// Until the process is asked to end. With a file, the counters so far are in it, a second old at
// most, so that others can read them while it runs.
core::Result<> serve(const LinkProxy& link, const sigset_t& ending, const std::string& file) {
    std::string written;
    for (bool is_over = false; !is_over;) {
        const timespec second{1, 0};
        is_over = ::sigtimedwait(&ending, nullptr, &second) > 0;
        const std::string now = link.counters().json() + "\n";
        if (file.empty() || now == written) continue;
        SPOT_TRY(core::system_disk().replace(file, now));
        written = now;
    }
    return {};
}

core::Result<core::Exit> run_link(const core::Arguments& arguments) {
    const auto conditions = conditions_of(arguments);
    if (!conditions) return wrong_usage(kLinkVerb, conditions.error());
    // Blocked before the link's thread starts, so that it inherits that and serve() gets them.
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);

    auto link = LinkProxy::start(arguments.value("listen"), arguments.value("to"), *conditions);
    if (!link && link.error().code == core::Code::invalid)
        return wrong_usage(kLinkVerb, link.error());
    if (!link) return tl::make_unexpected(std::move(link).error());
    core::print_line(nlohmann::json{{"listening", (*link)->address()}}.dump());
    if (const auto file = arguments.value("ready-file"); !file.empty())
        SPOT_TRY(core::system_disk().replace(file, (*link)->address() + "\n"));
    SPOT_TRY(serve(**link, ending, arguments.value("bytes-file")));
    (*link)->stop();
    core::print_line((*link)->counters().json());
    return core::Exit::done;
}

}  // namespace

const core::Verb kLinkVerb{
    "link",
    "is a bad link, as a TCP proxy, until it is interrupted; then prints what crossed it",
    {{"listen", "HOST:PORT", "where to listen; port 0 takes a free one", false, "127.0.0.1:0"},
     {"to", "HOST:PORT", "where the connections go", true},
     {"rate-kbit", "N", "thousand bits a second, each way; 0: no limit", false, "0"},
     {"rtt-ms", "N", "a round trip, in milliseconds", false, "0"},
     {"loss", "SHARE", "of segments; each stalls the link for a round trip and 200 ms", false, "0"},
     {"cut-every", "S", "cut after so many seconds up, from the first connection on; 0: never",
      false, "0"},
     {"cut-for", "S", "and for so many seconds", false, "0"},
     {"seed", "N", "the same seed loses the same segments", false, "1"},
     {"ready-file", "FILE", "gets the address it listens at, once it does"},
     {"bytes-file", "FILE", "gets the counters every second and at the end"}},
    run_link,
    core::Needs::nothing};

}  // namespace spot::fieldkit
