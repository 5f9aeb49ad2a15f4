#include "core/vault.h"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "tests/support/chance.h"
#include "tests/support/temporary_folder.h"

using namespace spot;
using core::Code;
using core::Passphrase;
using core::Vault;

namespace {

bool same(const core::SecretKey& left, const core::SecretKey& right) {
    return core::equal_in_constant_time(left.bytes(), right.bytes());
}

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("each person's passphrase opens the same key, and no other does") {
    support::TemporaryFolder folder;
    tests::SeededRandom random(1);
    const auto file = folder.path() / "keys.json";
    const Passphrase ana("serra da Estrela"), rui("vale do Zêzere"), nobody("serra da estrela");

    const auto keys = Vault::create(file, "ana", ana, random);
    REQUIRE(keys.has_value());
    const core::SecretKey* const key = &keys->store;
    CHECK(Vault::create(file, "ana", ana, random).error().code == Code::conflict);
    REQUIRE(Vault::add_slot(file, "rui", *key, rui, random).has_value());
    CHECK(Vault::add_slot(file, "rui", *key, rui, random).error().code == Code::conflict);
    CHECK(Vault::add_slot(file, "", *key, rui, random).error().code == Code::invalid);
    CHECK(Vault::add_slot(file, "eva", *key, Passphrase(""), random).error().code == Code::invalid);

    const std::string before = content_of(file);
    for (const Passphrase* one : {&ana, &rui}) {
        const auto opened = Vault::open(file, *one, random);
        REQUIRE(opened.has_value());
        CHECK(same(opened->store, *key));
        REQUIRE(opened->epochs.size() == 1);
        CHECK(same(opened->epochs.at(1), keys->epochs.at(1)));
    }
    CHECK(Vault::open(file, nobody, random).error().code == Code::refused);
    CHECK(content_of(file) == before);
    CHECK_FALSE(folder.any_file_holds(core::to_hex(key->bytes())));
    CHECK_FALSE(folder.any_file_holds("Estrela"));
    const auto mode = std::filesystem::status(file).permissions();
    CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
    CHECK((mode & std::filesystem::perms::group_all) == std::filesystem::perms::none);
}

TEST_CASE("a damaged file of key slots opens nothing") {
    support::TemporaryFolder folder;
    tests::SeededRandom random(1);
    const auto file = folder.path() / "keys.json";
    const Passphrase ana("serra da Estrela");
    CHECK(Vault::open(file, ana, random).error().code == Code::io);
    REQUIRE(Vault::create(file, "ana", ana, random).has_value());
    const auto good = nlohmann::json::parse(content_of(file));

    struct Row {
        const char* pointer;
        nlohmann::json value;
        Code code;
    };
    const std::string wrapped = good["slots"][0]["wrapped"];
    const nlohmann::json epoch = good["epochs"][0];
    std::string flipped = wrapped;
    flipped.back() = flipped.back() == '0' ? '1' : '0';
    for (const Row& row : std::vector<Row>{
             {"/version", 3, Code::corrupt},
             {"/version", 1, Code::corrupt},  // which had no epochs
             {"/epochs", nlohmann::json::array(), Code::corrupt},
             {"/epochs/0", 5, Code::corrupt},
             {"/epochs/0/number", 0, Code::corrupt},
             {"/epochs/0/number", 2, Code::corrupt},
             {"/epochs/0/number", std::uint64_t{1} << 32, Code::corrupt},
             {"/epochs/0/wrapped", "00", Code::corrupt},
             {"/epochs/0/wrapped", wrapped, Code::corrupt},
             {"/epochs/1", epoch, Code::corrupt},  // twice
             {"/slots", "x", Code::corrupt},
             {"/slots/0/name", "rui", Code::refused},
             {"/slots/0/wrapped", flipped, Code::refused},
             {"/slots/0/wrapped", wrapped + "00", Code::corrupt},
             {"/slots/0/argon2id/salt", "00", Code::corrupt},
             {"/slots/0/argon2id/memory_bytes", std::uint64_t{1} << 40, Code::corrupt},
             {"/slots/0/argon2id/memory_bytes", 1, Code::corrupt},
             {"/slots/0/argon2id/passes", 1'000'000, Code::corrupt},
             {"/slots/0/argon2id/passes", -1, Code::corrupt},
             {"/slots/0/argon2id", nullptr, Code::corrupt},
         }) {
        CAPTURE(row.pointer);
        auto damaged = good;
        damaged[nlohmann::json::json_pointer(row.pointer)] = row.value;
        std::ofstream(file) << damaged.dump();
        CHECK(Vault::open(file, ana, random).error().code == row.code);
    }
    std::ofstream(file) << good.dump().substr(0, 50);
    CHECK(Vault::open(file, ana, random).error().code == Code::corrupt);
}

TEST_CASE("a file of an older program gains one epoch, whoever opens it at the same time") {
    support::TemporaryFolder folder;
    tests::SeededRandom random(1);
    const auto file = folder.path() / "keys.json";
    const Passphrase ana("serra da Estrela");
    REQUIRE(Vault::create(file, "ana", ana, random).has_value());
    auto older = nlohmann::json::parse(content_of(file));
    older.erase("epochs");
    older["version"] = 1;
    std::ofstream(file) << older.dump();

    // Each is a process: they wait at a pipe until all are there, and print the key they got.
    constexpr int kAtOnce = 4;
    int gate[2], answers[2];
    REQUIRE((pipe(gate) == 0 && pipe(answers) == 0));
    for (int i = 0; i < kAtOnce; ++i) {
        if (fork() != 0) continue;
        close(gate[1]);
        char none;
        (void)!read(gate[0], &none, 1);
        tests::SeededRandom own(static_cast<std::uint64_t>(100 + i));
        const auto keys = Vault::open(file, ana, own);
        const auto key = keys && keys->epochs.size() == 1 ? keys->epochs.at(1).clone()
                                                          : core::SecretKey::random(own);
        (void)!write(answers[1], key.bytes().data(), core::SecretKey::kSize);
        _exit(0);
    }
    close(gate[0]);
    close(gate[1]);
    close(answers[1]);
    const auto now = Vault::open(file, ana, random);
    REQUIRE(now.has_value());
    for (int i = 0; i < kAtOnce; ++i) {
        std::array<std::uint8_t, core::SecretKey::kSize> got{};
        REQUIRE(read(answers[0], got.data(), got.size()) == static_cast<ssize_t>(got.size()));
        CHECK(same(core::SecretKey(got), now->epochs.at(1)));
    }
    close(answers[0]);
    while (wait(nullptr) > 0) {
    }
    CHECK(nlohmann::json::parse(content_of(file))["slots"] == older["slots"]);
}

TEST_CASE("a file of keys holds several epochs, and each is made once") {
    support::TemporaryFolder folder;
    tests::SeededRandom random(1);
    const auto file = folder.path() / "keys.json";
    const Passphrase ana("serra da Estrela"), rui("vale do Zêzere");
    auto keys = Vault::create(file, "ana", ana, random);
    REQUIRE(keys.has_value());
    auto others = keys->clone();
    REQUIRE(Vault::add_epoch(file, *keys, random).has_value());
    CHECK(keys->epochs.size() == 2);
    // The other process takes what is there, and makes the next one only then.
    REQUIRE(Vault::add_epoch(file, others, random).has_value());
    REQUIRE(others.epochs.size() == 2);
    CHECK(same(others.epochs.at(2), keys->epochs.at(2)));
    CHECK(!same(others.epochs.at(2), keys->epochs.at(1)));
    REQUIRE(Vault::add_slot(file, "rui", keys->store, rui, random).has_value());
    const auto opened = Vault::open(file, rui, random);
    REQUIRE(opened.has_value());
    REQUIRE(opened->epochs.size() == 2);
    for (const auto& [number, key] : keys->epochs) {
        CHECK(same(opened->epochs.at(number), key));
        CHECK_FALSE(folder.any_file_holds(core::to_hex(key.bytes())));
    }

    // One that is taken out is gone; the others open.
    auto json = nlohmann::json::parse(content_of(file));
    json["epochs"].erase(0);
    std::ofstream(file) << json.dump();
    const auto left = Vault::open(file, ana, random);
    REQUIRE(left.has_value());
    CHECK(left->epochs.size() == 1);
    CHECK(left->epochs.contains(2));

    while (keys->epochs.size() < core::kEpochsMax)
        REQUIRE(Vault::add_epoch(file, *keys, random).has_value());
    while (nlohmann::json::parse(content_of(file))["epochs"].size() < core::kEpochsMax)
        REQUIRE(Vault::add_epoch(file, *keys, random).has_value());
    CHECK(Vault::add_epoch(file, *keys, random).error().code == Code::limit);
}
