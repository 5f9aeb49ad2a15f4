#include "core/vault.h"

#include <doctest/doctest.h>

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

    const auto key = Vault::create(file, "ana", ana, random);
    REQUIRE(key.has_value());
    CHECK(Vault::create(file, "ana", ana, random).error().code == Code::conflict);
    REQUIRE(Vault::add_slot(file, "rui", *key, rui, random).has_value());
    CHECK(Vault::add_slot(file, "rui", *key, rui, random).error().code == Code::conflict);
    CHECK(Vault::add_slot(file, "", *key, rui, random).error().code == Code::invalid);
    CHECK(Vault::add_slot(file, "eva", *key, Passphrase(""), random).error().code == Code::invalid);

    const std::string before = content_of(file);
    for (const Passphrase* one : {&ana, &rui}) {
        const auto opened = Vault::open(file, *one);
        REQUIRE(opened.has_value());
        CHECK(same(*opened, *key));
    }
    CHECK(Vault::open(file, nobody).error().code == Code::refused);
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
    CHECK(Vault::open(file, ana).error().code == Code::io);
    REQUIRE(Vault::create(file, "ana", ana, random).has_value());
    const auto good = nlohmann::json::parse(content_of(file));

    struct Row {
        const char* pointer;
        nlohmann::json value;
        Code code;
    };
    const std::string wrapped = good["slots"][0]["wrapped"];
    std::string flipped = wrapped;
    flipped.back() = flipped.back() == '0' ? '1' : '0';
    for (const Row& row : std::vector<Row>{
             {"/version", 2, Code::corrupt},
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
        CHECK(Vault::open(file, ana).error().code == row.code);
    }
    std::ofstream(file) << good.dump().substr(0, 50);
    CHECK(Vault::open(file, ana).error().code == Code::corrupt);
}
