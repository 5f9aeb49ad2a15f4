#include "van-station/print/printer.h"

#include <algorithm>
#include <filesystem>

#include "van-station/print/send/cups.h"
#include "van-station/print/send/raw.h"

namespace spot::print {
namespace {

constexpr std::size_t kQueueBytesMax = 127;  // of CUPS
constexpr int kDevices = 8;
constexpr int kQueueMsMax = 3'000;

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Letters that CUPS allows in a queue's name, none of which can begin an option or a path.
bool is_queue(std::string_view text) {
    return !text.empty() && text.size() <= kQueueBytesMax && text.front() != '-' &&
           std::none_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '#' || c == '?' ||
                      c == ':' || c == 0x7F;
           });
}

}  // namespace

core::Result<Printer> parse_printer(std::string_view text) {
    const std::string name(text);
    if (text.starts_with("/dev/")) return Printer{name, Via::device, name, true};
    if (const auto colon = text.rfind(':');
        colon != std::string_view::npos && colon > 0 && is_port(text.substr(colon + 1)))
        return Printer{name, Via::network, name, true};
    if (!is_queue(text))
        return core::fail(core::Code::invalid,
                          "no printer: give a CUPS queue, an address like 192.0.2.7:9100 or "
                          "rolo.local:9100, or a device like /dev/usb/lp0");
    const auto found = cups_printer(name, Deadline(kQueueMsMax));
    if (!found)
        return core::fail(core::Code::not_found,
                          "CUPS has no queue of this name, or is not running; nothing was printed");
    return found->printer;
}

std::string_view readiness_name(Readiness readiness) {
    switch (readiness) {
        case Readiness::ready:
            return "ready";
        case Readiness::off:
            return "off";
        case Readiness::paper:
            return "paper";
        case Readiness::unknown:
            break;
    }
    return "unknown";
}

std::vector<Found> find_printers(int wait_ms_max) {
    auto out = cups_printers(Deadline(wait_ms_max));
    for (int i = 0; i < kDevices && out.size() < kPrintersMax; ++i) {
        const std::string device = "/dev/usb/lp" + std::to_string(i);
        std::error_code none;
        if (!std::filesystem::exists(device, none)) continue;
        const Printer printer{device, Via::device, device, true};
        out.push_back({printer, readiness_of(printer, wait_ms_max)});
    }
    return out;
}

Readiness readiness_of(const Printer& printer, int wait_ms_max) {
    if (printer.via != Via::cups) return readiness_raw(printer, Deadline(wait_ms_max));
    const auto found = cups_printer(printer.address, Deadline(wait_ms_max));
    return found ? found->readiness : Readiness::off;
}

std::string_view outcome_name(Outcome::What what) {
    switch (what) {
        case Outcome::What::not_sent:
            return "not_sent";
        case Outcome::What::sent:
            return "sent";
        case Outcome::What::uncertain:
            break;
    }
    return "uncertain";
}

std::string_view why_name(Outcome::Why why) {
    switch (why) {
        case Outcome::Why::none:
            return "";
        case Outcome::Why::off:
            return "off";
        case Outcome::Why::name:
            return "name";
        case Outcome::Why::paper:
            return "paper";
        case Outcome::Why::died:
            return "died";
        case Outcome::Why::too_slow:
            return "too_slow";
        case Outcome::Why::refused:
            break;
    }
    return "refused";
}

Outcome deliver(const Job& job, const Printer& printer, const Patience& patience) {
    SPOT_CHECK(!job.bytes.empty());
    return printer.via == Via::cups ? deliver_cups(job, printer, patience)
                                    : deliver_raw(job, printer, patience);
}

}  // namespace spot::print
