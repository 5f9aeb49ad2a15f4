#pragma once

// Ways out to paper: a queue of CUPS, a network printer (raw, port 9100), a USB device file.
// Every call ends in bounded time. Nothing is written to disk here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace spot::print {

enum class Via : std::uint8_t { cups, network, device };
struct Printer {
    std::string name;  // for people and for the API
    Via via = Via::cups;
    std::string address;  // the queue, "host:port" (name or numbers), or "/dev/usb/lp0"
    bool escpos = false;  // takes ESC/POS (formats 58, 80); else PDF (a4, a5, large)
};
// "QUEUE", "HOST:PORT", "/dev/…". Of a queue `escpos` is what CUPS says (a raw queue takes
// ESC/POS). `invalid`: none of these.
core::Result<Printer> parse_printer(std::string_view text);

enum class Readiness : std::uint8_t { ready, off, paper, unknown };
std::string_view readiness_name(Readiness);  // "ready", "off", "paper", "unknown"

// The queues of CUPS and the device files that are there: at most kPrintersMax, in `wait_ms_max`.
// No CUPS is no error: it has no queues.
constexpr std::size_t kPrintersMax = 32;
struct Found {
    Printer printer;
    Readiness readiness = Readiness::unknown;
};
std::vector<Found> find_printers(int wait_ms_max);
Readiness readiness_of(const Printer&, int wait_ms_max);

struct Job {
    std::string title;  // names the receipt's number and no person: it is seen in queues and logs
    std::string bytes;  // ESC/POS, or a PDF
};

// What may be on paper now.
struct Outcome {
    enum class What : std::uint8_t {
        not_sent,   // no byte of it left: the original is still unused
        sent,       // all of it was taken, and where the printer answers, it says it has printed
        uncertain,  // some of it left: only a person can see what came out
    };
    enum class Why : std::uint8_t { none, off, name, paper, died, too_slow, refused };
    What what = What::not_sent;
    Why why = Why::none;
    std::size_t bytes_left = 0;  // how many left this computer
};
std::string_view outcome_name(Outcome::What);  // "not_sent", "sent", "uncertain"
// "", "off", "name" (nobody knows the host's), "paper", "died", "too_slow", "refused"
std::string_view why_name(Outcome::Why);

struct Patience {
    int connect_ms_max = 3'000;
    int answer_ms_max = 400;  // to a status request; most printers answer in 20 ms or never
    int job_ms_max = 20'000;  // all of it, from the first byte to the last answer
};
// Blocks for connect_ms_max + job_ms_max at most: not for the thread that serves a desk.
Outcome deliver(const Job&, const Printer&, const Patience& = {});

}  // namespace spot::print
