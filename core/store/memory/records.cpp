#include <algorithm>
#include <limits>

#include "core/store/memory/state.h"

namespace spot::core {
namespace {

constexpr std::int64_t kKeyMin = std::numeric_limits<std::int64_t>::min();

class MemoryRecords final : public RecordTable {
public:
    explicit MemoryRecords(MemoryWork& work) : work_(work) {}

    Result<> insert(std::span<const RecordRow> rows) override {
        MemoryState& state = work_.change();
        for (const RecordRow& row : rows)
            if (!state.records.insert(row.key, row)) return taken();
        return {};
    }

    Result<> update(std::span<const RecordRow> rows) override {
        MemoryState& state = work_.change();
        for (const RecordRow& row : rows) {
            const RecordRow* const found = state.records.find(row.key);
            if (!found) continue;
            RecordRow changed = *found;
            changed.json = row.json;
            changed.conflicts = row.conflicts;
            changed.document = row.document;
            changed.route = row.route;
            changed.changed_by = row.changed_by;
            state.records.put(row.key, std::move(changed));
        }
        return {};
    }

    Result<std::vector<RecordRow>> read(std::span<const std::int64_t> keys) override {
        std::vector<RecordRow> out;
        for (const std::int64_t key : keys)
            if (const RecordRow* const row = work_.state.records.find(key)) out.push_back(*row);
        return out;
    }

    Result<std::optional<std::int64_t>> place_of(std::int64_t key) override {
        const RecordRow* const row = work_.state.records.find(key);
        if (!row) return std::nullopt;
        return row->place;
    }

    Result<> remove(KeyRange range) override {
        MemoryState& state = work_.change();
        for (const std::int64_t key : keys_in(state.records, range)) state.records.erase(key);
        const auto within = [&](std::int64_t key) {
            return range.first <= key && key <= range.last;
        };
        state.made.all([&](const auto& listed, const auto&) {
            if (within(std::get<2>(listed))) state.made.erase(listed);
            return true;
        });
        state.parts.all([&](const auto& part, const auto&) {
            if (within(part.second)) state.parts.erase(part);
            return true;
        });
        return {};
    }

    Result<> each(const Selection& selection,
                  const std::function<Result<>(RecordRow&)>& use) override {
        Result<> done;
        work_.state.records.from(selection.keys.first, [&](std::int64_t key, const RecordRow& row) {
            if (key > selection.keys.last) return false;
            if (row.place < selection.first_place || row.place > selection.last_place ||
                row.made_ms < selection.since_ms)
                return true;
            RecordRow copy = row;
            copy.document.reset();
            copy.changed_by.clear();
            done = use(copy);
            return done.has_value();
        });
        return done;
    }

    Result<Tally> tally(KeyRange range) override {
        Tally out{};
        for (const std::int64_t key : keys_in(work_.state.records, range)) {
            const auto place = static_cast<std::size_t>(work_.state.records.find(key)->place);
            if (place >= out.size()) return fail(Code::corrupt, "a record's name is damaged");
            ++out[place];
        }
        return out;
    }

    Result<> add_names(std::span<const RecordName> names) override {
        MemoryState& state = work_.change();
        for (const RecordName& name : names)
            (void)state.names.insert({name.place, name.name}, name.key);
        return {};
    }

    Result<std::optional<std::int64_t>> find_name(std::int64_t place,
                                                  std::string_view name) override {
        const std::int64_t* const key = work_.state.names.find({place, std::string(name)});
        if (!key) return std::nullopt;
        return *key;
    }

    Result<> move_names(KeyRange from, const To& to) override {
        MemoryState& state = work_.change();
        const auto before = state.names;
        before.all([&](const auto& name, std::int64_t key) {
            if (key < from.first || key > from.last) return true;
            if (const auto now = to(key))
                state.names.put(name, *now);
            else
                state.names.erase(name);
            return true;
        });
        return {};
    }

    Result<> list(const ListedRow& row, std::optional<std::int64_t> session) override {
        MemoryState& state = work_.change();
        if (!state.made.insert({row.place, row.made_ms, row.key}, {})) return taken();
        if (session && !state.parts.insert({*session, row.key}, {})) return taken();
        return {};
    }

    Result<> clear_lists() override {
        MemoryState& state = work_.change();
        state.made = {};
        state.parts = {};
        return {};
    }

    Result<std::vector<ListedRow>> made_between(std::int64_t place, std::int64_t from_ms,
                                                std::int64_t until_ms, std::size_t count) override {
        std::vector<ListedRow> out;
        work_.state.made.from({place, from_ms, kKeyMin}, [&](const auto& listed, const auto&) {
            const auto& [at, ms, key] = listed;
            if (at != place || ms >= until_ms || out.size() == count) return false;
            out.push_back({key, at, ms});
            return true;
        });
        return out;
    }

    Result<std::vector<ListedRow>> of_session(std::int64_t session, std::size_t count) override {
        std::vector<ListedRow> out;
        work_.state.parts.from({session, kKeyMin}, [&](const auto& part, const auto&) {
            if (part.first != session || out.size() == count) return false;
            if (const RecordRow* const row = work_.state.records.find(part.second))
                out.push_back({row->key, row->place, row->made_ms});
            return true;
        });
        return out;
    }

    Result<std::vector<ListedRow>> conflicting(std::size_t count) override {
        return those(count, [](const RecordRow& row) { return row.conflicts; });
    }

    Result<std::vector<ListedRow>> routed(int route, std::size_t count) override {
        return those(count, [&](const RecordRow& row) { return route > 0 && row.route == route; });
    }

    Result<std::uint64_t> count_conflicts() override {
        SPOT_ASSIGN(const auto all, conflicting(std::numeric_limits<std::size_t>::max()));
        return all.size();
    }

private:
    template <class Wanted>
    std::vector<ListedRow> those(std::size_t count, const Wanted& wanted) {
        std::vector<ListedRow> out;
        work_.state.records.all([&](std::int64_t key, const RecordRow& row) {
            if (out.size() == count) return false;
            if (wanted(row)) out.push_back({key, row.place, row.made_ms});
            return true;
        });
        return out;
    }

    MemoryWork& work_;
};

}  // namespace

std::unique_ptr<RecordTable> memory_records(MemoryWork& work) {
    return std::make_unique<MemoryRecords>(work);
}

}  // namespace spot::core
