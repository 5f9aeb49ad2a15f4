#pragma once

#include <cstdint>
#include <string>

#include "core/program.h"

namespace spot::fieldkit {

// One file a verb.
extern const core::Verb kDeploymentVerb;
extern const core::Verb kLinkVerb;
extern const core::Verb kRunVerb;
extern const core::Verb kBenchVerb;

// Says on stderr what is wrong with the options.
core::Exit wrong_usage(const core::Verb& verb, const core::Error& error);

// An option's value as a number within its limits; `invalid` names the option.
core::Result<std::int64_t> whole_number(const core::Arguments& arguments, const char* option,
                                        std::int64_t low, std::int64_t high);
// "0.02" or "2%" in millionths, rounded down.
core::Result<std::uint32_t> share_ppm(const core::Arguments& arguments, const char* option);

}  // namespace spot::fieldkit
