#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "sync/transport.h"

namespace spot::sync {

// What one exchange over HTTP may take. Tests give smaller ones.
struct HttpLimits {
    // TCP and TLS need two round trips. At 600 ms each with lost packets (retries after 1, 3 and
    // 7 s) they come through in this time, or the link is not there.
    std::chrono::milliseconds connect{15'000};
    // Without a byte delivered or received for so long, the link is gone: TCP itself would take
    // a quarter of an hour to say so.
    std::chrono::milliseconds stall{20'000};
    // The whole exchange: this long, and a second more for each bytes_per_second_min moved.
    // A peer that keeps us alive with a byte now and then is left, too.
    std::chrono::milliseconds grace{60'000};
    std::uint64_t bytes_per_second_min = 500;
    std::size_t reply_bytes = std::size_t{16} * 1024 * 1024;
    std::size_t reply_header_bytes = std::size_t{8} * 1024;  // the hub's own take about 40
    // Of the kernel's buffer, which the kernel doubles. What lies in it when the link is cut was
    // counted as sent but is sent again: so small, and twice what the link was seen to hold.
    // 64 kbit/s over 600 ms hold 5 kB.
    int send_buffer_bytes_min = 8 * 1024;
    int send_buffer_bytes_max = 512 * 1024;
};

struct HttpOptions {
    std::string url;  // https://host[:port][/path]; the exchange is a POST to <url>/x
    std::string pin;  // of the certificate, see sync/http/address.h
    HttpLimits limits;
};

// Carries over HTTP/1.1 and TLS 1.3 with libcurl. The pinned key is the hub's identity: neither
// authorities nor host names nor dates are looked at. Follows no redirect, asks no proxy.
// A request is a line, Host and Content-Length; a body that is made while it is being sent goes in
// chunks. The connection is kept for the next exchange.
// One thread at a time, but for give_up(); blocks, but never longer than the limits.
class HttpCarrier final : public Carrier {
public:
    // `invalid` for an address that is not https or a pin that is none.
    static core::Result<std::unique_ptr<HttpCarrier>> make(HttpOptions options);
    ~HttpCarrier() override;
    HttpCarrier(const HttpCarrier&) = delete;
    HttpCarrier& operator=(const HttpCarrier&) = delete;

    // `progress` hears of the body only.
    core::Result<Reply> exchange(Body request, const Progress& progress) override;
    std::uint64_t wasted_bytes() const override;
    bool answered() const override;
    // Did the last exchange get as far as the pinned hub and hand over a byte? Then the link was
    // there, and a failure is worth a try at once; otherwise a later one.
    bool reached() const;

    // From any thread, for good: the exchange under way, and every later one, ends as `offline`
    // within moments. The hub keeps what it had of it.
    void give_up();

private:
    struct Inside;
    explicit HttpCarrier(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::sync
