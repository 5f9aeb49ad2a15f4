#include "tests/support/tls_ends.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>

#include "core/error.h"
#include "hub/server/certificate.h"

namespace spot::test {
namespace {

constexpr core::Instant kAnyTime = 1'700'000'000'000;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace

TestCertificate::TestCertificate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "spot-tls-XXXXXX").string();
    SPOT_CHECK(mkdtemp(pattern.data()));
    folder = pattern;
    certificate = folder / "hub.crt";
    key = folder / "hub.key";
    SPOT_CHECK(hub::make_certificate(certificate, key, kAnyTime));
    pin = hub::pin_of(certificate).value();
}

TestCertificate::~TestCertificate() {
    std::filesystem::remove_all(folder);
}

TlsEnd::TlsEnd(int socket, SSL_CTX* context, bool server)
    : socket_(socket), tls_(context ? SSL_new(context) : nullptr), ready_(false) {
    const timeval limit{5, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int at_once = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    if (!tls_) return;
    SSL_set_fd(tls_, socket_);
    ready_ = (server ? SSL_accept(tls_) : SSL_connect(tls_)) == 1;
}

TlsEnd::~TlsEnd() {
    if (ready_) SSL_shutdown(tls_);
    SSL_free(tls_);
    close(socket_);
}

bool TlsEnd::write(std::string_view bytes) {
    return ready_ && SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

std::string TlsEnd::read_some() {
    std::array<char, 16 * 1024> bytes;
    const int size = ready_ ? SSL_read(tls_, bytes.data(), static_cast<int>(bytes.size())) : 0;
    return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string TlsEnd::read_until(std::string_view end) {
    std::string all;
    while (all.find(end) == std::string::npos) {
        const std::string more = read_some();
        if (more.empty()) break;
        all += more;
    }
    return all;
}

std::string TlsEnd::read_all() {
    std::string all;
    for (std::string more; !(more = read_some()).empty();) all += more;
    return all;
}

bool TlsEnd::other_side_closes_within(int ms) {
    pollfd end{socket_, POLLRDHUP, 0};
    return poll(&end, 1, ms) == 1;
}

int connect_loopback(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(port);
    SPOT_CHECK(connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return socket;
}

TlsClient::TlsClient(std::uint16_t port) : context_(SSL_CTX_new(TLS_client_method())) {
    std::signal(SIGPIPE, SIG_IGN);
    end_ = std::make_unique<TlsEnd>(connect_loopback(port), context_, false);
}

TlsClient::~TlsClient() {
    end_.reset();
    SSL_CTX_free(context_);
}

HostileHub::HostileHub(const TestCertificate& certificate, std::function<void(TlsEnd&)> behave,
                       Speaks speaks)
    : behave_(std::move(behave)), speaks_(speaks), context_(SSL_CTX_new(TLS_server_method())) {
    std::signal(SIGPIPE, SIG_IGN);
    SSL_CTX_use_certificate_chain_file(context_, certificate.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context_, certificate.key.c_str(), SSL_FILETYPE_PEM);
    if (speaks == Speaks::tls12) SSL_CTX_set_max_proto_version(context_, TLS1_2_VERSION);
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    SPOT_CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    SPOT_CHECK(listen(listener_, 8) == 0);
    SPOT_CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

HostileHub::~HostileHub() {
    shutdown(listener_, SHUT_RDWR);  // wakes accept()
    thread_.join();
    close(listener_);
    SSL_CTX_free(context_);
}

void HostileHub::serve() {
    for (;;) {
        const int socket = accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        ++accepted_;
        TlsEnd end(socket, speaks_ == Speaks::nothing ? nullptr : context_, true);
        behave_(end);
    }
}

}  // namespace spot::test
