#pragma once

// A table of lies: what each was answered and what it cost, and whether that is as it has to be.

#include <cstdio>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace spot::hostile {

using Json = nlohmann::json;

// Beside legal work of the same size. What both do twice or at other places in memory differs by
// some part of it, more so on a busy machine.
constexpr double kCpuMsMax = 50, kCpuShare = 0.25;
constexpr double kMemoryMbMax = 8;
constexpr int kChildSeconds = 20;

enum class Mended : unsigned char {
    here,   // has to hold
    later,  // today's answer is recorded, no more
};

struct Told {
    const char* name;
    const char* finding;
    const char* answer;  // "": any; "refused": the bundle, with whatever code
    Mended mended;
};

// SPOT_LIE: only rows whose name holds this text.
bool is_wanted(const char* name);

class Table {
public:
    explicit Table(const char* title);
    // Checks the row.
    void add(const Told& told, const Json& row);

private:
    bool prints_;
};

}  // namespace spot::hostile
