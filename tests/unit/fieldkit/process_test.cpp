#include "fieldkit/process.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "fieldkit/throw_away.h"

using namespace spot::fieldkit;
using spot::core::Code;

namespace {

Command shell(const std::string& script) {
    return {"/bin/sh", {"-c", script}, {}};
}

bool is_there(pid_t pid) {
    return kill(pid, 0) == 0;
}

constexpr int kPatienceMs = 30'000;  // for what comes at once unless something is broken

}  // namespace

TEST_CASE("a program runs to its end: its output and its exit code are ours") {
    const auto ending = run_to_end(shell("printf 'one\\ntwo'; exit 7"));
    REQUIRE(ending);
    CHECK(ending->exit == 7);
    CHECK(ending->out == "one\ntwo");
}

TEST_CASE("more output than a pipe holds does not stop it") {
    const auto ending = run_to_end(shell("head -c 1000000 /dev/zero"));
    REQUIRE(ending);
    CHECK(ending->exit == 0);
    CHECK(ending->out.size() == 1'000'000);
}

TEST_CASE("output can go to a file that only its owner may read") {
    const auto folder = ThrowAwayFolder::make();
    REQUIRE(folder);
    Command command = shell("echo text");
    command.out = folder->path() / "out";
    const auto ending = run_to_end(command);
    REQUIRE(ending);
    CHECK(ending->out.empty());
    std::ifstream in(command.out);
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == "text\n");
    struct stat status {};
    REQUIRE(stat(command.out.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("the input of a program is empty") {
    CHECK(run_to_end(shell("cat"))->out.empty());
}

TEST_CASE("a program that can't be started is an error") {
    CHECK(Process::start({"/no/such/program", {}, {}}).error().code == Code::io);
}

TEST_CASE("lines come one by one, also while the program goes on") {
    auto process = Process::start(shell("echo first; echo second; exec sleep 60"));
    REQUIRE(process);
    CHECK(process->line(kPatienceMs).value() == "first");
    CHECK(process->line(kPatienceMs).value() == "second");
    CHECK(process->line(1).error().code == Code::busy);
    CHECK(is_there(process->pid()));
    CHECK(process->memory_peak() > 0);
}

TEST_CASE("a program that ends without a line is not waited for") {
    auto process = Process::start(shell("exit 0"));
    REQUIRE(process);
    CHECK(process->line(kPatienceMs).error().code == Code::io);
    CHECK(process->finish()->exit == 0);
}

TEST_CASE("a program ends when its owner goes") {
    pid_t pid = 0;
    {
        auto process = Process::start(shell("exec sleep 60"));
        REQUIRE(process);
        pid = process->pid();
        Process other(std::move(*process));
        CHECK(is_there(pid));
    }
    CHECK_FALSE(is_there(pid));
}

TEST_CASE("stopping tells the signal, and again the same") {
    auto process = Process::start(shell("exec sleep 60"));
    REQUIRE(process);
    CHECK(process->stop().exit == 128 + SIGTERM);
    CHECK(process->stop().exit == 128 + SIGTERM);
    CHECK(process->finish()->exit == 128 + SIGTERM);
}

TEST_CASE("a program may end in its own way when asked to") {
    auto process = Process::start(
        shell("trap 'echo bye; kill $!; exit 3' TERM; sleep 60 >/dev/null & echo up; wait"));
    REQUIRE(process);
    REQUIRE(process->line(kPatienceMs).value() == "up");
    const Ending ending = process->stop();
    CHECK(ending.exit == 3);
    CHECK(ending.out == "bye\n");
}

TEST_CASE("a throw-away folder is its owner's alone, and goes with all in it") {
    std::filesystem::path path;
    {
        auto folder = ThrowAwayFolder::make();
        REQUIRE(folder);
        path = folder->path();
        struct stat status {};
        REQUIRE(stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0700);
        std::filesystem::create_directory(path / "within");
        std::ofstream(path / "within" / "file") << "text";
        const ThrowAwayFolder other(std::move(*folder));
        CHECK(std::filesystem::exists(path / "within" / "file"));
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("an interrupt waits until it is asked for; programs that we start hear it at once") {
    sigset_t before;
    pthread_sigmask(SIG_SETMASK, nullptr, &before);
    const auto pipe_before = std::signal(SIGPIPE, SIG_DFL);
    hold_interrupts();
    CHECK_FALSE(interrupted());
    std::raise(SIGTERM);
    CHECK(interrupted());
    const auto ending = run_to_end(shell("exec sleep 60"));
    REQUIRE_FALSE(ending);
    CHECK(ending.error().message == "interrupted");
    wait_for_interrupt();
    CHECK_FALSE(interrupted());
    CHECK(run_to_end(shell("kill -TERM $$; exit 0"))->exit == 128 + SIGTERM);
    CHECK(run_to_end(shell("kill -PIPE $$; exit 0"))->exit == 128 + SIGPIPE);
    std::signal(SIGPIPE, pipe_before);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}
