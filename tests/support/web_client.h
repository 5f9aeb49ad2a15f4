#pragma once

// A plain HTTP client of the loopback server, which says exactly what it is told to.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace spot::tests {

class WebClient {
public:
    explicit WebClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~WebClient() { close(); }
    WebClient(const WebClient&) = delete;
    WebClient& operator=(const WebClient&) = delete;

    bool connected() const { return connected_; }
    void close() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }
    bool write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t done = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (done <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(done));
        }
        return true;
    }
    // Nothing: the server has closed, or said nothing for `wait_ms`.
    std::string read_some(int wait_ms = kWaitMs) {
        pollfd poll{socket_, POLLIN, 0};
        if (::poll(&poll, 1, wait_ms) != 1) return {};
        std::string out(64 * 1024, '\0');
        const ssize_t got = ::recv(socket_, out.data(), out.size(), 0);
        out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return out;
    }
    // All up to and with `end`; what comes behind it is kept for the next call.
    std::string read_until(std::string_view end) {
        for (;;) {
            if (const auto at = seen_.find(end); at != std::string::npos) {
                std::string out = seen_.substr(0, at + end.size());
                seen_.erase(0, at + end.size());
                return out;
            }
            const std::string more = read_some();
            if (more.empty()) return std::exchange(seen_, {});
            seen_ += more;
        }
    }
    std::string read_all() {
        for (std::string more; !(more = read_some()).empty();) seen_ += more;
        return std::exchange(seen_, {});
    }
    bool closes_within(int wait_ms) {
        pollfd poll{socket_, POLLIN, 0};
        if (::poll(&poll, 1, wait_ms) != 1) return false;
        char byte = 0;
        return ::recv(socket_, &byte, 1, MSG_PEEK) <= 0;
    }

    struct Answer {
        unsigned status = 0;  // 0: none came
        std::string head, body;
    };
    Answer read_answer() {
        Answer out;
        out.head = read_until("\r\n\r\n");
        if (!out.head.starts_with("HTTP/1.1 ")) return out;
        out.status = static_cast<unsigned>(std::strtoul(out.head.c_str() + 9, nullptr, 10));
        static constexpr std::string_view kLength = "Content-Length: ";
        const auto at = out.head.find(kLength);
        if (at == std::string::npos) return out;
        const std::size_t size = std::strtoull(out.head.c_str() + at + kLength.size(), nullptr, 10);
        while (seen_.size() < size) {
            const std::string more = read_some();
            if (more.empty()) return {};
            seen_ += more;
        }
        out.body = seen_.substr(0, size);
        seen_.erase(0, size);
        return out;
    }
    Answer ask(std::string_view request) {
        if (!write(request)) return {};
        return read_answer();
    }

private:
    static constexpr int kWaitMs = 10'000;
    int socket_;
    bool connected_ = false;
    std::string seen_;
};

}  // namespace spot::tests
