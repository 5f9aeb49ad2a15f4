#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spot::fieldkit {

enum class Align { left, right };

// Rows of text in columns two spaces apart, a line each. A row may be shorter than `columns`.
// Texts are UTF-8 and without line ends; each code point counts as one place.
std::string table(const std::vector<Align>& columns,
                  const std::vector<std::vector<std::string>>& rows);

// Numbers as people read them.
std::string grouped(std::uint64_t number);       // "2,481"
std::string bytes_text(std::uint64_t bytes);     // "487 B", "51.3 kB", "12.1 MB"
std::string fixed(double number, int decimals);  // "0.46"
std::string seconds_text(double seconds);        // "0.21 ms", "13.2 s"
std::string counted(std::uint64_t count, const char* one, const char* many);  // "1 session"

// The middle value; of an even number the lower of the two. 0 of none.
double median(std::vector<double> values);

}  // namespace spot::fieldkit
