#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "van-station/app/desk.h"
#include "van-station/web/contract.h"
#include "van-station/web/pages.h"
#include "van-station/web/printing.h"
#include "van-station/web/server.h"
#include "van-station/web/syncing.h"

namespace spot::station::web {

// What the desk said has changed and nobody was told yet. Apart from the Api, because the desk
// needs it first.
class Changes {
public:
    void note(std::string_view what, std::string_view id) {
        if (seen_.size() < kMax) seen_.emplace(what, id);
    }
    std::set<std::pair<std::string, std::string>> take() { return std::exchange(seen_, {}); }

private:
    static constexpr std::size_t kMax = 200;  // in one call of the desk: far more than it has
    std::set<std::pair<std::string, std::string>> seen_;
};

// The station's API and pages: from a request to the desk and back, and what has changed to the
// screens. One thread, the desk's.
class Api final : public Application {
public:
    // All outlive the api. `syncing` may come later: see set_syncing().
    Api(Server& server, Desk& desk, Changes& changes, print::Issuer issuer);

    void set_syncing(Syncing& syncing) { syncing_ = &syncing; }
    Syncing::Heard sync_heard();

    Plan plan(const Request& head) override;
    void handle(Request request, Reply reply) override;
    std::vector<Event> first_events(Channel channel) override;
    void tick() override;
    void end() override;
    // Nothing is being printed, drawn or synchronised.
    bool is_idle() override { return printing_.is_idle() && (!syncing_ || syncing_->is_idle()); }
    const Contract& contract() const { return contract_; }
    // Is every operation of the contract done somewhere, and nothing else?
    bool is_complete() const;

private:
    void dispatch(const Contract::Match& match, const Request& request, const nlohmann::json& in,
                  Reply reply);
    void tell_changes();
    void push_state();
    void push_citizen();

    Server& server_;
    Desk& desk_;
    Changes& changes_;
    Contract contract_;
    Pages pages_;
    Printing printing_;
    Syncing* syncing_ = nullptr;
    std::string state_told_;  // without its clock
    std::string citizen_told_;
    std::uint64_t waiting_ = 0;  // entries for the hub, as last told
};

}  // namespace spot::station::web
