#pragma once

#include <string>
#include <vector>

#include "core/error.h"

namespace spot::core {

struct LedgerImpl;

class Audit {
public:
    explicit Audit(LedgerImpl& impl) : impl_(impl) {}

    // Walks every page, chain, record and receipt series; a sentence for each fault found. Also of
    // entries and logs that are missing, as far as records or the log's own row tell of them.
    Result<std::vector<std::string>> check();

private:
    LedgerImpl& impl_;
};

}  // namespace spot::core
