#include <unistd.h>

#include <cstdio>
#include <utility>

#include "core/program.h"

namespace spot::core {
namespace {
constexpr Instant kRedrawMs = 100;
}

void print_line(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

Progress::Progress(Clock& clock) : clock_(clock), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    clear();
}

void Progress::clear() {
    if (std::exchange(drawn_, false)) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(const std::function<std::string()>& text) {
    if (!terminal_) return;
    const Instant now = clock_.now();
    // A clock set back must not stop the drawing.
    if (now >= last_ && now - last_ < kRedrawMs) return;
    last_ = now;
    drawn_ = true;
    std::fprintf(stderr, "\r%s\x1b[K", text().c_str());
    std::fflush(stderr);
}

}  // namespace spot::core
