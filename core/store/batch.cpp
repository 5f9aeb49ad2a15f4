#include "core/store/batch.h"

#include <algorithm>

#include "core/store/store.h"

namespace spot::core {
namespace {

// The row under each key; nothing where there is none.
template <class Key, class Row, class Read, class KeyOf>
Result<> fill(const std::vector<Key>& keys, std::map<Key, std::optional<Row>>& into,
              const Read& read, const KeyOf& key_of) {
    std::vector<Key> asked;
    for (const Key& key : keys)
        if (into.try_emplace(key).second) asked.push_back(key);
    if (asked.empty()) return {};
    SPOT_ASSIGN(auto rows, read(std::span<const Key>(asked)));
    for (Row& row : rows) into[key_of(row)].emplace(std::move(row));
    return {};
}

template <class Row>
const Row* find_in(const std::map<std::int64_t, std::optional<Row>>& rows, const LogRow* log,
                   std::uint64_t seq) {
    const auto at = log ? rows.find(entry_key(log->number, seq)) : rows.end();
    return at == rows.end() || !at->second ? nullptr : &*at->second;
}

// One look-up in the tables of a transaction.
class LookUp {
public:
    LookUp(Tx& tx, const Wanted& wanted, Known& known) : tx_(tx), wanted_(wanted), known_(known) {}

    Result<> run() {
        SPOT_TRY(logs());
        SPOT_TRY(unexecuted());
        for (const Wanted::Range& range : wanted_.ranges) {
            SPOT_ASSIGN(const auto* const row, log(range.log));
            if (row && range.first <= range.last) SPOT_TRY(each(*row, range));
        }
        SPOT_TRY(heads());
        SPOT_TRY(records());
        SPOT_TRY(entries(wanted_.entries));
        SPOT_TRY(values());
        return subjects();
    }

private:
    // Null: there is none.
    Result<const LogRow*> log(const LogId& id) {
        const auto [at, is_new] = known_.logs.try_emplace(id);
        if (is_new) {
            SPOT_ASSIGN(auto found, tx_.logs.find(id));
            at->second = std::move(found);
        }
        return at->second ? &*at->second : nullptr;
    }

    Result<> logs() {
        for (const LogId& id : wanted_.logs) SPOT_TRY(log(id));
        for (const std::uint64_t device : wanted_.summaries)
            if (!known_.summaries.contains(device)) {
                SPOT_ASSIGN(known_.summaries[device], tx_.logs.summary(device));
            }
        for (const std::uint64_t device : wanted_.devices)
            if (!known_.devices.contains(device)) {
                SPOT_ASSIGN(known_.devices[device], tx_.logs.of_device(device));
            }
        for (const auto& [id, number] : wanted_.secrets) {
            SPOT_ASSIGN(const auto* const row, log(id));
            if (row) {
                SPOT_ASSIGN(known_.secrets[std::pair(row->number, number)],
                            tx_.logs.secret(row->number, number));
            }
        }
        return {};
    }

    Result<> unexecuted() {
        if (wanted_.unexecuted == 0) return {};
        SPOT_ASSIGN(auto rows, tx_.logs.unexecuted(wanted_.unexecuted));
        std::uint64_t left = wanted_.unexecuted;
        for (LogRow& row : rows) {
            if (left == 0) break;
            const std::uint64_t count = std::min(left, row.settled - row.executed);
            const Wanted::Range range{row.id, row.executed + 1, row.executed + count};
            left -= count;
            const LogRow& kept = known_.logs[row.id].emplace(std::move(row));
            SPOT_TRY(each(kept, range));
            known_.unexecuted.push_back(range);
        }
        return {};
    }

    Result<> each(const LogRow& row, const Wanted::Range& range) {
        const KeyRange keys{entry_key(row.number, std::min(range.first, kSeqMax)),
                            entry_key(row.number, std::min(range.last, kSeqMax))};
        SPOT_TRY(tx_.entries.each(keys, [&](EntryRow& entry) -> Result<> {
            const std::int64_t key = entry.key;
            known_.entries[key].emplace(std::move(entry));
            return {};
        }));
        SPOT_ASSIGN(const auto held,
                    tx_.entries.quarantined(keys, {}, std::numeric_limits<std::size_t>::max()));
        for (const QuarantineRow& one : held) known_.quarantined.insert(one.entry);
        return {};
    }

    // Those that have a log here.
    Result<std::vector<std::int64_t>> keys_of(const std::vector<RecordId>& ids) {
        std::vector<std::int64_t> out;
        for (const RecordId& id : ids) {
            SPOT_ASSIGN(const auto* const row, log(id.log));
            if (row && id.seq <= kSeqMax) out.push_back(entry_key(row->number, id.seq));
        }
        return out;
    }

    Result<> heads() {
        SPOT_ASSIGN(const auto keys, keys_of(wanted_.heads));
        return fill(
            keys, known_.heads, [&](auto asked) { return tx_.entries.heads(asked); },
            [](const EntryHead& row) { return row.key; });
    }

    Result<> entries(const std::vector<RecordId>& ids) {
        SPOT_ASSIGN(const auto keys, keys_of(ids));
        return entries_at(keys);
    }

    Result<> entries_at(const std::vector<std::int64_t>& keys) {
        return fill(
            keys, known_.entries, [&](auto asked) { return tx_.entries.read(asked); },
            [](const EntryRow& row) { return row.key; });
    }

    Result<> records() {
        SPOT_ASSIGN(const auto keys, keys_of(wanted_.records));
        SPOT_TRY(fill(
            keys, known_.records, [&](auto asked) { return tx_.records.read(asked); },
            [](const RecordRow& row) { return row.key; }));
        std::vector<std::int64_t> makers;
        for (const std::int64_t key : keys) {
            const auto& row = known_.records[key];
            if (!row) continue;
            makers.push_back(key);
            makers.insert(makers.end(), row->changed_by.begin(), row->changed_by.end());
        }
        std::set<std::int64_t> numbers;
        for (const std::int64_t key : makers) numbers.insert(key >> kSeqBits);
        for (const auto& [id, row] : known_.logs)
            if (row) numbers.erase(row->number);
        for (const std::int64_t number : numbers) {
            SPOT_ASSIGN(const auto id, tx_.logs.id_of(number));
            if (id) SPOT_TRY(log(*id));
        }
        return entries_at(makers);
    }

    Result<> values() {
        for (const std::string& name : wanted_.settings)
            if (!known_.settings.contains(name)) {
                SPOT_ASSIGN(known_.settings[name], tx_.values.setting(name));
            }
        for (const std::string& space : wanted_.spaces)
            if (!known_.spaces.contains(space)) {
                SPOT_ASSIGN(known_.spaces[space],
                            tx_.values.list(space, std::numeric_limits<std::size_t>::max()));
            }
        for (const auto& key : wanted_.values)
            if (!known_.values.contains(key)) {
                SPOT_ASSIGN(known_.values[key], tx_.values.get(key.first, key.second));
            }
        return {};
    }

    Result<> subjects() {
        std::vector<SubjectId> ids = wanted_.subjects;
        const auto add = [&](const auto& rows) {
            for (const auto& [key, row] : rows)
                if (row && row->subject) ids.push_back(*row->subject);
        };
        add(known_.heads);
        add(known_.entries);
        add(known_.records);
        return fill(
            ids, known_.subjects, [&](auto asked) { return tx_.subjects.read(asked); },
            [](const SubjectRow& row) { return row.id; });
    }

    Tx& tx_;
    const Wanted& wanted_;
    Known& known_;
};

}  // namespace

const LogRow* Known::log(const LogId& id) const {
    const auto at = logs.find(id);
    return at == logs.end() || !at->second ? nullptr : &*at->second;
}

const EntryHead* Known::head(const RecordId& id) const {
    return find_in(heads, log(id.log), id.seq);
}

const EntryRow* Known::entry(const RecordId& id) const {
    return find_in(entries, log(id.log), id.seq);
}

Result<> look_up_in_tables(Tx& tx, const Wanted& wanted, Known& known) {
    return LookUp(tx, wanted, known).run();
}

Result<> apply_to_tables(Tx& tx, const Effects& effects) {
    for (const LogRow& row : effects.new_logs) {
        SPOT_ASSIGN(const auto made, tx.logs.add(row.id));
        if (made.number != row.number)
            return fail(Code::conflict, "the store: another log has this number");
    }
    for (const auto& [log, period, secret] : effects.secrets)
        SPOT_TRY(tx.logs.add_secret(log, period, secret));
    for (const SubjectRow& row : effects.subjects) SPOT_TRY(tx.subjects.add(row.id, *row.key));
    if (!effects.entries.empty()) SPOT_TRY(tx.entries.append(effects.entries));
    if (!effects.quarantine.empty()) SPOT_TRY(tx.entries.quarantine(effects.quarantine));
    for (const auto& [entry, device, subject, files] : effects.named)
        SPOT_TRY(tx.files.name(entry, device, subject, files));
    if (!effects.names.empty()) SPOT_TRY(tx.records.add_names(effects.names));
    for (const auto& [row, session] : effects.lists) SPOT_TRY(tx.records.list(row, session));
    if (!effects.records.empty()) SPOT_TRY(tx.records.insert(effects.records));
    if (!effects.changed.empty()) SPOT_TRY(tx.records.update(effects.changed));
    for (const auto& [space, key, value] : effects.values)
        SPOT_TRY(tx.values.put(space, key, "", value));
    for (const LogRow& row : effects.logs) SPOT_TRY(tx.logs.save(row));
    for (const auto& [log, first, last] : effects.dropped)
        SPOT_TRY(tx.logs.drop_secrets(log, first, last));
    return {};
}

}  // namespace spot::core
