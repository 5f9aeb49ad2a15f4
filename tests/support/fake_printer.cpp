#include "tests/support/fake_printer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <string_view>

#include "core/error.h"

namespace spot::tests {
namespace {

constexpr int kLookMs = 20;

bool readable(int descriptor) {
    pollfd one{descriptor, POLLIN, 0};
    return poll(&one, 1, kLookMs) > 0;
}

}  // namespace

FakePrinter::FakePrinter(Manner manner) : manner_(manner) {
    listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // Small, so that a printer that reads no more is felt after a few kilobytes.
    constexpr int kBuffer = 4096;
    setsockopt(listening_, SOL_SOCKET, SO_RCVBUF, &kBuffer, sizeof kBuffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SPOT_CHECK(bind(listening_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    SPOT_CHECK(listen(listening_, 4) == 0);
    thread_ = std::thread([this] { serve(); });
}

FakePrinter::~FakePrinter() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
    close(listening_);
}

std::string FakePrinter::address() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

std::string FakePrinter::printed() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
    const std::lock_guard lock(mutex_);
    return printed_;
}

void FakePrinter::serve() {
    while (!over_) {
        if (!readable(listening_)) continue;
        const int connection = accept(listening_, nullptr, nullptr);
        if (connection < 0) continue;
        work(connection);
        close(connection);
        return;
    }
}

// Requests are told from the job by their first bytes, as the job holds none of them.
void FakePrinter::work(int connection) {
    std::string got;
    bool said_all = false;
    while (true) {
        if (got.size() >= manner_.stops_after) {
            if (over_) break;
            poll(nullptr, 0, kLookMs);
            continue;
        }
        if (!readable(connection)) {
            if (over_) break;
            continue;
        }
        char buffer[1024];
        const auto count = recv(connection, buffer, sizeof buffer, 0);
        if (count <= 0) break;
        got.append(buffer, static_cast<std::size_t>(count));
        const auto answer = [&](std::string_view request, std::uint8_t byte) {
            for (std::size_t at; (at = got.find(request)) != std::string::npos;) {
                got.erase(at, request.size());
                if (manner_.answers && !said_all) send(connection, &byte, 1, MSG_NOSIGNAL);
            }
        };
        said_all = manner_.silent_at_end && got.size() > 16;
        answer({"\x10\x04\x01", 3}, manner_.printer);
        answer({"\x10\x04\x02", 3}, manner_.cause);
        answer({"\x10\x04\x04", 3}, manner_.paper);
        answer({"\x1Dr\x01", 3}, manner_.done);
        if (got.size() >= manner_.dies_after) {
            constexpr linger kNow{1, 0};  // the connection is reset, as when the power goes
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &kNow, sizeof kNow);
            break;
        }
    }
    const std::lock_guard lock(mutex_);
    printed_ = got;
}

}  // namespace spot::tests
