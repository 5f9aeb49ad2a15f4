#include "core/vault.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/bytes.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;

// The first version had no epochs. A program that knows that one alone refuses the second, so that
// it does not write the file anew without them.
constexpr int kFormMax = 2;
constexpr int kLockMsMax = 10'000;
constexpr std::size_t kFileBytesMax = 64 * 1024;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kSaltBytes = crypto_pwhash_SALTBYTES;
// What a slot of the file may ask for, so that a damaged one can't take all the memory or hours.
constexpr std::size_t kArgonBytesMax = 256 * 1024 * 1024;
constexpr unsigned kArgonPassesMax = 16;

struct Slot {
    std::string name;
    Bytes salt;
    std::size_t memory_bytes = kArgonBytes;
    unsigned passes = kArgonPasses;
    Bytes wrapped;  // the store's key, sealed by the passphrase's
};

struct Epoch {
    std::uint32_t number = 0;
    Bytes wrapped;  // its key, sealed by one that follows from the store's
};

struct Content {
    std::vector<Slot> slots;
    std::vector<Epoch> epochs;  // by number
};

bool stretch_here(const Slot& slot, const Passphrase& passphrase, Hash& out) {
    return crypto_pwhash(out.data(), out.size(), passphrase.text().data(), passphrase.text().size(),
                         slot.salt.data(), slot.passes, slot.memory_bytes,
                         crypto_pwhash_ALG_ARGON2ID13) == 0;
}

// In a process of its own, which ends with its 64 MiB and with whatever they still hold. Nothing:
// no process was to be had.
std::optional<bool> stretch_apart(const Slot& slot, const Passphrase& passphrase, Hash& out) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
    const pid_t child = fork();
    if (child == 0) {  // no locks, no heap, no exit handlers: other threads may have held them
        Hash made;
        const bool done =
            stretch_here(slot, passphrase, made) &&
            write(ends[1], made.data(), made.size()) == static_cast<ssize_t>(made.size());
        _exit(done ? 0 : 1);
    }
    close(ends[1]);
    std::size_t got = 0;
    while (child > 0 && got < out.size()) {
        const ssize_t size = read(ends[0], out.data() + got, out.size() - got);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        got += static_cast<std::size_t>(size);
    }
    close(ends[0]);
    if (child < 0) return std::nullopt;
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return got == out.size();
}

// The key that a passphrase makes with a slot's salt.
Result<SecretKey> stretch(const Slot& slot, const Passphrase& passphrase) {
    Hash out;
    const auto apart = stretch_apart(slot, passphrase, out);
    if (!(apart ? *apart : stretch_here(slot, passphrase, out)))
        return fail(Code::io, "not enough memory to try the passphrase");
    SecretKey key{std::span<const std::uint8_t, SecretKey::kSize>(out)};
    sodium_memzero(out.data(), out.size());
    return key;
}

Result<Slot> wrap(std::string_view name, const SecretKey& key, const Passphrase& passphrase,
                  Random& random) {
    if (name.empty() || name.size() > kNameBytesMax)
        return fail(Code::invalid, "a key slot's name has 1 to 64 bytes");
    if (passphrase.text().empty()) return fail(Code::invalid, "the passphrase is empty");
    Slot slot;
    slot.name = name;
    slot.salt.resize(kSaltBytes);
    random.fill(slot.salt);
    SPOT_ASSIGN(const auto stretched, stretch(slot, passphrase));
    slot.wrapped = seal_at_rest(stretched, key.bytes(), view(name), random);
    return slot;
}

Json json_of(const Slot& slot) {
    return {{"name", slot.name},
            {"argon2id",
             {{"salt", to_hex(slot.salt)},
              {"memory_bytes", slot.memory_bytes},
              {"passes", slot.passes}}},
            {"wrapped", to_hex(slot.wrapped)}};
}

std::optional<Bytes> bytes_at(const Json& json, const char* key, std::size_t size) {
    const auto at = json.find(key);
    if (at == json.end() || !at->is_string()) return std::nullopt;
    auto bytes = from_hex(at->get_ref<const std::string&>());
    if (!bytes || bytes->size() != size) return std::nullopt;
    return bytes;
}

std::optional<Slot> slot_of(const Json& json) {
    if (!json.is_object() || !json.contains("name") || !json["name"].is_string() ||
        !json.contains("argon2id") || !json["argon2id"].is_object())
        return std::nullopt;
    const Json& costs = json["argon2id"];
    const auto salt = bytes_at(costs, "salt", kSaltBytes);
    const auto wrapped = bytes_at(json, "wrapped", SecretKey::kSize + kSealedOverhead);
    if (!salt || !wrapped || !costs.contains("memory_bytes") || !costs.contains("passes") ||
        !costs["memory_bytes"].is_number_unsigned() || !costs["passes"].is_number_unsigned())
        return std::nullopt;
    const auto memory_bytes = costs["memory_bytes"].get<std::uint64_t>();
    const auto passes = costs["passes"].get<std::uint64_t>();
    if (memory_bytes < crypto_pwhash_MEMLIMIT_MIN || memory_bytes > kArgonBytesMax ||
        passes < crypto_pwhash_OPSLIMIT_MIN || passes > kArgonPassesMax)
        return std::nullopt;
    return Slot{json["name"].get<std::string>(), *salt, memory_bytes, static_cast<unsigned>(passes),
                *wrapped};
}

std::optional<Epoch> epoch_of(const Json& json) {
    if (!json.is_object() || !json.contains("number") || !json["number"].is_number_unsigned())
        return std::nullopt;
    const auto number = json["number"].get<std::uint64_t>();
    const auto wrapped = bytes_at(json, "wrapped", SecretKey::kSize + kSealedOverhead);
    if (!wrapped || number == 0 || number > std::numeric_limits<std::uint32_t>::max())
        return std::nullopt;
    return Epoch{static_cast<std::uint32_t>(number), *wrapped};
}

Result<Content> read(const std::filesystem::path& file, Disk& disk) {
    const auto damaged = [] { return fail(Code::corrupt, "the file of key slots is damaged"); };
    SPOT_ASSIGN(const auto text, disk.read(file, kFileBytesMax));
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return damaged();
    const Json version = json.value("version", Json()), slots = json.value("slots", Json());
    const Json epochs = json.value("epochs", Json::array());
    if (!version.is_number_unsigned() || version == 0 || version > kFormMax || !slots.is_array() ||
        slots.size() > kSlotsMax || !epochs.is_array() || epochs.size() > kEpochsMax ||
        epochs.empty() != (version == 1))
        return damaged();
    Content out;
    for (const Json& one : slots) {
        auto slot = slot_of(one);
        if (!slot) return damaged();
        out.slots.push_back(std::move(*slot));
    }
    for (const Json& one : epochs) {
        auto epoch = epoch_of(one);
        if (!epoch || (!out.epochs.empty() && epoch->number <= out.epochs.back().number))
            return damaged();
        out.epochs.push_back(std::move(*epoch));
    }
    return out;
}

Result<> write(const std::filesystem::path& file, const Content& content, Disk& disk) {
    Json json{{"version", content.epochs.empty() ? 1 : kFormMax}, {"slots", Json::array()}};
    for (const Slot& slot : content.slots) json["slots"].push_back(json_of(slot));
    for (const Epoch& epoch : content.epochs)
        json["epochs"].push_back({{"number", epoch.number}, {"wrapped", to_hex(epoch.wrapped)}});
    return disk.replace(file, json.dump(2) + "\n");
}

// Held while the file is read and written anew, so that of two writers none undoes the other's.
Result<FileLock> lock(std::filesystem::path file, Disk& disk) {
    return disk.lock(file.replace_extension(".lock"), kLockMsMax);
}

std::string name_of(std::uint32_t epoch) {
    return "erasure epoch " + std::to_string(epoch);
}

SecretKey wrapping(const SecretKey& store) {
    return store.derive("erasure epochs");
}

Epoch new_epoch(std::uint32_t number, StoreKeys& keys, Random& random) {
    const auto at = keys.epochs.emplace(number, SecretKey::random(random)).first;
    return {number,
            seal_at_rest(wrapping(keys.store), at->second.bytes(), view(name_of(number)), random)};
}

// Into `keys`, those that are not there yet.
Result<> open_epochs(const Content& content, StoreKeys& keys) {
    const SecretKey unwrapping = wrapping(keys.store);
    for (const Epoch& epoch : content.epochs) {
        if (keys.epochs.contains(epoch.number)) continue;
        auto opened = open_at_rest(unwrapping, epoch.wrapped, view(name_of(epoch.number)));
        if (!opened) return fail(Code::corrupt, "an erasure epoch's key is damaged");
        keys.epochs.emplace(epoch.number, SecretKey(View(*opened).first<SecretKey::kSize>()));
        sodium_memzero(opened->data(), opened->size());
    }
    return {};
}

Result<SecretKey> open_slots(const std::vector<Slot>& slots, const Passphrase& passphrase) {
    for (const Slot& slot : slots) {
        SPOT_ASSIGN(const auto stretched, stretch(slot, passphrase));
        auto opened = open_at_rest(stretched, slot.wrapped, view(slot.name));
        if (!opened) continue;
        SecretKey key{View(*opened).first<SecretKey::kSize>()};
        sodium_memzero(opened->data(), opened->size());
        return key;
    }
    return fail(Code::refused, "the passphrase opens no key slot; nothing was changed");
}

}  // namespace

Passphrase::Passphrase(std::string text) : text_(std::move(text)) {
    text.resize(text.capacity());  // the move of a short text leaves its bytes behind
    sodium_memzero(text.data(), text.size());
}

Passphrase::Passphrase(Passphrase&& other) noexcept : text_(other.text_) {
    sodium_memzero(other.text_.data(), other.text_.size());
    other.text_.clear();
}

Passphrase& Passphrase::operator=(Passphrase&& other) noexcept {
    if (this != &other) {
        text_.swap(other.text_);
        sodium_memzero(other.text_.data(), other.text_.size());
        other.text_.clear();
    }
    return *this;
}

Passphrase::~Passphrase() {
    sodium_memzero(text_.data(), text_.size());
}

Result<StoreKeys> Vault::create(const std::filesystem::path& file, std::string_view slot,
                                const Passphrase& passphrase, Random& random, Disk& disk) {
    if (disk.exists(file))
        return fail(Code::conflict, "there are key slots already; nothing was changed");
    StoreKeys keys{SecretKey::random(random), {}};
    SPOT_ASSIGN(auto wrapped, wrap(slot, keys.store, passphrase, random));
    Content content;
    content.slots.push_back(std::move(wrapped));
    content.epochs.push_back(new_epoch(1, keys, random));
    SPOT_TRY(write(file, content, disk));
    return keys;
}

Result<StoreKeys> Vault::open(const std::filesystem::path& file, const Passphrase& passphrase,
                              Random& random, Disk& disk) {
    SPOT_ASSIGN(const auto content, read(file, disk));
    StoreKeys keys;
    SPOT_ASSIGN(keys.store, open_slots(content.slots, passphrase));
    SPOT_TRY(open_epochs(content, keys));
    if (keys.epochs.empty()) SPOT_TRY(add_epoch(file, keys, random, disk));
    return keys;
}

Result<> Vault::add_slot(const std::filesystem::path& file, std::string_view slot,
                         const SecretKey& key, const Passphrase& passphrase, Random& random,
                         Disk& disk) {
    SPOT_ASSIGN(const auto held, lock(file, disk));
    SPOT_ASSIGN(auto content, read(file, disk));
    if (content.slots.size() >= kSlotsMax) return fail(Code::limit, "all 32 key slots are taken");
    for (const Slot& one : content.slots)
        if (one.name == slot) return fail(Code::conflict, "a key slot has this name already");
    SPOT_ASSIGN(auto wrapped, wrap(slot, key, passphrase, random));
    content.slots.push_back(std::move(wrapped));
    return write(file, content, disk);
}

// The key is on disk before anything is wrapped by it. If the power fails in between, it is there
// and wraps what comes next.
Result<> Vault::add_epoch(const std::filesystem::path& file, StoreKeys& keys, Random& random,
                          Disk& disk) {
    SPOT_ASSIGN(const auto held, lock(file, disk));
    SPOT_ASSIGN(auto content, read(file, disk));
    const std::uint32_t known = keys.epochs.empty() ? 0 : keys.epochs.rbegin()->first;
    const std::uint32_t newest = content.epochs.empty() ? 0 : content.epochs.back().number;
    if (newest > known) return open_epochs(content, keys);
    if (content.epochs.size() >= kEpochsMax)
        return fail(Code::limit, "the file of keys holds 64 erasure epochs");
    if (known == std::numeric_limits<std::uint32_t>::max())
        return fail(Code::limit, "erasure epochs have no more numbers");
    StoreKeys more = keys.clone();
    content.epochs.push_back(new_epoch(known + 1, more, random));
    SPOT_TRY(write(file, content, disk));
    keys = std::move(more);
    return {};
}

}  // namespace spot::core
