#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {

Result<std::vector<SubjectRow>> Subjects::read(std::span<const SubjectId> ids) {
    std::vector<SubjectRow> out;
    for (const SubjectId& id : ids) {
        auto row = database_.prepare("SELECT key FROM subject WHERE id = ?1");
        SPOT_ASSIGN(const bool found, row.with(id).step());
        if (!found) continue;
        const View key = row.blob(0);
        SubjectRow& one = out.emplace_back();
        one.id = id;
        if (key.empty()) continue;
        if (key.size() != SecretKey::kSize)
            return fail(Code::corrupt, "a subject's key is damaged");
        one.key.emplace(key.first<SecretKey::kSize>());
    }
    return out;
}

Result<> Subjects::add(const SubjectId& id, const SecretKey& key) {
    return database_.prepare("INSERT INTO subject (id, key) VALUES (?1, ?2)")
        .with(id, View(key.bytes()))
        .run();
}

Result<> Subjects::erase(const SubjectId& id) {
    return database_.prepare("UPDATE subject SET key = x'' WHERE id = ?1").with(id).run();
}

}  // namespace spot::core::sqlite
