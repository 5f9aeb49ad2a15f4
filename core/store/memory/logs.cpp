#include <algorithm>

#include "core/store/memory/state.h"

namespace spot::core {
namespace {

class MemoryLogs final : public LogTable {
public:
    explicit MemoryLogs(MemoryWork& work) : work_(work) {}

    Result<std::optional<LogRow>> find(const LogId& id) override {
        const LogRow* const row = work_.state.logs.find(id);
        if (!row) return std::nullopt;
        return with_tip(*row);
    }

    Result<std::optional<LogId>> id_of(std::int64_t number) override {
        const LogId* const id = work_.state.log_ids.find(number);
        if (!id) return std::nullopt;
        return *id;
    }

    Result<Summary> summary(std::uint64_t device) override {
        SPOT_ASSIGN(const auto rows, of_device(device));
        const std::int64_t* const last = work_.state.log_ids.last_until(kLogNumberMax);
        return Summary{rows.empty() ? 0 : rows.front().id.epoch, rows.size(), last ? *last + 1 : 1};
    }

    Result<std::vector<LogRow>> of_device(std::uint64_t device) override {
        std::vector<LogRow> out;
        work_.state.logs.from({device, 0}, [&](const LogId& id, const LogRow& row) {
            if (id.device != device) return false;
            out.push_back(row);
            return true;
        });
        std::reverse(out.begin(), out.end());
        return out;
    }

    Result<std::vector<LogId>> all() override {
        std::vector<LogId> out;
        work_.state.logs.all([&](const LogId& id, const LogRow&) {
            out.push_back(id);
            return true;
        });
        return out;
    }

    Result<std::vector<LogRow>> unexecuted(std::size_t count) override {
        std::vector<LogRow> out;
        if (count == 0) return out;
        work_.state.logs.all([&](const LogId&, const LogRow& row) {
            if (row.executed < row.settled) out.push_back(with_tip(row));
            return out.size() < count;
        });
        return out;
    }

    Result<LogRow> add(const LogId& id) override {
        if (work_.state.logs.contains(id)) return taken();
        const std::int64_t* const last = work_.state.log_ids.last_until(kLogNumberMax);
        LogRow row;
        row.number = last ? *last + 1 : 1;
        row.id = id;
        if (row.number > work_.log_number_max)
            return fail(Code::limit, "the store: there are as many logs as it can number");
        work_.change().logs.put(id, row);
        work_.state.log_ids.put(row.number, id);
        return row;
    }

    Result<> save(const LogRow& row) override {
        const LogId* const id = work_.state.log_ids.find(row.number);
        MemoryState& state = work_.change();
        if (!id) return {};
        LogRow stored = row;
        stored.id = *id;
        stored.tip = {};
        state.logs.put(stored.id, stored);
        return {};
    }

    Result<std::optional<Bytes>> stored_secret(std::int64_t log, std::uint64_t period) override {
        const Bytes* const found = work_.state.secrets.find({log, period});
        if (!found) return std::nullopt;
        return *found;
    }

    Result<> store_secret(std::int64_t log, std::uint64_t period, View secret) override {
        MemoryState& state = work_.change();
        const Bytes* const found = state.secrets.find({log, period});
        if (found) return equal_in_constant_time(*found, secret) ? Result<>() : taken();
        state.secrets.put({log, period}, Bytes(secret.begin(), secret.end()));
        return {};
    }

    Result<> drop_secrets(std::int64_t log, std::uint64_t first, std::uint64_t last) override {
        MemoryState& state = work_.change();
        std::vector<std::pair<std::int64_t, std::uint64_t>> found;
        state.secrets.from({log, first}, [&](const auto& key, const Bytes&) {
            if (key.first != log || key.second > last) return false;
            found.push_back(key);
            return true;
        });
        for (const auto& key : found) state.secrets.erase(key);
        return {};
    }

private:
    LogRow with_tip(LogRow row) {
        const auto& entries = work_.state.entries;
        const std::int64_t* const last = entries.last_until(entry_key(row.number, kSeqMax));
        if (last && *last >= entry_key(row.number, 0))
            row.tip = {seq_of(*last), entries.find(*last)->hash};
        return row;
    }

    MemoryWork& work_;
};

class MemorySubjects final : public SubjectTable {
public:
    explicit MemorySubjects(MemoryWork& work) : work_(work) {}

    Result<std::vector<Stored>> stored(std::span<const SubjectId> ids) override {
        std::vector<Stored> out;
        for (const SubjectId& id : ids)
            if (const Bytes* const key = work_.state.subjects.find(id)) out.push_back({id, *key});
        return out;
    }

    Result<> store(const SubjectId& id, View key) override {
        if (!work_.change().subjects.insert(id, Bytes(key.begin(), key.end()))) return taken();
        return {};
    }

    Result<> erase(const SubjectId& id) override {
        MemoryState& state = work_.change();
        if (state.subjects.contains(id)) state.subjects.put(id, {});
        return {};
    }

private:
    MemoryWork& work_;
};

}  // namespace

std::unique_ptr<LogTable> memory_logs(MemoryWork& work) {
    return std::make_unique<MemoryLogs>(work);
}
std::unique_ptr<SubjectTable> memory_subjects(MemoryWork& work) {
    return std::make_unique<MemorySubjects>(work);
}

}  // namespace spot::core
