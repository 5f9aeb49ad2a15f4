#pragma once

#include <functional>

namespace spot::core {

// Do work beside the thread that has it to do. Any thread.
class Workers {
public:
    virtual ~Workers() = default;
    // The job, which throws nothing, begins in its turn or before this returns.
    virtual void run(std::function<void()> job) = 0;
};

}  // namespace spot::core
