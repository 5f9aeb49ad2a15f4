#pragma once

// What a server does besides answering: it listens, lets connections in, looks after their limits,
// and comes to its end. All of it stands in this header, for the one translation unit of each
// program that sees Asio: it is slow to compile.

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "core/error.h"

namespace spot::sync {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Steady = std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// One port and the thread that serves it. Destroys what still runs in its thread when it goes: what
// that refers to has to stand above the listener.
class Listener {
public:
    // The server that connections come to. All calls come from the thread in run().
    class Serving {
    public:
        virtual ~Serving() = default;
        // What serves whoever has just connected, to their end; nothing: they are not let in.
        virtual std::optional<awaitable<void>> admit(Tcp::socket& socket) = 0;
        // Time to cut the connections that have passed a limit; again and again.
        virtual void look(Steady::time_point now) = 0;
        // Told to end, once: whatever need not come to an end of its own is cut.
        virtual void end() = 0;
        // After end(): is anything still on its way to its end?
        virtual bool is_busy() = 0;
        // It is over, or the time for it is: every connection is cut.
        virtual void cut() = 0;
    };

    struct Times {
        // A limit is kept to within an eighth of this one …
        std::chrono::milliseconds shortest_limit;
        std::chrono::milliseconds look_max;  // … or this, if that is less
        std::chrono::milliseconds ending;    // from the word to end to cut()
    };

    // Listens when it returns. `invalid`: `address` is not a number; `io`: it is not to be had.
    core::Result<> bind(const std::string& address, std::uint16_t port) {
        error_code error;
        const auto number = asio::ip::make_address(address, error);
        if (error)
            return core::fail(core::Code::invalid, "the address to listen on has to be a number");
        const Tcp::endpoint endpoint(number, port);
        acceptor_.open(endpoint.protocol(), error);
        if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor_.bind(endpoint, error);
        if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        if (error)
            return core::fail(core::Code::io,
                              "cannot listen on this address and port: " + error.message());
        return {};
    }

    std::uint16_t port() const {
        error_code ignored;
        return acceptor_.local_endpoint(ignored).port();
    }
    asio::io_context& io() { return io_; }
    bool is_ending() const { return ending_; }

    // Serves until stop() or the first of these signals; a second one ends the process at once.
    // Returns when nothing is under way any more.
    void run(Serving& serving, std::initializer_list<int> signals, const Times& times) {
        serving_ = &serving;
        times_ = times;
        error_code ignored;
        for (const int signal : signals) signals_.add(signal, ignored);
        signals_.async_wait([this](const error_code& error, int) {
            if (!error) end();
        });
        asio::co_spawn(io_, accept(), asio::detached);
        asio::co_spawn(io_, look_after_limits(), asio::detached);
        io_.run();
    }

    // From any thread, also before run(). For good.
    void stop() {
        asio::post(io_, [this] { end(); });
    }

private:
    static constexpr std::chrono::milliseconds kAcceptPause{100};  // the system has no descriptor
    static constexpr int kLooksPerLimit = 8;
    static constexpr std::chrono::milliseconds kLookMin{5};
    static constexpr std::chrono::milliseconds kEndingLook{20};

    awaitable<void> accept() {
        while (!ending_) {
            auto [error, socket] = co_await acceptor_.async_accept(kAwait);
            if (ending_) break;
            if (error) {
                accept_timer_.expires_after(kAcceptPause);
                co_await accept_timer_.async_wait(kAwait);
                continue;
            }
            // What is thrown in here (no memory) ends that connection, and only that.
            try {
                auto served = serving_->admit(socket);
                if (served) asio::co_spawn(io_, std::move(*served), asio::detached);
            } catch (const std::exception&) {
            }
        }
    }

    awaitable<void> look_after_limits() {
        const auto every =
            std::clamp(times_.shortest_limit / kLooksPerLimit, kLookMin, times_.look_max);
        while (!ending_) co_await look_after(every);
        const auto until = Steady::now() + times_.ending;
        while (serving_->is_busy() && Steady::now() < until)
            co_await look_after(std::min(every, kEndingLook));
        serving_->cut();
    }

    awaitable<void> look_after(std::chrono::milliseconds time) {
        look_timer_.expires_after(time);
        co_await look_timer_.async_wait(kAwait);
        serving_->look(Steady::now());
    }

    void end() {
        if (std::exchange(ending_, true)) return;
        error_code ignored;
        acceptor_.close(ignored);
        signals_.clear(ignored);
        signals_.cancel(ignored);
        look_timer_.cancel();
        accept_timer_.cancel();
        serving_->end();
    }

    Serving* serving_ = nullptr;
    Times times_{};
    bool ending_ = false;
    asio::io_context io_{1};
    Tcp::acceptor acceptor_{io_};
    asio::steady_timer look_timer_{io_};
    asio::steady_timer accept_timer_{io_};
    asio::signal_set signals_{io_};
};

}  // namespace spot::sync
