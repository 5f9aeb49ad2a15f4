#include "core/store/memory/state.h"

namespace spot::core {
namespace {

class MemoryValues final : public ValueTable {
public:
    explicit MemoryValues(MemoryWork& work) : work_(work) {}

    Result<std::optional<std::string>> setting(std::string_view name) override {
        const std::string* const found = work_.state.settings.find(std::string(name));
        if (!found) return std::nullopt;
        return *found;
    }

    Result<> set(std::string_view name, std::string_view value) override {
        work_.change().settings.put(std::string(name), std::string(value));
        return {};
    }

    Result<> unset(std::string_view name) override {
        work_.change().settings.erase(std::string(name));
        return {};
    }

    Result<> put(std::string_view space, std::string_view key, std::string_view owner,
                 std::string_view value) override {
        MemoryState& state = work_.change();
        const std::pair name{std::string(space), std::string(key)};
        const std::uint64_t* const found = state.value_numbers.find(name);
        const std::uint64_t number = found ? *found : ++state.last_value;
        if (!found) state.value_numbers.put(name, number);
        state.values.put(number, {name.first, name.second, std::string(owner), std::string(value)});
        return {};
    }

    Result<std::optional<std::string>> get(std::string_view space, std::string_view key) override {
        const std::uint64_t* const number =
            work_.state.value_numbers.find({std::string(space), std::string(key)});
        if (!number) return std::nullopt;
        return work_.state.values.find(*number)->value;
    }

    Result<std::vector<ValueRow>> list(std::string_view space, std::size_t count) override {
        return those(count, [&](const MemoryState::Value& value) { return value.space == space; });
    }

    Result<std::vector<ValueRow>> list_by_owner(std::string_view space, std::string_view owner,
                                                std::size_t count) override {
        return those(count, [&](const MemoryState::Value& value) {
            return value.space == space && value.owner == owner;
        });
    }

    Result<> remove(std::string_view space, std::string_view key) override {
        MemoryState& state = work_.change();
        const std::pair name{std::string(space), std::string(key)};
        const std::uint64_t* const number = state.value_numbers.find(name);
        if (!number) return {};
        state.values.erase(*number);
        state.value_numbers.erase(name);
        return {};
    }

private:
    template <class Wanted>
    std::vector<ValueRow> those(std::size_t count, const Wanted& wanted) {
        std::vector<ValueRow> out;
        work_.state.values.all([&](std::uint64_t, const MemoryState::Value& value) {
            if (out.size() == count) return false;
            if (wanted(value)) out.push_back({value.key, value.value});
            return true;
        });
        return out;
    }

    MemoryWork& work_;
};

}  // namespace

std::unique_ptr<ValueTable> memory_values(MemoryWork& work) {
    return std::make_unique<MemoryValues>(work);
}

}  // namespace spot::core
