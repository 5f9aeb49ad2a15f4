#pragma once

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {

struct LedgerImpl::Received {
    const Entry& entry;
    const nlohmann::json& intent;  // discarded: it is no JSON
    std::optional<Form> form;      // where it was judged already
};

}  // namespace spot::core
