#pragma once

// A store that counts what is asked of it: calls of tables, of look_up() and of apply(), and the
// entries that EntryTable::each() shows.

#include <memory>
#include <utility>

#include "core/store/store.h"

namespace spot::support {

using namespace core;

struct Touches {
    std::size_t look_ups = 0, writings = 0, others = 0;
    std::size_t entries = 0;
    std::size_t all() const { return look_ups + writings + others; }
};

class CountedLogTable final : public LogTable {
public:
    CountedLogTable(LogTable& inner, Touches& touches) : inner_(inner), touches_(touches) {}
    Result<std::optional<LogRow>> find(const LogId& id) override { return counted().find(id); }
    Result<std::optional<LogId>> id_of(std::int64_t number) override {
        return counted().id_of(number);
    }
    Result<Summary> summary(std::uint64_t device) override { return counted().summary(device); }
    Result<std::vector<LogRow>> of_device(std::uint64_t device) override {
        return counted().of_device(device);
    }
    Result<std::vector<LogId>> all() override { return counted().all(); }
    Result<std::vector<LogRow>> unexecuted(std::size_t count) override {
        return counted().unexecuted(count);
    }
    Result<LogRow> add(const LogId& id) override { return counted().add(id); }
    Result<> save(const LogRow& row) override { return counted().save(row); }
    Result<std::optional<Bytes>> stored_secret(std::int64_t log, std::uint64_t period) override {
        return counted().stored_secret(log, period);
    }
    Result<> store_secret(std::int64_t log, std::uint64_t period, View secret) override {
        return counted().store_secret(log, period, secret);
    }
    Result<> drop_secrets(std::int64_t log, std::uint64_t first, std::uint64_t last) override {
        return counted().drop_secrets(log, first, last);
    }

private:
    LogTable& counted() {
        ++touches_.others;
        return inner_;
    }
    LogTable& inner_;
    Touches& touches_;
};

class CountedEntryTable final : public EntryTable {
public:
    CountedEntryTable(EntryTable& inner, Touches& touches) : inner_(inner), touches_(touches) {}
    Result<> append(std::span<const EntryRow> rows) override { return counted().append(rows); }
    Result<std::vector<EntryRow>> read(std::span<const std::int64_t> keys) override {
        return counted().read(keys);
    }
    Result<std::vector<EntryHead>> heads(std::span<const std::int64_t> keys) override {
        return counted().heads(keys);
    }
    Result<std::optional<Hash>> hash_of(std::int64_t key) override {
        return counted().hash_of(key);
    }
    Result<> each(KeyRange range, const std::function<Result<>(EntryRow&)>& use) override {
        return counted().each(range, [&](EntryRow& row) {
            ++touches_.entries;
            return use(row);
        });
    }
    Result<> reseal(const EntryRow& row) override { return counted().reseal(row); }
    Result<> remove(KeyRange range) override { return counted().remove(range); }
    Result<> quarantine(std::span<const QuarantineRow> rows) override {
        return counted().quarantine(rows);
    }
    Result<> release(KeyRange range) override { return counted().release(range); }
    Result<std::vector<QuarantineRow>> quarantined(KeyRange range, std::string_view code,
                                                   std::size_t count) override {
        return counted().quarantined(range, code, count);
    }
    Result<std::uint64_t> count_quarantined(KeyRange range) override {
        return counted().count_quarantined(range);
    }

private:
    EntryTable& counted() {
        ++touches_.others;
        return inner_;
    }
    EntryTable& inner_;
    Touches& touches_;
};

class CountedRecordTable final : public RecordTable {
public:
    CountedRecordTable(RecordTable& inner, Touches& touches) : inner_(inner), touches_(touches) {}
    Result<> insert(std::span<const RecordRow> rows) override { return counted().insert(rows); }
    Result<> update(std::span<const RecordRow> rows) override { return counted().update(rows); }
    Result<std::vector<RecordRow>> read(std::span<const std::int64_t> keys) override {
        return counted().read(keys);
    }
    Result<std::optional<std::int64_t>> place_of(std::int64_t key) override {
        return counted().place_of(key);
    }
    Result<> remove(KeyRange range) override { return counted().remove(range); }
    Result<> each(const Selection& a0, const std::function<Result<>(RecordRow&)>& use) override {
        return counted().each(a0, use);
    }
    Result<Tally> tally(KeyRange range) override { return counted().tally(range); }
    Result<> add_names(std::span<const RecordName> names) override {
        return counted().add_names(names);
    }
    Result<std::optional<std::int64_t>> find_name(std::int64_t place,
                                                  std::string_view name) override {
        return counted().find_name(place, name);
    }
    Result<> move_names(KeyRange from, const To& to) override {
        return counted().move_names(from, to);
    }
    Result<> list(const ListedRow& row, std::optional<std::int64_t> session) override {
        return counted().list(row, session);
    }
    Result<> clear_lists() override { return counted().clear_lists(); }
    Result<std::vector<ListedRow>> made_between(std::int64_t place, std::int64_t from_ms,
                                                std::int64_t until_ms, std::size_t count) override {
        return counted().made_between(place, from_ms, until_ms, count);
    }
    Result<std::vector<ListedRow>> of_session(std::int64_t session, std::size_t count) override {
        return counted().of_session(session, count);
    }
    Result<std::vector<ListedRow>> conflicting(std::size_t count) override {
        return counted().conflicting(count);
    }
    Result<std::vector<ListedRow>> routed(int route, std::size_t count) override {
        return counted().routed(route, count);
    }
    Result<std::uint64_t> count_conflicts() override { return counted().count_conflicts(); }

private:
    RecordTable& counted() {
        ++touches_.others;
        return inner_;
    }
    RecordTable& inner_;
    Touches& touches_;
};

class CountedSubjectTable final : public SubjectTable {
public:
    CountedSubjectTable(SubjectTable& inner, Touches& touches) : inner_(inner), touches_(touches) {}
    Result<std::vector<Stored>> stored(std::span<const SubjectId> ids) override {
        return counted().stored(ids);
    }
    Result<> store(const SubjectId& id, View key) override { return counted().store(id, key); }
    Result<> erase(const SubjectId& id) override { return counted().erase(id); }

private:
    SubjectTable& counted() {
        ++touches_.others;
        return inner_;
    }
    SubjectTable& inner_;
    Touches& touches_;
};

class CountedFileTable final : public FileTable {
public:
    CountedFileTable(FileTable& inner, Touches& touches) : inner_(inner), touches_(touches) {}
    Result<> name(std::int64_t entry, std::uint64_t device, const SubjectId& subject,
                  std::span<const FileName> files) override {
        return counted().name(entry, device, subject, files);
    }
    Result<> unname(KeyRange entries) override { return counted().unname(entries); }
    Result<std::optional<FileRow>> find(std::int64_t entry, const Hash& hash) override {
        return counted().find(entry, hash);
    }
    Result<> each(KeyRange entries, const Use& use) override {
        return counted().each(entries, use);
    }
    Result<> each_awaited(std::uint64_t device, const UseSome& use) override {
        return counted().each_awaited(device, use);
    }
    Result<std::uint64_t> count_given_up(std::uint64_t device) override {
        return counted().count_given_up(device);
    }
    Result<> save(const FileRow& row) override { return counted().save(row); }
    Result<> add_piece(std::int64_t file, std::uint64_t offset, View content) override {
        return counted().add_piece(file, offset, content);
    }
    Result<std::optional<Bytes>> piece(std::int64_t file, std::uint64_t offset) override {
        return counted().piece(file, offset);
    }
    Result<> drop_pieces(std::int64_t file) override { return counted().drop_pieces(file); }

private:
    FileTable& counted() {
        ++touches_.others;
        return inner_;
    }
    FileTable& inner_;
    Touches& touches_;
};

class CountedAttachmentTable final : public AttachmentTable {
public:
    CountedAttachmentTable(AttachmentTable& inner, Touches& touches)
        : inner_(inner), touches_(touches) {}
    Result<> add(const AttachedRow& row, View content) override {
        return counted().add(row, content);
    }
    Result<std::optional<AttachedRow>> find(std::string_view owner, const Hash& hash) override {
        return counted().find(owner, hash);
    }
    Result<std::optional<Bytes>> content(std::int64_t attachment) override {
        return counted().content(attachment);
    }
    Result<std::vector<AttachedRow>> of_owner(std::string_view owner) override {
        return counted().of_owner(owner);
    }
    Result<> move(std::string_view owner, const AttachedRow& row) override {
        return counted().move(owner, row);
    }
    Result<> remove(std::string_view owner, const Hash& hash) override {
        return counted().remove(owner, hash);
    }
    Result<bool> set_remote(std::string_view owner, const Hash& hash, FileState a2) override {
        return counted().set_remote(owner, hash, a2);
    }
    Result<> each_not_whole(const std::function<Result<>(std::string_view owner, const Hash&,
                                                         FileState)>& use) override {
        return counted().each_not_whole(use);
    }

private:
    AttachmentTable& counted() {
        ++touches_.others;
        return inner_;
    }
    AttachmentTable& inner_;
    Touches& touches_;
};

class CountedValueTable final : public ValueTable {
public:
    CountedValueTable(ValueTable& inner, Touches& touches) : inner_(inner), touches_(touches) {}
    Result<std::optional<std::string>> setting(std::string_view name) override {
        return counted().setting(name);
    }
    Result<> set(std::string_view name, std::string_view value) override {
        return counted().set(name, value);
    }
    Result<> unset(std::string_view name) override { return counted().unset(name); }
    Result<> put(std::string_view space, std::string_view key, std::string_view owner,
                 std::string_view value) override {
        return counted().put(space, key, owner, value);
    }
    Result<std::optional<std::string>> get(std::string_view space, std::string_view key) override {
        return counted().get(space, key);
    }
    Result<std::vector<ValueRow>> list(std::string_view space, std::size_t count) override {
        return counted().list(space, count);
    }
    Result<std::vector<ValueRow>> list_by_owner(std::string_view space, std::string_view owner,
                                                std::size_t count) override {
        return counted().list_by_owner(space, owner, count);
    }
    Result<> remove(std::string_view space, std::string_view key) override {
        return counted().remove(space, key);
    }

private:
    ValueTable& counted() {
        ++touches_.others;
        return inner_;
    }
    ValueTable& inner_;
    Touches& touches_;
};

class CountedStationTable final : public StationTable {
public:
    CountedStationTable(StationTable& inner, Touches& touches) : inner_(inner), touches_(touches) {}
    Result<> add(const StationRow& row) override { return counted().add(row); }
    Result<std::optional<StationRow>> find(std::uint64_t device) override {
        return counted().find(device);
    }
    Result<> save(const StationRow& row) override { return counted().save(row); }
    Result<> each(const std::function<Result<>(StationRow&)>& use) override {
        return counted().each(use);
    }
    Result<> add_exchange(const ExchangeRow& row) override { return counted().add_exchange(row); }
    Result<std::vector<ExchangeRow>> exchanges(std::uint64_t device, std::int64_t before,
                                               std::size_t count) override {
        return counted().exchanges(device, before, count);
    }
    Result<> forget_exchanges(std::int64_t before_ms, std::size_t count) override {
        return counted().forget_exchanges(before_ms, count);
    }

private:
    StationTable& counted() {
        ++touches_.others;
        return inner_;
    }
    StationTable& inner_;
    Touches& touches_;
};

struct CountedTables {
    CountedTables(Tx& tx, Touches& touches)
        : log_table(tx.logs, touches),
          entry_table(tx.entries, touches),
          record_table(tx.records, touches),
          subject_table(tx.subjects, touches),
          file_table(tx.files, touches),
          attachment_table(tx.attachments, touches),
          station_table(tx.stations, touches),
          value_table(tx.values, touches) {}
    CountedLogTable log_table;
    CountedEntryTable entry_table;
    CountedRecordTable record_table;
    CountedSubjectTable subject_table;
    CountedFileTable file_table;
    CountedAttachmentTable attachment_table;
    CountedStationTable station_table;
    CountedValueTable value_table;
};

class CountedTx final : private CountedTables, public Tx {
public:
    CountedTx(std::unique_ptr<Tx> inner, Touches& touches)
        : CountedTables(*inner, touches),
          Tx(log_table, entry_table, record_table, subject_table, file_table, attachment_table,
             station_table, value_table),
          inner_(std::move(inner)),
          touches_(touches) {}

    Result<> commit() override { return inner_->commit(); }
    Result<std::unique_ptr<Savepoint>> savepoint() override { return inner_->savepoint(); }
    Result<> rewrite(RowRewriter& rows) override { return inner_->rewrite(rows); }
    bool stale() const override { return inner_->stale(); }
    bool writes() const override { return inner_->writes(); }
    bool ended() const override { return inner_->ended(); }
    Result<> look_up(const Wanted& wanted, Known& known) override {
        ++touches_.look_ups;
        return inner_->look_up(wanted, known);
    }
    Result<> apply(const Effects& effects) override {
        ++touches_.writings;
        return inner_->apply(effects);
    }

private:
    std::unique_ptr<Tx> inner_;
    Touches& touches_;
};

class CountedStore final : public Store {
public:
    CountedStore(std::unique_ptr<Store> inner, Touches& touches)
        : inner_(std::move(inner)), touches_(touches) {}
    Result<std::unique_ptr<Tx>> begin(Access access) override {
        SPOT_ASSIGN(auto tx, inner_->begin(access));
        return std::unique_ptr<Tx>(std::make_unique<CountedTx>(std::move(tx), touches_));
    }
    Result<std::function<Result<>()>> defer_flush() override { return inner_->defer_flush(); }
    Result<> reserve() override { return inner_->reserve(); }
    Result<std::vector<std::string>> check() override { return inner_->check(); }

private:
    std::unique_ptr<Store> inner_;
    Touches& touches_;
};

}  // namespace spot::support
