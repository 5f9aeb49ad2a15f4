#pragma once

#include <functional>
#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "core/ledger.h"
#include "core/store/sqlite/database.h"
#include "core/ledger/subjects.h"

namespace spot::core {

// Of a row's column; nothing: it is no hash.
std::optional<Hash> hash_in(View bytes);

// The tables `file`, `file_of` and `piece`: what requests name at the hub, and what has come of it.
class Files {
public:
    Files(Database& database, Subjects& subjects, Random& random)
        : database_(database), subjects_(subjects), random_(random) {}

    struct Row {
        std::int64_t number = 0;
        Subjects::Id subject{};
        Hash hash{};
        std::uint64_t bytes = 0, have = 0;
        Ledger::FileState state = Ledger::FileState::awaited;
        std::uint64_t failures = 0;
        Bytes key;  // sealed; empty: no piece came yet
    };

    // The attachments of a request whose form is good.
    Result<> name(Tx& tx, std::int64_t entry, std::uint64_t device, const Subjects::Id& subject,
                  const nlohmann::json& attachments);
    // The requests at `first` … `last` were taken back.
    Result<> unname(Tx& tx, std::int64_t first, std::int64_t last);
    // What a request names by this hash. Nothing: it names none.
    Result<std::optional<Row>> find(Tx& tx, std::int64_t entry, const Hash& hash);
    // All that a request names, or where 0, that any does.
    Result<> each(Tx& tx, std::int64_t entry, const std::function<Result<>(std::int64_t, const Row&)>& use);
    // Those that are to come from a device, each with the requests that name it: what never failed
    // first, then by the requests' keys. Not of requests in quarantine, nor of who was erased.
    // Until `use` answers false.
    Result<> each_awaited(Tx& tx, std::uint64_t device,
                          const std::function<Result<bool>(std::int64_t, const Row&)>& use);
    Result<Ledger::FileCounts> count(Tx& tx, std::uint64_t device);

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
    Result<> save(Tx& tx, const Row& row);

    Database& database_;
    Subjects& subjects_;
    Random& random_;
};

}  // namespace spot::core
