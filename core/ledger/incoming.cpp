#include "core/ledger/incoming.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace spot::core {

Incoming::Incoming(std::vector<Entry> entries) : entries_(std::move(entries)) {
    intents_.reserve(entries_.size());
    for (const Entry& entry : entries_)
        intents_.push_back(nlohmann::json::parse(entry.intent, nullptr, false));
}

Incoming::Incoming(Incoming&&) noexcept = default;
Incoming& Incoming::operator=(Incoming&&) noexcept = default;
Incoming::~Incoming() = default;

std::span<const nlohmann::json> Incoming::intents() const {
    return std::span(intents_).subspan(passed_);
}

}  // namespace spot::core
