#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spot::core {

// The members of an object, of whose canonical spelling (core/intent.h) the values are kept as they
// stand: adding or renaming some need not read all. Views into what of() was given, and into what
// the names and values that are added lie in.
class Members {
public:
    // Nothing: it is not an object in that spelling, as far as the members' ends can be told.
    static std::optional<Members> of(std::string_view canonical);

    // An object below has no member, or a name has a dot: a document would hold it otherwise.
    bool is_plain() const { return plain_; }
    // Of names that need no escape.
    void rename(std::string_view from, std::string_view to);
    // In place of the one that is there. `value`: as JSON.
    void set(std::string_view name, std::string_view value);
    // Sorted by name.
    std::string text();

private:
    struct Member {
        std::string_view name;  // as spelled between its quotation marks
        std::string_view value;
    };
    Member* find(std::string_view name);

    std::vector<Member> members_;
    bool plain_ = true;
};

}  // namespace spot::core
