#pragma once

#include <functional>
#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "core/ledger.h"
#include "core/ledger/subjects.h"

namespace spot::core {

// The tables `file`, `file_of` and `piece`: what requests name at the hub, and what has come of it.
class Files {
public:
    Files(Subjects& subjects, Random& random) : subjects_(subjects), random_(random) {}

    using Row = FileRow;

    // The attachments of a request whose form is good.
    Result<> name(Tx& tx, std::int64_t entry, std::uint64_t device, const Subjects::Id& subject,
                  const nlohmann::json& attachments);
    // Files that are to come from a device.
    Result<std::uint64_t> count_awaited(Tx& tx, std::uint64_t device);

    // Bytes that follow on those that are there. When it has them all, it is whole or, if they are
    // not what the request says, nothing is left of it. `limit`: more than the request says.
    Result<> add(Tx& tx, Row& row, View bytes);
    Result<> give_up(Tx& tx, Row& row);
    // The whole content, piece by piece.
    Result<> read(Tx& tx, const Row& row, const std::function<Result<>(View)>& use);

private:
    Result<SecretKey> key_of(Tx& tx, const Row& row);
    Result<SecretKey> make_key(Tx& tx, Row& row);
    Result<> conclude(Tx& tx, Row& row);
    Result<> drop_pieces(Tx& tx, Row& row);

    Subjects& subjects_;
    Random& random_;
};

}  // namespace spot::core
