#include <algorithm>
#include <limits>

#include "core/store/memory/state.h"

namespace spot::core {
namespace {

using NamedKey = std::pair<std::int64_t, Hash>;  // entry, hash

// Subjects that are there and not erased.
bool lives(const MemoryState& state, const SubjectId& subject) {
    const Bytes* const key = state.subjects.find(subject);
    return key && !key->empty();
}

class MemoryFiles final : public FileTable {
public:
    explicit MemoryFiles(MemoryWork& work) : work_(work) {}

    Result<> name(std::int64_t entry, std::uint64_t device, const SubjectId& subject,
                  std::span<const FileName> files) override {
        MemoryState& state = work_.change();
        for (const FileName& file : files) {
            const MemoryState::FileIdentity identity{device, subject, file.hash, file.bytes};
            const std::int64_t* const found = state.file_numbers.find(identity);
            const std::int64_t number = found ? *found : next_number();
            if (!found) {
                MemoryState::File made;
                made.device = device;
                made.row.number = number;
                made.row.subject = subject;
                made.row.hash = file.hash;
                made.row.bytes = file.bytes;
                state.files.put(number, std::move(made));
                state.file_numbers.put(identity, number);
            }
            (void)state.named.insert({entry, file.hash}, number);
        }
        return {};
    }

    Result<> unname(KeyRange entries) override {
        MemoryState& state = work_.change();
        std::vector<std::int64_t> numbers;
        const auto gone = keys_in(state.named, NamedKey{entries.first, Hash{}}, entries.last,
                                  [](const NamedKey& key) { return key.first; });
        for (const NamedKey& key : gone) {
            numbers.push_back(*state.named.find(key));
            state.named.erase(key);
        }
        for (const std::int64_t number : numbers) {
            const MemoryState::File* const file = state.files.find(number);
            if (!file || file->row.have > 0 || is_named(number)) continue;
            state.file_numbers.erase(
                {file->device, file->row.subject, file->row.hash, file->row.bytes});
            state.files.erase(number);
        }
        return {};
    }

    Result<std::optional<FileRow>> find(std::int64_t entry, const Hash& hash) override {
        const std::int64_t* const number = work_.state.named.find({entry, hash});
        if (!number) return std::nullopt;
        return work_.state.files.find(*number)->row;
    }

    Result<> each(KeyRange entries, const Use& use) override {
        Result<> done;
        const MemoryState state = work_.state;
        state.named.from({entries.first, Hash{}}, [&](const NamedKey& key, std::int64_t number) {
            if (key.first > entries.last) return false;
            done = use(key.first, state.files.find(number)->row);
            return done.has_value();
        });
        return done;
    }

    Result<> each_awaited(std::uint64_t device, const UseSome& use) override {
        const MemoryState state = work_.state;
        struct Awaited {
            NamedKey key;
            const FileRow* row;
        };
        std::vector<Awaited> all;
        state.named.all([&](const NamedKey& key, std::int64_t number) {
            const MemoryState::File& file = *state.files.find(number);
            if (file.device == device && file.row.state == FileState::awaited &&
                lives(state, file.row.subject) && !state.quarantine.contains(key.first))
                all.push_back({key, &file.row});
            return true;
        });
        std::stable_sort(all.begin(), all.end(), [](const Awaited& one, const Awaited& other) {
            return one.row->failures < other.row->failures;
        });
        for (const Awaited& one : all) {
            SPOT_ASSIGN(const bool more, use(one.key.first, *one.row));
            if (!more) break;
        }
        return {};
    }

    Result<std::uint64_t> count_given_up(std::uint64_t device) override {
        std::uint64_t count = 0;
        work_.state.files.all([&](std::int64_t, const MemoryState::File& file) {
            count += file.device == device && file.row.state == FileState::given_up;
            return true;
        });
        return count;
    }

    Result<> save(const FileRow& row) override {
        MemoryState& state = work_.change();
        const MemoryState::File* const found = state.files.find(row.number);
        if (!found) return {};
        MemoryState::File changed = *found;
        changed.row.have = row.have;
        changed.row.state = row.state;
        changed.row.failures = row.failures;
        changed.row.key = row.key;
        state.files.put(row.number, std::move(changed));
        return {};
    }

    Result<> add_piece(std::int64_t file, std::uint64_t offset, View content) override {
        if (!work_.change().pieces.insert({file, offset}, Bytes(content.begin(), content.end())))
            return taken();
        return {};
    }

    Result<std::optional<Bytes>> piece(std::int64_t file, std::uint64_t offset) override {
        const Bytes* const found = work_.state.pieces.find({file, offset});
        if (!found) return std::nullopt;
        return *found;
    }

    Result<> drop_pieces(std::int64_t file) override {
        MemoryState& state = work_.change();
        using Key = std::pair<std::int64_t, std::uint64_t>;
        for (const Key& key : keys_in(state.pieces, Key{file, 0}, file,
                                      [](const Key& piece) { return piece.first; }))
            state.pieces.erase(key);
        return {};
    }

private:
    std::int64_t next_number() {
        const std::int64_t* const last =
            work_.state.files.last_until(std::numeric_limits<std::int64_t>::max());
        return last ? *last + 1 : 1;
    }
    bool is_named(std::int64_t number) {
        bool found = false;
        work_.state.named.all([&](const NamedKey&, std::int64_t one) {
            found = one == number;
            return !found;
        });
        return found;
    }

    MemoryWork& work_;
};

class MemoryAttachments final : public AttachmentTable {
public:
    explicit MemoryAttachments(MemoryWork& work) : work_(work) {}

    Result<> add(const AttachedRow& row, View content) override {
        MemoryState& state = work_.change();
        const std::int64_t* const last =
            state.contents.last_until(std::numeric_limits<std::int64_t>::max());
        AttachedRow stored = row;
        stored.attachment = last ? *last + 1 : 1;
        if (!state.attached.insert({row.owner, row.hash}, stored)) return taken();
        state.contents.put(stored.attachment, Bytes(content.begin(), content.end()));
        return {};
    }

    Result<std::optional<AttachedRow>> find(std::string_view owner, const Hash& hash) override {
        const AttachedRow* const row = work_.state.attached.find({std::string(owner), hash});
        if (!row) return std::nullopt;
        return *row;
    }

    Result<std::optional<Bytes>> content(std::int64_t attachment) override {
        const Bytes* const found = work_.state.contents.find(attachment);
        if (!found) return std::nullopt;
        return *found;
    }

    Result<std::vector<AttachedRow>> of_owner(std::string_view owner) override {
        std::vector<AttachedRow> out;
        work_.state.attached.from({std::string(owner), Hash{}},
                                  [&](const auto& key, const AttachedRow& row) {
                                      if (key.first != owner) return false;
                                      out.push_back(row);
                                      return true;
                                  });
        return out;
    }

    Result<> move(std::string_view owner, const AttachedRow& row) override {
        MemoryState& state = work_.change();
        const AttachedRow* const found = state.attached.find({std::string(owner), row.hash});
        if (!found) return {};
        if (row.owner != owner && state.attached.contains({row.owner, row.hash})) return taken();
        AttachedRow moved = row;
        moved.attachment = found->attachment;
        state.attached.erase({std::string(owner), row.hash});
        state.attached.put({row.owner, row.hash}, std::move(moved));
        return {};
    }

    Result<> remove(std::string_view owner, const Hash& hash) override {
        MemoryState& state = work_.change();
        const AttachedRow* const found = state.attached.find({std::string(owner), hash});
        if (!found) return {};
        state.contents.erase(found->attachment);
        state.attached.erase({std::string(owner), hash});
        return {};
    }

    Result<bool> set_remote(std::string_view owner, const Hash& hash, FileState remote) override {
        MemoryState& state = work_.change();
        const AttachedRow* const found = state.attached.find({std::string(owner), hash});
        if (!found || !found->subject || found->remote == remote) return false;
        AttachedRow changed = *found;
        changed.remote = remote;
        state.attached.put({std::string(owner), hash}, std::move(changed));
        return true;
    }

    Result<> each_not_whole(const std::function<Result<>(std::string_view owner, const Hash&,
                                                         FileState)>& use) override {
        Result<> done;
        const MemoryState state = work_.state;
        state.attached.all([&](const auto& key, const AttachedRow& row) {
            if (!row.subject || row.remote == FileState::whole || !lives(state, *row.subject))
                return true;
            done = use(key.first, key.second, row.remote);
            return done.has_value();
        });
        return done;
    }

private:
    MemoryWork& work_;
};

}  // namespace

std::unique_ptr<FileTable> memory_files(MemoryWork& work) {
    return std::make_unique<MemoryFiles>(work);
}
std::unique_ptr<AttachmentTable> memory_attachments(MemoryWork& work) {
    return std::make_unique<MemoryAttachments>(work);
}

}  // namespace spot::core
