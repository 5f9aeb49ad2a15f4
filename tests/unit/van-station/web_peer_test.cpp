// Goal: the kernel says whose the other end of a connection is, for both kinds of address.

#include "van-station/web/peer.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace {

using namespace spot::station::web;

End end_of(const sockaddr_storage& storage) {
    End out;
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 six{};
        std::memcpy(&six, &storage, sizeof six);
        out.six = true;
        out.port = ntohs(six.sin6_port);
        std::memcpy(out.address.data(), &six.sin6_addr, 16);
    } else {
        sockaddr_in four{};
        std::memcpy(&four, &storage, sizeof four);
        out.port = ntohs(four.sin_port);
        std::memcpy(out.address.data(), &four.sin_addr, 4);
    }
    return out;
}

// A connection of this process to itself.
struct Connected {
    explicit Connected(bool six) : listener(::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0)) {
        sockaddr_storage storage{};
        socklen_t size = six ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        storage.ss_family = six ? AF_INET6 : AF_INET;
        if (six) {
            reinterpret_cast<sockaddr_in6&>(storage).sin6_addr = in6addr_loopback;
        } else {
            reinterpret_cast<sockaddr_in&>(storage).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        }
        auto* address = reinterpret_cast<sockaddr*>(&storage);
        if (::bind(listener, address, size) != 0) return;  // a machine without IPv6
        REQUIRE(::listen(listener, 1) == 0);
        ::getsockname(listener, address, &size);
        ours = end_of(storage);
        client = ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
        REQUIRE(::connect(client, address, size) == 0);
        size = sizeof storage;
        ::getsockname(client, address, &size);
        theirs = end_of(storage);
    }
    ~Connected() {
        if (client >= 0) ::close(client);
        ::close(listener);
    }
    int listener;
    int client = -1;
    End theirs, ours;
};

TEST_CASE("one's own process, and another user's") {
    for (const bool six : {false, true}) {
        CAPTURE(six);
        const Connected connection(six);
        if (connection.client < 0) continue;
        Peers peers;
        const auto me = static_cast<std::uint32_t>(::geteuid());
        // "unknown" on kernels that don't tell; never "other" for oneself, never "same" for others.
        const Peer mine = peers.of(connection.theirs, connection.ours, me);
        const Peer others = peers.of(connection.theirs, connection.ours, me + 1);
        CHECK(mine != Peer::other_user);
        CHECK(others != Peer::same_user);
        CHECK((mine == Peer::same_user) == (others == Peer::other_user));
    }
}

TEST_CASE("a connection that is not there is not one's own") {
    const Connected connection(false);
    Peers peers;
    End nobody = connection.theirs;
    nobody.address = {127, 77, 77, 77};
    CHECK(peers.of(nobody, connection.ours, static_cast<std::uint32_t>(::geteuid())) !=
          Peer::same_user);
}

}  // namespace
