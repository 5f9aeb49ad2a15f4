#include "van-station/web/peer.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstring>

namespace spot::station::web {
namespace {

constexpr int kAnswerMs = 200;       // the kernel answers before sendto() returns
constexpr int kAnswersMax = 8;       // late ones of questions before
constexpr unsigned kListening = 10;  // TCP_LISTEN: a lookup without a match may find a listener

struct Question {
    nlmsghdr header{};
    inet_diag_req_v2 of{};
};

Question question(const End& theirs, const End& ours, std::uint32_t number) {
    Question out;
    out.header.nlmsg_len = sizeof out;
    out.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    out.header.nlmsg_flags = NLM_F_REQUEST;
    out.header.nlmsg_seq = number;
    out.of.sdiag_family = theirs.six ? AF_INET6 : AF_INET;
    out.of.sdiag_protocol = IPPROTO_TCP;
    out.of.idiag_states = ~0U;
    out.of.id.idiag_sport = htons(theirs.port);
    out.of.id.idiag_dport = htons(ours.port);
    std::memcpy(out.of.id.idiag_src, theirs.address.data(), theirs.address.size());
    std::memcpy(out.of.id.idiag_dst, ours.address.data(), ours.address.size());
    out.of.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    out.of.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return out;
}

Peer judged(const nlmsghdr& header, std::size_t size, std::uint32_t own_user) {
    // An error (NLMSG_ERROR, mostly ENOENT) says alike that the kernel lacks this lookup and that
    // the socket is no more, which can't read an answer.
    inet_diag_msg found{};
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || size < NLMSG_HDRLEN + sizeof found)
        return Peer::unknown;
    std::memcpy(&found, NLMSG_DATA(&header), sizeof found);
    if (found.idiag_state == kListening) return Peer::other_user;
    return found.idiag_uid == own_user ? Peer::same_user : Peer::other_user;
}

}  // namespace

Peers::Peers() : socket_(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
    const timeval wait{0, kAnswerMs * 1000};
    if (socket_ >= 0) setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
}

Peers::~Peers() {
    if (socket_ >= 0) ::close(socket_);
}

Peer Peers::of(const End& theirs, const End& ours, std::uint32_t own_user) {
    if (socket_ < 0) return Peer::unknown;
    static constexpr std::uint32_t kMask = 0x7FFFFFFF;
    const std::uint32_t number = (std::uint32_t{theirs.port} << 8 | 1) & kMask;
    const Question asked = question(theirs, ours, number);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (::sendto(socket_, &asked, sizeof asked, 0, reinterpret_cast<const sockaddr*>(&kernel),
                 sizeof kernel) < 0)
        return Peer::unknown;
    for (int i = 0; i < kAnswersMax; ++i) {
        alignas(nlmsghdr) char bytes[1024];
        const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
        if (got < static_cast<ssize_t>(sizeof(nlmsghdr))) return Peer::unknown;
        const auto* header = reinterpret_cast<const nlmsghdr*>(bytes);
        if (header->nlmsg_seq == number)
            return judged(*header, static_cast<std::size_t>(got), own_user);
    }
    return Peer::unknown;
}

}  // namespace spot::station::web
