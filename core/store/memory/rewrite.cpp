#include "core/store/memory/state.h"

namespace spot::core {
namespace {

// Calls `change(key, value)` for a copy of each row, and puts that in its place.
template <class Key, class Value, class Change>
Result<> each(PersistentMap<Key, Value>& map, const Change& change) {
    Result<> done;
    const auto before = map;
    before.all([&](const Key& key, const Value& value) {
        Value changed = value;
        done = change(key, changed);
        if (done) map.put(key, std::move(changed));
        return done.has_value();
    });
    return done;
}

Result<> names(MemoryState& state, RowRewriter& rows) {
    Result<> done;
    const auto before = std::exchange(state.names, {});
    before.all([&](const auto& name, std::int64_t key) {
        RecordName row{key, name.first, name.second};
        done = rows.name(row);
        if (done) (void)state.names.insert({row.place, row.name}, key);
        return done.has_value();
    });
    return done;
}

Result<> values(MemoryState& state, RowRewriter& rows) {
    state.value_numbers = {};
    return each(state.values, [&](std::uint64_t number, MemoryState::Value& row) -> Result<> {
        SPOT_TRY(rows.value(row.space, row.key, row.owner, row.value));
        state.value_numbers.put({row.space, row.key}, number);
        return {};
    });
}

}  // namespace

Result<> rewrite(MemoryState& state, RowRewriter& rows) {
    SPOT_TRY(each(state.entries, [&](std::int64_t, EntryRow& row) { return rows.entry(row); }));
    SPOT_TRY(each(state.records, [&](std::int64_t, RecordRow& row) { return rows.record(row); }));
    SPOT_TRY(names(state, rows));
    SPOT_TRY(each(state.secrets, [&](const auto& key, Bytes& secret) {
        return rows.secret(key.first, key.second, secret);
    }));
    SPOT_TRY(each(state.subjects, [&](const SubjectId& id, Bytes& key) {
        return key.empty() ? Result<>() : rows.subject(id, key);
    }));
    SPOT_TRY(each(state.attached, [&](const auto&, AttachedRow& row) {
        return row.subject ? Result<>() : rows.attached(row);
    }));
    SPOT_TRY(
        each(state.stations, [&](std::int64_t, StationRow& row) { return rows.station(row); }));
    SPOT_TRY(each(state.settings, [&](const std::string& name, std::string& value) {
        return rows.setting(name, value);
    }));
    return values(state, rows);
}

}  // namespace spot::core
