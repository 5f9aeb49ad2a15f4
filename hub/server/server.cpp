#include "hub/server/server.h"

// The one translation unit that sees Asio and Beast: they take half a minute to compile.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <csignal>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "hub/server/line.h"

namespace spot::hub {
namespace {

namespace http = boost::beast::http;
using core::Bytes;
using core::Code;
using core::fail;
using core::Result;
using core::View;
using std::chrono::milliseconds;
using Parser = http::request_parser<http::buffer_body>;

// Between steps of the program's own work, which hold the store: in it another process (an export,
// an operator's edit) gets its turn. SQLite itself knows no queue.
constexpr milliseconds kWorkPause{4};
constexpr milliseconds kLookMax{1000};
constexpr rlim_t kOtherDescriptors = 256;  // for the store and its files

constexpr unsigned kBroken = 0;  // instead of a status: nobody is there to hear it

unsigned status_of(Code code) {
    switch (code) {
        case Code::refused:
            return 403;
        case Code::corrupt:
        case Code::invalid:
            return 400;
        case Code::busy:
            return 503;
        default:
            return 500;
    }
}
unsigned status_of(const error_code& error) {
    if (error == http::error::header_limit) return 431;
    if (error == http::error::body_limit) return 413;
    return 400;
}

std::string answer_head(unsigned status, std::size_t size) {
    std::string head = "HTTP/1.1 " + std::to_string(status) + ' ';
    head += http::obsolete_reason(static_cast<http::status>(status));
    head += "\r\nContent-Length: " + std::to_string(size) + "\r\n";
    if (status != 200) head += "Connection: close\r\n";
    return head + "\r\n";
}

}  // namespace

struct Server::Inside final : sync::Listener::Serving {
    class Connection;

    Inside(ServerOptions given, Open opener, IdleWork work, TlsContext context)
        : options(std::move(given)),
          open(std::move(opener)),
          idle_work(std::move(work)),
          tls(std::move(context)) {}

    std::optional<awaitable<void>> admit(Tcp::socket& socket) override;
    void look(Steady::time_point now) override;
    void end() override;
    bool is_busy() override { return !lines.empty(); }
    void cut() override;
    awaitable<void> serve(Tcp::socket socket, Origin origin);
    void wake();
    void work();

    ServerOptions options;
    Open open;
    IdleWork idle_work;
    TlsContext tls;
    std::set<Line*> lines;
    std::map<Origin, std::size_t> origins;
    std::array<std::uint8_t, kPieceBytes> plain{};  // from TLS, shared by all connections
    std::array<std::uint8_t, kPieceBytes> piece{};  // from the parser
    bool working = false;
    sync::Listener listener;  // below what its connections refer to
    asio::steady_timer work_timer{listener.io()};
};

// One client: requests, one after the other, until one side has had enough.
class Server::Inside::Connection {
public:
    Connection(Inside& inside, Line& line)
        : inside_(inside),
          limits_(inside.options.limits),
          line_(line),
          buffer_(limits_.header_bytes + kPieceBytes) {}

    awaitable<void> serve() {
        line_.allow(limits_.handshake);
        if (!co_await line_.handshake()) co_return;
        unsigned status = 200;
        while (status == 200) {
            buffer_.shrink_to_fit();  // nothing is held for an idle connection
            status = co_await exchange();
        }
        if (status == kBroken) co_return;
        line_.allow(limits_.linger);
        if (!co_await line_.write(core::view(answer_head(status, 0)))) co_return;
        line_.end_writing();
        for (std::size_t read = 0; read < limits_.linger_bytes;) {
            const std::size_t size = co_await line_.read(inside_.plain);
            if (size == 0) break;
            read += size;
        }
    }

private:
    // One request. 200: it was answered and there may be another; otherwise the answer to give.
    awaitable<unsigned> exchange() {
        line_.allow(limits_.idle);
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
        parser.body_limit(limits_.body_bytes);
        error_code error;
        parse(parser, error);  // what came behind the request before
        while (!error && !parser.is_header_done()) {
            if (!co_await fill()) co_return kBroken;
            parse(parser, error);
        }
        if (error) co_return status_of(error);
        line_.answering = true;
        const auto& request = parser.get();
        Bytes body;
        if (request.method() == http::verb::post && request.target() == "/x") {
            line_.allow(limits_.request, limits_.window, bytes_per_window());
            const unsigned status = co_await converse(parser, body);
            if (status != 200) co_return status;
        } else if (request.method() == http::verb::get && request.target() == "/health" &&
                   parser.is_done()) {
            constexpr std::string_view kHealthy = "ok";
            body.assign(kHealthy.begin(), kHealthy.end());
        } else {
            co_return 404;
        }
        if (!co_await answer(body)) co_return kBroken;
        line_.answering = false;
        const bool last = !request.keep_alive() || inside_.listener.is_ending();
        if (last) line_.end_writing();
        co_return last ? kBroken : 200;
    }

    // The whole of the body through a conversation.
    awaitable<unsigned> converse(Parser& parser, Bytes& reply) {
        Talk talk(inside_);
        if (!talk.conversation) co_return 503;
        while (!parser.is_done()) {
            error_code error;
            const Parsed parsed = parse(parser, error);
            if (error) co_return status_of(error);
            if (parsed.body > 0) {
                const auto taken =
                    talk.conversation->receive(View(inside_.piece).first(parsed.body));
                if (!taken) co_return talk.over(taken.error().code);
            }
            if (parsed.used == 0 && !parser.is_done() && !co_await fill()) co_return kBroken;
        }
        auto finished = talk.conversation->finish();
        if (!finished) co_return talk.over(finished.error().code);
        talk.conversation.reset();
        reply = std::move(*finished);
        co_return 200;
    }

    // Sees to it that a conversation ends by exactly one of its three ends.
    struct Talk {
        explicit Talk(Inside& server) : inside(server), conversation(server.open()) {}
        Talk(const Talk&) = delete;
        Talk& operator=(const Talk&) = delete;
        ~Talk() {
            if (conversation) conversation->cut();
            inside.wake();
        }
        unsigned over(Code code) {
            conversation.reset();
            return status_of(code);
        }
        Inside& inside;
        std::unique_ptr<Conversation> conversation;
    };

    struct Parsed {
        std::size_t used = 0;  // of the buffer
        std::size_t body = 0;  // bytes that are now in inside_.piece
    };
    Parsed parse(Parser& parser, error_code& error) {
        if (buffer_.size() == 0) return {};
        auto& body = parser.get().body();
        body.data = inside_.piece.data();
        body.size = inside_.piece.size();
        Parsed parsed;
        parsed.used = parser.put(buffer_.data(), error);
        parsed.body = inside_.piece.size() - body.size;
        buffer_.consume(parsed.used);
        if (error == http::error::need_more || error == http::error::need_buffer) error = {};
        return parsed;
    }

    awaitable<bool> fill() {
        // Only the line of a chunk without end comes here with so much that nobody takes.
        if (buffer_.size() > limits_.header_bytes) co_return false;
        const std::size_t size = co_await line_.read(inside_.plain);
        asio::buffer_copy(buffer_.prepare(size), asio::buffer(inside_.plain.data(), size));
        buffer_.commit(size);
        co_return size > 0;
    }

    awaitable<bool> answer(const Bytes& body) {
        line_.allow(limits_.request, limits_.window, bytes_per_window());
        // Header and body in one TLS record, if they fit.
        std::string first = answer_head(200, body.size());
        const std::size_t room = std::min(body.size(), kPieceBytes - first.size());
        first.append(core::text(View(body).first(room)));
        co_return co_await line_.write(core::view(first)) &&
            co_await line_.write(View(body).subspan(room));
    }

    std::uint64_t bytes_per_window() const {
        return limits_.bytes_per_second_min * static_cast<std::uint64_t>(limits_.window.count()) /
               1000;
    }

    Inside& inside_;
    const ServerLimits& limits_;
    Line& line_;
    boost::beast::flat_buffer buffer_;
};

std::optional<awaitable<void>> Server::Inside::admit(Tcp::socket& socket) {
    error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error || lines.size() >= options.limits.connections) return std::nullopt;
    const Origin origin = origin_of(remote.address());
    const auto known = origins.find(origin);
    if (known != origins.end() && known->second >= options.limits.connections_per_address)
        return std::nullopt;
    return serve(std::move(socket), origin);
}

awaitable<void> Server::Inside::serve(Tcp::socket socket, Origin origin) {
    struct Registered {
        Registered(Inside& server, Line& one, const Origin& from)
            : inside(server), line(one), origin(from) {
            inside.lines.insert(&line);
            ++inside.origins[origin];
        }
        Registered(const Registered&) = delete;
        Registered& operator=(const Registered&) = delete;
        ~Registered() {
            inside.lines.erase(&line);
            if (--inside.origins[origin] == 0) inside.origins.erase(origin);
        }
        Inside& inside;
        Line& line;
        const Origin& origin;
    };
    if (listener.is_ending()) co_return;
    Line line(std::move(socket), tls.get());
    const Registered registered(*this, line, origin);
    Connection connection(*this, line);
    co_await connection.serve();
}

void Server::Inside::look(Steady::time_point now) {
    for (Line* line : lines) line->look(now);
}

void Server::Inside::wake() {
    if (!idle_work || std::exchange(working, true)) return;
    asio::post(listener.io(), [this] { work(); });
}

void Server::Inside::work() {
    working = !listener.is_ending() && idle_work();
    if (!working) return;
    work_timer.expires_after(kWorkPause);
    work_timer.async_wait([this](const error_code& error) {
        if (!error) work();
    });
}

// Who is being answered gets the answer: without it the station would have to ask again.
void Server::Inside::end() {
    work_timer.cancel();
    for (Line* line : lines)
        if (!line->answering) line->cut();
}

void Server::Inside::cut() {
    for (Line* line : lines) line->cut();
}

Result<Server> Server::listen(ServerOptions options, Open open, IdleWork idle_work) {
    SPOT_CHECK(open);
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets by write()
    rlimit descriptors{};
    if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
        const rlim_t wanted = options.limits.connections + kOtherDescriptors;
        if (descriptors.rlim_cur < wanted) {  // a wish: accept() copes without
            descriptors.rlim_cur = std::min(wanted, descriptors.rlim_max);
            setrlimit(RLIMIT_NOFILE, &descriptors);
        }
    }
    SPOT_ASSIGN(auto context, tls_context(options));
    auto inside = std::make_unique<Inside>(std::move(options), std::move(open),
                                           std::move(idle_work), std::move(context));
    SPOT_TRY(inside->listener.bind(inside->options.address, inside->options.port));
    return Server(std::move(inside));
}

Server::Server(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

std::uint16_t Server::port() const {
    return inside_->listener.port();
}

void Server::run() {
    const ServerLimits& limits = inside_->options.limits;
    const milliseconds shortest =
        std::min({limits.handshake, limits.idle, limits.window, limits.request, limits.linger});
    inside_->wake();
    inside_->listener.run(*inside_, {SIGINT, SIGTERM}, {shortest, kLookMax, limits.ending});
}

void Server::stop() {
    inside_->listener.stop();
}

}  // namespace spot::hub
