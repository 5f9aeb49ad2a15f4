#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/log.h"

namespace spot::core {

// One operation of an intent, in the order in which it has to be made.
// `path` is dotted ("citizen.phone"), at most eight parts; the maps on its way are made where they
// lack. No key holds a dot. put: sets a scalar, unless the document shows exactly this value there
// already, with no conflict: an equal value makes no operation. A put where values differ settles
// the conflict. Never over a map (`invalid`).
// text: puts a new CRDT text with this content (for what people write at length), unless that very
// text stands there. splice: changes such a text (`not_found`: there is none; `invalid`: it is too
// short). increment: adds to a counter, which it makes where it lacks.
struct Operation {
    enum class What : std::uint8_t { put, text, splice, increment };
    using Scalar = std::variant<std::nullptr_t, bool, std::int64_t, std::string>;

    What what = What::put;
    std::string path;
    Scalar value;                // put; text, splice: the inserted string; increment: the amount
    std::uint64_t position = 0;  // splice: in Unicode code points
    std::uint64_t remove = 0;    // splice: code points taken out
};

constexpr std::size_t kDocumentBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kOperationsMax = 4096;
// Of all changes that are given at once, see Document::from_changes().
constexpr std::uint64_t kGivenOperationsMax = 10'000;
// Four times an intent's limit: a text of mixed alphabets takes nearly three bytes for each of its.
constexpr std::size_t kChangeBytesMax = 256 * 1024;

// One Automerge document (crate automerge 0.12.0, behind a C ABI in core/document/).
// A resource: one thread at a time. About 47 kB of memory each: keep few.
// After a panic inside Automerge the document is poisoned: every call then answers `corrupt`
// and the caller rebuilds it from the log.
class Document {
public:
    Document();
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    // Only what save() of this device's own store returned: never a stranger's bytes. Not deflated.
    // The bytes depend on the order in which changes came; the record does not.
    static Result<Document> load(View saved);
    // A document made of a stranger's changes and nothing else, in this order, each as apply()
    // takes it. All pass the guard first, and what they make is checked once, at the end. `limit`:
    // they have more than kGivenOperationsMax operations together. A panic on these bytes is
    // `corrupt`.
    static Result<Document> from_changes(std::span<const Bytes> changes);
    // How many operations these have together; the guard counts them, nothing is unpacked. Errors
    // as those of from_changes().
    static Result<std::uint64_t> operations_in(std::span<const Bytes> changes);
    Result<Bytes> save();

    // Executes an intent: the same document state, actor, time and operations give the same
    // change, byte for byte, on every device. `known` are the hashes of all changes of this
    // document that the author knew (empty: none; must all be in the document). Where the
    // document holds others as well, the intent is executed on a fork at the author's state and
    // merged. Answers the change's hash, or nothing where nothing differed: the document is then as
    // it was, and so it is after an error. `conflict`: the actor made another change in between,
    // which is not among the known.
    Result<std::optional<Hash>> execute(const Actor& actor, std::int64_t time_s,
                                        std::span<const Hash> known,
                                        std::span<const Operation> operations);

    // Takes a single plain change chunk from elsewhere, after the guard (length, checksum, type,
    // rows a column) has passed it. `corrupt` leaves the document as it was; so does a change
    // whose dependencies lack (`not_found`), or a second change of one (actor, seq) (`conflict`).
    // A change that is there already is no error. A panic on these bytes does not poison.
    Result<Hash> apply(View change);
    // The change's bytes, as apply() takes them.
    Result<Bytes> change(const Hash& hash);

    // {"conflicts":{"fields.x":[v1,v2]},"record":{…}}: keys sorted, no spaces, the winner in
    // the record and last among the values. "conflicts" holds only paths with different values,
    // each value once.
    Result<std::string> json();

private:
    struct Handle;
    explicit Document(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

}  // namespace spot::core
