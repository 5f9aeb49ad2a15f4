#include "core/document.h"

#include "core/document/document_abi.h"

namespace spot::core {
namespace {

// Appends what the Rust side hands out. Running out of memory here ends the process, as it does
// there: no exception may cross its frames.
void collect(void* to, const std::uint8_t* bytes, std::size_t size) noexcept {
    auto& out = *static_cast<Bytes*>(to);
    out.insert(out.end(), bytes, bytes + size);
}

Error error(std::int32_t status, const Bytes& message) {
    const auto with = [&](Code code) { return Error{code, std::string(text(message))}; };
    switch (status) {
        case SPOT_INVALID:
            return with(Code::invalid);
        case SPOT_NOT_FOUND:
            return with(Code::not_found);
        case SPOT_CONFLICT:
            return with(Code::conflict);
        case SPOT_LIMIT:
            return with(Code::limit);
        default:
            return with(Code::corrupt);
    }
}

// Calls and answers what the sink received, or the error that it tells of.
template <class Call>
Result<Bytes> received(const Call& call) {
    Bytes out;
    if (const std::int32_t status = call(collect, &out); status != SPOT_OK)
        return Failure(error(status, out));
    return out;
}

Result<Hash> change_hash_in(View bytes) {
    Hash out;
    SPOT_CHECK(bytes.size() == out.size());
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

// See core/document/src/operations.rs.
void pack(ByteWriter& out, const Operation::Scalar& value) {
    enum : std::uint8_t { null, no, yes, integer, string };
    if (const auto* boolean = std::get_if<bool>(&value)) {
        out.u8(*boolean ? yes : no);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        out.u8(integer);
        out.u64(static_cast<std::uint64_t>(*number));
    } else if (const auto* characters = std::get_if<std::string>(&value)) {
        out.u8(string);
        out.sized(view(*characters));
    } else {
        out.u8(null);
    }
}

Bytes pack(std::span<const Operation> operations) {
    ByteWriter out;
    out.varint(operations.size());
    for (const Operation& operation : operations) {
        out.u8(static_cast<std::uint8_t>(operation.what));
        out.sized(view(operation.path));
        out.varint(operation.position);
        out.varint(operation.remove);
        pack(out, operation.value);
    }
    return out.take();
}

Bytes pack(std::span<const Bytes> changes) {
    ByteWriter out;
    for (const Bytes& change : changes) out.sized(change);
    return out.take();
}

}  // namespace

struct Document::Handle {
    explicit Handle(spot_document* from) : document(from) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { spot_document_free(document); }

    spot_document* document;
};

Document::Document() : Document(std::make_unique<Handle>(spot_document_new())) {
    SPOT_CHECK(handle_->document != nullptr);
}
Document::Document(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::load(View saved) {
    Bytes message;
    std::int32_t status = SPOT_CORRUPT;
    auto* document = spot_document_load(saved.data(), saved.size(), &status, collect, &message);
    if (document == nullptr) return Failure(error(status, message));
    return Document(std::make_unique<Handle>(document));
}

Result<Document> Document::from_changes(std::span<const Bytes> changes) {
    const Bytes packed = pack(changes);
    Bytes message;
    std::int32_t status = SPOT_CORRUPT;
    auto* document =
        spot_document_from_changes(packed.data(), packed.size(), &status, collect, &message);
    if (document == nullptr) return Failure(error(status, message));
    return Document(std::make_unique<Handle>(document));
}

Result<std::uint64_t> Document::operations_in(std::span<const Bytes> changes) {
    const Bytes packed = pack(changes);
    return received([&](auto sink, auto* to) {
               return spot_document_operations_in(packed.data(), packed.size(), sink, to);
           })
        .map([](const Bytes& bytes) { return ByteReader(bytes).u64(); });
}

Result<Bytes> Document::save() {
    return received(
        [&](auto sink, auto* to) { return spot_document_save(handle_->document, sink, to); });
}

Result<std::optional<Hash>> Document::execute(const Actor& actor, std::int64_t time_s,
                                              std::span<const Hash> known,
                                              std::span<const Operation> operations) {
    if (operations.size() > kOperationsMax)
        return fail(Code::limit, "an intent has more than 4,096 operations");
    static_assert(sizeof(Hash) == 32, "hashes are handed over side by side");
    const Bytes packed = pack(operations);
    Bytes out;
    const std::int32_t status = spot_document_execute(
        handle_->document, actor.data(), time_s, known.empty() ? nullptr : known.front().data(),
        known.size(), packed.data(), packed.size(), collect, &out);
    if (status == SPOT_UNCHANGED) return std::nullopt;
    if (status != SPOT_OK) return Failure(error(status, out));
    return change_hash_in(out);
}

Result<Hash> Document::apply(View change) {
    return received([&](auto sink, auto* to) {
               return spot_document_apply(handle_->document, change.data(), change.size(), sink,
                                          to);
           })
        .and_then(change_hash_in);
}

Result<Bytes> Document::change(const Hash& hash) {
    return received([&](auto sink, auto* to) {
        return spot_document_change(handle_->document, hash.data(), sink, to);
    });
}

Result<std::string> Document::json() {
    return received(
               [&](auto sink, auto* to) { return spot_document_json(handle_->document, sink, to); })
        .map([](const Bytes& bytes) { return std::string(text(bytes)); });
}

}  // namespace spot::core
