#pragma once

// How rows are sealed, each cell bound to its table, column and row.

#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/store/tables.h"
#include "core/store_keys.h"

namespace spot::core::sealed {

// The setting that says that a store is sealed, and by which keys.
constexpr std::string_view kMark = "store.sealed";

// The keys at work. `place`: what a cell is bound to.
class Cells {
public:
    explicit Cells(const StoreKeys& keys);

    // By the key that follows from the store's.
    Bytes seal(View plain, View place) const { return seal_.seal(plain, place); }
    Result<Bytes> open(View sealed, View place) const { return seal_.open(sealed, place); }
    // By the newest epoch's. Nothing: the key of the epoch that wrapped it is gone.
    Bytes wrap(View plain, View place) const;
    Result<std::optional<Bytes>> unwrap(View wrapped, View place) const;

    // What stands for a record's name: a keyed hash, which is looked for and never opened. As short
    // as is safe, for each new one falls on another page.
    std::string name(std::int64_t place, std::string_view name) const;
    // As version 1 of the mark had it: sealed.
    Result<std::string> open_earlier_name(const RecordName& row) const;

    // What kMark's setting says: which epochs there are, and a check of each one's key.
    using Mark = std::map<std::uint32_t, Hash>;
    std::string mark(const Mark& mark) const;
    struct OpenedMark {
        Mark mark;
        bool is_earlier = false;  // names are sealed
    };
    Result<OpenedMark> open_mark(std::string_view sealed) const;
    const Mark& own_mark() const { return own_mark_; }
    // Epochs whose keys are gone. A cell of one that is neither among these nor known is `corrupt`.
    void set_lost(std::set<std::uint32_t> lost) { lost_ = std::move(lost); }
    bool any_lost() const { return !lost_.empty(); }

private:
    DeterministicSeal seal_;
    std::map<std::uint32_t, DeterministicSeal> epochs_;
    Mark own_mark_;
    SecretKey names_;
    std::set<std::uint32_t> lost_;
};

// A row as it lies beneath, and back.
void seal(const Cells& cells, EntryRow& row);
Result<> open(const Cells& cells, EntryRow& row);
void seal(const Cells& cells, StationRow& row);  // name and team
Result<> open(const Cells& cells, StationRow& row);
void seal(const Cells& cells, RecordRow& row);
Result<> open(const Cells& cells, RecordRow& row);
Bytes seal_secret(const Cells& cells, std::int64_t log, std::uint64_t period, View secret);
Result<Bytes> open_secret(const Cells& cells, std::int64_t log, std::uint64_t period, View sealed);
std::string seal_value_key(const Cells& cells, std::string_view space, std::string_view key);
std::string seal_value_owner(const Cells& cells, std::string_view space, std::string_view owner);
Result<std::string> open_value_key(const Cells& cells, std::string_view space,
                                   std::string_view sealed);
Result<std::string> open_value_owner(const Cells& cells, std::string_view space,
                                     std::string_view sealed);

// These may be wrapped by an epoch's key. Nothing, or false: that is gone.
Bytes seal_subject(const Cells& cells, const SubjectId& id, View key);
Result<std::optional<Bytes>> open_subject(const Cells& cells, const SubjectId& id, View wrapped);
void seal(const Cells& cells, AttachedRow& row);
Result<bool> open(const Cells& cells, AttachedRow& row);
std::string seal_setting(const Cells& cells, std::string_view name, std::string_view value);
Result<std::optional<std::string>> open_setting(const Cells& cells, std::string_view name,
                                                std::string_view sealed);
std::string seal_value(const Cells& cells, std::string_view space, std::string_view key,
                       std::string_view value);
Result<std::optional<std::string>> open_value(const Cells& cells, std::string_view space,
                                              std::string_view key, std::string_view sealed);

}  // namespace spot::core::sealed
