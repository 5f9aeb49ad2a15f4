#include "van-station/print/send/line.h"

#include <fcntl.h>
#include <linux/lp.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include "van-station/print/send/resolve.h"

namespace spot::print {
namespace {

using Why = Outcome::Why;
constexpr auto kQueueLook =
    std::chrono::milliseconds(10);  // how often the queue of a socket is looked at
constexpr int kGoodbyeMs = 250;     // for a connection that breaks off at its end

tl::unexpected<Line::Unopened> unopened(Why why) {
    return tl::unexpected(Line::Unopened{why});
}

Why why_of(int error) {
    return error == EACCES || error == EPERM || error == EBUSY ? Why::refused : Why::off;
}

}  // namespace

int Deadline::left_ms() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now()).count();
    return static_cast<int>(std::max<decltype(left)>(left, 0));
}

tl::expected<Line, Line::Unopened> Line::connect(const std::string& address, Deadline by) {
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) return unopened(Why::refused);
    std::string host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto found = resolve(host, address.substr(colon + 1), by);
    if (found.empty()) return unopened(Why::name);
    // A name may have an address that nobody listens at, too (localhost is ::1 first): each in
    // turn.
    auto line = connect_to(found.front(), by);
    for (std::size_t i = 1; !line && i < found.size() && !by.passed(); ++i)
        line = connect_to(found[i], by);
    return line;
}

tl::expected<Line, Line::Unopened> Line::connect_to(const SocketAddress& to, Deadline by) {
    const auto* const name = reinterpret_cast<const sockaddr*>(&to.name);
    const int descriptor = ::socket(name->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return unopened(Why::refused);
    Line line(descriptor, true);
    if (::connect(descriptor, name, to.size) != 0) {
        if (errno != EINPROGRESS) return unopened(why_of(errno));
        if (!line.wait(POLLOUT, by)) return unopened(Why::off);
        int error = 0;
        socklen_t size = sizeof error;
        if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
            return unopened(why_of(error));
    }
    return line;
}

tl::expected<Line, Line::Unopened> Line::open(const std::string& device) {
    const int descriptor = ::open(device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return unopened(why_of(errno));
    Line line(descriptor, false);
    struct stat about {};
    if (fstat(descriptor, &about) != 0 || !S_ISCHR(about.st_mode)) return unopened(Why::refused);
    return line;
}

Line::Line(Line&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), socket_(other.socket_) {}

Line& Line::operator=(Line&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(socket_, other.socket_);
    return *this;
}

Line::~Line() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool Line::wait(short events, Deadline by) const {
    for (;;) {
        pollfd one{descriptor_, events, 0};
        const int ready = poll(&one, 1, by.left_ms());
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

Line::Wrote Line::write(std::string_view bytes, Deadline by) {
    Wrote out;
    while (out.bytes < bytes.size()) {
        const auto rest = bytes.substr(out.bytes);
        const auto count = socket_ ? ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL)
                                   : ::write(descriptor_, rest.data(), rest.size());
        if (count > 0) {
            out.bytes += static_cast<std::size_t>(count);
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (!wait(POLLOUT, by)) return out;
        } else {
            out.broken = true;
            return out;
        }
    }
    return out;
}

std::optional<std::uint8_t> Line::ask(std::string_view command, Deadline by) {
    std::uint8_t byte = 0;
    while (::read(descriptor_, &byte, 1) == 1) {
        if (by.passed()) return std::nullopt;
    }
    if (write(command, by).bytes != command.size()) return std::nullopt;
    if (!wait(POLLIN, by)) return std::nullopt;
    if (::read(descriptor_, &byte, 1) != 1) return std::nullopt;
    return byte;
}

std::optional<Readiness> Line::device_readiness() const {
    int status = 0;
    if (socket_ || ioctl(descriptor_, LPGETSTATUS, &status) != 0) return std::nullopt;
    if (status & LP_POUTPA) return Readiness::paper;
    return status & LP_PSELECD ? Readiness::ready : Readiness::off;
}

bool Line::taken(Deadline by) {
    if (!socket_) return true;  // a device takes what write() says it took
    int unacknowledged = 1;
    while (ioctl(descriptor_, SIOCOUTQ, &unacknowledged) == 0 && unacknowledged > 0) {
        if (by.passed()) return false;
        std::this_thread::sleep_for(kQueueLook);
    }
    ::shutdown(descriptor_, SHUT_WR);
    const Deadline goodbye(std::min(kGoodbyeMs, by.left_ms()));
    char unread[64];
    while (wait(POLLIN, goodbye)) {
        const auto count = ::read(descriptor_, unread, sizeof unread);
        if (count == 0) return true;
        if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (goodbye.passed()) break;
    }
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace spot::print
