#pragma once

// The tables of core/store/tables.h over those of another store.

#include "core/store/sealed/cells.h"
#include "core/store/store.h"

namespace spot::core::sealed {

class Logs final : public LogTable {
public:
    Logs(LogTable& inner, const Cells& cells) : inner_(inner), cells_(cells) {}
    Result<std::optional<LogRow>> find(const LogId& id) override { return inner_.find(id); }
    Result<std::optional<LogId>> id_of(std::int64_t number) override {
        return inner_.id_of(number);
    }
    Result<Summary> summary(std::uint64_t device) override { return inner_.summary(device); }
    Result<std::vector<LogRow>> of_device(std::uint64_t device) override {
        return inner_.of_device(device);
    }
    Result<std::vector<LogId>> all() override { return inner_.all(); }
    Result<std::vector<LogRow>> unexecuted(std::size_t count) override {
        return inner_.unexecuted(count);
    }
    Result<LogRow> add(const LogId& id) override { return inner_.add(id); }
    Result<> save(const LogRow& row) override { return inner_.save(row); }
    Result<std::optional<Bytes>> stored_secret(std::int64_t log, std::uint64_t period) override;
    Result<> store_secret(std::int64_t log, std::uint64_t period, View secret) override;
    Result<> drop_secrets(std::int64_t log, std::uint64_t first, std::uint64_t last) override {
        return inner_.drop_secrets(log, first, last);
    }

private:
    LogTable& inner_;
    const Cells& cells_;
};

class Entries final : public EntryTable {
public:
    Entries(EntryTable& inner, const Cells& cells) : inner_(inner), cells_(cells) {}
    Result<> append(std::span<const EntryRow> rows) override;
    Result<std::vector<EntryRow>> read(std::span<const std::int64_t> keys) override;
    Result<std::vector<EntryHead>> heads(std::span<const std::int64_t> keys) override {
        return inner_.heads(keys);
    }
    Result<std::optional<Hash>> hash_of(std::int64_t key) override { return inner_.hash_of(key); }
    Result<> each(KeyRange range, const std::function<Result<>(EntryRow&)>& use) override;
    Result<> reseal(const EntryRow& row) override;
    Result<> remove(KeyRange range) override { return inner_.remove(range); }
    Result<> quarantine(std::span<const QuarantineRow> rows) override {
        return inner_.quarantine(rows);
    }
    Result<> release(KeyRange range) override { return inner_.release(range); }
    Result<std::vector<QuarantineRow>> quarantined(KeyRange range, std::string_view code,
                                                   std::size_t count) override {
        return inner_.quarantined(range, code, count);
    }
    Result<std::uint64_t> count_quarantined(KeyRange range) override {
        return inner_.count_quarantined(range);
    }

private:
    EntryTable& inner_;
    const Cells& cells_;
};

class Records final : public RecordTable {
public:
    Records(RecordTable& inner, const Cells& cells) : inner_(inner), cells_(cells) {}
    Result<> insert(std::span<const RecordRow> rows) override;
    Result<> update(std::span<const RecordRow> rows) override;
    Result<std::vector<RecordRow>> read(std::span<const std::int64_t> keys) override;
    Result<std::optional<std::int64_t>> place_of(std::int64_t key) override {
        return inner_.place_of(key);
    }
    Result<> remove(KeyRange range) override { return inner_.remove(range); }
    Result<> each(const Selection& wanted, const std::function<Result<>(RecordRow&)>& use) override;
    Result<Tally> tally(KeyRange range) override { return inner_.tally(range); }
    Result<> add_names(std::span<const RecordName> names) override;
    Result<std::optional<std::int64_t>> find_name(std::int64_t place,
                                                  std::string_view name) override;
    Result<> move_names(KeyRange from, const To& to) override {
        return inner_.move_names(from, to);
    }
    Result<> list(const ListedRow& row, std::optional<std::int64_t> session) override {
        return inner_.list(row, session);
    }
    Result<> clear_lists() override { return inner_.clear_lists(); }
    Result<std::vector<ListedRow>> made_between(std::int64_t place, std::int64_t from_ms,
                                                std::int64_t until_ms, std::size_t count) override {
        return inner_.made_between(place, from_ms, until_ms, count);
    }
    Result<std::vector<ListedRow>> of_session(std::int64_t session, std::size_t count) override {
        return inner_.of_session(session, count);
    }
    Result<std::vector<ListedRow>> conflicting(std::size_t count) override {
        return inner_.conflicting(count);
    }
    Result<std::vector<ListedRow>> routed(int route, std::size_t count) override {
        return inner_.routed(route, count);
    }
    Result<std::uint64_t> count_conflicts() override { return inner_.count_conflicts(); }

private:
    RecordTable& inner_;
    const Cells& cells_;
};

class Subjects final : public SubjectTable {
public:
    Subjects(SubjectTable& inner, const Cells& cells) : inner_(inner), cells_(cells) {}
    Result<> erase(const SubjectId& id) override { return inner_.erase(id); }
    Result<std::vector<Stored>> stored(std::span<const SubjectId> ids) override;
    Result<> store(const SubjectId& id, View key) override;
    // There, not erased, and its epoch's key is not gone.
    Result<bool> lives(const SubjectId& id);

private:
    SubjectTable& inner_;
    const Cells& cells_;
};

// Where keys of epochs are gone, a subject whose row has a key may be an erased one.
class Files final : public FileTable {
public:
    Files(FileTable& inner, const Cells& cells, Subjects& subjects)
        : inner_(inner), cells_(cells), subjects_(subjects) {}
    Result<> name(std::int64_t entry, std::uint64_t device, const SubjectId& subject,
                  std::span<const FileName> files) override {
        return inner_.name(entry, device, subject, files);
    }
    Result<> unname(KeyRange entries) override { return inner_.unname(entries); }
    Result<std::optional<FileRow>> find(std::int64_t entry, const Hash& hash) override {
        return inner_.find(entry, hash);
    }
    Result<> each(KeyRange entries, const Use& use) override { return inner_.each(entries, use); }
    Result<> each_awaited(std::uint64_t device, const UseSome& use) override;
    Result<std::uint64_t> count_given_up(std::uint64_t device) override {
        return inner_.count_given_up(device);
    }
    Result<> save(const FileRow& row) override { return inner_.save(row); }
    Result<> add_piece(std::int64_t file, std::uint64_t offset, View content) override {
        return inner_.add_piece(file, offset, content);
    }
    Result<std::optional<Bytes>> piece(std::int64_t file, std::uint64_t offset) override {
        return inner_.piece(file, offset);
    }
    Result<> drop_pieces(std::int64_t file) override { return inner_.drop_pieces(file); }

private:
    FileTable& inner_;
    const Cells& cells_;
    Subjects& subjects_;
};

class Attachments final : public AttachmentTable {
public:
    Attachments(AttachmentTable& inner, const Cells& cells, Subjects& subjects)
        : inner_(inner), cells_(cells), subjects_(subjects) {}
    Result<> add(const AttachedRow& row, View content) override;
    Result<std::optional<AttachedRow>> find(std::string_view owner, const Hash& hash) override;
    Result<std::optional<Bytes>> content(std::int64_t attachment) override {
        return inner_.content(attachment);
    }
    Result<std::vector<AttachedRow>> of_owner(std::string_view owner) override;
    Result<> move(std::string_view owner, const AttachedRow& row) override;
    Result<> remove(std::string_view owner, const Hash& hash) override {
        return inner_.remove(owner, hash);
    }
    Result<bool> set_remote(std::string_view owner, const Hash& hash, FileState state) override {
        return inner_.set_remote(owner, hash, state);
    }
    Result<> each_not_whole(
        const std::function<Result<>(std::string_view, const Hash&, FileState)>& use) override;

private:
    AttachmentTable& inner_;
    const Cells& cells_;
    Subjects& subjects_;
};

class Stations final : public StationTable {
public:
    Stations(StationTable& inner, const Cells& cells) : inner_(inner), cells_(cells) {}
    Result<> add(const StationRow& row) override;
    Result<std::optional<StationRow>> find(std::uint64_t device) override;
    Result<> save(const StationRow& row) override;
    Result<> each(const std::function<Result<>(StationRow&)>& use) override;
    Result<> add_exchange(const ExchangeRow& row) override { return inner_.add_exchange(row); }
    Result<std::vector<ExchangeRow>> exchanges(std::uint64_t device, std::int64_t before,
                                               std::size_t count) override {
        return inner_.exchanges(device, before, count);
    }
    Result<> forget_exchanges(std::int64_t before_ms, std::size_t count) override {
        return inner_.forget_exchanges(before_ms, count);
    }

private:
    StationTable& inner_;
    const Cells& cells_;
};

class Values final : public ValueTable {
public:
    Values(ValueTable& inner, const Cells& cells) : inner_(inner), cells_(cells) {}
    Result<std::optional<std::string>> setting(std::string_view name) override;
    Result<> set(std::string_view name, std::string_view value) override;
    Result<> unset(std::string_view name) override { return inner_.unset(name); }
    Result<> put(std::string_view space, std::string_view key, std::string_view owner,
                 std::string_view value) override;
    Result<std::optional<std::string>> get(std::string_view space, std::string_view key) override;
    Result<std::vector<ValueRow>> list(std::string_view space, std::size_t count) override;
    Result<std::vector<ValueRow>> list_by_owner(std::string_view space, std::string_view owner,
                                                std::size_t count) override;
    Result<> remove(std::string_view space, std::string_view key) override;

private:
    Result<std::vector<ValueRow>> opened(std::string_view space, std::vector<ValueRow> rows);
    ValueTable& inner_;
    const Cells& cells_;
};

}  // namespace spot::core::sealed
