#include "core/store/sqlite/tables.h"

namespace spot::core::sqlite {
namespace {

#define SPOT_ATTACHED_COLUMNS \
    "SELECT owner, hash, attachment, subject, key, told FROM attached WHERE owner = ?1"
constexpr char kOneAttachment[] = SPOT_ATTACHED_COLUMNS " AND hash = ?2";
constexpr char kOfOwner[] = SPOT_ATTACHED_COLUMNS " ORDER BY hash";
#undef SPOT_ATTACHED_COLUMNS

Result<FileState> state_in(std::int64_t number) {
    if (number < 0 || number > static_cast<int>(FileState::unknown))
        return fail(Code::corrupt, "an attachment's row is damaged");
    return static_cast<FileState>(number);
}

Result<AttachedRow> attached_row_of(const Statement& row) {
    AttachedRow out;
    out.owner = row.text(0);
    const auto hash = hash_in(row.blob(1));
    if (!hash) return fail(Code::corrupt, "an attachment's row is damaged");
    out.hash = *hash;
    out.attachment = row.integer(2);
    out.subject = subject_in(row.blob(3));
    const View key = row.blob(4);
    out.key.assign(key.begin(), key.end());
    SPOT_ASSIGN(out.remote, state_in(row.integer(5)));
    return out;
}

}  // namespace

Result<> Attachments::add(const AttachedRow& row, View content) {
    SPOT_ASSIGN(const auto last,
                database_.integer("SELECT coalesce(max(number), 0) FROM attachment"));
    SPOT_TRY(database_.prepare("INSERT INTO attachment (number, content) VALUES (?1, ?2)")
                 .with(last + 1, content)
                 .run());
    return database_
        .prepare(
            "INSERT INTO attached (owner, hash, attachment, subject, key, told)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .with(std::string_view(row.owner), row.hash, last + 1, row.subject, row.key,
              static_cast<int>(row.remote))
        .run();
}

Result<std::optional<AttachedRow>> Attachments::find(std::string_view owner, const Hash& hash) {
    auto row = database_.prepare(kOneAttachment);
    SPOT_ASSIGN(const bool found, row.with(owner, hash).step());
    if (!found) return std::nullopt;
    SPOT_ASSIGN(auto out, attached_row_of(row));
    return std::optional<AttachedRow>(std::move(out));
}

Result<std::optional<Bytes>> Attachments::content(std::int64_t attachment) {
    auto row = database_.prepare("SELECT content FROM attachment WHERE number = ?1");
    SPOT_ASSIGN(const bool found, row.with(attachment).step());
    if (!found) return std::nullopt;
    const View content = row.blob(0);
    return std::optional<Bytes>(std::in_place, content.begin(), content.end());
}

Result<std::vector<AttachedRow>> Attachments::of_owner(std::string_view owner) {
    std::vector<AttachedRow> out;
    auto rows = database_.prepare(kOfOwner);
    rows.with(owner);
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return out;
        SPOT_ASSIGN(auto one, attached_row_of(rows));
        out.push_back(std::move(one));
    }
}

Result<> Attachments::move(std::string_view owner, const AttachedRow& row) {
    return database_
        .prepare(
            "UPDATE attached SET owner = ?3, subject = ?4, key = ?5, told = ?6"
            " WHERE owner = ?1 AND hash = ?2")
        .with(owner, row.hash, std::string_view(row.owner), row.subject, row.key,
              static_cast<int>(row.remote))
        .run();
}

Result<> Attachments::remove(std::string_view owner, const Hash& hash) {
    SPOT_ASSIGN(const auto row, find(owner, hash));
    if (!row) return {};
    SPOT_TRY(database_.prepare("DELETE FROM attached WHERE owner = ?1 AND hash = ?2")
                 .with(owner, hash)
                 .run());
    return database_.prepare("DELETE FROM attachment WHERE number = ?1")
        .with(row->attachment)
        .run();
}

Result<bool> Attachments::set_remote(std::string_view owner, const Hash& hash, FileState state) {
    auto row = database_.prepare(
        "UPDATE attached SET told = ?3 WHERE owner = ?1 AND hash = ?2"
        " AND subject IS NOT NULL AND told <> ?3 RETURNING told");
    SPOT_ASSIGN(const bool changed, row.with(owner, hash, static_cast<int>(state)).step());
    SPOT_TRY(row.run());
    return changed;
}

Result<> Attachments::each_not_whole(
    const std::function<Result<>(std::string_view, const Hash&, FileState)>& use) {
    auto rows = database_.prepare(
        "SELECT attached.owner, attached.hash, attached.told"
        " FROM attached INDEXED BY attached_untold"
        " JOIN subject ON subject.id = attached.subject"
        " WHERE attached.subject IS NOT NULL AND attached.told <> 1"
        " AND length(subject.key) > 0 ORDER BY attached.owner, attached.hash");
    for (;;) {
        SPOT_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        const auto hash = hash_in(rows.blob(1));
        if (!hash) return fail(Code::corrupt, "an attachment's row is damaged");
        SPOT_ASSIGN(const FileState state, state_in(rows.integer(2)));
        SPOT_TRY(use(rows.text(0), *hash, state));
    }
}

}  // namespace spot::core::sqlite
