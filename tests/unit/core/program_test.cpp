#include "core/program.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/address.h"

using namespace spot::core;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        std::string name = (fs::temp_directory_path() / "spot-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

void write(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

std::vector<std::string> lines_of(const fs::path& file, std::size_t limit) {
    auto reader = LineReader::open(file.string(), limit);
    REQUIRE(reader);
    std::vector<std::string> out;
    for (;;) {
        const auto line = reader->next();
        REQUIRE(line);
        if (!*line) return out;
        CHECK((*line)->number == out.size() + 1);
        out.push_back((*line)->too_long ? "<too long>" : std::string((*line)->text));
    }
}

}  // namespace

TEST_CASE("lines are read whole, in bounded memory, whatever their length") {
    const Folder folder;
    const fs::path file = folder.path / "lines";
    const std::string big(200'000, 'x');  // over three buffers
    const std::string edge(65'535, 'q');  // one byte less than a buffer
    struct Row {
        std::string content;
        std::vector<std::string> lines;
    };
    for (const Row& row : std::vector<Row>{
             {"", {}},
             {"a", {"a"}},
             {"a\n", {"a"}},
             {"\n\na", {"", "", "a"}},
             {"a\r\nb\n", {"a\r", "b"}},
             {big + "\nb\n", {big, "b"}},
             {big + "y\nb", {"<too long>", "b"}},
             {"a\n" + std::string(3'000'000, 'z'), {"a", "<too long>"}},
             {edge + "\nb\n", {edge, "b"}},
             {edge + "q\nb\n", {edge + "q", "b"}},
         }) {
        write(file, row.content);
        CHECK(lines_of(file, big.size()) == row.lines);
    }
    CHECK_FALSE(LineReader::open((folder.path / "none").string(), 10));
}

TEST_CASE("a private file is its owner's, whole, and replaces what was there") {
    const Folder folder;
    const fs::path file = folder.path / "slip.json";
    write(file, "old");
    fs::permissions(file, fs::perms::all);
    REQUIRE(system_disk().replace(file, "new"));
    struct stat status {};
    REQUIRE(stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(system_disk().read(file, 3) == "new");
    REQUIRE_FALSE(system_disk().read(file, 2));
    CHECK(system_disk().read(file, 2).error().code == Code::limit);
    CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
    CHECK_FALSE(system_disk().replace(folder.path / "none" / "slip.json", "x"));
}

TEST_CASE("a store is made whole or not at all") {
    const Folder folder;
    const fs::path home = folder.path / "new" / "van";
    const std::vector<std::string> files{"keys.json", "store.db"};
    const auto make_first = [&]() -> Result<> {
        write(home / "keys.json", "1");
        return fail(Code::io, "the disk is full");
    };
    const auto make_all = [&]() -> Result<> {
        write(home / "keys.json", "2");
        write(home / "store.db", "2");
        return {};
    };
    REQUIRE_FALSE(make_store(home, files, make_first));
    CHECK_FALSE(store_is_made(home, files));
    CHECK(fs::is_empty(home));

    // As a killed process leaves it.
    write(home / "init.unfinished", "");
    write(home / "keys.json", "1");
    write(home / "store.db-wal", "1");
    CHECK_FALSE(store_is_made(home, files));
    REQUIRE(make_store(home, files, make_all));
    CHECK(store_is_made(home, files));
    CHECK_FALSE(fs::exists(home / "store.db-wal"));

    const auto again = make_store(home, files, make_first);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::conflict);
    CHECK(system_disk().read(home / "keys.json", 10) == "2");

    // As a power cut brings the mark back on a file system that does not order it.
    write(home / "init.unfinished", "");
    Result<bool> whole = fail(Code::refused, "another passphrase");
    const auto is_whole = [&] { return whole; };
    const auto refused = make_store(home, files, make_first, is_whole);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::refused);
    CHECK(system_disk().read(home / "keys.json", 10) == "2");
    whole = true;
    const auto kept = make_store(home, files, make_first, is_whole);
    REQUIRE_FALSE(kept);
    CHECK(kept.error().code == Code::conflict);
    CHECK(system_disk().read(home / "store.db", 10) == "2");
    CHECK(store_is_made(home, files));
    write(home / "init.unfinished", "");
    whole = false;
    CHECK_FALSE(make_store(home, files, make_first, is_whole));
    CHECK(fs::is_empty(home));
}

TEST_CASE("a lock keeps others out until it goes") {
    const Folder folder;
    const fs::path file = folder.path / "lock";
    {
        const auto held = FileLock::take(file, 0);
        REQUIRE(held);
        const auto second = FileLock::take(file, 0);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Code::busy);
    }
    CHECK(FileLock::take(file, 0));
}

TEST_CASE("a passphrase comes from the file's first line, else from the environment, once") {
    const Folder folder;
    const fs::path file = folder.path / "pass";
    write(file, "from file\r\nsecond line");
    setenv("SPOT_PASSPHRASE", "from environment", 1);
    const Arguments with_file({{"passphrase-file", file.string()}});
    REQUIRE(with_file.passphrase(Ask::once));
    CHECK(with_file.passphrase(Ask::once)->text() == "from file");

    const auto given = Arguments({}).passphrase(Ask::once);
    REQUIRE(given);
    CHECK(given->text() == "from environment");
    CHECK(std::getenv("SPOT_PASSPHRASE") == nullptr);

    for (const char* bad : {"", "\n", "\nsecond"}) {
        write(file, bad);
        const auto none = with_file.passphrase(Ask::once);
        REQUIRE_FALSE(none);
        CHECK(none.error().code == Code::refused);
    }
    write(file, std::string(1025, 'x'));
    CHECK_FALSE(with_file.passphrase(Ask::once));
}

TEST_CASE("verbs: usage is 2, help is 0, a failure gets its code's number") {
    static Result<Exit> outcome = Exit::done;
    const Verb verb{"go", "goes", {{"to", "PLACE", "where", true}}, [](const Arguments& given) {
                        CHECK(given.value("to") == "Graça");
                        CHECK(given.data() == "d");
                        return outcome;
                    }};
    const auto run = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "spot-test");
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        return run_verb("spot-test", {&verb}, static_cast<int>(words.size()), argv.data());
    };
    const std::vector<std::string> good{"go", "--data", "d", "--to", "Graça"};
    CHECK(run(good) == 0);
    CHECK(run({"--help"}) == 0);
    CHECK(run({"--version"}) == 0);
    CHECK(run({"go", "--help"}) == 0);
    for (const auto& words :
         std::vector<std::vector<std::string>>{{},
                                               {"stay"},
                                               {"go"},
                                               {"go", "--data", "d"},
                                               {"go", "--data", "", "--to", "x"},
                                               {"go", "--data", "d", "--to"},
                                               {"go", "--dat", "d", "--to", "x"},
                                               {"go", "--data", "d", "--to", "x", "--fast"},
                                               {"go", "--data", "d", "--to", "x", "y"},
                                               {"go", "--data", "d", "--data", "e", "--to", "x"}})
        CHECK(run(words) == 2);
    for (const auto& [code, number] : {std::pair{Code::invalid, 1},
                                       {Code::io, 1},
                                       {Code::conflict, 1},
                                       {Code::refused, 3},
                                       {Code::offline, 4},
                                       {Code::busy, 4}}) {
        outcome = fail(code, "said on stderr");
        CHECK(run(good) == number);
    }
    outcome = Exit::attention;
    CHECK(run(good) == 5);
}

TEST_CASE("times are written in UTC with milliseconds") {
    CHECK(utc_text(0) == "1970-01-01T00:00:00.000Z");
    CHECK(utc_text(1'508'141'755'891) == "2017-10-16T08:15:55.891Z");
    CHECK(utc_text(-1) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("an address to listen at is a host and a port, or nothing") {
    const auto four = parse_address("127.0.0.1:8443");
    REQUIRE(four);
    CHECK(four->host == "127.0.0.1");
    CHECK(four->port == 8443);
    const auto six = parse_address("[::1]:0");
    REQUIRE(six);
    CHECK(six->host == "::1");
    CHECK(six->port == 0);
    for (const char* wrong : {"", "8443", "127.0.0.1:", ":8443", "127.0.0.1:65536", "127.0.0.1:8x",
                              "127.0.0.1:-1", "[]:80"})
        CHECK_FALSE(parse_address(wrong));
}
