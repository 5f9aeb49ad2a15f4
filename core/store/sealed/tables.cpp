#include "core/store/sealed/tables.h"

#include <algorithm>
#include <tuple>

namespace spot::core::sealed {
namespace {

template <class Row>
Result<std::vector<Row>> all_opened(const Cells& cells, Result<std::vector<Row>> rows) {
    if (rows)
        for (Row& row : *rows) SPOT_TRY(open(cells, row));
    return rows;
}

// `write` gets a copy of each row to seal. A copy of all of them would leave the processor's cache.
template <class Row, class Write>
Result<> one_by_one(std::span<const Row> rows, const Write& write) {
    for (const Row& row : rows) {
        Row sealed = row;
        SPOT_TRY(write(sealed));
    }
    return {};
}

}  // namespace

Result<std::optional<Bytes>> Logs::stored_secret(std::int64_t log, std::uint64_t period) {
    SPOT_ASSIGN(const auto found, inner_.stored_secret(log, period));
    if (!found) return std::nullopt;
    SPOT_ASSIGN(auto plain, open_secret(cells_, log, period, *found));
    return std::optional<Bytes>(std::move(plain));
}

Result<> Logs::store_secret(std::int64_t log, std::uint64_t period, View secret) {
    return inner_.store_secret(log, period, seal_secret(cells_, log, period, secret));
}

Result<> Entries::append(std::span<const EntryRow> rows) {
    return one_by_one(rows, [&](EntryRow& row) {
        seal(cells_, row);
        return inner_.append({&row, 1});
    });
}

Result<std::vector<EntryRow>> Entries::read(std::span<const std::int64_t> keys) {
    return all_opened(cells_, inner_.read(keys));
}

Result<> Entries::each(KeyRange range, const std::function<Result<>(EntryRow&)>& use) {
    return inner_.each(range, [&](EntryRow& row) -> Result<> {
        SPOT_TRY(open(cells_, row));
        return use(row);
    });
}

Result<> Entries::reseal(const EntryRow& row) {
    EntryRow sealed = row;
    seal(cells_, sealed);
    return inner_.reseal(sealed);
}

Result<> Records::insert(std::span<const RecordRow> rows) {
    return one_by_one(rows, [&](RecordRow& row) {
        seal(cells_, row);
        return inner_.insert({&row, 1});
    });
}

Result<> Records::update(std::span<const RecordRow> rows) {
    return one_by_one(rows, [&](RecordRow& row) {
        seal(cells_, row);
        return inner_.update({&row, 1});
    });
}

Result<std::vector<RecordRow>> Records::read(std::span<const std::int64_t> keys) {
    return all_opened(cells_, inner_.read(keys));
}

Result<> Records::each(const Selection& wanted, const std::function<Result<>(RecordRow&)>& use) {
    return inner_.each(wanted, [&](RecordRow& row) -> Result<> {
        SPOT_TRY(open(cells_, row));
        return use(row);
    });
}

Result<> Records::add_names(std::span<const RecordName> names) {
    return one_by_one(names, [&](RecordName& name) {
        name.name = cells_.name(name.place, name.name);
        return inner_.add_names({&name, 1});
    });
}

Result<std::optional<std::int64_t>> Records::find_name(std::int64_t place, std::string_view name) {
    return inner_.find_name(place, cells_.name(place, name));
}

Result<std::vector<SubjectTable::Stored>> Subjects::stored(std::span<const SubjectId> ids) {
    SPOT_ASSIGN(auto rows, inner_.stored(ids));
    for (Stored& row : rows) {
        if (row.key.empty()) continue;
        SPOT_ASSIGN(auto key, open_subject(cells_, row.id, row.key));
        row.key = key ? std::move(*key) : Bytes();
    }
    return rows;
}

Result<> Subjects::store(const SubjectId& id, View key) {
    return inner_.store(id, seal_subject(cells_, id, key));
}

Result<bool> Subjects::lives(const SubjectId& id) {
    SPOT_ASSIGN(const auto rows, read({&id, 1}));
    return !rows.empty() && rows.front().key;
}

Result<> Files::each_awaited(std::uint64_t device, const UseSome& use) {
    if (!cells_.any_lost()) return inner_.each_awaited(device, use);
    return inner_.each_awaited(device, [&](std::int64_t entry, const FileRow& row) -> Result<bool> {
        SPOT_ASSIGN(const bool lives, subjects_.lives(row.subject));
        return lives ? use(entry, row) : Result<bool>(true);
    });
}

Result<> Attachments::add(const AttachedRow& row, View content) {
    AttachedRow sealed = row;
    seal(cells_, sealed);
    return inner_.add(sealed, content);
}

Result<std::optional<AttachedRow>> Attachments::find(std::string_view owner, const Hash& hash) {
    SPOT_ASSIGN(auto row, inner_.find(owner, hash));
    if (!row) return row;
    SPOT_ASSIGN(const bool there, open(cells_, *row));
    if (!there) return std::nullopt;
    return row;
}

Result<std::vector<AttachedRow>> Attachments::of_owner(std::string_view owner) {
    SPOT_ASSIGN(auto rows, inner_.of_owner(owner));
    std::vector<AttachedRow> out;
    for (AttachedRow& row : rows) {
        SPOT_ASSIGN(const bool there, open(cells_, row));
        if (there) out.push_back(std::move(row));
    }
    return out;
}

Result<> Attachments::move(std::string_view owner, const AttachedRow& row) {
    AttachedRow sealed = row;
    seal(cells_, sealed);
    return inner_.move(owner, sealed);
}

Result<> Attachments::each_not_whole(
    const std::function<Result<>(std::string_view, const Hash&, FileState)>& use) {
    if (!cells_.any_lost()) return inner_.each_not_whole(use);
    return inner_.each_not_whole(
        [&](std::string_view owner, const Hash& hash, FileState state) -> Result<> {
            SPOT_ASSIGN(const auto row, inner_.find(owner, hash));
            SPOT_ASSIGN(const bool lives,
                        row && row->subject ? subjects_.lives(*row->subject) : Result<bool>(false));
            return lives ? use(owner, hash, state) : Result<>();
        });
}

Result<> Stations::add(const StationRow& row) {
    StationRow sealed = row;
    seal(cells_, sealed);
    return inner_.add(sealed);
}

Result<std::optional<StationRow>> Stations::find(std::uint64_t device) {
    SPOT_ASSIGN(auto row, inner_.find(device));
    if (row) SPOT_TRY(open(cells_, *row));
    return row;
}

Result<> Stations::save(const StationRow& row) {
    StationRow sealed = row;
    seal(cells_, sealed);
    return inner_.save(sealed);
}

Result<> Stations::each(const std::function<Result<>(StationRow&)>& use) {
    return inner_.each([&](StationRow& row) -> Result<> {
        SPOT_TRY(open(cells_, row));
        return use(row);
    });
}

Result<std::optional<std::string>> Values::setting(std::string_view name) {
    SPOT_ASSIGN(const auto found, inner_.setting(name));
    if (!found) return std::nullopt;
    return open_setting(cells_, name, *found);
}

Result<> Values::set(std::string_view name, std::string_view value) {
    SPOT_CHECK(name != kMark);
    return inner_.set(name, seal_setting(cells_, name, value));
}

Result<> Values::put(std::string_view space, std::string_view key, std::string_view owner,
                     std::string_view value) {
    return inner_.put(space, seal_value_key(cells_, space, key),
                      seal_value_owner(cells_, space, owner),
                      seal_value(cells_, space, key, value));
}

Result<std::optional<std::string>> Values::get(std::string_view space, std::string_view key) {
    SPOT_ASSIGN(const auto found, inner_.get(space, seal_value_key(cells_, space, key)));
    if (!found) return std::nullopt;
    return open_value(cells_, space, key, *found);
}

Result<std::vector<ValueRow>> Values::list(std::string_view space, std::size_t count) {
    SPOT_ASSIGN(auto rows, inner_.list(space, count));
    return opened(space, std::move(rows));
}

Result<std::vector<ValueRow>> Values::list_by_owner(std::string_view space, std::string_view owner,
                                                    std::size_t count) {
    SPOT_ASSIGN(auto rows,
                inner_.list_by_owner(space, seal_value_owner(cells_, space, owner), count));
    return opened(space, std::move(rows));
}

Result<> Values::remove(std::string_view space, std::string_view key) {
    return inner_.remove(space, seal_value_key(cells_, space, key));
}

Result<std::vector<ValueRow>> Values::opened(std::string_view space, std::vector<ValueRow> rows) {
    std::vector<ValueRow> out;
    out.reserve(rows.size());
    for (const ValueRow& row : rows) {
        SPOT_ASSIGN(auto key, open_value_key(cells_, space, row.key));
        SPOT_ASSIGN(auto value, open_value(cells_, space, key, row.value));
        if (value) out.push_back({std::move(key), std::move(*value)});
    }
    return out;
}

}  // namespace spot::core::sealed
