#pragma once

// A line to one printer: a socket or a device file. Every call ends by its deadline.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "van-station/print/printer.h"

namespace spot::print {

class Deadline {
public:
    explicit Deadline(int ms) : end_(Clock::now() + std::chrono::milliseconds(ms)) {}
    int left_ms() const;  // never below 0
    bool passed() const { return left_ms() == 0; }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point end_;
};

struct SocketAddress;  // resolve.h

class Line {
public:
    struct Unopened {
        Outcome::Why why = Outcome::Why::off;
    };
    // "HOST:PORT"; a host's name is asked for first (resolve.h), also until `by` at the longest.
    static tl::expected<Line, Unopened> connect(const std::string& address, Deadline by);
    // A character device; a plain file is `refused`, so that a slip does not write into it.
    static tl::expected<Line, Unopened> open(const std::string& device);
    Line(Line&& other) noexcept;
    Line& operator=(Line&& other) noexcept;
    ~Line();

    struct Wrote {
        std::size_t bytes = 0;  // taken by the system: they may be on paper
        bool broken = false;    // else: all of them, or the time was over
    };
    Wrote write(std::string_view bytes, Deadline by);
    // Throws away what came unasked, sends `command`, waits for one byte. Nothing: none came.
    std::optional<std::uint8_t> ask(std::string_view command, Deadline by);
    // What the system itself knows of a printer at a device file; nothing where it doesn't.
    std::optional<Readiness> device_readiness() const;
    // Has the other end taken all that was written, and not broken off since? For a socket: what
    // is not acknowledged by `by` has not been taken.
    bool taken(Deadline by);

private:
    static tl::expected<Line, Unopened> connect_to(const SocketAddress& to, Deadline by);
    Line(int descriptor, bool socket) : descriptor_(descriptor), socket_(socket) {}
    bool wait(short events, Deadline by) const;
    int descriptor_;
    bool socket_;
};

}  // namespace spot::print
