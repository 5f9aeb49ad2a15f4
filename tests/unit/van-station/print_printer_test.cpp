#include "van-station/print/printer.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/fake_printer.h"
#include "tests/support/temporary_folder.h"
#include "van-station/print/send/resolve.h"

using namespace spot::print;
using spot::tests::FakePrinter;
using What = Outcome::What;
using Why = Outcome::Why;

namespace {

constexpr Patience kShort{300, 60, 1'200};
const std::string kBytes = "\x1B@ Recibo 129\n" + std::string(3'000, 'x') + "\n";
// More than a socket's buffers take.
const std::string kMany(8'000'000, 'y');

Printer network(const FakePrinter& printer) {
    return {"rolo", Via::network, printer.address(), true};
}

Outcome print(FakePrinter& printer, const std::string& bytes = kBytes) {
    return deliver({"Recibo 129", bytes}, network(printer), kShort);
}

// A printer at a device file: the master end is the printer's.
struct Device {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    int slave = -1;  // held open, so that the line stays up between two jobs
    std::string name;
    Device() {
        REQUIRE(master >= 0);
        REQUIRE(grantpt(master) == 0);
        REQUIRE(unlockpt(master) == 0);
        name = ptsname(master);
        slave = open(name.c_str(), O_RDWR | O_NOCTTY);
        REQUIRE(slave >= 0);
        termios settings{};
        tcgetattr(slave, &settings);
        cfmakeraw(&settings);
        tcsetattr(slave, TCSANOW, &settings);
    }
    ~Device() {
        close(master);
        close(slave);
    }
    std::string came() const {
        std::string out;
        char buffer[512];
        pollfd one{master, POLLIN, 0};
        while (poll(&one, 1, 50) > 0) {
            const auto count = read(master, buffer, sizeof buffer);
            if (count <= 0) break;
            out.append(buffer, static_cast<std::size_t>(count));
        }
        return out;
    }
};

}  // namespace

TEST_CASE("a printer that answers gets all bytes and is believed when it says that it is done") {
    FakePrinter printer({});
    const auto outcome = print(printer);
    CHECK(outcome.what == What::sent);
    CHECK(outcome.why == Why::none);
    CHECK(outcome.bytes_left == kBytes.size());
    CHECK(printer.printed() == kBytes);
}

TEST_CASE("a printer that never answers gets all bytes, too") {
    FakePrinter printer({.answers = false});
    CHECK(print(printer).what == What::sent);
    CHECK(printer.printed() == kBytes);
}

TEST_CASE("nothing is sent to a printer that is off, without paper or offline") {
    std::string nobody;
    {
        FakePrinter printer({});
        nobody = printer.address();
    }
    auto outcome = deliver({"Recibo 129", kBytes}, {"rolo", Via::network, nobody, true}, kShort);
    CHECK(outcome.what == What::not_sent);
    CHECK(outcome.why == Why::off);

    FakePrinter empty({.paper = 0x72});
    outcome = print(empty);
    CHECK(outcome.what == What::not_sent);
    CHECK(outcome.why == Why::paper);
    CHECK(empty.printed().empty());

    FakePrinter stopped({.printer = 0x1A, .cause = 0x32});
    outcome = print(stopped);
    CHECK(outcome.what == What::not_sent);
    CHECK(outcome.why == Why::paper);
    CHECK(stopped.printed().empty());

    FakePrinter open_lid({.printer = 0x1A, .cause = 0x16});
    outcome = print(open_lid);
    CHECK(outcome.what == What::not_sent);
    CHECK(outcome.why == Why::off);
    CHECK(open_lid.printed().empty());
}

TEST_CASE("a printer that dies in the middle leaves it uncertain") {
    SUBCASE("answering") {
        FakePrinter printer({.dies_after = 1'000});
        const auto outcome = print(printer, kMany);
        CHECK(outcome.what == What::uncertain);
        CHECK(outcome.why == Why::died);
        CHECK(outcome.bytes_left > 0);
    }
    SUBCASE("mute") {
        FakePrinter printer({.answers = false, .dies_after = 1'000});
        CHECK(print(printer).what == What::uncertain);
    }
    SUBCASE("after the last byte, before it said that it is done") {
        FakePrinter printer({.silent_at_end = true});
        const auto outcome = print(printer);
        CHECK(outcome.what == What::uncertain);
        CHECK(outcome.why == Why::died);
    }
}

TEST_CASE("paper that ends in the middle leaves it uncertain") {
    FakePrinter printer({.done = 0x0C});
    const auto outcome = print(printer);
    CHECK(outcome.what == What::uncertain);
    CHECK(outcome.why == Why::paper);
}

TEST_CASE("a printer that takes no more is left in bounded time") {
    FakePrinter printer({.stops_after = 1'000});
    const auto began = std::chrono::steady_clock::now();
    const auto outcome = print(printer, kMany);
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK(outcome.what == What::uncertain);
    CHECK(outcome.why == Why::too_slow);
    CHECK(outcome.bytes_left < kMany.size());
    CHECK(took < std::chrono::milliseconds(kShort.connect_ms_max + kShort.job_ms_max));
}

TEST_CASE("a page for a printer of pages begins with its own first byte") {
    FakePrinter printer({});
    const std::string pdf = "%PDF-1.5 a page";
    const auto outcome =
        deliver({"Recibo 129", pdf}, {"folhas", Via::network, printer.address(), false}, kShort);
    CHECK(outcome.what == What::sent);
    CHECK(printer.printed() == pdf);
}

TEST_CASE("a device file gets the same bytes; a plain file and a missing one get none") {
    const Device device;
    const std::string bytes = "\x1B@ Recibo 129\n";
    auto outcome = deliver({"Recibo 129", bytes}, {"usb", Via::device, device.name, true}, kShort);
    CHECK(outcome.what == What::sent);
    CHECK(device.came().find(bytes) != std::string::npos);

    const spot::support::TemporaryFolder folder;
    const auto plain = folder.path() / "plain";
    std::ofstream(plain) << "kept";
    outcome = deliver({"Recibo 129", bytes}, {"usb", Via::device, plain.string(), true}, kShort);
    CHECK(outcome.what == What::not_sent);
    CHECK(outcome.why == Why::refused);
    CHECK(std::filesystem::file_size(plain) == 4);

    outcome = deliver({"Recibo 129", bytes},
                      {"usb", Via::device, (folder.path() / "none").string(), true}, kShort);
    CHECK(outcome.what == What::not_sent);
    CHECK(outcome.why == Why::off);
}

TEST_CASE("a printer's readiness is asked without printing") {
    FakePrinter ready({}), empty({.paper = 0x72}), mute({.answers = false});
    CHECK(readiness_of(network(ready), 600) == Readiness::ready);
    CHECK(readiness_of(network(empty), 600) == Readiness::paper);
    CHECK(readiness_of(network(mute), 600) == Readiness::unknown);
    CHECK(ready.printed().empty());
}

// A minimal system without /etc/hosts does not.
bool knows_localhost() {
    addrinfo* found = nullptr;
    if (getaddrinfo("localhost", nullptr, nullptr, &found) != 0) return false;
    freeaddrinfo(found);
    return true;
}

TEST_CASE("a printer is found by its host's name; a name that nobody knows is told") {
    FakePrinter printer({});
    const std::string address = printer.address();
    const std::string port = address.substr(address.rfind(':'));
    const Patience patient{20'000, 60, 20'000};  // a loaded machine asks for names slowly
    if (knows_localhost()) {
        const auto outcome = deliver({"Recibo 129", kBytes},
                                     {"rolo", Via::network, "localhost" + port, true}, patient);
        CHECK(outcome.what == What::sent);
        CHECK(printer.printed() == kBytes);
    } else {
        MESSAGE("this system does not know localhost: only a wrong name was tried");
    }

    // No host has such a name, so no name server is asked.
    const Printer nowhere{"rolo", Via::network, "no..name" + port, true};
    const auto outcome = deliver({"Recibo 129", kBytes}, nowhere, patient);
    CHECK(outcome.what == What::not_sent);
    CHECK(outcome.why == Why::name);
    CHECK(outcome.bytes_left == 0);
    CHECK(readiness_of(nowhere, 20'000) == Readiness::off);
}

TEST_CASE("asking for a printer's name ends when the time is over") {
    // Without any time nobody can have answered, however fast the machine is.
    const auto none = resolve("localhost", "9100", Deadline(0));
    CHECK(none.size() <= kAddressesMax);
    const auto numbers = resolve("192.0.2.7", "9100", Deadline(0));
    CHECK(numbers.size() == 1);  // no question was needed
}

TEST_CASE("a printer's address says by which way it is reached") {
    const auto socket = parse_printer("192.0.2.7:9100");
    REQUIRE(socket);
    CHECK(socket->via == Via::network);
    CHECK(socket->escpos);
    const auto usb = parse_printer("/dev/usb/lp0");
    REQUIRE(usb);
    CHECK(usb->via == Via::device);
    for (const char* wrong : {"", "-o", "a b", "../queue", "queue?x", "host:port"}) {
        CAPTURE(wrong);
        const auto parsed = parse_printer(wrong);
        REQUIRE(!parsed);
        CHECK(parsed.error().code == spot::core::Code::invalid);
    }
}
