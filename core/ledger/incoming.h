#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/log.h"

namespace spot::core {

// Entries that another party wrote, with their intents read: the part of receiving that needs no
// ledger, and is done by whatever thread decoded them. May be handed from thread to thread.
class Incoming {
public:
    // Costs what the entries' texts are long, which whoever decoded them has bounded.
    Incoming(std::vector<Entry> entries);
    Incoming(Incoming&&) noexcept;
    Incoming& operator=(Incoming&&) noexcept;
    ~Incoming();

    std::span<const Entry> entries() const { return std::span(entries_).subspan(passed_); }
    // Of each of entries(), from its text; a discarded value where that is no JSON.
    std::span<const nlohmann::json> intents() const;
    // REQUIRES: there are so many.
    void drop_front(std::size_t count) { passed_ += count; }

private:
    std::vector<Entry> entries_;
    std::vector<nlohmann::json> intents_;
    std::size_t passed_ = 0;
};

}  // namespace spot::core
