#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"

namespace spot::fieldkit {

struct Command {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    std::filesystem::path out;  // gets its standard output; empty: whoever holds the Process
};

struct Ending {
    int exit = 0;  // its exit code, or 128 and the signal that ended it
    double seconds = 0;
    std::uint64_t memory_peak = 0;  // bytes resident at most; what it took in its last 10 ms lacks
    std::string out;                // its standard output, unless that went to a file
};

// A child process: ended and waited for, by its number, when this goes. Its standard input is
// empty, and what it says on standard error goes where ours goes. One thread owns it.
class Process {
public:
    // `io`: it can't be started.
    static core::Result<Process> start(const Command& command);
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    ~Process();  // stop()

    pid_t pid() const { return pid_; }
    // The next line of its standard output. `busy`: none came in time; `io`: it ended without one.
    core::Result<std::string> line(int wait_ms_max);
    // Waits for its end. `io`: we were interrupted, and it was stopped.
    core::Result<Ending> finish();
    // SIGTERM, and SIGKILL if it is there after ten seconds. Again: the same answer.
    Ending stop();
    // So far.
    std::uint64_t memory_peak();

private:
    using Time = std::chrono::steady_clock::time_point;
    Process(pid_t pid, int out);
    bool look(int wait_ms);  // takes what it printed; false: it has ended
    void read_some(int wait_ms);

    pid_t pid_;  // 0: waited for, or moved from
    int out_;    // -1: closed
    Time began_;
    Ending ending_;
};

// Runs a program to its end.
core::Result<Ending> run_to_end(const Command& command);

// From now on SIGINT, SIGTERM and SIGHUP wait until they are asked for, so that whoever is
// interrupted can put away what it made. Call it before the first thread; children are not held.
void hold_interrupts();
bool interrupted();
void wait_for_interrupt();

}  // namespace spot::fieldkit
