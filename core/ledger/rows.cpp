#include "core/ledger/rows.h"

#include <algorithm>

namespace spot::core {
namespace {

SubjectRow copy_of(const SubjectRow& row) {
    SubjectRow out;
    out.id = row.id;
    if (row.key) out.key = row.key->clone();
    return out;
}

// The only row of a reading by one key.
template <class Row>
Result<std::optional<Row>> first_of(Result<std::vector<Row>> rows) {
    if (!rows) return tl::make_unexpected(std::move(rows).error());
    if (rows->empty()) return std::optional<Row>();
    return std::optional<Row>(std::move(rows->front()));
}

}  // namespace

Result<std::optional<LogRow>> Rows::log(const LogId& id) const {
    if (known_)
        if (const auto at = known_->logs.find(id); at != known_->logs.end()) return at->second;
    return tx_->logs.find(id);
}

Result<std::vector<LogRow>> Rows::logs_of(std::uint64_t device) const {
    if (known_)
        if (const auto at = known_->devices.find(device); at != known_->devices.end())
            return at->second;
    return tx_->logs.of_device(device);
}

Result<LogTable::Summary> Rows::summary(std::uint64_t device) const {
    if (known_)
        if (const auto at = known_->summaries.find(device); at != known_->summaries.end())
            return at->second;
    return tx_->logs.summary(device);
}

Result<std::optional<SecretKey>> Rows::secret(std::int64_t log, std::uint64_t period) const {
    if (known_) {
        const auto at = known_->secrets.find({log, period});
        if (at != known_->secrets.end())
            return at->second ? std::optional(at->second->clone()) : std::nullopt;
        for (const LogRow& made : effects_->new_logs)
            if (made.number == log) return std::optional<SecretKey>();
    }
    return tx_->logs.secret(log, period);
}

Result<std::optional<EntryHead>> Rows::head(std::int64_t entry) const {
    if (const EntryRow* const row = appended(entry))
        return EntryHead{entry, row->kind, row->subject, known_->quarantined.contains(entry)};
    if (known_)
        if (const auto at = known_->heads.find(entry); at != known_->heads.end()) return at->second;
    return first_of(tx_->entries.heads({&entry, 1}));
}

// A batch appends to one log, in order.
const EntryRow* Rows::appended(std::int64_t key) const {
    if (!effects_ || effects_->entries.empty()) return nullptr;
    const std::int64_t first = effects_->entries.front().key;
    if (key < first || key > effects_->entries.back().key) return nullptr;
    return &effects_->entries[static_cast<std::size_t>(key - first)];
}

Result<const EntryRow*> Rows::entry(std::int64_t key, std::optional<EntryRow>& room) const {
    if (const EntryRow* const row = appended(key)) return row;
    if (known_)
        if (const auto at = known_->entries.find(key); at != known_->entries.end())
            return at->second ? &*at->second : nullptr;
    SPOT_ASSIGN(room, first_of(tx_->entries.read({&key, 1})));
    return room ? &*room : nullptr;
}

Result<bool> Rows::in_quarantine(std::int64_t entry) const {
    if (appended(entry) || (known_ && known_->entries.contains(entry)))
        return known_->quarantined.contains(entry);
    SPOT_ASSIGN(const auto rows, tx_->entries.quarantined({entry, entry}, {}, 1));
    return !rows.empty();
}

Result<std::optional<RecordRow>> Rows::record(std::int64_t key) const {
    if (known_)
        if (const auto at = known_->records.find(key); at != known_->records.end())
            return at->second;
    return first_of(tx_->records.read({&key, 1}));
}

Result<std::optional<std::int64_t>> Rows::place_of(std::int64_t record) const {
    if (known_) {
        const auto at = known_->records.find(record);
        if (at != known_->records.end())
            return at->second ? std::optional(at->second->place) : std::nullopt;
    }
    return tx_->records.place_of(record);
}

Result<std::optional<SubjectRow>> Rows::subject(const SubjectId& id) const {
    if (known_) {
        const auto at = known_->subjects.find(id);
        if (at != known_->subjects.end())
            return at->second ? std::optional(copy_of(*at->second)) : std::nullopt;
    }
    return first_of(tx_->subjects.read({&id, 1}));
}

Result<std::optional<std::string>> Rows::setting(std::string_view name) const {
    if (known_)
        if (const auto at = known_->settings.find(name); at != known_->settings.end())
            return at->second;
    return tx_->values.setting(name);
}

Result<std::vector<ValueRow>> Rows::values(std::string_view space) const {
    if (known_)
        if (const auto at = known_->spaces.find(space); at != known_->spaces.end())
            return at->second;
    return tx_->values.list(space, std::numeric_limits<std::size_t>::max());
}

Result<std::optional<std::string>> Rows::value(std::string_view space, std::string_view key) const {
    if (known_) {
        const auto at = known_->values.find({std::string(space), std::string(key)});
        if (at != known_->values.end()) return at->second;
    }
    return tx_->values.get(space, key);
}

Result<LogRow> Rows::add_log(const LogId& id) const {
    if (!effects_) return tx_->logs.add(id);
    // Its number follows from what was looked up: batch.h.
    SPOT_ASSIGN(const auto others, summary(id.device));
    LogRow row;
    row.id = id;
    row.number = others.next_number + static_cast<std::int64_t>(effects_->new_logs.size());
    effects_->new_logs.push_back(row);
    known_->logs[id] = row;
    return row;
}

Result<> Rows::save(const LogRow& row) const {
    if (!effects_) return tx_->logs.save(row);
    const auto same = [&](const LogRow& one) { return one.number == row.number; };
    std::erase_if(effects_->logs, same);  // the last word counts
    effects_->logs.push_back(row);
    known_->logs[row.id] = row;
    return {};
}

Result<> Rows::add_secret(std::int64_t log, std::uint64_t period, const SecretKey& secret) const {
    if (!effects_) return tx_->logs.add_secret(log, period, secret);
    effects_->secrets.push_back({log, period, secret.clone()});
    known_->secrets[{log, period}] = secret.clone();
    return {};
}

Result<> Rows::drop_secrets(std::int64_t log, std::uint64_t first, std::uint64_t last) const {
    if (!effects_) return tx_->logs.drop_secrets(log, first, last);
    effects_->dropped.push_back({log, first, last});
    return {};
}

Result<> Rows::append(EntryRow row) const {
    if (!effects_) return tx_->entries.append({&row, 1});
    SPOT_CHECK(effects_->entries.empty() || row.key == effects_->entries.back().key + 1);
    effects_->entries.push_back(std::move(row));
    return {};
}

Result<> Rows::quarantine(std::int64_t entry, std::string_view code) const {
    QuarantineRow row{entry, std::string(code)};
    if (!effects_) return tx_->entries.quarantine({&row, 1});
    const auto head = known_->heads.find(entry);
    if (head != known_->heads.end() && head->second) head->second->quarantined = true;
    known_->quarantined.insert(entry);
    effects_->quarantine.push_back(std::move(row));
    return {};
}

Result<> Rows::add(RecordRow row) const {
    if (!effects_) return tx_->records.insert({&row, 1});
    known_->records[row.key] = row;
    effects_->records.push_back(std::move(row));
    return {};
}

Result<> Rows::change(RecordRow row) const {
    if (!effects_) return tx_->records.update({&row, 1});
    if (const auto at = known_->records.find(row.key); at != known_->records.end() && at->second) {
        RecordRow& now = *at->second;
        now.json = row.json;
        now.conflicts = row.conflicts;
        now.document = row.document;
        now.route = row.route;
        now.changed_by = row.changed_by;
    }
    effects_->changed.push_back(std::move(row));
    return {};
}

Result<> Rows::add_name(RecordName name) const {
    if (!effects_) return tx_->records.add_names({&name, 1});
    effects_->names.push_back(std::move(name));
    return {};
}

Result<> Rows::list(const ListedRow& row, std::optional<std::int64_t> session) const {
    if (!effects_) return tx_->records.list(row, session);
    effects_->lists.push_back({row, session});
    return {};
}

Result<> Rows::add_subject(const SubjectId& id, const SecretKey& key) const {
    if (!effects_) return tx_->subjects.add(id, key);
    SubjectRow row;
    row.id = id;
    row.key = key.clone();
    known_->subjects[id] = copy_of(row);
    effects_->subjects.push_back(std::move(row));
    return {};
}

Result<> Rows::name_files(Effects::Named named) const {
    if (!effects_) return tx_->files.name(named.entry, named.device, named.subject, named.files);
    effects_->named.push_back(std::move(named));
    return {};
}

Result<> Rows::put(std::string_view space, std::string_view key, std::string_view value) const {
    if (!effects_) return tx_->values.put(space, key, "", value);
    known_->values[{std::string(space), std::string(key)}] = std::string(value);
    if (const auto at = known_->spaces.find(space); at != known_->spaces.end()) {
        const auto row = std::find_if(at->second.begin(), at->second.end(),
                                      [&](const ValueRow& one) { return one.key == key; });
        if (row == at->second.end())
            at->second.push_back({std::string(key), std::string(value)});
        else
            row->value = value;
    }
    effects_->values.push_back({std::string(space), std::string(key), std::string(value)});
    return {};
}

}  // namespace spot::core
