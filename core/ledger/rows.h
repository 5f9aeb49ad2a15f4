#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/store.h"

namespace spot::core {

// What the ledger's parts read from and write to: a unit of work itself, or a batch within it that
// was looked up before and is applied afterwards. In a batch, rows that were looked up or written
// are answered from memory; others are still asked of the store, one by one. Cheap to copy; lasts
// as long as what it was made of.
class Rows {
public:
    Rows(Tx& tx) : tx_(&tx) {}  // implicit: most callers have no batch
    Rows(Tx& tx, Known& known, Effects& effects) : tx_(&tx), known_(&known), effects_(&effects) {}

    // For what no batch needs. In a batch it does not see what is to be written.
    Tx& tx() const { return *tx_; }

    Result<std::optional<LogRow>> log(const LogId& id) const;
    Result<std::vector<LogRow>> logs_of(std::uint64_t device) const;  // LogTable::of_device()
    Result<LogTable::Summary> summary(std::uint64_t device) const;
    Result<std::optional<SecretKey>> secret(std::int64_t log, std::uint64_t period) const;
    Result<std::optional<EntryHead>> head(std::int64_t entry) const;
    // Null: there is none. In a batch the pointer is into what it knows, until the next call;
    // otherwise into `room`.
    Result<const EntryRow*> entry(std::int64_t key, std::optional<EntryRow>& room) const;
    Result<bool> in_quarantine(std::int64_t entry) const;
    Result<std::optional<RecordRow>> record(std::int64_t key) const;
    Result<std::optional<std::int64_t>> place_of(std::int64_t record) const;
    Result<std::optional<SubjectRow>> subject(const SubjectId& id) const;
    Result<std::optional<std::string>> setting(std::string_view name) const;
    Result<std::vector<ValueRow>> values(std::string_view space) const;
    Result<std::optional<std::string>> value(std::string_view space, std::string_view key) const;

    Result<LogRow> add_log(const LogId& id) const;
    Result<> save(const LogRow& row) const;  // all but the tip
    Result<> add_secret(std::int64_t log, std::uint64_t period, const SecretKey& secret) const;
    Result<> drop_secrets(std::int64_t log, std::uint64_t first, std::uint64_t last) const;
    Result<> append(EntryRow row) const;
    Result<> quarantine(std::int64_t entry, std::string_view code) const;
    Result<> add(RecordRow row) const;
    Result<> change(RecordRow row) const;  // RecordTable::update()
    Result<> add_name(RecordName name) const;
    Result<> list(const ListedRow& row, std::optional<std::int64_t> session) const;
    Result<> add_subject(const SubjectId& id, const SecretKey& key) const;
    Result<> name_files(Effects::Named named) const;  // FileTable::name()
    Result<> put(std::string_view space, std::string_view key, std::string_view value) const;

private:
    const EntryRow* appended(std::int64_t key) const;  // null: not in this batch

    Tx* tx_;
    Known* known_ = nullptr;  // both or none
    Effects* effects_ = nullptr;
};

}  // namespace spot::core
