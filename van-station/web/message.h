#pragma once

// Private to server.cpp, which alone includes it: from Beast's header to a Request, and from an
// Answer to the bytes of a header.

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <string>
#include <string_view>

#include "van-station/web/gate.h"
#include "van-station/web/http.h"

namespace spot::station::web {

namespace beast_http = boost::beast::http;

// On every answer: what a browser may do with it. Nothing of ours needs more, and nothing leaves
// this machine.
inline constexpr std::string_view kAlways =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), "
    "serial=(), bluetooth=(), payment=()\r\n";

inline std::string status_line(unsigned status) {
    std::string out = "HTTP/1.1 " + std::to_string(status) + ' ';
    out += beast_http::obsolete_reason(static_cast<beast_http::status>(status));
    return out + "\r\n";
}

inline std::string head_of(const Answer& answer, bool last) {
    std::string out = status_line(answer.status);
    const std::size_t size = answer.fixed.empty() ? answer.body.size() : answer.fixed.size();
    if (answer.status != 304) {
        out += "Content-Type: " + answer.content_type + "\r\n";
        out += "Content-Length: " + std::to_string(size) + "\r\n";
    }
    if (answer.gzipped) out += "Content-Encoding: gzip\r\n";
    if (answer.etag.empty())
        out += "Cache-Control: no-store\r\n";
    else
        out += "Cache-Control: no-cache\r\nVary: Accept-Encoding\r\nETag: " + answer.etag + "\r\n";
    if (answer.retry_after_s > 0)
        out += "Retry-After: " + std::to_string(answer.retry_after_s) + "\r\n";
    if (answer.status == 401) out += "WWW-Authenticate: Bearer\r\n";
    if (answer.status == 405) out += "Allow: GET, POST\r\n";
    if (last) out += "Connection: close\r\n";
    return out.append(kAlways).append("\r\n");
}

inline std::string stream_head() {
    std::string out = status_line(200);
    out += "Content-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n";
    return out.append(kAlways).append("\r\n");
}

inline std::string_view text_of(boost::string_view text) {
    return {text.data(), text.size()};
}

template <class Header>
Head head_in(const Header& header) {
    Head out;
    out.method = header.method() == beast_http::verb::get    ? Method::get
                 : header.method() == beast_http::verb::post ? Method::post
                                                             : Method::other;
    out.target = text_of(header.target());
    const auto only = [&](beast_http::field name) {
        out.repeated |= header.count(name) > 1;
        return text_of(header[name]);
    };
    out.host = only(beast_http::field::host);
    out.origin = only(beast_http::field::origin);
    out.authorization = only(beast_http::field::authorization);
    out.repeated |= header.count("Sec-Fetch-Site") > 1;
    out.fetch_site = text_of(header["Sec-Fetch-Site"]);
    return out;
}

template <class Header>
Request request_in(const Header& header, const Head& head, Who who) {
    Request out;
    out.method = head.method;
    const std::size_t mark = head.target.find('?');
    out.path = head.target.substr(0, mark);
    if (mark != std::string_view::npos) out.query = head.target.substr(mark + 1);
    out.content_type = text_of(header[beast_http::field::content_type]);
    out.takes_gzip =
        text_of(header[beast_http::field::accept_encoding]).find("gzip") != std::string_view::npos;
    out.known_etag = text_of(header[beast_http::field::if_none_match]);
    out.who = who;
    return out;
}

}  // namespace spot::station::web
