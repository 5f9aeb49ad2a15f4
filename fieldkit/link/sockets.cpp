#include "fieldkit/link/sockets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "fieldkit/link/shaper.h"

namespace spot::fieldkit {
namespace {

using core::Code;
using core::fail;

// The kernel doubles it. Smaller than a few segments, and TCP falls into its own waits.
constexpr int kBufferBytes = 4 * 1024;

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

core::Result<AddressList> resolve(const std::string& address, int flags) {
    const auto colon = address.rfind(':');
    if (colon == std::string::npos || colon + 1 == address.size())
        return fail(Code::invalid, "an address is written as host:port, like 127.0.0.1:8443");
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int status = getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                   address.c_str() + colon + 1, &hints, &found);
    if (status != 0)
        return fail(Code::invalid, "the address " + address + ": " + gai_strerror(status));
    return AddressList(found, freeaddrinfo);
}

void set(int socket, int level, int option, int value) {
    // Each is an improvement only: without it the link is still one.
    (void)setsockopt(socket, level, option, &value, sizeof value);
}

void tune(int socket) {
    set(socket, SOL_SOCKET, SO_RCVBUF, kBufferBytes);
    set(socket, SOL_SOCKET, SO_SNDBUF, 2 * kBufferBytes);
    set(socket, IPPROTO_TCP, TCP_MAXSEG, static_cast<int>(kSegment));
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

core::Failure system_fault(const std::string& what) {
    return fail(Code::io, what + ": " + std::strerror(errno));
}

std::string name_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return {};
    const std::string text = host;
    return (address.ss_family == AF_INET6 ? "[" + text + "]" : text) + ":" + port;
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

core::Result<Listener> listen_at(const std::string& address) {
    SPOT_ASSIGN(auto found, resolve(address, AI_PASSIVE));
    const addrinfo& at = *found;
    Descriptor socket(::socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return system_fault("no socket to listen with");
    set(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    tune(socket.get());  // what is accepted takes it over
    if (::bind(socket.get(), at.ai_addr, at.ai_addrlen) != 0 || ::listen(socket.get(), 64) != 0)
        return system_fault("listening at " + address);
    std::string name = name_of(socket.get());
    return Listener{std::move(socket), std::move(name)};
}

Descriptor accept_from(const Descriptor& listener) {
    Descriptor socket(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) set(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
    return socket;
}

core::Result<SocketAddress> look_up(const std::string& address) {
    SPOT_ASSIGN(auto found, resolve(address, 0));
    const addrinfo& at = *found;
    SocketAddress target;
    SPOT_CHECK(at.ai_addrlen <= sizeof target.bytes);
    std::memcpy(target.bytes, at.ai_addr, at.ai_addrlen);
    target.size = at.ai_addrlen;
    target.family = at.ai_family;
    return target;
}

Descriptor connect_to(const SocketAddress& target) {
    Descriptor socket(::socket(target.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return socket;
    tune(socket.get());
    const auto* address = reinterpret_cast<const sockaddr*>(target.bytes);
    if (::connect(socket.get(), address, target.size) != 0 && errno != EINPROGRESS) return {};
    return socket;
}

bool is_connected(const Descriptor& socket) {
    int fault = 0;
    socklen_t size = sizeof fault;
    return getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &fault, &size) == 0 && fault == 0;
}

void reset(Descriptor& socket) {
    const linger at_once{1, 0};
    (void)setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket = Descriptor();
}

}  // namespace spot::fieldkit
