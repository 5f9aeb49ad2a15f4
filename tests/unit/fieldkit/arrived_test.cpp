#include "fieldkit/arrived.h"

#include <doctest/doctest.h>

#include <fstream>

#include "fieldkit/throw_away.h"

using namespace spot::fieldkit;
using spot::core::Code;

namespace {

class Files {
public:
    Files() : folder_(ThrowAwayFolder::make().value()) {}
    std::filesystem::path with(const std::string& text) {
        const auto file = folder_.path() / std::to_string(++count_);
        std::ofstream(file) << text;
        return file;
    }

private:
    ThrowAwayFolder folder_;
    int count_ = 0;
};

std::string receipt(const char* series, int number) {
    return R"({"record":"receipt","series":")" + std::string(series) + R"(","number":)" +
           std::to_string(number) + "}\n";
}

bool gapless(const std::string& text) {
    Files files;
    return read_export(files.with(text)).value().receipts_gapless;
}

}  // namespace

TEST_CASE("an export is counted by record") {
    Files files;
    const auto arrived =
        read_export(files.with(R"({"record":"request","id":"a","conflicts":{"note":[1,2]}})"
                               "\n"
                               R"({"record":"request","id":"b"})"
                               "\n"
                               R"({"record":"session","id":"c"})"
                               "\n"));
    REQUIRE(arrived);
    CHECK(arrived->records.at("request") == 2);
    CHECK(arrived->records.at("session") == 1);
    CHECK(arrived->conflicts == 1);
    CHECK(arrived->receipts == 0);
    CHECK(arrived->receipts_gapless);
}

TEST_CASE("receipts are gapless when each series is 1, 2, 3, … in any order") {
    CHECK(gapless(receipt("a", 2) + receipt("a", 1) + receipt("b", 1)));
    CHECK_FALSE(gapless(receipt("a", 1) + receipt("a", 3)));
    CHECK_FALSE(gapless(receipt("a", 2)));
    CHECK_FALSE(gapless(receipt("a", 1) + receipt("a", 1)));
    // A hole in one series and a zero in the other must not make up for each other.
    CHECK_FALSE(gapless(receipt("a", 1) + receipt("a", 3) + receipt("b", 0) + receipt("b", 1) +
                        receipt("b", 2)));
}

TEST_CASE("a line that is no record is refused") {
    Files files;
    for (const char* text :
         {"[]\n", "x\n", R"({"id":"a"})", R"({"record":"receipt","series":"a"})"})
        CHECK(read_export(files.with(text)).error().code == Code::corrupt);
    CHECK(read_export("nowhere").error().code == Code::io);
}

TEST_CASE("files are the same or not, at any length") {
    Files files;
    const std::string long_text(200'000, 'x');
    const auto a = files.with(long_text), b = files.with(long_text);
    CHECK(same_bytes(a, b).value());
    CHECK(same_bytes(files.with(""), files.with("")).value());
    CHECK_FALSE(same_bytes(a, files.with(long_text + "x")).value());
    CHECK_FALSE(same_bytes(files.with(long_text + "x"), a).value());
    CHECK_FALSE(same_bytes(a, files.with(std::string(199'999, 'x') + "y")).value());
    CHECK_FALSE(same_bytes(a, files.with("")).value());
    // As long as the buffer.
    const std::string whole(65'536, 'x');
    CHECK(same_bytes(files.with(whole), files.with(whole)).value());
    CHECK_FALSE(same_bytes(files.with(whole), files.with(whole + "x")).value());
    CHECK(same_bytes(a, "nowhere").error().code == Code::io);
}
