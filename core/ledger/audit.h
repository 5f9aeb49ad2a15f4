#pragma once

#include <string>
#include <vector>

#include "core/error.h"

namespace spot::core {

struct LedgerImpl;

class Audit {
public:
    explicit Audit(LedgerImpl& impl) : impl_(impl) {}

    // Walks every page, chain, record and receipt series; a sentence for each fault found.
    Result<std::vector<std::string>> check();

private:
    LedgerImpl& impl_;
};

}  // namespace spot::core
