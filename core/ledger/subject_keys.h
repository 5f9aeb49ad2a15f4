#pragma once

#include <map>
#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "core/id.h"
#include "core/ledger/rows.h"

namespace spot::core {

// The people whose data the store holds, and the keys that seal them. Without its key, what was
// sealed for a subject can't be read by anybody any more.
class SubjectKeys {
public:
    // `secret` keys the hashes that the ids are, so that a NIF can't be looked for without it.
    SubjectKeys(Random& random, SecretKey secret) : random_(random), secret_(std::move(secret)) {}

    // Whom a new request is about: the citizen with its NIF; where none was given, whoever made
    // this one request. Where the key lacks, its row is made: now, or by keep() at the latest
    // before renew(), and until then the key follows from a secret of the store's that renew()
    // destroys.
    enum class Row { now, later };
    // `intent` may be wrong in any way, or null: then nobody's NIF is in it.
    Result<SubjectId> of_request(Rows rows, const nlohmann::json& intent, const RecordId& request,
                                 Row row);
    Result<> keep(Rows rows, const SubjectId& id);
    Result<> renew(Rows rows);
    // What of_request() will read; of a person who was erased, the next ones.
    void want(const nlohmann::json& intent, const RecordId& request, const Known& known,
              Wanted& wanted) const;
    void want_secret(Wanted& wanted) const;  // of keys without a row
    // Null: erased. The pointer lasts until the next call.
    Result<const SecretKey*> key(Rows rows, const SubjectId& id);
    // Destroys the key.
    Result<> erase(Rows rows, const SubjectId& id);

    // With no subject, the bytes themselves. `place` binds them to one column of one row.
    struct Place {
        char column;
        std::int64_t key;
    };
    Result<Bytes> seal(Rows rows, const std::optional<SubjectId>& subject, Place place, View plain);
    // Nothing: erased.
    Result<std::optional<Bytes>> open(Rows rows, const std::optional<SubjectId>& subject,
                                      Place place, View sealed);

    void forget() {
        keys_.clear();
        fresh_.reset();
    }

private:
    enum class State { usable, erased, unknown };
    SubjectId id_of(std::string_view who, std::uint8_t times_erased) const;
    Result<State> state(Rows rows, const SubjectId& id);
    Result<> make(Rows rows, const SubjectId& id, const SecretKey& key);
    Result<bool> has_fresh(Rows rows);

    Random& random_;
    SecretKey secret_;
    std::map<SubjectId, SecretKey> keys_;  // at most kKeysMax
    std::optional<SecretKey> fresh_;       // what keys without a row are made from
    std::optional<SecretKey> unkept_;      // the last of those
};

}  // namespace spot::core
