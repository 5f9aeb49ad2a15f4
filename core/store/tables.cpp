#include "core/store/tables.h"

#include <sodium.h>

namespace spot::core {
namespace {

// Leaves nothing of it in `bytes`.
Result<SecretKey> key_from(Bytes& bytes, const char* damaged) {
    if (bytes.size() != SecretKey::kSize) return fail(Code::corrupt, damaged);
    SecretKey key{View(bytes).first<SecretKey::kSize>()};
    sodium_memzero(bytes.data(), bytes.size());
    return key;
}

}  // namespace

Result<std::optional<SecretKey>> LogTable::secret(std::int64_t log, std::uint64_t period) {
    SPOT_ASSIGN(auto stored, stored_secret(log, period));
    if (!stored) return std::optional<SecretKey>();
    SPOT_ASSIGN(auto key, key_from(*stored, "a period's secret is damaged"));
    return std::optional<SecretKey>(std::move(key));
}

Result<> LogTable::add_secret(std::int64_t log, std::uint64_t period, const SecretKey& secret) {
    return store_secret(log, period, secret.bytes());
}

Result<std::vector<SubjectRow>> SubjectTable::read(std::span<const SubjectId> ids) {
    SPOT_ASSIGN(auto rows, stored(ids));
    std::vector<SubjectRow> out;
    out.reserve(rows.size());
    for (Stored& row : rows) {
        SubjectRow& one = out.emplace_back();
        one.id = row.id;
        if (row.key.empty()) continue;
        SPOT_ASSIGN(one.key, key_from(row.key, "a subject's key is damaged"));
    }
    return out;
}

Result<> SubjectTable::add(const SubjectId& id, const SecretKey& key) {
    return store(id, key.bytes());
}

}  // namespace spot::core
