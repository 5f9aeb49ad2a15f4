#pragma once

#include <array>
#include <cstdint>

namespace spot::station::web {

// One end of a TCP connection on this machine.
struct End {
    bool six = false;                        // IPv6
    std::array<std::uint8_t, 16> address{};  // IPv4: the first four
    std::uint16_t port = 0;
};

enum class Peer : std::uint8_t {
    same_user,   // its socket belongs to the user of this process
    other_user,  // to another one, or to nobody any more: who has closed waits for no answer
    unknown,     // the kernel doesn't tell
};

// Asks the kernel whose the other end of a loopback connection is (netlink's sock_diag, which looks
// up the one socket: /proc/net/tcp lists them all, and another user can make that list long).
// One thread; each question takes microseconds.
class Peers {
public:
    Peers();
    ~Peers();
    Peers(const Peers&) = delete;
    Peers& operator=(const Peers&) = delete;

    // `theirs`, `ours`: the connection's ends. `own_user`: whom to compare with.
    Peer of(const End& theirs, const End& ours, std::uint32_t own_user);

private:
    int socket_;
};

}  // namespace spot::station::web
