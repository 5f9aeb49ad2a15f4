#pragma once

// Files of a draft (`owner`: its key) or of a request (`owner`: its id), at a station. Each lies
// sealed under a key of its own.

#include <optional>
#include <span>
#include <string_view>

#include "core/bytes.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/id.h"

namespace spot::core {

struct LedgerImpl;

class Attachments {
public:
    explicit Attachments(LedgerImpl& impl) : impl_(impl) {}

    Result<Hash> add(std::string_view owner, View content);
    // nullopt: there is none, or the person's data were erased. At a hub, of a request: not all of
    // it came yet.
    Result<std::optional<Bytes>> find(std::string_view owner, const Hash& hash);
    Result<> remove(std::string_view owner, const Hash& hash);
    // A draft's become its request's, under the person's key; those not among `hashes` are removed.
    Result<> transfer(std::string_view owner, const RecordId& request,
                      std::span<const Hash> hashes);

private:
    LedgerImpl& impl_;
};

}  // namespace spot::core
