#pragma once

// Files that requests name, on their way from the station to the hub. A request's intent names each
// with its hash and length; that is all the hub goes by. An interface, as core/ledger/replica.h.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/crypto.h"
#include "core/error.h"
#include "core/id.h"
#include "core/store/tables.h"

namespace spot::core {

constexpr std::uint64_t kFileBytesMax = std::uint64_t{4} * 1024 * 1024;

struct RequestFile {
    RecordId request;
    Hash hash{};
    auto operator<=>(const RequestFile&) const = default;
};

struct FileCounts {
    std::uint64_t awaited = 0, given_up = 0;
};

struct AwaitedFile {
    RequestFile file;
    std::uint64_t have = 0;  // bytes, from the beginning
    std::uint64_t bytes = 0;
};

struct ReceivedFile {
    RequestFile file;
    std::uint64_t have = 0, bytes = 0;
    FileState state = FileState::awaited;
};

class Files {
public:
    virtual ~Files() = default;

    // Of a device's requests. At a station `awaited` are those that the hub has not confirmed, and
    // `given_up` those of refused().
    virtual Result<FileCounts> counts(std::uint64_t device) = 0;

    // ── At a hub.
    // What is to come from the author of `log`: of its finalized requests that are not in
    // quarantine, and of those in the earlier epochs that it knew. At most `count`, oldest first,
    // those that came wrong before last. What several requests of a person name is there once.
    virtual Result<std::vector<AwaitedFile>> awaited(const LogId& log, std::size_t count) = 0;
    // Appends the part of `bytes` that continues the stored prefix; overlapping or non-contiguous
    // bytes are ignored. Complete content that is not what the request says is dropped and awaited
    // again; the third time the file is given up. `limit`: longer than the request says.
    virtual Result<> add_chunk(const RequestFile& file, std::uint64_t offset, View bytes) = 0;
    // Its station says that it does not have it.
    virtual Result<> mark_failed(const RequestFile& file) = 0;
    virtual Result<FileState> state(const RequestFile& file) = 0;
    // Of one request, or of all; by request, in order of making.
    virtual Result<> each(const std::optional<RecordId>& request,
                          const std::function<Result<>(const ReceivedFile&)>& use) = 0;

    // ── At a station.
    // Files of acknowledged requests of which the hub has said nothing that lasts.
    virtual Result<std::vector<RequestFile>> unconfirmed(std::size_t count) = 0;
    // Files that the hub will not take, but for those of withdrawn requests.
    virtual Result<std::vector<RequestFile>> refused(std::size_t count) = 0;
    // What the hub says of one. True: it said otherwise before.
    virtual Result<bool> set_remote_state(const RequestFile& file, FileState state) = 0;
    // Empty where the request has no files.
    virtual Result<std::map<Hash, FileState>> remote_states(const RecordId& request) = 0;

    // ── At either.
    // nullopt: it is not here, not complete, or the person's data were erased.
    virtual Result<std::optional<Bytes>> content(const RequestFile& file) = 0;
};

}  // namespace spot::core
