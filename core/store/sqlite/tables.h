#pragma once

// The tables of core/store/tables.h on one SQLite connection.

#include "core/store/sqlite/database.h"
#include "core/store/tables.h"

namespace spot::core::sqlite {

// Of a row's column; nullopt: it is none of that length.
std::optional<Hash> hash_in(View bytes);
std::optional<SubjectId> subject_in(View bytes);

class Logs final : public LogTable {
public:
    explicit Logs(Database& database) : database_(database) {}
    Result<std::optional<LogRow>> find(const LogId& id) override;
    Result<std::optional<LogId>> id_of(std::int64_t number) override;
    Result<Summary> summary(std::uint64_t device) override;
    Result<std::vector<LogRow>> of_device(std::uint64_t device) override;
    Result<std::vector<LogId>> all() override;
    Result<std::vector<LogRow>> unexecuted(std::size_t count) override;
    Result<LogRow> add(const LogId& id) override;
    Result<> save(const LogRow& row) override;
    Result<std::optional<Bytes>> stored_secret(std::int64_t log, std::uint64_t period) override;
    Result<> store_secret(std::int64_t log, std::uint64_t period, View secret) override;
    Result<> drop_secrets(std::int64_t log, std::uint64_t first, std::uint64_t last) override;

private:
    Result<> read_tip(LogRow& log);
    Database& database_;
};

class Entries final : public EntryTable {
public:
    explicit Entries(Database& database) : database_(database) {}
    Result<> append(std::span<const EntryRow> rows) override;
    Result<std::vector<EntryRow>> read(std::span<const std::int64_t> keys) override;
    Result<std::vector<EntryHead>> heads(std::span<const std::int64_t> keys) override;
    Result<std::optional<Hash>> hash_of(std::int64_t key) override;
    Result<> each(KeyRange range, const std::function<Result<>(EntryRow&)>& use) override;
    Result<> reseal(const EntryRow& row) override;
    Result<> remove(KeyRange range) override;
    Result<> quarantine(std::span<const QuarantineRow> rows) override;
    Result<> release(KeyRange range) override;
    Result<std::vector<QuarantineRow>> quarantined(KeyRange range, std::string_view code,
                                                   std::size_t count) override;
    Result<std::uint64_t> count_quarantined(KeyRange range) override;

private:
    Database& database_;
};

class Records final : public RecordTable {
public:
    explicit Records(Database& database) : database_(database) {}
    Result<> insert(std::span<const RecordRow> rows) override;
    Result<> update(std::span<const RecordRow> rows) override;
    Result<std::vector<RecordRow>> read(std::span<const std::int64_t> keys) override;
    Result<std::optional<std::int64_t>> place_of(std::int64_t key) override;
    Result<> remove(KeyRange range) override;
    Result<> each(const Selection& wanted, const std::function<Result<>(RecordRow&)>& use) override;
    Result<Tally> tally(KeyRange range) override;
    Result<> add_names(std::span<const RecordName> names) override;
    Result<std::optional<std::int64_t>> find_name(std::int64_t place,
                                                  std::string_view name) override;
    Result<> move_names(KeyRange from, const To& to) override;
    Result<> list(const ListedRow& row, std::optional<std::int64_t> session) override;
    Result<> clear_lists() override;
    Result<std::vector<ListedRow>> made_between(std::int64_t place, std::int64_t from_ms,
                                                std::int64_t until_ms, std::size_t count) override;
    Result<std::vector<ListedRow>> of_session(std::int64_t session, std::size_t count) override;
    Result<std::vector<ListedRow>> conflicting(std::size_t count) override;
    Result<std::vector<ListedRow>> routed(int route, std::size_t count) override;
    Result<std::uint64_t> count_conflicts() override;

private:
    Database& database_;
};

class Subjects final : public SubjectTable {
public:
    explicit Subjects(Database& database) : database_(database) {}
    Result<> erase(const SubjectId& id) override;
    Result<std::vector<Stored>> stored(std::span<const SubjectId> ids) override;
    Result<> store(const SubjectId& id, View key) override;

private:
    Database& database_;
};

class Files final : public FileTable {
public:
    explicit Files(Database& database) : database_(database) {}
    Result<> name(std::int64_t entry, std::uint64_t device, const SubjectId& subject,
                  std::span<const FileName> files) override;
    Result<> unname(KeyRange entries) override;
    Result<std::optional<FileRow>> find(std::int64_t entry, const Hash& hash) override;
    Result<> each(KeyRange entries, const Use& use) override;
    Result<> each_awaited(std::uint64_t device, const UseSome& use) override;
    Result<std::uint64_t> count_given_up(std::uint64_t device) override;
    Result<> save(const FileRow& row) override;
    Result<> add_piece(std::int64_t file, std::uint64_t offset, View content) override;
    Result<std::optional<Bytes>> piece(std::int64_t file, std::uint64_t offset) override;
    Result<> drop_pieces(std::int64_t file) override;

private:
    Database& database_;
};

class Attachments final : public AttachmentTable {
public:
    explicit Attachments(Database& database) : database_(database) {}
    Result<> add(const AttachedRow& row, View content) override;
    Result<std::optional<AttachedRow>> find(std::string_view owner, const Hash& hash) override;
    Result<std::optional<Bytes>> content(std::int64_t attachment) override;
    Result<std::vector<AttachedRow>> of_owner(std::string_view owner) override;
    Result<> move(std::string_view owner, const AttachedRow& row) override;
    Result<> remove(std::string_view owner, const Hash& hash) override;
    Result<bool> set_remote(std::string_view owner, const Hash& hash, FileState state) override;
    Result<> each_not_whole(
        const std::function<Result<>(std::string_view, const Hash&, FileState)>& use) override;

private:
    Database& database_;
};

class Values final : public ValueTable {
public:
    explicit Values(Database& database) : database_(database) {}
    Result<std::optional<std::string>> setting(std::string_view name) override;
    Result<> set(std::string_view name, std::string_view value) override;
    Result<> unset(std::string_view name) override;
    Result<> put(std::string_view space, std::string_view key, std::string_view owner,
                 std::string_view value) override;
    Result<std::optional<std::string>> get(std::string_view space, std::string_view key) override;
    Result<std::vector<ValueRow>> list(std::string_view space, std::size_t count) override;
    Result<std::vector<ValueRow>> list_by_owner(std::string_view space, std::string_view owner,
                                                std::size_t count) override;
    Result<> remove(std::string_view space, std::string_view key) override;

private:
    Database& database_;
};

class Stations final : public StationTable {
public:
    explicit Stations(Database& database) : database_(database) {}
    Result<> add(const StationRow& row) override;
    Result<std::optional<StationRow>> find(std::uint64_t device) override;
    Result<> save(const StationRow& row) override;
    Result<> each(const std::function<Result<>(StationRow&)>& use) override;
    Result<> add_exchange(const ExchangeRow& row) override;
    Result<std::vector<ExchangeRow>> exchanges(std::uint64_t device, std::int64_t before,
                                               std::size_t count) override;
    Result<> forget_exchanges(std::int64_t before_ms, std::size_t count) override;

private:
    Database& database_;
};

// What Tx::rewrite() promises.
Result<> rewrite(Database& database, RowRewriter& rows);

}  // namespace spot::core::sqlite
