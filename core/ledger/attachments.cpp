#include <algorithm>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

constexpr char kAttachmentKey[] = "attachment key";

std::optional<SecretKey> key_from(View bytes) {
    if (bytes.size() != SecretKey::kSize) return std::nullopt;
    return SecretKey(bytes.first<SecretKey::kSize>());
}

Bytes place_of(std::string_view owner, View hash) {
    ByteWriter out;
    out.sized(view(kAttachmentKey));
    out.sized(view(owner));
    out.raw(hash);
    return out.take();
}

}  // namespace

Result<> LedgerImpl::move_attached(Tx& tx, const RecordId& from, const RecordId& to) {
    SPOT_ASSIGN(const auto head, made(tx, Kind::request_queue, to));
    if (!head || !head->subject) return fail(Code::not_found, "unknown request");
    const std::string owner = from.text();
    SPOT_ASSIGN(auto rows, tx.attachments.of_owner(owner));
    for (AttachedRow& row : rows) {
        SPOT_ASSIGN(const auto opening, row.subject ? subjects.key(tx, *row.subject)
                                                    : Result<const SecretKey*>(nullptr));
        if (!opening) continue;  // erased
        SPOT_ASSIGN(const auto key, open_at_rest(*opening, row.key, place_of(owner, row.hash)));
        SPOT_ASSIGN(const auto sealing, subjects.key(tx, *head->subject));
        if (!sealing) return fail(Code::not_found, "the person's data were erased");
        row.owner = to.text();
        row.subject = head->subject;
        row.key = seal_at_rest(*sealing, key, place_of(row.owner, row.hash), *options.random);
        // What the hub said of the old request's says nothing of this one's.
        row.remote = FileState::awaited;
        SPOT_TRY(tx.attachments.move(owner, row));
    }
    return {};
}

Result<Hash> Attachments::add(std::string_view owner, View content) {
    const Hash hash = core::hash({content});
    SPOT_TRY(impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto there, tx.attachments.find(owner, hash));
        if (there) return {};
        const SecretKey key = SecretKey::random(*impl_.options.random);
        AttachedRow row;
        row.owner = owner;
        row.hash = hash;
        row.key.assign(key.bytes().begin(), key.bytes().end());
        return tx.attachments.add(row, seal_at_rest(key, content, hash, *impl_.options.random));
    }));
    return hash;
}

Result<std::optional<Bytes>> Attachments::find(std::string_view owner, const Hash& hash) {
    return impl_.look(LedgerImpl::Of::log, [&](Tx& tx) -> Result<std::optional<Bytes>> {
        SPOT_ASSIGN(const auto row, tx.attachments.find(owner, hash));
        if (!row) {
            const auto request = RecordId::parse(owner);
            if (!request) return std::nullopt;
            return impl_.received_file(tx, {*request, hash});
        }
        Bytes opened = row->key;
        if (row->subject) {
            SPOT_ASSIGN(const auto sealing, impl_.subjects.key(tx, *row->subject));
            if (!sealing) return std::nullopt;  // erased
            SPOT_ASSIGN(opened, open_at_rest(*sealing, row->key, place_of(owner, hash)));
        }
        const auto key = key_from(opened);
        if (!key) return fail(Code::corrupt, "an attachment's key is damaged");
        SPOT_ASSIGN(const auto sealed, tx.attachments.content(row->attachment));
        if (!sealed) return fail(Code::corrupt, "an attachment's content is missing");
        SPOT_ASSIGN(auto content, open_at_rest(*key, *sealed, hash));
        return std::optional<Bytes>(std::move(content));
    });
}

Result<> Attachments::remove(std::string_view owner, const Hash& hash) {
    return impl_.transact([&](Tx& tx) { return tx.attachments.remove(owner, hash); });
}

Result<> Attachments::transfer(std::string_view owner, const RecordId& request,
                               std::span<const Hash> hashes) {
    return impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto head, impl_.made(tx, Kind::request_queue, request));
        if (!head || !head->subject) return fail(Code::not_found, "unknown request");
        SPOT_ASSIGN(const auto sealing, impl_.subjects.key(tx, *head->subject));
        if (!sealing) return fail(Code::not_found, "the person's data were erased");
        SPOT_ASSIGN(auto rows, tx.attachments.of_owner(owner));
        for (AttachedRow& row : rows) {
            if (std::find(hashes.begin(), hashes.end(), row.hash) == hashes.end()) {
                SPOT_TRY(tx.attachments.remove(owner, row.hash));
                continue;
            }
            row.owner = request.text();
            row.subject = head->subject;
            row.key = seal_at_rest(*sealing, row.key, place_of(row.owner, row.hash),
                                   *impl_.options.random);
            SPOT_TRY(tx.attachments.move(owner, row));
        }
        return {};
    });
}

}  // namespace spot::core
