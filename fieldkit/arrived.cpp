#include "fieldkit/arrived.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace spot::fieldkit {

using core::Code;
using core::fail;
using core::Result;
using nlohmann::json;

Result<Arrived> read_export(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) return fail(Code::io, file.string() + " can't be read");
    Arrived out;
    std::set<std::pair<std::string, std::uint64_t>> numbers;
    std::map<std::string, std::uint64_t> highest;
    bool has_zero = false;
    for (std::string line; std::getline(in, line);) {
        const json record = json::parse(line, nullptr, false);
        if (!record.is_object() || !record.contains("record") || !record["record"].is_string())
            return fail(Code::corrupt, "an exported line is no record");
        const auto name = record["record"].get<std::string>();
        ++out.records[name];
        if (record.contains("conflicts")) ++out.conflicts;
        if (name != "receipt") continue;
        const json& series = record.contains("series") ? record["series"] : json();
        const json& number = record.contains("number") ? record["number"] : json();
        if (!number.is_number_unsigned()) return fail(Code::corrupt, "a receipt has no number");
        ++out.receipts;
        has_zero |= number.get<std::uint64_t>() == 0;
        auto& high = highest[series.dump()];
        high = std::max(high, number.get<std::uint64_t>());
        numbers.emplace(series.dump(), number.get<std::uint64_t>());
    }
    std::uint64_t expected = 0;  // as many as the highest numbers add up to, so none lacks
    for (const auto& [series, high] : highest) expected += high;
    out.receipts_gapless = !has_zero && numbers.size() == out.receipts && expected == out.receipts;
    return out;
}

Result<bool> same_bytes(const std::filesystem::path& left, const std::filesystem::path& right) {
    std::ifstream a(left, std::ios::binary), b(right, std::ios::binary);
    std::array<char, 64 * 1024> from_a, from_b;
    while (a && b) {
        a.read(from_a.data(), from_a.size());
        b.read(from_b.data(), from_b.size());
        if (a.bad() || b.bad()) break;
        if (a.gcount() != b.gcount() ||
            !std::equal(from_a.begin(), from_a.begin() + a.gcount(), from_b.begin()))
            return false;
        if (a.eof() && b.eof()) return true;
    }
    return fail(Code::io, "an exported file can't be read");
}

}  // namespace spot::fieldkit
