#pragma once

// Private to server.cpp, which alone includes it: Asio is slow to compile.

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sync/http/listener.h"
#include "van-station/web/http.h"
#include "van-station/web/peer.h"

namespace spot::station::web {

namespace asio = boost::asio;
using sync::awaitable;
using sync::error_code;
using sync::kAwait;
using sync::Steady;
using sync::Tcp;

inline End end_of(const Tcp::endpoint& point) {
    End out;
    out.port = point.port();
    out.six = point.address().is_v6();
    if (out.six) {
        out.address = point.address().to_v6().to_bytes();
    } else {
        const auto bytes = point.address().to_v4().to_bytes();
        std::copy(bytes.begin(), bytes.end(), out.address.begin());
    }
    return out;
}

// One connection: its socket, its time, and what waits for it.
class Line {
public:
    explicit Line(Tcp::socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {
        error_code ignored;
        socket_.set_option(Tcp::no_delay(true), ignored);
    }
    ~Line() {
        error_code ignored;
        socket_.close(ignored);  // explicitly: its destructor would undo cut()'s linger option
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    Tcp::socket& socket() { return socket_; }
    bool is_cut() const { return cut_; }
    bool trusted = false;  // a request with a token came over it
    Steady::time_point since = Steady::now();

    awaitable<bool> write(std::string_view first, std::string_view second = {}) {
        if (cut_) co_return false;
        const std::array<asio::const_buffer, 2> both{asio::buffer(first), asio::buffer(second)};
        const auto [error, size] = co_await asio::async_write(socket_, both, kAwait);
        co_return !error && !cut_;
    }
    void end_writing() {
        error_code ignored;
        socket_.shutdown(Tcp::socket::shutdown_send, ignored);
    }

    // Until wake(), cut() or the time is over.
    awaitable<void> sleep(std::chrono::milliseconds time) {
        if (cut_) co_return;
        timer_.expires_after(time);
        co_await timer_.async_wait(kAwait);
    }
    void wake() { timer_.cancel(); }

    // From now on, at most `time` until the next call.
    void allow(std::chrono::milliseconds time) { until_ = Steady::now() + time; }
    void look(Steady::time_point now) {
        if (now >= until_) cut();
    }
    void cut() {
        cut_ = true;
        error_code ignored;
        // What the client does not take must not stay in the kernel after us.
        socket_.set_option(asio::socket_base::linger(true, 0), ignored);
        socket_.cancel(ignored);
        wake();
    }

private:
    Tcp::socket socket_;
    asio::steady_timer timer_;
    bool cut_ = false;
    Steady::time_point until_ = Steady::time_point::max();
};

// Events that wait for one reader.
class Stream {
public:
    Stream(Line& line, Channel channel) : line_(line), channel_(channel) {}

    Channel channel() const { return channel_; }
    bool over() const { return over_; }
    bool empty() const { return waiting_.empty(); }

    void push(const std::string& key, std::shared_ptr<const std::string> text, std::size_t limit) {
        // Of what nobody has seen yet, only the newest is worth seeing.
        std::erase_if(waiting_, [&](const Waiting& one) { return one.key == key; });
        if (waiting_.size() >= limit) return end();
        waiting_.push_back({key, std::move(text)});
        line_.wake();
    }
    std::shared_ptr<const std::string> take() {
        auto text = std::move(waiting_.front().text);
        waiting_.pop_front();
        return text;
    }
    void end() {
        over_ = true;
        line_.wake();
    }

private:
    struct Waiting {
        std::string key;
        std::shared_ptr<const std::string> text;
    };
    Line& line_;
    Channel channel_;
    std::deque<Waiting> waiting_;
    bool over_ = false;
};

}  // namespace spot::station::web
