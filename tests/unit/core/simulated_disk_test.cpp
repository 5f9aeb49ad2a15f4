// The disk in memory itself: what it promises, and that it breaks every promise it did not make.

#include "tests/disk/simulated_disk.h"

#include <doctest/doctest.h>

#include <set>

using namespace spot;
using namespace spot::disk;
using core::Code;

namespace {

constexpr char kFile[] = "/van/file";
constexpr std::uint64_t kSeeds = 200;

std::unique_ptr<SimulatedDisk> with_a_folder() {
    auto out = std::make_unique<SimulatedDisk>();
    REQUIRE(out->make_folders("/van").has_value());
    return out;
}

std::string content(SimulatedDisk& disk, const std::string& file = kFile) {
    return disk.read(file, 1 << 20).value_or("none");
}

// Each outcome of a power cut now, as `look` sees it.
std::set<std::string> outcomes(const SimulatedDisk& disk,
                               const std::function<std::string(SimulatedDisk&)>& look) {
    std::set<std::string> out;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
        out.insert(look(*disk.after_power_cut(Unflushed::drawn, seed)));
    return out;
}

}  // namespace

TEST_CASE("what returned without an error survives, and what was cut may be either") {
    const auto disk = with_a_folder();
    REQUIRE(disk->replace(kFile, "one").has_value());
    CHECK(outcomes(*disk, [](auto& found) { return content(found); }) ==
          std::set<std::string>{"one"});
    CHECK(disk->create(kFile, "other").error().code == Code::conflict);
    CHECK(disk->read(kFile, 2).error().code == Code::limit);
    CHECK(disk->read("/van/none", 2).error().code == Code::io);

    REQUIRE(disk->remove(kFile).has_value());
    CHECK_FALSE(disk->exists(kFile));
    CHECK(outcomes(*disk, [](auto& found) { return content(found); }) ==
          std::set<std::string>{"none", "one"});
    REQUIRE(disk->flush_folder("/van").has_value());
    CHECK(outcomes(*disk, [](auto& found) { return content(found); }) ==
          std::set<std::string>{"none"});
}

TEST_CASE("names are lost each by itself, a renamed file as a whole") {
    const auto disk = with_a_folder();
    REQUIRE(disk->replace(kFile, "one").has_value());
    REQUIRE(disk->replace("/van/other", "1").has_value());
    REQUIRE(disk->remove(kFile).has_value());
    REQUIRE(disk->remove("/van/other").has_value());
    const auto both = [](auto& found) {
        return content(found) + " " + content(found, "/van/other");
    };
    CHECK(outcomes(*disk, both) ==
          std::set<std::string>{"none 1", "none none", "one 1", "one none"});

    const auto next = with_a_folder();
    REQUIRE(next->replace(kFile, "one").has_value());
    next->cut_power_at(next->operations() + 5);  // add, write, flush, rename, flush of the folder
    CHECK(next->replace(kFile, "two").error().code == Code::io);
    CHECK(next->is_off());
    CHECK(content(*next) == "none");  // it answers nothing any more
    CHECK(outcomes(*next, [](auto& found) { return content(found); }) ==
          std::set<std::string>{"one", "two"});
    CHECK(content(*next->after_power_cut(Unflushed::lost)) == "one");
    CHECK(content(*next->after_power_cut(Unflushed::kept)) == "two");
}

TEST_CASE("a folder that is not flushed is lost with all that is in it") {
    SimulatedDisk disk;
    disk.cut_power_at(3);  // when both are made, and none is flushed
    REQUIRE_FALSE(disk.make_folders("/home/van").has_value());
    const auto found = outcomes(disk, [](auto& left) {
        return std::string(left.exists("/home") ? "home " : "") +
               (left.exists("/home/van") ? "van" : "");
    });
    CHECK(found == std::set<std::string>{"", "home ", "home van"});
}

TEST_CASE("sectors that are not flushed are kept, lost or torn, in any order") {
    File file(false);
    const core::Bytes old(3 * 4096, 'o'), young(3 * 4096, 'n');
    file.write(0, old);
    file.flush();
    file.write(0, young);
    tests::SeededRandom random(1);
    std::set<std::string> seen;
    bool is_torn = false;
    for (std::uint64_t i = 0; i < kSeeds; ++i) {
        const core::Bytes left = file.after_power_cut(Unflushed::drawn, random);
        REQUIRE(left.size() == old.size());
        std::string shown;
        for (std::size_t at = 0; at < left.size(); at += 4096) {
            const auto first = left.begin() + static_cast<std::ptrdiff_t>(at);
            if (std::count(first, first + 4096, left[at]) == 4096)
                shown += static_cast<char>(left[at]);
            else
                is_torn = true;
        }
        if (shown.size() == 3) seen.insert(shown);
    }
    CHECK(is_torn);
    CHECK(seen.size() == 8);  // all of ooo … nnn
    CHECK(file.after_power_cut(Unflushed::lost, random) == old);
    CHECK(file.after_power_cut(Unflushed::kept, random) == young);
}

TEST_CASE("a file may have any length that it had since it was flushed") {
    File file(false);
    file.write(0, core::Bytes(100, 'o'));
    file.flush();
    file.write(100, core::Bytes(100, 'n'));
    file.truncate(50);
    tests::SeededRandom random(1);
    std::set<std::size_t> seen;
    for (std::uint64_t i = 0; i < kSeeds; ++i)
        seen.insert(file.after_power_cut(Unflushed::drawn, random).size());
    for (const std::size_t length : {50, 100, 200}) CHECK(seen.contains(length));
}

TEST_CASE("the same seed leaves the same") {
    const auto disk = with_a_folder();
    for (int i = 0; i < 5; ++i) {
        REQUIRE(disk->replace("/van/" + std::to_string(i), "x").has_value());
        REQUIRE(disk->remove("/van/" + std::to_string(i)).has_value());
    }
    const auto all = [](SimulatedDisk& found) {
        std::string out;
        for (int i = 0; i < 5; ++i) out += content(found, "/van/" + std::to_string(i));
        return out;
    };
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
        CHECK(all(*disk->after_power_cut(Unflushed::drawn, seed)) ==
              all(*disk->after_power_cut(Unflushed::drawn, seed)));
}
