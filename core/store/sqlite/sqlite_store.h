#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "core/rim/disk.h"
#include "core/store/store.h"

namespace spot::core {

// How long to wait for another process that writes.
constexpr int kBusyMsMax = 10'000;
// Of pages in memory. One that is read again costs 10 µs of decryption.
constexpr std::size_t kCacheBytesMax = 4 * 1024 * 1024;

// The store in a SQLCipher file: WAL, synchronous FULL, `busy` after `busy_ms_max`. Makes the file
// where there is none and brings an older one up to date. `refused`: the key does not open the
// file. `corrupt`: it is no store of ours, or a newer one. Programs put store/sealed over it.
// `disk` outlives the store.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& file,
                                                 const SecretKey& key, Disk& disk = system_disk(),
                                                 int busy_ms_max = kBusyMsMax,
                                                 std::size_t cache_bytes_max = kCacheBytesMax);

}  // namespace spot::core
