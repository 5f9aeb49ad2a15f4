#include "van-station/web/server.h"

// The one translation unit of the station that sees Asio and Beast: they are slow to compile.
#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <csignal>
#include <list>
#include <utility>

#include "van-station/web/line.h"
#include "van-station/web/message.h"

namespace spot::station::web {
namespace {

namespace http = beast_http;
using core::Code;
using core::fail;
using core::Result;
using std::chrono::milliseconds;
using Parser = http::request_parser<http::string_body>;

constexpr milliseconds kTick{1000};
constexpr std::size_t kReadBytes = 16 * 1024;  // of a body, beyond the header's limit

unsigned status_of(const error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
    if (error == http::error::body_limit) return 413;
    return 400;
}

}  // namespace

struct Server::Inside final : sync::Listener::Serving {
    class Connection;

    explicit Inside(ServerOptions given) : options(std::move(given)) {}

    Result<> bind();
    std::optional<awaitable<void>> admit(Tcp::socket& socket) override;
    void look(Steady::time_point now) override;
    void end() override;
    bool is_busy() override { return !application->is_idle(); }
    void cut() override;
    awaitable<void> serve(Tcp::socket socket);
    awaitable<void> tick();
    bool is_ours(Tcp::socket& socket);
    bool make_room();

    ServerOptions options;
    std::optional<Gate> gate;  // when the port is known
    Application* application = nullptr;
    Peers peers;
    std::list<Line*> lines;      // oldest first
    std::list<Stream*> streams;  // oldest first
    std::size_t bodies_bytes = 0;
    sync::Listener listener;  // below what its connections refer to
    asio::steady_timer tick_timer{listener.io()};
};

// One client: requests, one after the other, until one side has had enough.
class Server::Inside::Connection {
public:
    Connection(Inside& inside, Line& line)
        : inside_(inside),
          limits_(inside.options.limits),
          line_(line),
          buffer_(limits_.header_bytes + kReadBytes) {}

    awaitable<void> serve() {
        line_.allow(limits_.first_header);
        for (std::size_t count = 1; count <= limits_.requests_per_connection; ++count) {
            buffer_.shrink_to_fit();  // nothing is held for an idle connection
            if (!co_await exchange(count == limits_.requests_per_connection)) co_return;
            line_.allow(limits_.idle);
        }
    }

private:
    // One request. True: there may be another.
    awaitable<bool> exchange(bool last) {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
        parser.body_limit(limits_.bodies_bytes);  // the plan's is looked at below
        auto [error, size] =
            co_await http::async_read_header(line_.socket(), buffer_, parser, kAwait);
        if (line_.is_cut() || is_end(error)) co_return false;
        if (error)
            co_return co_await refuse(status_of(error),
                                      status_of(error) == 400 ? "malformed" : "too_large");

        const Head head = head_in(parser.get());
        const Gate::Verdict verdict = inside_.gate->judge(head);
        if (verdict.status != 200) co_return co_await refuse(verdict.status, verdict.code);
        line_.trusted |= verdict.who != Who::nobody;
        Request request = request_in(parser.get(), head, verdict.who);
        const auto plan = inside_.application->plan(request);
        if (plan.status != 200) co_return co_await refuse(plan.status, plan.code);
        if (!parser.get().keep_alive()) last = true;
        if (plan.stream) {
            if (!parser.is_done()) co_return co_await refuse(400, "malformed");
            co_await stream(*plan.stream);
            co_return false;
        }
        const Room room(inside_.bodies_bytes);
        if (const unsigned bad = co_await read_body(parser, plan.body_bytes_max, room); bad != 0)
            co_return bad != kGone&& co_await refuse(bad, bad == 503   ? "busy"
                                                          : bad == 413 ? "too_large"
                                                                       : "malformed");
        request.body = std::move(parser.get().body());
        co_return co_await answer(std::move(request), last);
    }

    static constexpr unsigned kGone = 1;  // instead of a status: nobody is there to hear it

    // What this connection's body takes of the limit for all.
    struct Room {
        explicit Room(std::size_t& all) : taken_of(all) {}
        Room(const Room&) = delete;
        Room& operator=(const Room&) = delete;
        ~Room() { taken_of -= taken; }
        bool take(std::size_t size, std::size_t limit) const {
            if (taken_of + size > limit) return false;
            taken_of += size;
            taken = size;
            return true;
        }
        std::size_t& taken_of;
        mutable std::size_t taken = 0;
    };

    // 0: it is there, whole. kGone, or the status to refuse with.
    awaitable<unsigned> read_body(Parser& parser, std::size_t limit, const Room& room) {
        if (parser.is_done()) co_return 0;
        const auto length = parser.content_length();
        if (length && *length > limit) co_return 413;
        if (!length) parser.body_limit(limit);  // in chunks
        if (!room.take(length ? static_cast<std::size_t>(*length) : limit, limits_.bodies_bytes))
            co_return 503;
        line_.allow(limits_.body);
        if (parser.get()[http::field::expect] == "100-continue" &&
            !co_await line_.write("HTTP/1.1 100 Continue\r\n\r\n"))
            co_return kGone;
        const auto [error, size] =
            co_await http::async_read(line_.socket(), buffer_, parser, kAwait);
        if (line_.is_cut() || is_end(error)) co_return kGone;
        co_return error ? status_of(error) : 0;
    }

    awaitable<bool> answer(Request request, bool last) {
        line_.allow(limits_.work);
        // The reply may outlive this connection; then it goes nowhere.
        struct Slot {
            Line* line;
            std::optional<Answer> answer;
        };
        const auto slot = std::make_shared<Slot>(Slot{&line_, {}});
        inside_.application->handle(std::move(request), [slot](Answer made) {
            if (slot->answer) return;
            slot->answer = std::move(made);
            if (slot->line) slot->line->wake();
        });
        while (!slot->answer && !line_.is_cut()) co_await line_.sleep(limits_.work);
        slot->line = nullptr;
        if (line_.is_cut()) co_return false;
        line_.allow(limits_.answer);
        const Answer& made = *slot->answer;
        const std::string_view body = made.status == 304   ? std::string_view()
                                      : made.fixed.empty() ? made.body
                                                           : made.fixed;
        const bool written = co_await line_.write(head_of(made, last), body);
        if (last) line_.end_writing();
        co_return written && !last;
    }

    // Always false: the connection ends.
    awaitable<bool> refuse(unsigned status, std::string_view code) {
        line_.allow(limits_.linger);
        const Answer refused = refusal(status, code);
        if (!co_await line_.write(head_of(refused, true), refused.body)) co_return false;
        line_.end_writing();
        std::array<char, 4096> rest;
        for (std::size_t read = 0; read < limits_.linger_bytes && !line_.is_cut();) {
            const auto [error, size] =
                co_await line_.socket().async_read_some(asio::buffer(rest), kAwait);
            if (error) break;
            read += size;
        }
        co_return false;
    }

    awaitable<void> stream(Channel channel) {
        Stream stream(line_, channel);
        struct Listed {
            Listed(std::list<Stream*>& list, Stream& one, std::size_t limit) : all(list) {
                if (all.size() >= limit) all.front()->end();
                at = all.insert(all.end(), &one);
            }
            Listed(const Listed&) = delete;
            Listed& operator=(const Listed&) = delete;
            ~Listed() { all.erase(at); }
            std::list<Stream*>& all;
            std::list<Stream*>::iterator at;
        };
        const Listed listed(inside_.streams, stream, limits_.streams);
        for (const Event& event : inside_.application->first_events(channel))
            stream.push(event.key, text_of_event(event), limits_.events_waiting);
        line_.allow(limits_.event);
        if (!co_await line_.write(stream_head())) co_return;
        const auto reader = watch_for_end(stream);
        while (!stream.over() && !line_.is_cut()) {
            if (stream.empty()) {
                line_.allow(2 * limits_.heartbeat);
                co_await line_.sleep(limits_.heartbeat);
                if (stream.over() || line_.is_cut()) break;
            }
            line_.allow(limits_.event);
            const auto text = stream.empty() ? heartbeat() : stream.take();
            if (!co_await line_.write(*text)) break;
        }
        *reader = nullptr;
        line_.end_writing();
    }

    // Whoever listens to events has nothing more to say: a byte, or the end, ends the stream.
    std::shared_ptr<Stream*> watch_for_end(Stream& stream) {
        auto alive = std::make_shared<Stream*>(&stream);
        line_.socket().async_wait(Tcp::socket::wait_read, [alive](const error_code&) {
            if (*alive) (*alive)->end();
        });
        return alive;
    }

    static std::shared_ptr<const std::string> heartbeat() {
        static const auto text = std::make_shared<const std::string>(":\n\n");
        return text;
    }

    static bool is_end(const error_code& error) {
        return error &&
               (error == http::error::end_of_stream || error == http::error::partial_message ||
                error.category() == boost::system::system_category() ||
                error.category() == asio::error::get_misc_category());
    }

public:
    static std::shared_ptr<const std::string> text_of_event(const Event& event) {
        return std::make_shared<const std::string>("event: " + event.name +
                                                   "\ndata: " + event.data + "\n\n");
    }

private:
    Inside& inside_;
    const ServerLimits& limits_;
    Line& line_;
    boost::beast::flat_buffer buffer_;
};

Result<> Server::Inside::bind() {
    if (options.address != "127.0.0.1" && options.address != "::1")
        return fail(Code::invalid, "the station listens on this computer only: 127.0.0.1 or [::1]");
    SPOT_TRY(listener.bind(options.address, options.port));
    gate.emplace(listener.port(), options.tokens);
    return {};
}

bool Server::Inside::is_ours(Tcp::socket& socket) {
    error_code error;
    const auto theirs = socket.remote_endpoint(error);
    if (error) return false;
    const auto ours = socket.local_endpoint(error);
    if (error) return false;
    return peers.of(end_of(theirs), end_of(ours), options.user) != Peer::other_user;
}

bool Server::Inside::make_room() {
    if (lines.size() < options.limits.connections) return true;
    const auto stranger = std::find_if(lines.begin(), lines.end(), [](const Line* line) {
        return !line->trusted && !line->is_cut();
    });
    if (stranger == lines.end()) return false;
    (*stranger)->cut();  // it goes when its coroutine next runs
    return lines.size() < 2 * options.limits.connections;
}

std::optional<awaitable<void>> Server::Inside::admit(Tcp::socket& socket) {
    if (!is_ours(socket) || !make_room()) return std::nullopt;
    return serve(std::move(socket));
}

awaitable<void> Server::Inside::serve(Tcp::socket socket) {
    if (listener.is_ending()) co_return;
    Line line(std::move(socket));
    struct Listed {
        Listed(std::list<Line*>& list, Line& one) : all(list), at(list.insert(list.end(), &one)) {}
        Listed(const Listed&) = delete;
        Listed& operator=(const Listed&) = delete;
        ~Listed() { all.erase(at); }
        std::list<Line*>& all;
        std::list<Line*>::iterator at;
    };
    const Listed listed(lines, line);
    Connection connection(*this, line);
    co_await connection.serve();
}

void Server::Inside::look(Steady::time_point now) {
    for (Line* line : lines) line->look(now);
}

awaitable<void> Server::Inside::tick() {
    while (!listener.is_ending()) {
        application->tick();
        tick_timer.expires_after(kTick);
        co_await tick_timer.async_wait(kAwait);
    }
}

// A page that is cut off asks again; paper that is cut off is spoilt, so that may come to its end.
void Server::Inside::end() {
    tick_timer.cancel();
    cut();
    application->end();
}

void Server::Inside::cut() {
    for (Line* line : lines) line->cut();
}

Result<Server> Server::listen(ServerOptions options) {
    auto inside = std::make_unique<Inside>(std::move(options));
    SPOT_TRY(inside->bind());
    return Server(std::move(inside));
}

Server::Server(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

std::uint16_t Server::port() const {
    return inside_->listener.port();
}

std::string Server::url() const {
    const std::string& address = inside_->options.address;
    return "http://" + (address == "::1" ? "[::1]" : address) + ":" + std::to_string(port());
}

void Server::run(Application& application) {
    Inside& inside = *inside_;
    inside.application = &application;
    const ServerLimits& limits = inside.options.limits;
    const milliseconds shortest =
        std::min({limits.first_header, limits.idle, limits.body, limits.work, limits.answer,
                  limits.event, limits.heartbeat, limits.linger});
    asio::co_spawn(inside.listener.io(), inside.tick(), asio::detached);
    inside.listener.run(inside, {SIGINT, SIGTERM, SIGHUP}, {shortest, kTick, limits.ending});
}

void Server::stop() {
    inside_->listener.stop();
}

void Server::post(std::function<void()> work) {
    asio::post(inside_->listener.io(), std::move(work));
}

void Server::push(Channel channel, const Event& event) {
    const auto text = Inside::Connection::text_of_event(event);
    for (Stream* stream : inside_->streams)
        if (stream->channel() == channel)
            stream->push(event.key, text, inside_->options.limits.events_waiting);
}

}  // namespace spot::station::web
