#include "tests/hostile/cost.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <fstream>

#include "core/error.h"

namespace spot::hostile {
namespace {

using Json = nlohmann::json;

constexpr rlim_t kSanitizedStackBytes = 120 << 20;

double status_mb(const std::string& name) {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
    return 0;
}

void write_all(int to, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t written = write(to, text.data() + at, text.size() - at);
        if (written <= 0) return;
        at += static_cast<std::size_t>(written);
    }
}

}  // namespace

double cpu_ms() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

PeakMemory::PeakMemory() {
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
    before_mb_ = status_mb("VmRSS");
}

double PeakMemory::grown_mb() const {
    return status_mb("VmHWM") - before_mb_;
}

Json in_a_child(int cpu_s, const std::function<Json()>& work) {
    std::array<int, 2> ends{};
    SPOT_CHECK(pipe(ends.data()) == 0);
    const pid_t child = fork();
    SPOT_CHECK(child >= 0);
    if (child == 0) {
        close(ends[0]);
        const rlimit time{static_cast<rlim_t>(cpu_s), static_cast<rlim_t>(cpu_s + 5)};
        setrlimit(RLIMIT_CPU, &time);
        // Forging nested lists recurses once a level; the code under attack has the usual stack in
        // the programs as they are shipped.
        const rlimit stack{kSanitizedStackBytes, kSanitizedStackBytes};
        if (kSanitized) setrlimit(RLIMIT_STACK, &stack);
        const rlimit no_core{0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        // A test's own handlers would report the child's end as the test's.
        for (const int one : {SIGABRT, SIGSEGV, SIGXCPU, SIGTERM, SIGFPE, SIGILL})
            signal(one, SIG_DFL);
        Json out;
        try {
            out = work();
        } catch (const std::exception& e) {
            out = {{"end", std::string("exception ") + e.what()}};
        } catch (...) {
            out = {{"end", "exception"}};
        }
        write_all(ends[1], out.dump(-1, ' ', false, Json::error_handler_t::replace));
        _exit(0);
    }
    close(ends[1]);
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t got = 0; (got = read(ends[0], piece.data(), piece.size())) > 0;)
        text.append(piece.data(), static_cast<std::size_t>(got));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
        const int by = WTERMSIG(status);
        return {{"end", by == SIGXCPU || by == SIGKILL ? "time" : "signal " + std::to_string(by)}};
    }
    Json out = Json::parse(text, nullptr, false);
    return out.is_object() ? out : Json{{"end", "no result"}};
}

}  // namespace spot::hostile
