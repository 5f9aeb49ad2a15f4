// Goal: what goes wrong while somebody is let in ends their connection, and no other one.

#include "sync/http/listener.h"

#include <doctest/doctest.h>

#include <boost/asio/write.hpp>
#include <new>
#include <thread>

namespace {

using namespace spot;
using sync::Tcp;

constexpr sync::Listener::Times kTimes{std::chrono::seconds(1), std::chrono::seconds(1),
                                       std::chrono::seconds(5)};

// Says one word to everybody, but throws at the first who come, as where there is no memory.
class Word final : public sync::Listener::Serving {
public:
    explicit Word(int failing) : failing_(failing) {}
    std::optional<sync::awaitable<void>> admit(Tcp::socket& socket) override {
        if (failing_-- > 0) throw std::bad_alloc();
        return say(std::move(socket));
    }
    void look(sync::Steady::time_point) override {}
    void end() override {}
    bool is_busy() override { return false; }
    void cut() override {}

private:
    static sync::awaitable<void> say(Tcp::socket socket) {
        co_await sync::asio::async_write(socket, sync::asio::buffer("word", 4), sync::kAwait);
    }
    int failing_;
};

// All that is said to a client until its connection is closed.
std::string heard_at(std::uint16_t port) {
    sync::asio::io_context io;
    Tcp::socket socket(io);
    socket.connect({sync::asio::ip::address_v4::loopback(), port});
    std::string out(16, '\0');
    sync::error_code error;
    std::size_t got = 0;
    while (!error)
        got += socket.read_some(sync::asio::buffer(out.data() + got, out.size() - got), error);
    CHECK(error == sync::asio::error::eof);
    out.resize(got);
    return out;
}

}  // namespace

TEST_CASE("whoever can't be let in is left, and the next one is served") {
    Word word(2);
    sync::Listener listener;
    REQUIRE(listener.bind("127.0.0.1", 0).has_value());
    std::thread serving([&] { listener.run(word, {}, kTimes); });
    CHECK(heard_at(listener.port()) == "");
    CHECK(heard_at(listener.port()) == "");
    CHECK(heard_at(listener.port()) == "word");
    CHECK(heard_at(listener.port()) == "word");
    listener.stop();
    serving.join();
}
