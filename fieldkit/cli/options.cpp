#include <charconv>
#include <cstdio>

#include "fieldkit/cli/verbs.h"

namespace spot::fieldkit {

using core::Code;
using core::fail;

core::Exit wrong_usage(const core::Verb& verb, const core::Error& error) {
    std::fprintf(stderr, "fieldkit %s: %s\n", verb.name, error.message.c_str());
    return core::Exit::usage;
}

core::Result<std::int64_t> whole_number(const core::Arguments& arguments, const char* option,
                                        std::int64_t low, std::int64_t high) {
    const std::string text = arguments.value(option);
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || number < low || number > high)
        return fail(Code::invalid, std::string("--") + option + ": a whole number from " +
                                       std::to_string(low) + " to " + std::to_string(high));
    return number;
}

core::Result<std::uint32_t> share_ppm(const core::Arguments& arguments, const char* option) {
    std::string text = arguments.value(option);
    const bool is_percent = !text.empty() && text.back() == '%';
    if (is_percent) text.pop_back();
    double share = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, share, std::chars_format::fixed);
    if (is_percent) share /= 100;
    if (read.ec != std::errc{} || read.ptr != end || !(share >= 0 && share <= 1))
        return fail(Code::invalid,
                    std::string("--") + option + ": a share, as 0.02 or as 2%, at most 1");
    return static_cast<std::uint32_t>(share * 1'000'000 + 1e-6);
}

}  // namespace spot::fieldkit
