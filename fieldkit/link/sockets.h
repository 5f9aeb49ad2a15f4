#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/error.h"

namespace spot::fieldkit {

// A file descriptor that is closed when it goes.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor();
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

// All sockets here are non-blocking, send in segments of the link's size and buffer little, so
// that what waits, waits at the sender.
struct Listener {
    Descriptor socket;
    std::string address;  // numeric, with the port it got
};
core::Result<Listener> listen_at(const std::string& address);  // "host:port"
Descriptor accept_from(const Descriptor& listener);            // empty: nobody there

// An address that was looked up once.
struct SocketAddress {
    alignas(8) unsigned char bytes[128];
    std::uint32_t size = 0;
    int family = 0;
};
core::Result<SocketAddress> look_up(const std::string& address);
Descriptor connect_to(
    const SocketAddress& target);             // under way when it returns; empty: failed at once
bool is_connected(const Descriptor& socket);  // once it is writable

// Closes at once, with a reset; what was not sent is dropped.
void reset(Descriptor& socket);

}  // namespace spot::fieldkit
