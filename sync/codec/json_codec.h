#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "sync/codec/values.h"

namespace spot::sync {

// JSON on columns. Every method writes `value`, or reads it into `value`: one text for both
// directions. Writing, `value` has to be of the type that the method's name says.
class JsonCodec {
public:
    using Json = nlohmann::json;

    // `values` outlives the codec.
    explicit JsonCodec(Values& values) : values_(values) {}

    bool reading() const { return values_.reading(); }
    // What was read is nothing that a writer writes.
    bool failed() const { return failed_ || values_.failed(); }
    void fail() { failed_ = true; }

    void text(unsigned field, Json& value, std::uint64_t hint = 0);
    void hex(unsigned field, Json& value);
    void flag(unsigned field, Json& value);
    void number(unsigned field, Json& value, std::uint64_t hint = 0);
    // A number that mostly is `expected`, which column `same` says; negative: it is not known.
    void foretold(unsigned same, unsigned field, std::int64_t expected, Json& value);
    // Of any shape, in columns of its own.
    void generic(Json& value, unsigned depth = 0);

private:
    Values& values_;
    bool failed_ = false;
};

}  // namespace spot::sync
