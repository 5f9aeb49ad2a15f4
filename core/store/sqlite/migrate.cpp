#include "core/store/sqlite/migrate.h"

#include <array>
#include <string>

extern "C" const char spot_migration_0001_start[], spot_migration_0001_end[];
extern "C" const char spot_migration_0002_start[], spot_migration_0002_end[];
extern "C" const char spot_migration_0003_start[], spot_migration_0003_end[];
extern "C" const char spot_migration_0004_start[], spot_migration_0004_end[];
extern "C" const char spot_migration_0005_start[], spot_migration_0005_end[];
extern "C" const char spot_migration_0006_start[], spot_migration_0006_end[];
extern "C" const char spot_migration_0007_start[], spot_migration_0007_end[];
extern "C" const char spot_migration_0008_start[], spot_migration_0008_end[];
extern "C" const char spot_migration_0009_start[], spot_migration_0009_end[];
extern "C" const char spot_migration_0010_start[], spot_migration_0010_end[];

namespace spot::core {
namespace {

constexpr std::int64_t kApplicationId = 0x53504F54;  // "SPOT"
const std::array kMigrations{&spot_migration_0001_start[0], &spot_migration_0002_start[0],
                             &spot_migration_0003_start[0], &spot_migration_0004_start[0],
                             &spot_migration_0005_start[0], &spot_migration_0006_start[0],
                             &spot_migration_0007_start[0], &spot_migration_0008_start[0],
                             &spot_migration_0009_start[0], &spot_migration_0010_start[0]};

// In one transaction, and again checks inside it, as another process may open the same file.
Result<> apply(Database& database) {
    SPOT_ASSIGN(const auto version, database.integer("PRAGMA user_version"));
    for (auto at = static_cast<std::size_t>(version); at < kMigrations.size(); ++at)
        SPOT_TRY(database.run(kMigrations[at]));
    const std::string done = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                             "; PRAGMA user_version = " + std::to_string(kMigrations.size());
    return database.run(done.c_str());
}

}  // namespace

Result<> migrate(Database& database) {
    SPOT_ASSIGN(const auto version, database.integer("PRAGMA user_version"));
    SPOT_ASSIGN(const auto application, database.integer("PRAGMA application_id"));
    const auto known = static_cast<std::int64_t>(kMigrations.size());
    if (application == kApplicationId && version == known) return {};
    if (application != 0 && application != kApplicationId)
        return fail(Code::corrupt, "the file is no store of this program");
    if (version < 0 || version > known)
        return fail(Code::corrupt, "the store was written by a newer program; nothing was changed");

    SPOT_TRY(database.run("BEGIN IMMEDIATE"));
    auto applied = apply(database);
    if (applied) applied = database.run("COMMIT");
    if (!applied) (void)database.run("ROLLBACK");
    return applied;
}

}  // namespace spot::core
