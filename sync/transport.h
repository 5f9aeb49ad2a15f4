#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "core/bytes.h"
#include "core/error.h"

namespace spot::sync {

// What is sent: its beginning, and what makes the rest while that is on its way.
struct Body {
    // Answers the next piece, or nothing at the end. What fails here ends the exchange with that
    // error.
    using More = std::function<core::Result<core::Bytes>()>;

    core::Bytes first;
    More more;  // empty: `first` is all
    // Bytes in all, as far as they can be told by now.
    std::function<std::uint64_t()> about;

    explicit Body(core::Bytes all) : first(std::move(all)) {}
    Body(core::Bytes beginning, More rest, std::function<std::uint64_t()> size)
        : first(std::move(beginning)), more(std::move(rest)), about(std::move(size)) {}
    std::uint64_t size() const { return more ? about() : first.size(); }
};
// The whole of it, for carriers that have to have it at once.
core::Result<core::Bytes> whole(Body body);

struct Reply {
    core::Bytes body;
    std::uint64_t sent_bytes = 0;  // headers and body, as handed to TLS
    std::uint64_t received_bytes = 0;
    bool connected = false;  // anew: the connection of the exchange before is no more
};

// Carries one request to the hub and brings its answer. Whatever goes wrong on the way is
// `offline` and counts as not delivered, although the other side may have taken it.
// `refused`: the hub's certificate is not the one in the slip, or it denies us (HTTP 403).
class Carrier {
public:
    virtual ~Carrier() = default;
    // `progress` (may be empty) is called with bytes sent so far and, about, in all.
    using Progress = std::function<void(std::uint64_t sent, std::uint64_t total)>;
    virtual core::Result<Reply> exchange(Body request, const Progress& progress) = 0;
    // Bytes handed over by attempts that failed, so that the report counts them, too.
    virtual std::uint64_t wasted_bytes() const = 0;
    // Did the last exchange, which failed, bring anything back, as an HTTP error does? Then the
    // link is not what ails, and trying again and again helps little.
    virtual bool answered() const = 0;
};

}  // namespace spot::sync
