#pragma once

#include <optional>
#include <string>

#include "core/platform/system.h"
#include "core/program.h"

namespace spot::fieldkit {

// What is being done, on a terminal only; the programs at work write over it how far they are.
class Steps {
public:
    void say(const std::string& step) {
        progress_.emplace(clock_);
        progress_->show([&] { return step; });
    }
    void over() { progress_.reset(); }

private:
    core::SystemClock clock_;
    std::optional<core::Progress> progress_;
};

}  // namespace spot::fieldkit
