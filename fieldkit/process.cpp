#include "fieldkit/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

extern char** environ;

namespace spot::fieldkit {
namespace {

using core::Code;
using core::fail;
using core::Result;

constexpr int kLookMs = 10;
constexpr std::chrono::seconds kTermPatience{10};
constexpr std::size_t kReadBytes = 64 * 1024;

sigset_t interrupts() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
    return set;
}

// posix_spawn's attributes and actions, which have to be given back.
class Spawning {
public:
    Spawning() {
        posix_spawnattr_init(&attributes_);
        posix_spawn_file_actions_init(&actions_);
        sigset_t none, standard = interrupts();
        sigemptyset(&none);
        sigaddset(&standard, SIGPIPE);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &standard);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    ~Spawning() {
        posix_spawnattr_destroy(&attributes_);
        posix_spawn_file_actions_destroy(&actions_);
    }
    Spawning(const Spawning&) = delete;
    Spawning& operator=(const Spawning&) = delete;

    void out_to(int descriptor) {
        posix_spawn_file_actions_adddup2(&actions_, descriptor, STDOUT_FILENO);
    }
    // An error number; 0: started.
    int start(const Command& command, pid_t& pid) {
        std::string program = command.program.string();
        std::vector<std::string> arguments = command.arguments;
        std::vector<char*> words{program.data()};
        for (std::string& argument : arguments) words.push_back(argument.data());
        words.push_back(nullptr);
        return posix_spawn(&pid, program.c_str(), &actions_, &attributes_, words.data(), environ);
    }

private:
    posix_spawnattr_t attributes_;
    posix_spawn_file_actions_t actions_;
};

// VmHWM, not rusage's ru_maxrss: that starts from what *we* held when the child was made.
std::uint64_t resident_peak(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    constexpr std::string_view kKey = "VmHWM:";
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with(kKey)) continue;
        const auto digits = line.find_first_of("0123456789");
        std::uint64_t kibibytes = 0;
        if (digits != std::string::npos)
            std::from_chars(line.data() + digits, line.data() + line.size(), kibibytes);
        return kibibytes * 1024;
    }
    return 0;
}

int exit_code(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Process::Process(pid_t pid, int out)
    : pid_(pid), out_(out), began_(std::chrono::steady_clock::now()) {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      out_(std::exchange(other.out_, -1)),
      began_(other.began_),
      ending_(std::move(other.ending_)) {}

Process::~Process() {
    stop();
    if (out_ >= 0) close(out_);
}

Result<Process> Process::start(const Command& command) {
    const auto failed = [&](int number) {
        return fail(Code::io, command.program.string() + ": " + std::strerror(number));
    };
    int ends[2] = {-1, -1};  // ours, the child's
    if (command.out.empty()) {
        if (pipe2(ends, O_CLOEXEC) != 0) return failed(errno);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
    } else {
        ends[1] = open(command.out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (ends[1] < 0) return failed(errno);
    }
    Spawning spawning;
    spawning.out_to(ends[1]);
    pid_t pid = 0;
    const int number = spawning.start(command, pid);
    close(ends[1]);
    if (number == 0) return Process(pid, ends[0]);
    if (ends[0] >= 0) close(ends[0]);
    return failed(number);
}

void Process::read_some(int wait_ms) {
    pollfd waiting{out_, POLLIN, 0};  // poll() passes over a negative descriptor, but waits
    poll(&waiting, 1, wait_ms);
    if (out_ < 0) return;
    char buffer[kReadBytes];
    for (;;) {
        const ssize_t got = read(out_, buffer, sizeof buffer);
        if (got > 0) {
            ending_.out.append(buffer, static_cast<std::size_t>(got));
            continue;
        }
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        close(out_);
        out_ = -1;
        return;
    }
}

bool Process::look(int wait_ms) {
    if (pid_ == 0) return false;
    memory_peak();
    read_some(wait_ms);
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
    if (out_ >= 0) read_some(0);
    pid_ = 0;
    ending_.exit = exit_code(status);
    ending_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    return false;
}

std::uint64_t Process::memory_peak() {
    if (pid_ != 0) ending_.memory_peak = std::max(ending_.memory_peak, resident_peak(pid_));
    return ending_.memory_peak;
}

Result<std::string> Process::line(int wait_ms_max) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms_max);
    for (bool is_running = true;;) {
        const auto end = ending_.out.find('\n');
        if (end != std::string::npos) {
            std::string line = ending_.out.substr(0, end);
            ending_.out.erase(0, end + 1);
            return line;
        }
        if (!is_running) return fail(Code::io, "a program ended before it answered");
        if (interrupted()) return fail(Code::io, "interrupted");
        if (std::chrono::steady_clock::now() >= until)
            return fail(Code::busy, "a program did not answer in time");
        is_running = look(kLookMs);
    }
}

Result<Ending> Process::finish() {
    while (look(kLookMs)) {
        if (!interrupted()) continue;
        stop();
        return fail(Code::io, "interrupted");
    }
    return ending_;
}

Ending Process::stop() {
    if (pid_ == 0) return ending_;
    kill(pid_, SIGTERM);
    const auto patience = std::chrono::steady_clock::now() + kTermPatience;
    bool is_killed = false;
    while (look(kLookMs)) {
        if (is_killed || std::chrono::steady_clock::now() < patience) continue;
        kill(pid_, SIGKILL);
        is_killed = true;
    }
    return ending_;
}

Result<Ending> run_to_end(const Command& command) {
    SPOT_ASSIGN(auto process, Process::start(command));
    return process.finish();
}

void hold_interrupts() {
    const sigset_t set = interrupts();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // whoever reads us may leave; what we made goes all the same
}

bool interrupted() {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
           sigismember(&pending, SIGHUP) == 1;
}

void wait_for_interrupt() {
    const sigset_t set = interrupts();
    int number = 0;
    sigwait(&set, &number);
}

}  // namespace spot::fieldkit
