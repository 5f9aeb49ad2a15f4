#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace spot::sync {

// A binary arithmetic coder with 32-bit bounds: both ends of it, so that a format is written down
// once and can't differ between writer and reader.
// Source: the carry-less coder of Mahoney, "Data Compression Explained", section 3.2.
class BitCoder {
public:
    static BitCoder writer() { return BitCoder(); }
    // `coded` outlives the coder. Past its end it reads zeros: every loop over decoded counts has
    // a limit of its own.
    static BitCoder reader(core::View coded);

    bool reading() const { return reading_; }
    // `one_of_65536`: the chance of a 1, from 1 to 65,535. Writes `bit`, or reads and returns it.
    bool code(bool bit, std::uint32_t one_of_65536);
    // Bytes written so far; up to five more come from finish().
    std::size_t size() const { return out_.size(); }
    // The shortest ending that reads back right with zeros behind it.
    core::Bytes finish();

private:
    BitCoder() = default;

    bool reading_ = false;
    std::uint32_t low_ = 0;
    std::uint32_t high_ = 0xFFFFFFFF;
    std::uint32_t window_ = 0;
    core::View coded_;
    std::size_t at_ = 0;
    core::Bytes out_;
};

}  // namespace spot::sync
