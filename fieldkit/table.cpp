#include "fieldkit/table.h"

#include <algorithm>
#include <cstdio>

namespace spot::fieldkit {
namespace {

constexpr std::size_t kGap = 2;

std::size_t places(const std::string& text) {
    const auto begins_one = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_one));
}

}  // namespace

std::string table(const std::vector<Align>& columns,
                  const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(columns.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
            widths[i] = std::max(widths[i], places(row[i]));
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i) {
            const std::string filling(widths[i] - places(row[i]), ' ');
            line += columns[i] == Align::left ? row[i] + filling : filling + row[i];
            line.append(kGap, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

std::string grouped(std::uint64_t number) {
    std::string out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
    return out;
}

std::string fixed(double number, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, number);
    return text;
}

std::string bytes_text(std::uint64_t bytes) {
    const auto size = static_cast<double>(bytes);
    if (bytes < 1000) return std::to_string(bytes) + " B";
    if (size < 999'950) return fixed(size / 1e3, 1) + " kB";
    return fixed(size / 1e6, 1) + " MB";
}

std::string seconds_text(double seconds) {
    if (seconds < 0.0995) return fixed(seconds * 1e3, 2) + " ms";
    return fixed(seconds, seconds < 9.95 ? 2 : 1) + " s";
}

std::string counted(std::uint64_t count, const char* one, const char* many) {
    return grouped(count) + " " + (count == 1 ? one : many);
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace spot::fieldkit
