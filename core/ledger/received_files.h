#pragma once

#include <functional>
#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "core/ledger/subject_keys.h"

namespace spot::core {

// The tables `file`, `file_of` and `piece`: what requests name at the hub, and what has come of it.
class ReceivedFiles {
public:
    ReceivedFiles(SubjectKeys& subjects, Random& random) : subjects_(subjects), random_(random) {}

    // The attachments of a request whose form is good.
    Result<> name(Rows rows, std::int64_t entry, std::uint64_t device, const SubjectId& subject,
                  const nlohmann::json& attachments);
    // Files that are to come from a device.
    Result<std::uint64_t> count_awaited(Tx& tx, std::uint64_t device);

    // Bytes that follow on those that are there. When it has them all, it is whole or, if they are
    // not what the request says, nothing is left of it. `limit`: more than the request says.
    Result<> add(Tx& tx, FileRow& row, View bytes);
    Result<> give_up(Tx& tx, FileRow& row);
    // The whole content, piece by piece.
    Result<> read(Tx& tx, const FileRow& row, const std::function<Result<>(View)>& use);

private:
    Result<SecretKey> key_of(Tx& tx, const FileRow& row);
    Result<SecretKey> make_key(Tx& tx, FileRow& row);
    Result<> conclude(Tx& tx, FileRow& row);
    Result<> drop_pieces(Tx& tx, FileRow& row);

    SubjectKeys& subjects_;
    Random& random_;
};

}  // namespace spot::core
