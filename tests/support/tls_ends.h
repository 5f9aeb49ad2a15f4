#pragma once

// The two ends of a TLS connection on loopback, in the hands of a test that wants to behave badly.

#include <openssl/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "sync/transport.h"

namespace spot::test {

inline sync::Body body_of(std::string_view text) {
    return sync::Body(core::Bytes(text.begin(), text.end()));
}

// A certificate and its key in a folder that goes with it.
class TestCertificate {
public:
    TestCertificate();
    ~TestCertificate();
    TestCertificate(const TestCertificate&) = delete;
    TestCertificate& operator=(const TestCertificate&) = delete;

    std::filesystem::path folder, certificate, key;
    std::string pin;
};

// One blocking connection; without a context, TCP alone. Gives up after five seconds, so that no
// test hangs.
class TlsEnd {
public:
    TlsEnd(int socket, SSL_CTX* context, bool server);
    ~TlsEnd();
    TlsEnd(const TlsEnd&) = delete;
    TlsEnd& operator=(const TlsEnd&) = delete;

    bool ready() const { return ready_; }
    bool write(std::string_view bytes);
    std::string read_some();                       // empty: the other side closed or broke it
    std::string read_until(std::string_view end);  // up to and with `end`, or what came
    std::string read_all();                        // until the other side closes
    bool other_side_closes_within(int ms);
    int socket() const { return socket_; }

private:
    int socket_;
    SSL* tls_;
    bool ready_;
};

int connect_loopback(std::uint16_t port);

// Connects to a server on loopback.
class TlsClient {
public:
    explicit TlsClient(std::uint16_t port);
    ~TlsClient();
    TlsEnd& operator*() { return *end_; }
    TlsEnd* operator->() { return end_.get(); }

private:
    SSL_CTX* context_;
    std::unique_ptr<TlsEnd> end_;
};

// A hub that does as it is told: each connection is given to `behave`, one after the other.
class HostileHub {
public:
    enum class Speaks : std::uint8_t { tls13, tls12, nothing };  // nothing: accepts and is silent
    HostileHub(const TestCertificate& certificate, std::function<void(TlsEnd&)> behave,
               Speaks speaks = Speaks::tls13);
    ~HostileHub();
    HostileHub(const HostileHub&) = delete;
    HostileHub& operator=(const HostileHub&) = delete;

    std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }
    int accepted() const { return accepted_; }

private:
    void serve();

    std::function<void(TlsEnd&)> behave_;
    Speaks speaks_;
    SSL_CTX* context_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<int> accepted_ = 0;
    std::thread thread_;
};

}  // namespace spot::test
