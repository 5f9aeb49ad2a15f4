#include "sync/http/carrier.h"

#include <curl/curl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string_view>
#include <utility>

#include "sync/http/address.h"

namespace spot::sync {
namespace {

using core::Code;
using core::fail;
using core::Result;
using core::View;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

// By function: curl's handles are all void.
template <auto kFree>
struct FreedBy {
    template <class T>
    void operator()(T* thing) const {
        kFree(thing);
    }
};
using Easy = std::unique_ptr<CURL, FreedBy<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, FreedBy<curl_multi_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, FreedBy<curl_slist_free_all>>;

// Shorter than the 30 s after which the hub closes an idle connection.
constexpr long kConnectionAgeMaxSeconds = 25;
// How often, at least, the delivered bytes are looked at within one stall limit.
constexpr int kLooksPerStall = 8;
// The hub can open whole records only: of OpenSSL's usual 16 kB a cut would lose 2 s on 64 kbit/s.
constexpr long kTlsRecordBytes = 4096;
// What the kernel takes before it has sent what it has: what waits there is lost with the link.
constexpr int kUnsentBytesMax = 2048;

// An empty value keeps curl from sending a header of its own.
bool append(HeaderList& list, const char* header) {
    curl_slist* longer = curl_slist_append(list.get(), header);
    if (!longer) return false;
    (void)list.release();
    list.reset(longer);
    return true;
}

// Counted where curl hands plain text to TLS and takes it: CURLINFO_REQUEST_SIZE holds the first
// part of the body, too, and neither it nor the upload counter knows of curl's own retries.
struct Traffic {
    std::uint64_t sent = 0;
    std::uint64_t sent_body = 0;
    std::uint64_t received = 0;
    std::uint64_t received_headers = 0;
    std::uint64_t events = 0;  // also TLS's own messages
    core::Bytes body;
};

// A body on its way: what was made and not yet handed to curl.
struct Upload {
    Body body{core::Bytes{}};
    std::size_t at = 0;                // in body.first
    std::optional<core::Error> error;  // in the making of it
};

}  // namespace

struct HttpCarrier::Inside {
    explicit Inside(HttpOptions given) : options(std::move(given)) {}

    bool set_up();
    template <class T>
    bool set(CURLoption option, T value) {
        return curl_easy_setopt(easy.get(), option, value) == CURLE_OK;
    }
    bool set_up_tls();
    bool set_body();
    std::size_t read(char* into, std::size_t room);
    void fit_send_buffer();
    Result<> drive(const Progress& progress);
    Result<Reply> conclude();
    bool over_limit() const;
    core::Failure offline(std::string_view why) const;
    // Changes whenever anything was sent, received, or taken by the other side.
    std::pair<std::uint64_t, int> movement() const;
    milliseconds time_left(Steady::time_point start, Steady::time_point moved_at) const;

    static int on_debug(CURL*, curl_infotype what, char*, std::size_t size, void* self);
    static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self);
    static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
    static int on_socket(void* self, curl_socket_t socket, curlsocktype);
    static CURLcode on_tls(CURL*, void* context, void*);

    HttpOptions options;
    HeaderList headers;          // of a body that is whole
    HeaderList chunked_headers;  // of one that is made on the way
    Multi multi;                 // keeps the connection between exchanges
    Easy easy;                   // goes before it
    Traffic traffic;
    Upload upload;
    int send_buffer = 0;  // bytes, as last wished for
    std::uint64_t wasted = 0;
    std::atomic<bool> given_up = false;
};

int HttpCarrier::Inside::on_debug(CURL*, curl_infotype what, char*, std::size_t size, void* self) {
    Traffic& traffic = static_cast<Inside*>(self)->traffic;
    if (what != CURLINFO_TEXT) ++traffic.events;
    if (what == CURLINFO_HEADER_OUT || what == CURLINFO_DATA_OUT) traffic.sent += size;
    if (what == CURLINFO_DATA_OUT) traffic.sent_body += size;
    if (what == CURLINFO_HEADER_IN || what == CURLINFO_DATA_IN) traffic.received += size;
    if (what == CURLINFO_HEADER_IN) traffic.received_headers += size;
    return 0;
}

std::size_t HttpCarrier::Inside::on_body(char* bytes, std::size_t, std::size_t size, void* self) {
    core::Bytes& body = static_cast<Inside*>(self)->traffic.body;
    body.insert(body.end(), bytes, bytes + size);
    return size;
}

// Looked at after every turn of curl, which takes at most 1.6 MB in. All headers of all answers
// count, also an endless row of "100 Continue"; and all of the body, also the frills of chunks.
bool HttpCarrier::Inside::over_limit() const {
    const HttpLimits& limits = options.limits;
    return traffic.received_headers > limits.reply_header_bytes ||
           traffic.received - traffic.received_headers > limits.reply_bytes;
}

std::size_t HttpCarrier::Inside::on_read(char* into, std::size_t size, std::size_t count,
                                         void* self) {
    return static_cast<Inside*>(self)->read(into, size * count);
}

std::size_t HttpCarrier::Inside::read(char* into, std::size_t room) {
    if (upload.at == upload.body.first.size()) {
        auto piece = upload.body.more();
        if (!piece) {
            upload.error = piece.error();
            return CURL_READFUNC_ABORT;
        }
        upload.body.first = std::move(*piece);
        upload.at = 0;
    }
    const std::size_t size = std::min(room, upload.body.first.size() - upload.at);
    std::copy_n(upload.body.first.data() + upload.at, size, into);
    upload.at += size;
    return size;
}

int HttpCarrier::Inside::on_socket(void* self, curl_socket_t socket, curlsocktype) {
    auto& inside = *static_cast<Inside*>(self);
    const int size = inside.send_buffer = inside.options.limits.send_buffer_bytes_min;
    // Wishes: it works without.
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytesMax, sizeof kUnsentBytesMax);
    return CURL_SOCKOPT_OK;
}

// Lets a link that holds more have more. It only ever grows: a link that fades holds what it held.
void HttpCarrier::Inside::fit_send_buffer() {
    curl_socket_t socket = CURL_SOCKET_BAD;
    tcp_info info{};
    socklen_t size = sizeof info;
    if (send_buffer >= options.limits.send_buffer_bytes_max ||
        curl_easy_getinfo(easy.get(), CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK ||
        socket == CURL_SOCKET_BAD || getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return;
    const std::uint64_t held = info.tcpi_delivery_rate * info.tcpi_rtt / 1'000'000;
    const auto wanted = static_cast<int>(std::min<std::uint64_t>(
        2 * held, static_cast<std::uint64_t>(options.limits.send_buffer_bytes_max)));
    if (wanted <= send_buffer) return;
    send_buffer = wanted;
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted);
}

CURLcode HttpCarrier::Inside::on_tls(CURL*, void* context, void*) {
    auto* tls = static_cast<SSL_CTX*>(context);
    // Told after each record what went, not after all or none: else a sending that breaks in its
    // midst counts as one that never began.
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE);
    return SSL_CTX_set_max_send_fragment(tls, kTlsRecordBytes) == 1 ? CURLE_OK
                                                                    : CURLE_SSL_CONNECT_ERROR;
}

bool HttpCarrier::Inside::set_up_tls() {
    return set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_3}) &&
           set(CURLOPT_SSL_CTX_FUNCTION, &on_tls) &&
           set(CURLOPT_PINNEDPUBLICKEY, options.pin.c_str()) &&
           set(CURLOPT_SSL_VERIFYPEER, 0L) &&  // the pin is stricter than any authority
           set(CURLOPT_SSL_VERIFYHOST, 0L) && set(CURLOPT_CAINFO, nullptr) &&
           set(CURLOPT_CAPATH, nullptr) &&
           // A short greeting: under 256 bytes OpenSSL doesn't fill it up to 512.
           set(CURLOPT_SSL_ENABLE_ALPN, 0L) && set(CURLOPT_SSL_EC_CURVES, "X25519:P-256") &&
           set(CURLOPT_TLS13_CIPHERS, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256") &&
           set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

bool HttpCarrier::Inside::set_up() {
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!started) return false;
    multi.reset(curl_multi_init());
    easy.reset(curl_easy_init());
    const bool listed = append(headers, "Accept:") && append(headers, "Content-Type:") &&
                        append(headers, "Expect:") && append(chunked_headers, "Accept:") &&
                        append(chunked_headers, "Content-Type:") &&
                        append(chunked_headers, "Expect:") &&
                        append(chunked_headers, "Transfer-Encoding: chunked");
    if (!multi || !easy || !listed) return false;

    std::string url = options.url;
    while (url.ends_with('/')) url.pop_back();
    url += "/x";
    const auto connect_ms = static_cast<long>(options.limits.connect.count());
    return set(CURLOPT_URL, url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "https") &&
           set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1}) && set(CURLOPT_POST, 1L) &&
           set(CURLOPT_READFUNCTION, &on_read) && set(CURLOPT_READDATA, this) &&
           set(CURLOPT_PROXY, "") &&  // not even one from the environment
           set(CURLOPT_FOLLOWLOCATION, 0L) && set(CURLOPT_NOSIGNAL, 1L) &&
           set(CURLOPT_TCP_NODELAY, 1L) && set(CURLOPT_CONNECTTIMEOUT_MS, connect_ms) &&
           set(CURLOPT_MAXAGE_CONN, kConnectionAgeMaxSeconds) &&
           set(CURLOPT_SOCKOPTFUNCTION, &on_socket) && set(CURLOPT_SOCKOPTDATA, this) &&
           set(CURLOPT_WRITEFUNCTION, &on_body) && set(CURLOPT_WRITEDATA, this) &&
           set(CURLOPT_DEBUGFUNCTION, &on_debug) && set(CURLOPT_DEBUGDATA, this) &&
           set(CURLOPT_VERBOSE, 1L) && set_up_tls();
}

core::Failure HttpCarrier::Inside::offline(std::string_view why) const {
    std::string message =
        traffic.sent > 0 ? "the connection to the hub broke (" : "the hub was not reached (";
    message.append(why);
    return fail(Code::offline, message + "); everything is kept for the next time");
}

std::pair<std::uint64_t, int> HttpCarrier::Inside::movement() const {
    curl_socket_t socket = CURL_SOCKET_BAD;
    int waiting = 0;  // bytes that the other side has not acknowledged
    if (curl_easy_getinfo(easy.get(), CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK &&
        socket != CURL_SOCKET_BAD)
        ioctl(socket, SIOCOUTQ, &waiting);
    return {traffic.events, waiting};
}

milliseconds HttpCarrier::Inside::time_left(Steady::time_point start,
                                            Steady::time_point moved_at) const {
    const HttpLimits& limits = options.limits;
    const std::uint64_t moved_ms =
        (traffic.sent + traffic.received) * 1000 / limits.bytes_per_second_min;
    const auto end = start + limits.grace + milliseconds(moved_ms);
    const auto left = std::min(moved_at + limits.stall, end) - Steady::now();
    return std::chrono::ceil<milliseconds>(left);
}

// Our own loop instead of curl_easy_perform: that one looks up once a second, and its stall limit
// neither sees what still drains from the kernel's buffer nor counts in less than seconds.
Result<> HttpCarrier::Inside::drive(const Progress& progress) {
    const auto start = Steady::now();
    auto moved_at = start;
    auto last = movement();
    std::uint64_t told = 0;
    const milliseconds look = std::max(options.limits.stall / kLooksPerStall, milliseconds(1));
    for (;;) {
        if (given_up) return offline("this program is ending");
        int running = 0;
        if (curl_multi_perform(multi.get(), &running) != CURLM_OK) return offline("no memory");
        if (upload.error) return tl::make_unexpected(*upload.error);
        fit_send_buffer();
        const std::uint64_t total = upload.body.size();
        const std::uint64_t sent = std::min(traffic.sent_body, total);  // curl may send it again
        if (progress && sent != std::exchange(told, sent)) progress(sent, total);
        if (over_limit()) return offline("its answer is over the limit");
        if (running == 0) break;
        const auto now = movement();
        if (now != std::exchange(last, now)) moved_at = Steady::now();
        const milliseconds left = time_left(start, moved_at);
        if (left <= milliseconds::zero()) return offline("no answer in time");
        const int wait_ms = static_cast<int>(std::min(left, look).count());
        if (curl_multi_poll(multi.get(), nullptr, 0, wait_ms, nullptr) != CURLM_OK)
            return offline("no memory");
    }
    int queued = 0;
    const CURLMsg* message = curl_multi_info_read(multi.get(), &queued);
    const CURLcode code = message ? message->data.result : CURLE_FAILED_INIT;
    if (code == CURLE_OK) return {};
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        return fail(Code::refused, "the hub's key is not the one in the slip; nothing was sent");
    return offline(curl_easy_strerror(code));
}

Result<Reply> HttpCarrier::Inside::conclude() {
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status == 403) return fail(Code::refused, "the hub denies this station (HTTP 403)");
    if (status != 200) {
        return fail(Code::offline, "the hub answered HTTP " + std::to_string(status) +
                                       "; everything is kept for the next time");
    }
    long connections = 0;  // also one that curl made when the kept one proved dead
    curl_easy_getinfo(easy.get(), CURLINFO_NUM_CONNECTS, &connections);
    return Reply{std::move(traffic.body), traffic.sent, traffic.received, connections > 0};
}

Result<std::unique_ptr<HttpCarrier>> HttpCarrier::make(HttpOptions options) {
    if (!is_hub_url(options.url))
        return fail(Code::invalid, "the hub's address has to be https://host:port");
    if (!is_hub_pin(options.pin))
        return fail(Code::invalid, "the hub's fingerprint has to be sha256// and 44 characters");
    SPOT_CHECK(options.limits.bytes_per_second_min > 0);
    auto inside = std::make_unique<Inside>(std::move(options));
    if (!inside->set_up()) return fail(Code::io, "libcurl lacks TLS 1.3 or memory");
    return std::unique_ptr<HttpCarrier>(new HttpCarrier(std::move(inside)));
}

HttpCarrier::HttpCarrier(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
HttpCarrier::~HttpCarrier() = default;

bool HttpCarrier::Inside::set_body() {
    const core::Bytes& first = upload.body.first;
    if (upload.body.more)
        return set(CURLOPT_HTTPHEADER, chunked_headers.get()) && set(CURLOPT_POSTFIELDS, nullptr) &&
               set(CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{-1});
    // curl takes a null pointer for "ask the read callback".
    const void* body = first.empty() ? static_cast<const void*>("") : first.data();
    return set(CURLOPT_HTTPHEADER, headers.get()) &&
           set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(first.size())) &&
           set(CURLOPT_POSTFIELDS, body);
}

Result<Reply> HttpCarrier::exchange(Body request, const Progress& progress) {
    Inside& inside = *inside_;
    inside.traffic = {};
    inside.upload = {std::move(request), 0, std::nullopt};
    const bool ready = inside.set_body() &&
                       curl_multi_add_handle(inside.multi.get(), inside.easy.get()) == CURLM_OK;
    if (!ready) return inside.offline("no memory");
    const Result<> driven = inside.drive(progress);
    Result<Reply> reply = driven ? inside.conclude() : core::Failure(driven.error());
    curl_multi_remove_handle(inside.multi.get(), inside.easy.get());
    inside.upload = {};
    if (!reply) inside.wasted += inside.traffic.sent;
    return reply;
}

std::uint64_t HttpCarrier::wasted_bytes() const {
    return inside_->wasted;
}
bool HttpCarrier::answered() const {
    return inside_->traffic.received > 0;
}
bool HttpCarrier::reached() const {
    return inside_->traffic.sent > 0;
}

void HttpCarrier::give_up() {
    inside_->given_up = true;
    curl_multi_wakeup(inside_->multi.get());
}

}  // namespace spot::sync
