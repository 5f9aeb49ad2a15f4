#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/crypto.h"
#include "core/random.h"
#include "van-station/web/http.h"

namespace spot::station::web {

// Drawn at each launch, kept in memory only.
struct Tokens {
    std::string mediator, citizen;
    static constexpr std::size_t kBytes = 20;  // 160 bits: nobody guesses them
    static Tokens draw(core::Random& random);
};

// What of a request's header tells where it comes from. Views: of the request.
struct Head {
    Method method = Method::other;
    std::string_view target;
    std::string_view host, origin, fetch_site, authorization;  // empty: not there
    bool repeated = false;  // one of these four stands there twice
};

// Decides from the header alone whether a request is heard. Pure.
class Gate {
public:
    // `port`: the one that the server has.
    Gate(std::uint16_t port, const Tokens& tokens);

    struct Verdict {
        unsigned status = 200;  // else the refusal's
        const char* code = "";
        Who who = Who::nobody;
    };
    Verdict judge(const Head& head) const;

private:
    Who who(std::string_view authorization) const;
    bool own_host(std::string_view host) const;

    std::string hosts_[3];
    core::Hash mediator_, citizen_;
};

bool is_api(std::string_view target);  // the rest is static pages, which hold nobody's data

}  // namespace spot::station::web
