#pragma once

#include <string>
#include <vector>

#include "core/error.h"

namespace spot::print {

// A QR code's modules, dark ones true, without the quiet zone of kQuietModules on each side.
struct Modules {
    int side = 0;
    std::vector<bool> dark;  // row by row
    bool at(int row, int column) const {
        return dark[static_cast<std::size_t>(row * side + column)];
    }
};
constexpr int kQuietModules = 4;

// At level M: 15 % of it may be scratched. `limit`: the text is too long for any code.
core::Result<Modules> modules_of(const std::string& text);

}  // namespace spot::print
