#pragma once

#include <string>
#include <tl/expected.hpp>

namespace spot::core {

// Named for what the caller can do next.
enum class Code {
    invalid,    // the input breaks a rule; mend it and try again
    not_found,  // what it refers to is not here
    conflict,   // something else stands in its place
    refused,    // the key or the permission is wrong
    busy,       // someone else holds it; try later
    offline,    // the other side was not reached; nothing was lost
    corrupt,    // bytes do not decode or do not verify; nothing was taken from them
    limit,      // a named limit was passed
    io,         // the disk or the system refused
};

// `message` is for people: what happened, what was kept, what to do next.
// It never holds personal data: name the field, not its value.
struct Error {
    Code code;
    std::string message;
};

template <class T = void>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

inline Failure fail(Code code, std::string message) {
    return Failure(Error{code, std::move(message)});
}

// Ends the process: an invariant of ours is broken and going on could lose work.
[[noreturn]] void broken(const char* condition, const char* file, int line);

}  // namespace spot::core

// On in release builds, too.
#define SPOT_CHECK(condition) \
    ((condition) ? void(0) : ::spot::core::broken(#condition, __FILE__, __LINE__))

// Hands an error on to the caller: `SPOT_TRY(store.put(…));`
#define SPOT_TRY(expression)                                        \
    do {                                                            \
        if (auto spot_result_ = (expression); !spot_result_)        \
            return ::tl::make_unexpected(std::move(spot_result_).error()); \
    } while (false)
