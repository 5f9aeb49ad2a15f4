#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {

Result<std::vector<SubjectTable::Stored>> Subjects::stored(std::span<const SubjectId> ids) {
    std::vector<Stored> out;
    for (const SubjectId& id : ids) {
        auto row = database_.prepare("SELECT key FROM subject WHERE id = ?1");
        SPOT_ASSIGN(const bool found, row.with(id).step());
        if (!found) continue;
        const View key = row.blob(0);
        out.push_back({id, {key.begin(), key.end()}});
    }
    return out;
}

Result<> Subjects::store(const SubjectId& id, View key) {
    return database_.prepare("INSERT INTO subject (id, key) VALUES (?1, ?2)").with(id, key).run();
}

Result<> Subjects::erase(const SubjectId& id) {
    return database_.prepare("UPDATE subject SET key = x'' WHERE id = ?1").with(id).run();
}

}  // namespace spot::core::sqlite
