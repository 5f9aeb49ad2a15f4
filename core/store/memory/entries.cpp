#include "core/store/memory/state.h"

namespace spot::core {
namespace {

class MemoryEntries final : public EntryTable {
public:
    explicit MemoryEntries(MemoryWork& work) : work_(work) {}

    Result<> append(std::span<const EntryRow> rows) override {
        MemoryState& state = work_.change();
        for (const EntryRow& row : rows)
            if (!state.entries.insert(row.key, row)) return taken();
        return {};
    }

    Result<std::vector<EntryRow>> read(std::span<const std::int64_t> keys) override {
        *work_.entries_read += keys.size();
        std::vector<EntryRow> out;
        for (const std::int64_t key : keys)
            if (const EntryRow* const row = work_.state.entries.find(key)) out.push_back(*row);
        return out;
    }

    Result<std::vector<EntryHead>> heads(std::span<const std::int64_t> keys) override {
        std::vector<EntryHead> out;
        for (const std::int64_t key : keys)
            if (const EntryRow* const row = work_.state.entries.find(key))
                out.push_back({key, row->kind, row->subject, work_.state.quarantine.contains(key)});
        return out;
    }

    Result<std::optional<Hash>> hash_of(std::int64_t key) override {
        const EntryRow* const row = work_.state.entries.find(key);
        if (!row) return std::nullopt;
        return row->hash;
    }

    Result<> each(KeyRange range, const std::function<Result<>(EntryRow&)>& use) override {
        Result<> done;
        work_.state.entries.from(range.first, [&](std::int64_t key, const EntryRow& row) {
            if (key > range.last) return false;
            EntryRow copy = row;
            done = use(copy);
            return done.has_value();
        });
        return done;
    }

    Result<> reseal(const EntryRow& row) override {
        MemoryState& state = work_.change();
        const EntryRow* const found = state.entries.find(row.key);
        if (!found) return {};
        EntryRow changed = *found;
        changed.user = row.user;
        changed.subject = row.subject;
        changed.payload = row.payload;
        changed.reference = row.reference;
        state.entries.put(row.key, std::move(changed));
        return {};
    }

    Result<> remove(KeyRange range) override {
        MemoryState& state = work_.change();
        for (const std::int64_t key : keys_in(state.entries, range)) state.entries.erase(key);
        for (const std::int64_t key : keys_in(state.quarantine, range)) state.quarantine.erase(key);
        return {};
    }

    Result<> quarantine(std::span<const QuarantineRow> rows) override {
        MemoryState& state = work_.change();
        for (const QuarantineRow& row : rows) (void)state.quarantine.insert(row.entry, row.code);
        return {};
    }

    Result<> release(KeyRange range) override {
        MemoryState& state = work_.change();
        for (const std::int64_t key : keys_in(state.quarantine, range)) state.quarantine.erase(key);
        return {};
    }

    Result<std::vector<QuarantineRow>> quarantined(KeyRange range, std::string_view code,
                                                   std::size_t count) override {
        std::vector<QuarantineRow> out;
        work_.state.quarantine.from(range.first, [&](std::int64_t key, const std::string& one) {
            if (key > range.last || out.size() == count) return false;
            if (code.empty() || one == code) out.push_back({key, one});
            return true;
        });
        return out;
    }

    Result<std::uint64_t> count_quarantined(KeyRange range) override {
        return keys_in(work_.state.quarantine, range).size();
    }

private:
    MemoryWork& work_;
};

}  // namespace

std::unique_ptr<EntryTable> memory_entries(MemoryWork& work) {
    return std::make_unique<MemoryEntries>(work);
}

}  // namespace spot::core
