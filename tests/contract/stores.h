#pragma once

// The stores that the suite runs on. Each fixture is one empty database; open() makes one more
// connection to it, as another process would.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/store/memory/memory_store.h"
#include "core/store/sealed/sealed_store.h"
#include "core/store/sqlite/database.h"
#include "core/store/sqlite/sqlite_store.h"
#include "core/store/store.h"
#include "tests/disk/simulated_disk.h"
#include "tests/support/store_keys.h"
#include "tests/support/temporary_folder.h"

namespace spot::contract {

using namespace core;

template <class T>
T value(Result<T> result) {
    REQUIRE_MESSAGE(result.has_value(), result.error().message);
    return *std::move(result);
}
inline void ok(const Result<>& result) {
    REQUIRE_MESSAGE(result.has_value(), result.error().message);
}
template <class T>
Code fault(const Result<T>& result) {
    REQUIRE(!result.has_value());
    return result.error().code;
}

class InMemory {
public:
    std::unique_ptr<Store> open() { return memory_store(database_); }
    void use_up_log_numbers() { database_->limit_log_numbers(0); }
    MemoryDatabase& database() { return *database_; }

private:
    std::shared_ptr<MemoryDatabase> database_ = std::make_shared<MemoryDatabase>();
};

// Sealed, over the store in memory.
class Sealed {
public:
    std::unique_ptr<Store> open() { return value(sealed_store(beneath_.open(), keys_)); }
    void use_up_log_numbers() { beneath_.use_up_log_numbers(); }
    MemoryDatabase& database() { return beneath_.database(); }

private:
    InMemory beneath_;
    StoreKeys keys_ =
        support::store_keys(SecretKey{std::array<std::uint8_t, SecretKey::kSize>{4, 5, 6}});
};

class OnSqlite {
public:
    std::unique_ptr<Store> open() {
        return value(open_sqlite_store(file_, key_, disk_, kBusyMsMax));
    }
    void use_up_log_numbers() {
        (void)open();
        auto database = value(Database::open(file_, key_, disk_, kBusyMsMax));
        ok(database.prepare("INSERT INTO log (number, device, epoch) VALUES (?1, 77, 1)")
               .with(kLogNumberMax)
               .run());
    }

protected:
    OnSqlite(Disk& disk, std::filesystem::path file) : disk_(disk), file_(std::move(file)) {}

private:
    static constexpr int kBusyMsMax = 20;  // nothing in the suite is to be waited for

    Disk& disk_;
    std::filesystem::path file_;
    SecretKey key_{std::array<std::uint8_t, SecretKey::kSize>{1, 2, 3}};
};

struct HasFolder {
    support::TemporaryFolder folder;
};
struct HasDisk {
    disk::SimulatedDisk disk;
};
class OnDisk : HasFolder, public OnSqlite {
public:
    OnDisk() : OnSqlite(system_disk(), folder.path() / "store") {}
};
class OnSimulatedDisk : HasDisk, public OnSqlite {
public:
    OnSimulatedDisk() : OnSqlite(disk, "/store") {}
};

}  // namespace spot::contract

TYPE_TO_STRING_AS("memory", spot::contract::InMemory);
TYPE_TO_STRING_AS("sqlite", spot::contract::OnDisk);
TYPE_TO_STRING_AS("sqlite, simulated", spot::contract::OnSimulatedDisk);
TYPE_TO_STRING_AS("sealed", spot::contract::Sealed);
#define SPOT_STORES InMemory, OnDisk, OnSimulatedDisk, Sealed

namespace spot::contract {

using Access = Store::Access;

template <class Work>
void write(Store& store, const Work& work) {
    const auto tx = value(store.begin(Access::write));
    work(*tx);
    ok(tx->commit());
}
template <class Work>
void read(Store& store, const Work& work) {
    const auto tx = value(store.begin(Access::read));
    work(*tx);
    ok(tx->commit());
}

// ── Rows that differ by a number.

inline Hash hash_with(std::uint8_t first, std::uint8_t last = 0) {
    Hash out{};
    out.front() = first;
    out.back() = last;
    return out;
}
inline SubjectId subject_with(std::uint8_t first) {
    return {first, 0, 7};
}
inline SecretKey secret_with(std::uint8_t first) {
    return SecretKey(std::array<std::uint8_t, SecretKey::kSize>{first, 0, 9});
}
inline bool same(const SecretKey& one, const SecretKey& other) {
    return equal_in_constant_time(one.bytes(), other.bytes());
}
inline Bytes bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}
inline EntryRow entry_at(std::int64_t key) {
    EntryRow out;
    out.key = key;
    out.kind = Kind::request_queue;
    out.user = "ana";
    out.hash = hash_with(static_cast<std::uint8_t>(key), 1);
    out.commitment = hash_with(static_cast<std::uint8_t>(key), 2);
    out.payload = bytes_of("payload");
    return out;
}
inline RecordRow record_at(std::int64_t key, std::int64_t place = 4) {
    RecordRow out;
    out.key = key;
    out.place = place;
    out.made_ms = key * 10;
    return out;
}

constexpr KeyRange kAllKeys{0, entry_key(kLogNumberMax, kSeqMax)};
constexpr std::size_t kAll = static_cast<std::size_t>(-1);

inline std::vector<std::int64_t> keys_of(const std::vector<ListedRow>& rows) {
    std::vector<std::int64_t> out;
    for (const ListedRow& row : rows) out.push_back(row.key);
    return out;
}
using Keys = std::vector<std::int64_t>;

}  // namespace spot::contract
