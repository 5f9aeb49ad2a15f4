#pragma once

// Private to server.cpp, which alone includes it: Asio is slow to compile.

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "core/bytes.h"
#include "hub/server/server.h"
#include "sync/http/listener.h"

namespace spot::hub {

namespace asio = boost::asio;
using sync::awaitable;
using sync::error_code;
using sync::kAwait;
using sync::Steady;
using sync::Tcp;

constexpr std::size_t kPieceBytes = 16 * 1024;  // what one TLS record holds at most
// Of the kernel's buffer, which would grow to 4 MB for a client that doesn't read. Enough for
// 400 kB/s over 600 ms.
constexpr int kSendBufferBytes = 256 * 1024;
constexpr int kPiecesInTurn = 8;  // that a connection may move while others wait

struct TlsFreed {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* tls) const { SSL_free(tls); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsFreed>;

inline core::Result<TlsContext> tls_context(const ServerOptions& options) {
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    if (!context) return core::fail(core::Code::io, "OpenSSL cannot start");
    SSL_CTX* raw = context.get();
    SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
    // Tickets would save a returning client 500 bytes and cost every client 500.
    SSL_CTX_set_num_tickets(raw, 0);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_use_certificate_chain_file(raw, options.certificate.c_str()) != 1)
        return core::fail(core::Code::corrupt, "the TLS certificate cannot be read as PEM");
    if (SSL_CTX_use_PrivateKey_file(raw, options.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(raw) != 1)
        return core::fail(core::Code::corrupt,
                          "the TLS key cannot be read or is not the certificate's");
    return context;
}

// A client's address; of IPv6 the network, in which one client has all the addresses it likes.
using Origin = std::array<std::uint8_t, 8>;
inline Origin origin_of(const asio::ip::address& address) {
    Origin origin{};
    if (address.is_v6() && !address.to_v6().is_v4_mapped()) {
        const auto bytes = address.to_v6().to_bytes();
        std::copy_n(bytes.begin(), origin.size(), origin.begin());
        return origin;
    }
    const auto bytes =
        (address.is_v4() ? address.to_v4()
                         : asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()))
            .to_bytes();
    std::copy(bytes.begin(), bytes.end(), origin.begin());
    return origin;
}

// One connection's TLS, by OpenSSL on the descriptor itself: asio::ssl::stream holds 70 kB of
// buffers for each connection, idle or not. Also keeps the connection's time, for look().
class Line {
public:
    Line(Tcp::socket socket, SSL_CTX* context)
        : socket_(std::move(socket)), tls_(SSL_new(context)) {
        error_code error;
        socket_.native_non_blocking(true, error);
        socket_.set_option(Tcp::no_delay(true), error);
        socket_.set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), error);
        if (error || !tls_ || SSL_set_fd(tls_.get(), socket_.native_handle()) != 1) cut_ = true;
    }

    ~Line() {
        tls_.reset();
        error_code ignored;
        socket_.close(ignored);  // explicitly: its destructor would undo cut()'s linger option
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    bool answering = false;  // a request's header has come, and its answer has not gone

    awaitable<bool> handshake() {
        co_return co_await attempt([this] { return SSL_accept(tls_.get()); }) > 0;
    }
    // At least one byte, or 0: the connection is over. Nothing else runs between the bytes'
    // arrival in `into` and the caller's next step, so connections can share it.
    awaitable<std::size_t> read(std::span<std::uint8_t> into) {
        const int size = static_cast<int>(into.size());
        co_return static_cast<std::size_t>(co_await attempt(
            [this, into, size] { return SSL_read(tls_.get(), into.data(), size); }));
    }
    awaitable<bool> write(core::View bytes) {
        while (!bytes.empty()) {
            const int size = static_cast<int>(std::min(bytes.size(), kPieceBytes));
            const int done = co_await attempt(
                [this, bytes, size] { return SSL_write(tls_.get(), bytes.data(), size); });
            if (done <= 0) co_return false;
            bytes = bytes.subspan(static_cast<std::size_t>(done));
        }
        co_return true;
    }
    // Tells the client that no more will come. Reading goes on.
    void end_writing() {
        if (cut_) return;
        ERR_clear_error();
        SSL_shutdown(tls_.get());
        error_code ignored;
        socket_.shutdown(Tcp::socket::shutdown_send, ignored);
    }

    // From now on, at most `time` until the next call of one of these two.
    void allow(std::chrono::milliseconds time) {
        until_ = Steady::now() + time;
        window_bytes_ = 0;
    }
    // The same, and in each window at least `bytes` in either direction.
    void allow(std::chrono::milliseconds time, std::chrono::milliseconds window,
               std::uint64_t bytes) {
        allow(time);
        window_ = window;
        window_end_ = Steady::now() + window;
        window_bytes_ = bytes;
        moved_ = 0;
    }
    void look(Steady::time_point now) {
        if (now >= until_) return cut();
        if (window_bytes_ == 0 || now < window_end_) return;
        if (moved_ < window_bytes_) return cut();
        window_end_ = now + window_;
        moved_ = 0;
    }
    void cut() {
        cut_ = true;
        error_code ignored;
        // What the client does not take must not stay in the kernel after us.
        socket_.set_option(asio::socket_base::linger(true, 0), ignored);
        socket_.cancel(ignored);
    }

private:
    // Repeats an OpenSSL call until it succeeds, waiting for the socket as it asks.
    template <class Call>
    awaitable<int> attempt(Call call) {
        // Before the call, not after it: see read().
        if (++turns_ % kPiecesInTurn == 0) co_await asio::post(socket_.get_executor(), kAwait);
        while (!cut_) {
            ERR_clear_error();
            const int done = call();
            if (done > 0) {
                moved_ += static_cast<std::uint64_t>(done);
                co_return done;
            }
            const int why = SSL_get_error(tls_.get(), done);
            if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) cut_ = true;
            if (cut_) break;
            const auto side =
                why == SSL_ERROR_WANT_READ ? Tcp::socket::wait_read : Tcp::socket::wait_write;
            const auto [error] = co_await socket_.async_wait(side, kAwait);
            if (error) cut_ = true;
        }
        co_return 0;
    }

    Tcp::socket socket_;
    std::unique_ptr<SSL, TlsFreed> tls_;
    bool cut_ = false;  // no OpenSSL call any more
    int turns_ = 0;
    Steady::time_point until_ = Steady::time_point::max();
    std::chrono::milliseconds window_{};
    Steady::time_point window_end_{};
    std::uint64_t window_bytes_ = 0;  // 0: no such limit
    std::uint64_t moved_ = 0;
};

}  // namespace spot::hub
