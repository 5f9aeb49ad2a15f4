#pragma once

// A printer's name in the network, as addresses: in bounded time, which the system's own call
// does not promise.

#include <sys/socket.h>
#include <string>
#include <vector>

#include "van-station/print/send/line.h"

namespace spot::print {

struct SocketAddress {
    sockaddr_storage name{};
    socklen_t size = 0;
};

// By the machine's own means (its hosts file, its name server). Numbers are read at once. At most
// kAddressesMax, in the order to be tried; none: nobody knows the name, or nobody said so by `by`.
// The thread that asks for a name may outlive the call; at most kAskingMax do, then none is asked.
constexpr std::size_t kAddressesMax = 8;
constexpr int kAskingMax = 4;
std::vector<SocketAddress> resolve(const std::string& host, const std::string& port, Deadline by);

}  // namespace spot::print
