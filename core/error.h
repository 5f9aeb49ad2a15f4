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

// Returns the expression's error to the caller, if it has one: `SPOT_TRY(store.put(…));`
#define SPOT_TRY(...) SPOT_TRY_(SPOT_JOINED_(spot_result_, __COUNTER__), __VA_ARGS__)
// Returns the expression's error to the caller, or declares its value:
// `SPOT_ASSIGN(const auto tip, replica.tip(log));`. Two statements: a branch needs its braces.
#define SPOT_ASSIGN(declaration, ...) \
    SPOT_ASSIGN_(SPOT_JOINED_(spot_result_, __COUNTER__), declaration, __VA_ARGS__)

// Numbered, so that one may stand in a lambda within another.
#define SPOT_TRY_(result, ...)                                       \
    do {                                                             \
        if (auto result = (__VA_ARGS__); !result)                    \
            return ::tl::make_unexpected(std::move(result).error()); \
    } while (false)
#define SPOT_ASSIGN_(result, declaration, ...)                            \
    auto result = (__VA_ARGS__);                                          \
    if (!result) return ::tl::make_unexpected(std::move(result).error()); \
    declaration = *std::move(result)
#define SPOT_JOINED_(a, b) SPOT_JOINED_INNER_(a, b)
#define SPOT_JOINED_INNER_(a, b) a##b
