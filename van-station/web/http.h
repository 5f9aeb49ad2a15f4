#pragma once

// What the loopback server and what it serves say to each other. No socket, no Boost.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace spot::station::web {

enum class Method : std::uint8_t { get, post, other };

// Who speaks, by the token of this launch. The mediator may do all, the citizen's screen only look
// at what the mediator shows it.
enum class Who : std::uint8_t { nobody, citizen, mediator };

// The channels of server-sent events.
enum class Channel : std::uint8_t { mediator, citizen };

struct Request {
    Method method = Method::get;
    std::string path;   // as sent, before '?'
    std::string query;  // as sent, behind '?'
    std::string content_type;
    std::string body;
    Who who = Who::nobody;
    bool takes_gzip = false;
    std::string known_etag;  // If-None-Match
};

constexpr char kJson[] = "application/json";
constexpr char kPdf[] = "application/pdf";

struct Answer {
    unsigned status = 200;
    std::string content_type = kJson;
    std::string body;
    std::string_view fixed;  // instead of `body`: bytes that outlive the server
    std::string etag;        // only pages have one; all else is never stored by the browser
    bool gzipped = false;
    unsigned retry_after_s = 0;  // 0: not said
};

// {"error":{"code","message"}}. `message` is for people and our own text: nothing in it is escaped.
Answer refusal(unsigned status, std::string_view code, std::string_view message);
Answer refusal(unsigned status, std::string_view code);  // with the message for the server's codes

// One event for every stream of a channel. Of events with the same `key` that a slow stream has not
// taken yet, the last one counts.
struct Event {
    std::string key;
    std::string name;
    std::string data;  // one line
};

}  // namespace spot::station::web
