#pragma once

// What a piece of work costs, each measured in a process of its own: a lie that ends the process,
// or never ends, fails one row of a table and no more.

#include <cstdint>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

namespace spot::hostile {

// Sanitizers multiply what work costs, each piece of it otherwise, and the depth of the stack.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// The processor time of this process, all its threads.
double cpu_ms();

// The highest memory since the last call, above what was resident then.
class PeakMemory {
public:
    PeakMemory();
    double grown_mb() const;

private:
    double before_mb_;
};

// Runs `work` in a child, which may take `cpu_s` of processor time. {"end":"…"} where it did not
// get to the end: "signal 6", "time", "exception …".
nlohmann::json in_a_child(int cpu_s, const std::function<nlohmann::json()>& work);

}  // namespace spot::hostile
